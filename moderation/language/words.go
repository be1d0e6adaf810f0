package language

import (
	"strings"
	"sync"
)

// byWords tells languages in Latin letters by their most frequent words, which
// even a short text has, and by trigrams where words do not decide. Swahili is
// known by words alone: the library has no trigrams of it.
func byWords(prose string, letters int) string {
	first, second := votes(prose)
	if first.count >= 3 && first.count >= 2*second.count {
		return first.language
	}
	if letters < fewest {
		return Undetermined
	}
	found, confidence := trigrams(prose, latin)
	switch {
	case first.count > second.count && (first.language == found || confidence < 0.5 || first.language == "sw"):
		return first.language
	case first.count > 0 && first.count == second.count && (first.language == found || second.language == found):
		return found
	case letters < 2*fewest, confidence < leastLatin:
		return Undetermined
	default:
		return found
	}
}

// A vote is how many of a text's words are frequent in a language.
type vote struct {
	language string
	count    int
}

func votes(prose string) (first, second vote) {
	known := frequentOnce()
	counts := map[string]int{}
	for word := range strings.FieldsSeq(prose) {
		if head, _, cut := strings.Cut(word, "'"); cut && known[word] == nil {
			word = head + "'"
		}
		for _, language := range known[word] {
			counts[language]++
		}
		if isSwahiliVerb(word) {
			counts["sw"]++
		}
	}
	for language, count := range counts {
		candidate := vote{language, count}
		// Names break ties, so that the same text always has the same answer.
		if count > first.count || count == first.count && language < first.language {
			candidate, first = first, candidate
		}
		if candidate.count > second.count || candidate.count == second.count && candidate.language < second.language {
			second = candidate
		}
	}
	return first, second
}

// isSwahiliVerb knows a verb by its subject and tense, as in ni-na-jua (I know)
// and wa-li-sema (they said). Swahili puts into a verb what other languages say
// with the small words that are counted here.
func isSwahiliVerb(word string) bool {
	if len(word) < 6 || !strings.ContainsRune("aei", rune(word[len(word)-1])) {
		return false
	}
	for _, subject := range []string{"ni", "u", "a", "tu", "m", "wa"} {
		rest, ok := strings.CutPrefix(word, subject)
		if !ok || len(rest) < 4 {
			continue
		}
		switch rest[:2] {
		case "na", "ta", "me", "li":
			return true
		}
	}
	return strings.HasPrefix(word, "naku") || strings.HasPrefix(word, "naju")
}

//nolint:gochecknoglobals // a constant table, made when first needed
var frequentOnce = sync.OnceValue(func() map[string][]string {
	known := map[string][]string{}
	for language, words := range frequent() {
		for word := range strings.FieldsSeq(words) {
			known[word] = append(known[word], language)
		}
	}
	return known
})

// frequent are words without which hardly a sentence of a language does: of
// grammar, and of what people write to one another in anger. A word that two
// languages share stands in both.
func frequent() map[string]string {
	return map[string]string{
		"en": `the of and to in is it that was for on are with as he she they his her you your i i'm this be at have has had from or not
			but by an we my me what who which when there their were been will would can could should do does did don't just about all so if
			out up into than then them him its it's because more over after one said also no how here`,
		"fr": `le la les des du de et est un une en dans que qui pour pas sur au aux avec il elle ils elles je tu nous vous ce cette ces
			son sa ses mon ma mes par plus ne se mais ou où été être sont était fait comme tout l' d' j' c' n' qu' s' m' t' leur à
			y après moi toi très aussi même entre selon avait ont ai`,
		"es": `el la los las de del y en que es un una por con para no se su sus al lo como más pero fue este esta esto yo tú mi mis te me
			ha han son está están era o ya muy sin sobre también porque cuando quien hay ser si nos desde hasta entre todo eres
			soy tiene nada él ella a`,
		"pt": `o a os as de do da dos das e em no na nos nas que é um uma por com para não se seu sua seus suas ao à como mais mas foi este
			esta isso isto eu tu você meu minha me te lhe são está estão era ou já muito sem sobre também porque quando quem há ser
			pelo pela até entre foram ele ela num numa tem`,
		"sw": `na ya wa kwa ni katika za la cha vya kuwa hii huyu hiyo hilo hizo huo hawa yake yako yangu wake wako wangu wao sana kama lakini
			pia mimi wewe yeye sisi ninyi mtu watu si hapa kila baada kabla bado tu au ili kutoka kwenye ambaye ambayo ndiyo hapana
			hakuna nini nani yangu zake lake vile mwa tena hata alikuwa ilikuwa wana nina una ana`,
		"de": `der die das und ist nicht ein eine einen einem einer zu in den dem des von mit für auf im es sie er ich du wir ihr mich dich
			mir dir sich auch als wie war sind hat habe haben bei aus nach um an dass aber oder wenn noch nur so werden wird wurde
			mein dein kein zum zur über vor durch`,
		"it": `il lo la i gli le di del della dei delle e è un una che in nel nella per con non si sono da dal dalla al alla più ma come
			questo questa io tu mi ti ci ha ho hanno era suo sua anche se o dell' l' un' nell' all' c' sei cosa su stato perché molto`,
		"nl": `de het een en van in is dat niet op te zijn voor met die aan er om ook als maar bij dan nog ik je jij hij zij wij we mijn jouw
			naar uit over door heeft heb was werd worden wordt dit deze geen wel kan of u hun tot`,
		"id": `yang dan di ke dari untuk dengan ini itu adalah tidak pada dalam akan saya kamu dia mereka kami kita anda juga ada bisa oleh
			sebagai karena lebih sudah telah tersebut atau seperti orang para hanya aku nggak lagi`,
		"tr": `ve bir bu da de için ile çok o ne gibi daha olarak olan ben sen biz siz onu bana sana değil var yok ama kadar en sonra mi
			mı her ki şey diye`,
		"pl": `i w na z nie się że to jest do o jak ale za po od przez ty ja on ona my wy ich jego jej są był była tak co czy dla tego
			ze już tylko przy mnie cię`,
		"ca": `el la els les de del dels i en que és un una per amb no es seu seva al als com més però va aquest aquesta jo tu em et
			li són està o molt també perquè quan hi ha l' d' s' n' dels pel`,
		"tl": `ang ng sa na mga ay at ko mo siya ako ikaw ka niya hindi ito kung para may nang naman lang po kay si ni`,
		"ro": `și în de la cu nu este un o pe care din să se că mai pentru sunt a fost au ce eu tu el ea lui dar sau după`,
		"sv": `och i att det som en på är av för med den till inte om ett har de jag du han hon vi var så men från eller kan`,
		"da": `og i at det som en på er af for med den til ikke om et har de jeg du han hun vi var så men fra eller kan blev`,
		"no": `og i at det som en på er av for med den til ikke om et har de jeg du han hun vi var så men fra eller kan ble`,
	}
}
