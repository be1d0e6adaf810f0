// Package personal finds personal data in what people write: numbers, addresses
// and documents that let someone be reached, visited or impersonated. Whoever
// publishes another's is doxxing, so a code of conduct may bring such a report
// forward, and a moderator sees the places marked.
//
// It is pure, keeps nothing, and takes time in proportion to the text. It
// prefers to miss a number that could be anything over marking every figure: what has
// no checksum and no form of its own counts only beside a word that says what
// it is.
package personal

import (
	"slices"
	"unicode/utf8"
)

// The kinds of a Finding.
const (
	Phone       = "phone"
	Email       = "email"
	Address     = "address"
	BankAccount = "bank_account"
	BankCard    = "bank_card"
	NationalID  = "national_id" // also tax and social security numbers and passports
	Plate       = "plate"
	IPAddress   = "ip_address"
)

// A Finding is one place of a text. Start and End are bytes of the text as it was given
// and stand between characters.
type Finding struct {
	Start, End int
	Kind       string
	Country    string // ISO 3166-1 alpha-2, or "" where the form does not tell
}

// Find returns the personal data of a text, in order and without overlaps.
func Find(text string) []Finding {
	if !mayHold(text) {
		return nil
	}
	s := &search{reading: read(text)}
	s.taken = make([]bool, len(s.runes))
	s.findEmails()
	s.findIPAddresses()
	s.findPhoneLinks()
	s.skipLinks()
	s.findNumbers()
	s.findPlates()
	s.findPhones()
	s.findAddresses()
	slices.SortFunc(s.found, func(a, b Finding) int { return a.Start - b.Start })
	return s.joinAddresses()
}

// mayHold says whether a text has a digit or an at sign. Without them it holds
// nothing that is looked for, and most texts are done here.
func mayHold(text string) bool {
	for i := 0; i < len(text); i++ {
		b := text[i]
		if b < utf8.RuneSelf {
			if '0' <= b && b <= '9' || b == '@' {
				return true
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if fold(r) < utf8.RuneSelf {
			if f := fold(r); '0' <= f && f <= '9' || f == '@' {
				return true
			}
		}
		i += size - 1
	}
	return false
}

// A search is one run over one text. What is found first keeps its place, so
// the surest forms are looked for first.
type search struct {
	reading

	taken   []bool // by rune
	found   []Finding
	lookups int // in the phone library, see phone.go
}

// add notes a finding of the runes from start to end, unless some are taken.
func (s *search) add(start, end int, kind, country string) bool {
	if slices.Contains(s.taken[start:end], true) {
		return false
	}
	s.take(start, end)
	s.found = append(s.found, Finding{s.starts[start], s.ends[end-1], kind, country})
	return true
}

func (s *search) take(start, end int) {
	for i := start; i < end; i++ {
		s.taken[i] = true
	}
}

// skipLinks takes what stands in links: the numbers of posts and pages are nobody's.
func (s *search) skipLinks() {
	for _, word := range s.fields() {
		if s.contains(word, "://") || s.hasPrefix(word, "www.") {
			s.take(word.start, word.end)
		}
	}
}
