package console

import (
	"fmt"
	"html/template"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

// pageWords turn codes into what a page says.
func pageWords() template.FuncMap {
	return template.FuncMap{
		"kind":    kindWord,
		"ground":  groundWord,
		"role":    roleWord,
		"action":  actionWord,
		"actions": event.Actions,
		"follows": actionFollows,

		"frequency":   frequencyWord,
		"refusedFile": refusedFileWord, "fileType": fileTypeWord, "fileSize": fileSizeWord,
		"followUp": followUpWord,
		"effect":   effectWord,
		"again":    againWord,
		"detected": detectedWord,
		"lookedAt": lookedAt,
		"titleIn":  titleIn,

		"gender":      genderWord,
		"age":         ageWord,
		"grounds":     event.Grounds,
		"roles":       event.Roles,
		"frequencies": event.Frequencies,
		"genders":     event.Genders,
		"ages":        event.AgeBands,

		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"at":      dateTime,
		"clock":   clock,
		"since":   func(now, t time.Time) string { return span(now.Sub(t)) },
		"until":   func(now, t time.Time) string { return span(t.Sub(now)) },
		"written": func(t conduct.Text, languages []string) string { return t.In(consoleLanguage, languages) },
		"lang":    languageOf,
		"choice":  threeWays,
		"plus":    func(a, b int) int { return a + b },
	}
}

func dateTime(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }

func clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }

// languageOf names the language that "written" picks.
func languageOf(t conduct.Text, languages []string) string {
	for _, l := range append([]string{consoleLanguage}, languages...) {
		if t[l] != "" {
			return l
		}
	}
	return ""
}

// span says about how long d is.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	unit := func(n time.Duration, one string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %ss", n, one)
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return unit(d/time.Minute, "minute")
	case d < 2*day:
		return unit(d/time.Hour, "hour")
	default:
		return unit(d/day, "day")
	}
}

func kindWord(c event.Kind) string {
	switch c {
	case event.KindHarassment:
		return "Harassment"
	case event.KindAbusiveLanguage:
		return "Abusive language"
	case event.KindCyberbullying:
		return "Cyberbullying"
	case event.KindStalking:
		return "Stalking"
	case event.KindThreat:
		return "Threat"
	case event.KindViolence:
		return "Violence"
	case event.KindHate:
		return "Hate"
	case event.KindSexualHarassment:
		return "Sexual harassment"
	case event.KindNonConsensualImagery:
		return "Intimate images without consent"
	case event.KindChildSexualAbuse:
		return "Sexual abuse of a child"
	case event.KindDeepfake:
		return "Deepfake"
	case event.KindDoxxing:
		return "Private details published (doxxing)"
	case event.KindImpersonation:
		return "Impersonation"
	case event.KindCatfishing:
		return "False identity (catfishing)"
	case event.KindIncitement:
		return "Incitement"
	case event.KindBrigading:
		return "Attack by a group (brigading)"
	case event.KindOther:
		return "Something else"
	default: // of a later version
		return string(c)
	}
}

func groundWord(c event.Ground) string {
	switch c {
	case event.GroundGender:
		return "Gender"
	case event.GroundGenderIdentity:
		return "Gender identity"
	case event.GroundSexualOrientation:
		return "Sexual orientation"
	case event.GroundRaceEthnicity:
		return "Race or ethnicity"
	case event.GroundReligion:
		return "Religion"
	case event.GroundDisability:
		return "Disability"
	case event.GroundAge:
		return "Age"
	case event.GroundMigrationStatus:
		return "Migration status"
	case event.GroundPoliticalView:
		return "Political view"
	case event.GroundCivicRole:
		return "Civic role"
	case event.GroundNone:
		return "No ground in particular"
	case event.GroundUnknown:
		return "Not known"
	default: // of a later version
		return string(c)
	}
}

func roleWord(c event.Role) string {
	switch c {
	case event.RoleTarget:
		return "The person targeted"
	case event.RoleWitness:
		return "A witness"
	case event.RoleAlly:
		return "Someone acting for the person targeted"
	case event.RoleOperator:
		return "The platform's operator"
	default: // of a later version
		return string(c)
	}
}

func actionWord(c event.Action) string {
	switch c {
	case event.ActionNone:
		return "No action"
	case event.ActionNotice:
		return "Notice"
	case event.ActionWarning:
		return "Warning"
	case event.ActionLabel:
		return "Label"
	case event.ActionHide:
		return "Hide"
	case event.ActionRemove:
		return "Remove"
	case event.ActionRestrict:
		return "Restrict"
	case event.ActionSuspend:
		return "Suspend"
	case event.ActionBan:
		return "Ban"
	case event.ActionRefer:
		return "Refer"
	default: // of a later version
		return string(c)
	}
}

// actionFollows says what a corrective action does.
func actionFollows(c event.Action) string {
	switch c {
	case event.ActionNone:
		return "The report stays without consequence for the account."
	case event.ActionNotice:
		return "The account is pointed to the code of conduct."
	case event.ActionWarning:
		return "The account is told that the next time has consequences."
	case event.ActionLabel:
		return "The content is marked, so that others are warned."
	case event.ActionHide:
		return "The content is hidden from others, and can be shown again."
	case event.ActionRemove:
		return "The content is taken away."
	case event.ActionRestrict:
		return "The account can do less for a time."
	case event.ActionSuspend:
		return "The account is closed for a time."
	case event.ActionBan:
		return "The account is closed for good."
	case event.ActionRefer:
		return "The case goes to others, such as the police or a helpline."
	default: // of a later version
		return ""
	}
}
