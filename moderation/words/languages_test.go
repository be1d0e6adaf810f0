package words

import (
	"strings"
	"testing"
)

type pair struct{ text, want string }

// Each language has words that hold a term and are none of it, and things that
// its writers do to terms. Terms with "+" have the flag stem.
var scunthorpes = []struct {
	language, terms, ordinary string
	found                     []pair
}{
	{
		"en", "cunt, ass, sex, penis, coon, cock, tit, tits, rape, rapist, anal, cum, shit, fag, hell, dick, slut, sluts, homo, nigger",
		"Scunthorpe; Penistone; Essex and Sussex; raccoons; classic glass; assassin; Cockburn; cocktail; peacock; title; Titus; grape; drapes; therapist; " +
			"therapists; analysis; canal; document; accumulate; cucumber; Hellenic; shell; Dickens; Dickinson; homogeneous; mishit; cumin; assume; assess; " +
			"passage; embassy; bass; Lightwater; Clitheroe; Arsenal; sextant; Middlesex; Hancock; scrape; trapeze; Niger; Nigeria; snigger at it; " +
			"the rap is theirs; has set; it is hot; as she; I am as sure as you",
		[]pair{{"an a s s", "a s s=ass spaced"}, {"sh1t", "sh1t=shit leet"}, {"thesesluts are", "sluts=sluts joined"}, {"n1gg3r", "n1gg3r=nigger leet"}},
	},
	{
		"fr", "con, cul, pute, pd, bite, nul, salope, pédé, connard, enculé, merde",
		"content; concours; Concorde; conseil; culture; calcul; véhicule; ridicule; dispute; réputé; députe; computer; habite; nulle part; annuler; salopette; " +
			"pédestre; pédagogie; Montcuq; Condom; particule; crépuscule; amputer; orbite; mercredi; merdier; démerder; le p d g",
		[]pair{{"quel c0nnard", "c0nnard=connard leet"}, {"sale p é d é", "p é d é=pédé spaced"}, {"espèce de pede", "pede=pédé accents"}, {"petitconnard", "connard=connard joined"}, {"d'enculé", "enculé=enculé"}, {"PÉDÉ", "PÉDÉ=pédé"}},
	},
	{
		"es", "puta, puto, culo, ano, polla, mierda, cabrón, marica, negro",
		"disputa; diputada; computadora; reputación; imputar; vehículo; artículo; círculo; año; años; verano; hermano; humano; pollo; repollar; apollado; americano; " +
			"negroni; Montenegro; Mariscal; Putaendo; Putumayo; oculto; espectáculo; cumpleaños",
		[]pair{{"hijo de pu7a", "pu7a=puta leet"}, {"una m i e r d a", "m i e r d a=mierda spaced"}, {"cabron", "cabron=cabrón accents"}, {"todamierda", "mierda=mierda joined"}, {"¡puta!", "puta=puta"}},
	},
	{
		"pt", "puta, cu, pau, viado, merda, caralho, rabo",
		"disputa; computador; deputada; reputação; curso; documento; ocupado; pausa; pauta; aviado; enviado; aliviado; desviado; abreviado; rabisco; diabo; Curitiba; " +
			"São Paulo; cuca; acusado; esmerdalhar",
		[]pair{{"vai pro c4ralho", "c4ralho=caralho leet"}, {"m.e.r.d.a", "m.e.r.d.a=merda spaced"}, {"muitamerda", "merda=merda joined"}, {"meeeeerda", "meeeeerda=merda repeated"}},
	},
	{
		"ar", "كلب+, حمار, زق, غبي, طيز, قحبة",
		"يكلبش; رزق; زقاق; استحمار الناس; أغبياء; رزقنا; مكالمة; الغبيراء",
		[]pair{{"يا كلب", "كلب=كلب"}, {"والكلاب يا كـلـب", "كـلـب=كلب hidden"}, {"حِمَار", "حِمَار=حمار accents"}, {"انت غبييييي", "غبييييي=غبي repeated"}, {"غ ب ي", "غ ب ي=غبي spaced"}, {"قحبه", "قحبه=قحبة accents"}, {"كلبك", "كلب=كلب"}},
	},
	{
		"ko", "새끼+, 병신+, 씨발+, 년, 놈, 개새끼",
		"새끼줄을 꼬다; 병신년 정월; 삼년 동안; 일년; 내년에; 놈팡이; 발씨름; 시발점; 김 씨 발표",
		[]pair{{"이 병신아", "병신=병신"}, {"씨1발", "씨1발=씨발 spaced"}, {"씨 발", "씨 발=씨발 spaced"}, {"ㅆㅣㅂㅏㄹ", "ㅆㅣㅂㅏㄹ=씨발"}, {"병신들이", "병신=병신"}, {"개 새 끼", "개 새 끼=개새끼 spaced, 새 끼=새끼 spaced"}, {"씨.발", "씨.발=씨발 spaced"}},
	},
	{
		"hi", "कुत्ता, कुत्ते, गधा, चूत, kutta, gaand, randi, साला",
		"गधाधर; चूतड़; मसाला; मसालेदार; सालाना; kuttarpur; brandi; gaandharva; Gandhi; अगधा; random; Brandis",
		[]pair{{"कुत्\u200dता", "कुत्\u200dता=कुत्ता hidden"}, {"g-a-a-n-d", "g-a-a-n-d=gaand spaced"}, {"r4ndi", "r4ndi=randi leet"}, {"कुत्ते", "कुत्ते=कुत्ते"}, {"bahutkutta", "kutta=kutta joined"}},
	},
	{
		"sw", "malaya, mavi, kuma, mkundu, mbwa, nyani, senge",
		"Malaysia; kumaliza; kumamata; mavitu; Mavinya; Senegal; mbwambo; unyanini; sengerema; nyanisha; hakuma",
		[]pair{{"m4laya", "m4laya=malaya leet"}, {"wewe m b w a", "m b w a=mbwa spaced"}, {"wewemalaya", "malaya=malaya joined"}, {"sengeeeee", "sengeeeee=senge repeated"}},
	},
}

