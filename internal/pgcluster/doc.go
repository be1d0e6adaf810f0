// Package pgcluster runs a private PostgreSQL cluster, so that `recourse up`
// needs nothing but this binary and PostgreSQL's programs. It finds them, makes
// the cluster, starts it, starts it again when it dies, and takes over what a
// killed parent left running.
//
// It owns one folder, the runtime folder of its socket, and the postmaster on
// them. It must never touch a cluster that the system runs, never signal a
// process that is not this folder's own postmaster, never listen on TCP, and
// never let a statement or a value in it reach a log.
//
// The caller sees to it that one process at a time uses a folder (`up` holds a
// lock): whatever postmaster runs there at the start is taken for a leftover.
package pgcluster
