package personal

import "strings"

// grouping returns the countries that write a number in such groups, the
// likeliest first, and whether that is clear enough without a word.
func grouping(c chain, digits string) (regions []string, sure bool) {
	key := make([]byte, len(c.groups))
	for i, n := range c.groups {
		key[i] = "0123456789abcdef"[min(n, 15)]
	}
	zero := digits[0] == '0'
	if zero {
		return zeroGrouping(string(key))
	}
	switch string(key) {
	case "334", "1334":
		return []string{"US"}, digits[len(digits)-10] >= '2' && digits[len(digits)-7] >= '2'
	case "3222":
		return []string{"ES"}, true
	case "333":
		return []string{"ES", "PT"}, false
	case "254", "244":
		return []string{"BR", "MX"}, c.paren || string(key) == "254"
	case "55":
		return []string{"IN"}, strings.IndexByte("6789", digits[0]) >= 0
	case "44":
		return []string{"SG", "HK", "NO"}, false
	case "9":
		return []string{"ES", "PT"}, false
	case "a":
		return []string{"IN", "US", "MX"}, false
	case "b":
		return []string{"BR"}, false
	default:
		return nil, false
	}
}

// zeroGrouping is for numbers that begin with a zero, as hardly any other figure does.
func zeroGrouping(key string) (regions []string, sure bool) {
	switch key {
	case "22222":
		return []string{"FR"}, true
	case "344":
		return []string{"KR", "GB", "NG"}, true
	case "334":
		return []string{"KR", "SA", "AE", "JP", "NL"}, true
	case "234", "244":
		return []string{"KR", "JP", "AU"}, true
	case "433", "46":
		return []string{"KE", "TZ", "UG", "AU", "ZA", "TR", "IT"}, true
	case "343":
		return []string{"ZA", "AE"}, true
	case "56", "533":
		return []string{"GB"}, true
	case "434":
		return []string{"GB", "NG"}, true
	case "38", "b":
		return []string{"EG", "GB", "NG", "KR", "DE"}, true
	case "a":
		return []string{"FR", "KE", "SA", "TZ", "MA"}, true
	case "28", "29", "37", "47", "48", "39", "49", "3322", "4322":
		return []string{"DE", "NL", "IT", "BE", "FR"}, true
	default:
		return nil, false
	}
}
