package personal

import "sync"

// streets are the words by which addresses are known.
type streets struct {
	typeFirst  map[string]bool // between number and name, as in French
	typeLast   map[string]bool // after number and name, as in English
	typeBefore map[string]bool // before name and number, as in Spanish
	arabic     map[string]bool // Arabic, where the number stands on either side
	particles  map[string]bool // within a name, in small letters
	marks      map[string]bool // before a number: no., nº, namba
	houses     map[string]bool // before a mark: house, flat, मकान
	boxes      map[string]bool
	boxMarks   map[string]bool
	endings    []string // of one word, as in German
}

func streetWords() *streets { return streetWordsOnce() }

//nolint:gochecknoglobals // a constant table, made when first needed
var streetWordsOnce = sync.OnceValue(func() *streets {
	return &streets{
		typeFirst: set("rue avenue av ave boulevard bd bld blvd place pl chemin allée allées impasse quai route cours square " +
			"sentier ruelle faubourg"),
		typeLast: set("street st road rd avenue ave av lane ln drive dr boulevard blvd court ct place pl way close terrace square sq crescent " +
			"parkway pkwy highway hwy grove gardens mews row estate marg nagar"),
		typeBefore: set("calle c/ avenida avda avd av plaza plza pza paseo pº carrera cra carretera ctra camino ronda travesía " +
			"glorieta callejón " +
			"privada jirón jr rua r travessa praça alameda largo estrada rodovia ladeira beco viela via viale piazza piazzale corso vicolo " +
			"ulica ul улица ул проспект переулок mtaa barabara sokak cadde jalan jl"),
		arabic:    set("شارع بشارع الشارع"),
		particles: set("de del la las los el y e do da dos das di della dei delle du des le les et a wa ya of the san al st nr"),
		marks: set("no n nº n.º num núm número numero numéro n° nr num. na namba nambari number numara رقم नंबर नं संख्या सं नम्बर д дом " +
			"n.o № h.no"),
		houses: set("house flat apartment apt plot door room villa nyumba chumba kiwanja मकान घर फ्लैट फ़्लैट प्लॉट हाउस गली दुकान " +
			"casa apartamento departamento depto apto appartement mtaa منزل بيت شقة عمارة مبنى فيلا"),
		boxes:    set("box s.l.p slp apartado ص.ب صندوق बॉक्स 사서함"),
		boxMarks: set("o p.o po post postal p"),
		endings:  []string{"straße", "strasse", "str", "weg", "platz", "allee", "gasse", "straat", "laan", "plein", "gracht", "gatan", "vägen"},
	}
})

func (l streets) hasStreetEnding(text string) bool {
	for _, ending := range l.endings {
		if len(text) > len(ending)+2 && text[len(text)-len(ending):] == ending {
			return true
		}
	}
	return false
}
