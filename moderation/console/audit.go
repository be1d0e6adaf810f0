package console

// What an audit entry can say.
const (
	auditSignedIn     = "session.opened"
	auditClaimed      = "case.claimed"
	auditReleased     = "case.released"
	auditDecided      = "case.decided"
	auditDecidedAlone = "case.decided_alone"  // a second reader was asked for, and there is none
	auditProposed     = "decision.proposed"   // for a second reader
	auditConsent      = "decision.consented"  // beside case.decided
	auditRefused      = "decision.refused"    // by another moderator
	auditTakeBack     = "decision.taken_back" // by who proposed it
	auditViewed       = "case.viewed"         // a case with decisions' reasons, and no report that opens
	auditRead         = "report.viewed"       // one report's words, and what followed it
	auditReplied      = "message.sent"
	auditTaken        = "report.taken"        // by phone or at a counter
	auditOpened       = "evidence.opened"     // one file
	auditShown        = "case.shown"          // what a rule hid is shown again, without a decision
	auditSplit        = "report.split"        // one report left its case for one of its own
	auditPreferred    = "preferences.changed" // a moderator's own
	auditDenied       = "access.denied"       // the action and the community; nothing was shown or done
	auditNoted        = "case.noted"          // what came since the decision is marked as read
)
