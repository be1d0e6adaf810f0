package personal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How far from a number a word may stand that says what it is, in runes.
const (
	before = 40
	after  = 20
)

// near says whether one of some words stands near a place, on the same line or
// the one before. A word in Latin or Cyrillic letters begins at a word's
// beginning; one of up to four bytes also ends with it. Other scripts join
// words, so there it may stand anywhere.
func (r reading) near(start, end int, words []string) bool {
	return mentions(r.lower(start-before, start), words) || mentions(r.lower(end, end+after), words)
}

func mentions(text string, words []string) bool {
	for _, word := range words {
		for rest, at := text, 0; ; {
			i := strings.Index(rest, word)
			if i < 0 {
				break
			}
			at += i
			if stands(text, at, at+len(word)) {
				return true
			}
			at += len(word)
			rest = text[at:]
		}
	}
	return false
}

func stands(text string, start, end int) bool {
	if first, _ := utf8.DecodeRuneInString(text[start:]); !spaced(first) {
		return true
	}
	if previous, _ := utf8.DecodeLastRuneInString(text[:start]); spaced(previous) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[end:])
	return end-start > 4 || !spaced(next)
}

// spaced says whether a letter is of an alphabet with spaces between words.
func spaced(r rune) bool { return r != utf8.RuneError && r < 0x530 && unicode.IsLetter(r) }

func phoneWords() []string {
	return []string{
		"phone", "tel", "call", "cell", "mobile", "whatsapp", "text me", "sms", "ring", "contact",
		"téléphone", "telephone", "tél", "portable", "appel", "numéro", "joindre",
		"teléfono", "telefono", "móvil", "movil", "celular", "llama", "número", "numero", "contacto",
		"telefone", "telemóvel", "telemovel", "liga", "zap", "contato",
		"telefon", "handy", "anruf", "nummer", "cellulare", "telefoon", "numer", "komórk", "numara", "telepon", "nomor",
		"simu", "namba", "nambari", "piga", "my number", "her number", "his number", "their number", "your number", "number is", "number:",
		"тел", "номер", "звони", "هاتف", "جوال", "موبايل", "اتصل", "واتس", "تليفون", "تلفون", "رقمه", "رقمها", "رقمك", "رقمي",
		"전화", "번호", "연락처", "휴대폰", "핸드폰", "फ़ोन", "फोन", "मोबाइल", "नंबर", "कॉल", "व्हाट्सएप",
		"电话", "手机", "電話", "携帯", "☎", "📞", "📱",
	}
}

func plateWords() []string {
	return []string{
		"license plate", "licence plate", "number plate", "plate number", "numberplate", "plates", "registration", "plaque",
		"immatricul", "matrícula", "matricula", "placa", "patente", "kennzeichen", "nummernschild", "targa", "kenteken", "rejestrac",
		"namba ya gari", "nambari ya gari", "namba za gari", "번호판", "차량번호", "차량 번호", "차 번호", "لوحة", "رقم السيارة", "نمرة",
		"नंबर प्लेट", "गाड़ी नंबर", "गाड़ी का नंबर", "गाड़ी का नंबर",
	}
}

func cardWords() []string {
	return []string{
		"card", "visa", "mastercard", "amex", "carte", "tarjeta", "cartão", "cartao", "karte", "carta", "kadi", "بطاقة", "카드", "कार्ड",
	}
}

func ipWords() []string {
	return []string{"ip", "아이피", "आईपी", "عنوان ip", "آي بي"}
}

func versionWords() []string {
	return []string{"version", "versión", "versão", "release", "v", "firmware", "update", "버전"}
}
