// Package fault lets a test end or disturb a real process at a named point.
// It does nothing unless the binary is built with the tag `faults`, which only
// tests do.
//
// A point stands before and after a step whose failure matters: killed before,
// the step failed; killed after, it failed but was persisted.
package fault
