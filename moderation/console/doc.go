// Package console is where moderators work: the queue, the case with its words
// opened, the decision and its reasons. Pages and JSON API are two faces of one
// desk, whose methods take the moderator who asks and are one transaction each.
//
// It owns sessions, claims, decisions and the audit entries of all of these. It
// opens what a report says for the one view that was asked for, and only after
// the entry that records the look is committed with it.
//
// It must never show a case to whom its community is not open, never put what a
// person wrote into a URL, a log or a metric, never fetch a link that a report
// gives, and never open a reporter's contact: it has no key for it.
package console
