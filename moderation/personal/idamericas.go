package personal

import (
	"slices"
	"strings"
)

// isSSN keeps to what the Social Security Administration never issues (since
// 2011: areas 000, 666 and 9xx, group 00, serial 0000), and to the groups of the
// IRS's taxpayer numbers in area 9xx.
func isSSN(code string) bool {
	area, group, serial := code[:3], number(code[3:5]), code[5:]
	if area == "000" || area == "666" || group == 0 || serial == "0000" {
		return false
	}
	if area[0] == '9' {
		return group >= 50 && group <= 65 || group >= 70 && group <= 88 || group >= 90 && group <= 92 || group >= 94
	}
	return true
}

// isCPF checks both digits of a Brazilian person's number, modulo 11.
func isCPF(code string) bool {
	if strings.Trim(code, code[:1]) == "" {
		return false
	}
	first := weighted(code, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(code, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return first == int(code[9]-'0') && second == int(code[10]-'0')
}

// isCNPJ checks both digits of a Brazilian company's number, modulo 11.
func isCNPJ(code string) bool {
	if strings.Trim(code, code[:1]) == "" {
		return false
	}
	first := weighted(code, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(code, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return first == int(code[12]-'0') && second == int(code[13]-'0')
}

// isCURP checks a Mexican person's key: date, sex, state and the last digit
// (RENAPO, the rules for assigning the CURP).
func isCURP(code string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMN\x00OPQRSTUVWXYZ" // a place is kept for Ñ
	const states = " AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ YN ZS NE "
	code = strings.ToUpper(code)
	if !isDate(code[6:8], code[8:10]) || strings.IndexByte("HMX", code[10]) < 0 || !strings.Contains(states, " "+code[11:13]+" ") {
		return false
	}
	sum := 0
	for i := range 17 {
		sum += strings.IndexByte(alphabet, code[i]) * (18 - i)
	}
	return (10-sum%10)%10 == int(code[17]-'0')
}

// isCUIT checks an Argentine tax number, modulo 11.
func isCUIT(code string) bool {
	if !slices.Contains(strings.Fields("20 23 24 25 26 27 30 33 34"), code[:2]) {
		return false
	}
	return (11-weighted(code, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == int(code[10]-'0')
}

// isRUT checks a Chilean number, modulo 11 with K for ten.
func isRUT(code string) bool {
	digits, check := code[:len(code)-1], code[len(code)-1]
	sum := 0
	for i := range len(digits) {
		sum += int(digits[len(digits)-1-i]-'0') * (i%6 + 2)
	}
	want := "0K987654321"[sum%11]
	return check == want || check == 'k' && want == 'K'
}
