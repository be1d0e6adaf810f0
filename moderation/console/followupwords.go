package console

import (
	"recourse/internal/event"
	"recourse/moderation"
)

func frequencyWord(c event.Frequency) string {
	switch c {
	case event.FrequencyOnce:
		return "Once"
	case event.FrequencySeveral:
		return "Several times"
	case event.FrequencyOften:
		return "Often, and it goes on"
	case event.FrequencyUnknown:
		return "Not known"
	default: // of a later version
		return string(c)
	}
}

// followUpWord says what a reporter sent.
func followUpWord(name string) string {
	switch name {
	case event.ReportAmended:
		return "Added to the report"
	case event.ReportMessage:
		return "Message from the reporter"
	case event.ReportConsent:
		return "Change of consent"
	case event.ReportEvidence:
		return "Evidence"
	case event.ReportOutcome:
		return "Did it stop?"
	case event.ReportAppeal:
		return "Appeal"
	default: // of a later version
		return name
	}
}

// effectWord says what a follow-up did, where it is not only kept.
func effectWord(e moderation.Effect) string {
	switch e {
	case moderation.Appealed, moderation.Reopened:
		return "opened the case again"
	case moderation.Kept, moderation.Erased, moderation.Refused:
		return ""
	default: // of a later version
		return string(e)
	}
}

// againWord says why a decided case is open again.
func againWord(a moderation.Again) string {
	switch a {
	case moderation.AgainAppeal:
		return "This case was decided, and a reporter asks that someone looks again."
	case moderation.AgainOutcome:
		return "This case was decided, and a reporter says that it did not stop."
	default:
		return ""
	}
}

// Answer is the answer of an outcome, or "".
func (f followUp) Answer() string {
	switch {
	case f.Stopped == nil:
		return ""
	case *f.Stopped:
		return "Yes, it stopped."
	default:
		return "No, it did not stop."
	}
}