func TestEachLanguageHasItsScunthorpe(t *testing.T) {
	for _, tt := range scunthorpes {
		t.Run(tt.language, func(t *testing.T) {
			var lines []string
			for term := range strings.SplitSeq(tt.terms, ", ") {
				plain, stem := strings.CutSuffix(term, "+")
				line := plain + ";insult;1"
				if stem {
					line += ";stem"
				}
				lines = append(lines, line)
			}
			m := compile(t, lexicon(t, tt.language, lines...))
			for text := range strings.SplitSeq(tt.ordinary, "; ") {
				if got := found(m, text); got != "" {
					t.Errorf("%q: found %q", text, got)
				}
			}
			for _, p := range tt.found {
				if got := found(m, p.text); got != p.want {
					t.Errorf("%q: found %q, want %q", p.text, got, p.want)
				}
			}
			for _, term := range lines {
				plain, _, _ := strings.Cut(term, ";")
				if got := found(m, plain+"."); !strings.Contains(got, plain) {
					t.Errorf("%q itself: found %q", plain, got)
				}
			}
		})
	}
}

// Words are found anywhere where nothing parts them, but for katakana, whose
// runs are words.
func TestScriptsWithoutSpacesAreSearchedEverywhere(t *testing.T) {
	m := compile(t,
		lexicon(t, "zh", "傻瓜;insult;1", "去死;threat;3"), lexicon(t, "ja", "バカ;insult;1", "馬鹿;insult;1", "しね;threat;3"),
		lexicon(t, "th", "ควาย;insult;1"), lexicon(t, "km", "ឆ្កែ;insult;1"))
	tests := []struct{ text, want string }{
		{"你是傻瓜吗", "傻瓜=傻瓜"},
		{"你去 死吧", "去 死=去死 spaced"},
		{"傻*瓜", "傻*瓜=傻瓜 spaced"},
		{"お前は馬鹿だな", "馬鹿=馬鹿"},
		{"お前はバカだな", "バカ=バカ"},
		{"ﾊﾞｶじゃない", "ﾊﾞｶ=バカ confusable"},
		{"バカンスに行く", ""},
		{"もうしねよ", "しね=しね"},
		{"แกมันควายมาก", "ควาย=ควาย"},
		{"ឯងជាឆ្កែមែន", "ឆ្កែ=ឆ្កែ"},
		{"天气很好", ""},
	}
	for _, tt := range tests {
		if got := found(m, tt.text); got != tt.want {
			t.Errorf("%q: found %q, want %q", tt.text, got, tt.want)
		}
	}
}
