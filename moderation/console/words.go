package console

import (
	"fmt"
	"html/template"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

// words turn codes into what a page says.
var words = template.FuncMap{
	"kind":    func(k event.Kind) string { return orCode(kindWords[k], k) },
	"ground":  func(g event.Ground) string { return orCode(groundWords[g], g) },
	"role":    func(r event.Role) string { return orCode(roleWords[r], r) },
	"action":  func(a event.Action) string { return orCode(actionWords[a].name, a) },
	"actions": event.Actions,
	"follows": func(a event.Action) string { return actionWords[a].follows },
	"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"at":      func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") },
	"clock":   clock,
	"since":   func(now, t time.Time) string { return span(now.Sub(t)) },
	"until":   func(now, t time.Time) string { return span(t.Sub(now)) },
	"written": func(t conduct.Text, languages []string) string { return t.In(consoleLanguage, languages) },
	"lang":    languageOf,
	"plus":    func(a, b int) int { return a + b },
}

func orCode[T ~string](word string, code T) string {
	if word == "" {
		return string(code)
	}
	return word
}

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

var kindWords = map[event.Kind]string{
	event.KindHarassment:           "Harassment",
	event.KindAbusiveLanguage:      "Abusive language",
	event.KindCyberbullying:        "Cyberbullying",
	event.KindStalking:             "Stalking",
	event.KindThreat:               "Threat",
	event.KindViolence:             "Violence",
	event.KindHate:                 "Hate",
	event.KindSexualHarassment:     "Sexual harassment",
	event.KindNonConsensualImagery: "Intimate images without consent",
	event.KindChildSexualAbuse:     "Sexual abuse of a child",
	event.KindDeepfake:             "Deepfake",
	event.KindDoxxing:              "Private details published (doxxing)",
	event.KindImpersonation:        "Impersonation",
	event.KindCatfishing:           "False identity (catfishing)",
	event.KindIncitement:           "Incitement",
	event.KindBrigading:            "Attack by a group (brigading)",
	event.KindOther:                "Something else",
}

var groundWords = map[event.Ground]string{
	event.GroundGender:            "Gender",
	event.GroundGenderIdentity:    "Gender identity",
	event.GroundSexualOrientation: "Sexual orientation",
	event.GroundRaceEthnicity:     "Race or ethnicity",
	event.GroundReligion:          "Religion",
	event.GroundDisability:        "Disability",
	event.GroundAge:               "Age",
	event.GroundMigrationStatus:   "Migration status",
	event.GroundPoliticalView:     "Political view",
	event.GroundCivicRole:         "Civic role",
	event.GroundNone:              "No ground in particular",
	event.GroundUnknown:           "Not known",
}

var roleWords = map[event.Role]string{
	event.RoleTarget:   "The person targeted",
	event.RoleWitness:  "A witness",
	event.RoleAlly:     "Someone acting for the person targeted",
	event.RoleOperator: "The platform's operator",
}

// actionWords name each corrective action and say what follows from it.
var actionWords = map[event.Action]struct{ name, follows string }{
	event.ActionNone:     {"No action", "The report stays without consequence for the account."},
	event.ActionNotice:   {"Notice", "The account is pointed to the code of conduct."},
	event.ActionWarning:  {"Warning", "The account is told that the next time has consequences."},
	event.ActionLabel:    {"Label", "The content is marked, so that others are warned."},
	event.ActionHide:     {"Hide", "The content is hidden from others, and can be shown again."},
	event.ActionRemove:   {"Remove", "The content is taken away."},
	event.ActionRestrict: {"Restrict", "The account can do less for a time."},
	event.ActionSuspend:  {"Suspend", "The account is closed for a time."},
	event.ActionBan:      {"Ban", "The account is closed for good."},
	event.ActionRefer:    {"Refer", "The case goes to others, such as the police or a helpline."},
}

func clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }
