// Package reporter is the intake: the door through which a report comes in,
// and through which whoever sent it sees what became of it. It is a service of
// its own so that the part of Recourse that stands on the public network can
// read nothing of what passes through it once the request is answered.
//
// It owns the form and the other public pages, the calls /v1/reports and
// /v1/status, the rules of what a report may hold, the receipt, and the one
// message per report that goes to the stream REPORTS. A report is acknowledged
// only once NATS has stored it.
//
// It must never hold a database connection or a key that opens what others
// sealed (it opens a status only with a receipt presented in that very
// request), never keep a report in a file or in memory after the answer, never
// log anything a person wrote, and never let a receipt stand in a URL, a log
// or a cookie.
package reporter
