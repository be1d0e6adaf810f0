// Package importrules keeps the parts of this module apart. It holds no code:
// its tests read what every package imports and fail where an import would let
// a service reach what it must not.
package importrules
