package personal

import (
	"net/netip"
	"strings"
)

// The longest parts of an e-mail address (RFC 5321, 4.5.3.1).
const (
	longestLocal  = 64
	longestDomain = 255
)

func (s *search) findEmails() {
	for i, r := range s.runes {
		if r != '@' {
			continue
		}
		start := i
		for start > 0 && i-start < longestLocal && s.isLocal(start-1) {
			start--
		}
		for start < i && s.forms[start] == '.' {
			start++
		}
		// @name@host is an account of the fediverse.
		if start == i || s.forms[i-1] == '.' || s.formAt(start-1) == '@' {
			continue
		}
		if end := s.domainEnd(i + 1); end > 0 {
			s.add(start, end, Email, "")
		}
	}
}

func (s *search) isLocal(i int) bool {
	f := s.forms[i]
	return isCode(f) || isLetter(f) || strings.IndexByte(".!#$%&'*+-/=^_`{|}~", f) >= 0
}

// domainEnd returns where a domain with at least two labels ends, or 0.
func (s *search) domainEnd(start int) int {
	end, labels := 0, 0
	for i := start; i < len(s.forms) && i-start < longestDomain; {
		label := i
		for i < len(s.forms) && (isCode(s.forms[i]) || isLetter(s.forms[i]) || s.forms[i] == '-') {
			i++
		}
		if i == label || s.forms[label] == '-' {
			break
		}
		labels++
		if labels > 1 && i-label >= 2 && isLetter(s.forms[label]) {
			end = i
		}
		if s.formAt(i) != '.' {
			break
		}
		i++
	}
	return end
}

// findIPAddresses finds addresses that may lead to a person's connection: of
// the public internet, so neither a machine's own nor a local network's.
func (s *search) findIPAddresses() {
	for start := 0; start < len(s.forms); start++ {
		if !isHex(s.runes[start]) || isAddressPart(s.formAt(start-1)) {
			continue
		}
		end := start
		for end < len(s.forms) && (isHex(s.runes[end]) || s.runes[end] == '.' || s.runes[end] == ':') {
			end++
		}
		next := end
		for end > start && (s.runes[end-1] == '.' || s.runes[end-1] == ':') {
			end--
		}
		if !isLetter(s.formAt(next)) && s.isIPAddress(start, end) {
			s.add(start, end, IPAddress, "")
		}
		start = next
	}
}

func isHex(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F'
}

func isAddressPart(form byte) bool { return isCode(form) || form == 'L' || form == '.' || form == ':' }

func (s *search) isIPAddress(start, end int) bool {
	const longest = 39 // eight groups of four and seven colons
	if end-start < 7 || end-start > longest {
		return false
	}
	text := string(s.runes[start:end])
	address, err := netip.ParseAddr(text)
	if err != nil || !address.IsGlobalUnicast() || address.IsPrivate() {
		return false
	}
	if address.Is4() {
		// 1.2.3.4 is a version or a section as often as an address.
		return strings.Count(text, "") > 9 && !s.near(start, end, versionWords()) || s.near(start, end, ipWords())
	}
	return strings.Count(text, ":") >= 3
}
