package words

import (
	"strings"
	"unicode/utf8"
)

// endings gives what may follow a term with the flag stem, folded: plurals,
// cases, genders, verb forms, particles. They may follow one another. Languages
// without a list get anything of up to three letters.
func endings(base string) []string {
	switch base {
	case "en":
		return strings.Fields("s es ed d er ers ing ings y ies ish ly ness")
	case "fr":
		return strings.Fields("s e es x r er ez ent ait aient ant ons ont ai as a eur eurs euse euses ment")
	case "es":
		return strings.Fields("s es o a os as e en an on ito ita itos itas ote ota azo aza r ar ando ado ada ados adas aron mente " +
			"le les lo la los las se te me")
	case "pt":
		return strings.Fields("s es o a os as e em am inho inha inhos inhas ao oes ona onas r ar ando ado ada ados adas aram mente " +
			"lo la los las se te me")
	case "ar":
		return strings.Fields("ون ين ان ات ه ها هم هن ك كم كن ي نا وا ت تم ا يه يين")
	case "hi":
		return strings.Fields("ों ो ें े ी ा ियों ियां ियाँ याँ ओं ने ना नी ते ता ती o on ein e i a iyo iyon iya ne na ni te ta ti")
	case "sw":
		return strings.Fields("ni wa we a e i o ana eni ia isha ika iwa")
	case "ko":
		return strings.Fields("은 는 이 가 을 를 의 에 에서 에게 께 한테 로 으로 와 과 랑 이랑 도 만 까지 부터 보다 처럼 같이 이나 나 들 야 아 이야 이다 다 이고 고 " +
			"이지 지 이네 네 인 인데 이라 라 이라고 라고 이라는 라는 이라서 요 이요 입니다 입니까 이에요 예요 였다 이었다 " +
			"같은 같다 스럽 스러운 하는 한 하다 해 했다 하고 하지 할 되 된 들아 님 씨 임 자 마라 거 것 게 뿐 뿐이다 면 이면 으면 버릴 버려 어 어라 아라")
	}
	return nil
}

// particles gives endings after which a word is over, whatever follows it.
func particles(base string) map[string]bool {
	set := map[string]bool{}
	if base == "ko" {
		for ending := range strings.FieldsSeq("은 는 이 가 을 를 의 에게 한테 들 들은 들이 들을 같은 처럼 이다 이야") {
			set[ending] = true
		}
	}
	return set
}

// before gives what may be written onto the front of a term with the flag stem.
func before(base string) []string {
	if base == "ar" {
		return strings.Fields("ال و ف ب ل ك وال فال بال لل كال ول فل وب يا هال")
	}
	return nil
}

// forming is how a language makes forms of its common words and names: what it
// writes onto the front, onto the end, and which last letters an ending replaces.
type forming struct {
	front, behind []string
	replaced      string
}

// inflected gives the forms of a term with the flag stem whose last letter an
// ending replaces: "kutta", "kutton".
func (f forming) inflected(term string) []string {
	last, size := utf8.DecodeLastRuneInString(term)
	if !strings.ContainsRune(f.replaced, last) || utf8.RuneCountInString(term) <= leastInflected {
		return nil
	}
	var forms []string
	for _, ending := range f.behind {
		if form := term[:len(term)-size] + ending; form != term {
			forms = append(forms, form)
		}
	}
	return forms
}

// formsOf gives the forms that joined words may have, folded. Languages that are
// not here make plurals with s at most.
func formsOf(base string) forming {
	f := forming{behind: []string{"s"}}
	switch base {
	case "en":
		f.behind = strings.Fields("s es")
	case "fr":
		f.behind = strings.Fields("s e es x")
	case "es":
		f = forming{behind: strings.Fields("s es a as o os"), replaced: "ao"}
	case "pt":
		f = forming{behind: strings.Fields("s es a as o os"), replaced: "ao"}
	case "ar":
		f = forming{front: before(base), behind: strings.Fields("ون ين ات ه ها هم هن ك كم نا ي")}
	case "hi":
		f = forming{
			behind:   strings.Fields("o on e en ein i iyo iyon iya iyan iye yo yon s े ों ो ी ें ियों ियो ियां ओं ओ"),
			replaced: "aeiाेी",
		}
	case "ko":
		f.behind = strings.Fields("은 는 이 가 을 를 의 에 에서 에게 께 한테 로 으로 와 과 랑 이랑 도 만 까지 부터 보다 처럼 이나 들 들은 들이 들을 들도 야 이야 다 이다")
	case "sw":
		f = forming{front: strings.Fields("wa m mw ki vi ma"), behind: strings.Fields("ni")}
	}
	return f
}

// ends tells whether letters are a row of endings.
func ends(rest []rune, list []string) bool {
	if list == nil {
		return len(rest) <= 3
	}
	return chain(string(rest), list, 3)
}

func chain(rest string, list []string, most int) bool {
	if rest == "" {
		return true
	}
	if most == 0 {
		return false
	}
	for _, ending := range list {
		if after, ok := strings.CutPrefix(rest, ending); ok && chain(after, list, most-1) {
			return true
		}
	}
	return false
}
