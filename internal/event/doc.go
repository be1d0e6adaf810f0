// Package event holds what the services say to one another: subjects, wire
// types and the public code lists. The intake, the moderation service and the
// statistics service never import one another; they share this package and
// meet over NATS.
//
// It owns the meaning of a message and nothing of its transport. It must never
// import a service, a NATS client or a database driver.
package event
