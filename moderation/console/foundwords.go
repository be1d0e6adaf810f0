package console

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"recourse/moderation/findings"
	"recourse/moderation/personal"
	"recourse/moderation/words"
)

// otherClass is the class of a sense that this version does not know.
const otherClass = "other"

// senseClass is the class of a mark, for the stylesheet.
func senseClass(sense string) string {
	if !slices.Contains(words.Senses(), sense) {
		return otherClass
	}
	return sense
}

// className names a class of marks.
func className(class string) string {
	switch class {
	case "slur":
		return "slur"
	case "insult":
		return "insult"
	case "demean":
		return "demeaning"
	case "threat":
		return "threat"
	case "sexual":
		return "sexual"
	case "incitement":
		return "incitement"
	case "self_harm":
		return "self-harm"
	case personalClass:
		return "personal data"
	default:
		return "other"
	}
}

// foundWord says what a word is, as "threat, written with digits for letters".
func foundWord(w findings.Word) string { return className(senseClass(w.Sense)) + manner(w) }

// foundTerm says besides what stands for it in the lexicon.
func foundTerm(w findings.Word) string { return foundWord(w) + ": " + termWord(w) }

func termWord(w findings.Word) string {
	return fmt.Sprintf("“%s” (%s)", w.Term, languageName(w.Language))
}

// manner is how a word is used and written.
func manner(w findings.Word) string {
	says := ""
	if w.Reclaimed {
		says = ", which the group also uses for itself"
	}
	var how []string
	for _, d := range w.Disguise {
		how = append(how, disguiseWord(d))
	}
	if len(how) > 0 {
		says += ", written " + strings.Join(how, " and ")
	}
	return says
}

func disguiseWord(d string) string {
	switch d {
	case words.Leet:
		return "with digits for letters"
	case words.Spaced:
		return "with gaps between letters"
	case words.Joined:
		return "without the spaces between words"
	case words.Repeated:
		return "with repeated letters"
	case words.Confusable:
		return "with look-alike letters"
	case words.Hidden:
		return "with hidden characters"
	case words.Accents:
		return "with other accents"
	default: // of a later version
		return "in another way"
	}
}

// foundPersonal says what personal data is, as "phone number, Kenya".
func foundPersonal(p findings.Personal) string {
	says := personalWord(p.Kind)
	if region, err := language.ParseRegion(p.Country); err == nil {
		says += ", " + display.English.Regions().Name(region)
	}
	return says
}

func personalWord(kind string) string {
	switch kind {
	case personal.Phone:
		return "phone number"
	case personal.Email:
		return "mail address"
	case personal.Address:
		return "postal address"
	case personal.BankAccount:
		return "bank account"
	case personal.BankCard:
		return "bank card"
	case personal.NationalID:
		return "number of an identity document"
	case personal.Plate:
		return "number plate"
	case personal.IPAddress:
		return "internet address of a device"
	default: // of a later version
		return "personal data"
	}
}

// detectedWord names a language that was detected.
func detectedWord(tag string) string {
	if tag == "" || tag == "und" {
		return "not sure"
	}
	return languageName(tag)
}
