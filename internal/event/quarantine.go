package event

// Headers of a quarantined message. The payload stays as it was, still sealed.
const (
	HeaderReason   = "Recourse-Reason"   // a Reason
	HeaderSubject  = "Recourse-Subject"  // the subject in REPORTS
	HeaderSequence = "Recourse-Sequence" // the sequence in REPORTS
)

// Reason says why a message is in quarantine. It is a code, never content.
type Reason string

// The reasons.
const (
	ReasonDecode   Reason = "decode"   // not what its subject promises
	ReasonSubject  Reason = "subject"  // payload and subject disagree, or the subject is malformed
	ReasonKey      Reason = "key"      // sealed to a key that the worker does not have
	ReasonOpen     Reason = "open"     // the key is there, the envelope does not open or holds something else
	ReasonConduct  Reason = "conduct"  // the code of conduct it names is not known
	ReasonPanic    Reason = "panic"    // reading it made the worker panic
	ReasonAttempts Reason = "attempts" // twenty counted attempts
	ReasonUnknown  Reason = "unknown"  // an event that this version does not know
	ReasonOrphan   Reason = "orphan"   // it follows a report that did not come within a day
)
