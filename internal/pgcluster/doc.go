// Package pgcluster runs a private PostgreSQL cluster, so that `recourse up`
// needs nothing but this binary and PostgreSQL's programs. It finds them, makes
// the cluster, starts it, starts it again when it dies, and takes over what a
// killed parent left running.
//
// It owns one folder and the postmaster on it. It must never touch a cluster
// that the system runs, nor signal a process that is not this folder's own
// postmaster.
package pgcluster
