package personal

import (
	"slices"
	"strings"
)

// isNINO keeps to HMRC's rules for the letters of a National Insurance number
// (National Insurance Manual NIM39110).
func isNINO(code string) bool {
	code = strings.ToUpper(code)
	prefix := code[:2]
	return strings.IndexByte("DFIQUV", code[0]) < 0 && strings.IndexByte("DFIOQUV", code[1]) < 0 &&
		!slices.Contains(strings.Fields("BG GB KN NK NT TN ZZ"), prefix) && code[8] >= 'A' && code[8] <= 'D'
}

// isNHS checks the last digit of an NHS number, modulo 11.
func isNHS(code string) bool {
	return (11-weighted(code, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11 == int(code[9]-'0')
}

// isNIR checks a French social security number: sex, month, and the key modulo
// 97 where it is given. For it Corsica's 2A and 2B count as 19 and 18 (INSEE).
func isNIR(code string) bool {
	code = strings.NewReplacer("2A", "19", "2a", "19", "2B", "18", "2b", "18").Replace(code)
	if strings.Trim(code, "0123456789") != "" {
		return false
	}
	sex, month := code[0], number(code[3:5])
	if sex != '1' && sex != '2' || month == 0 || month > 12 && month < 20 || month > 42 && month < 50 {
		return false
	}
	return len(code) == 13 || 97-mod97(code[:13]) == number(code[13:])
}

// Each remainder of 23 has its letter (Orden INT/2058/2008 and before).
const spanish = "TRWAGMYFPDXBNJZSQVHLCKE"

// isDNI checks the letter of a Spanish identity card.
func isDNI(code string) bool {
	return spanish[number(code[:8])%23] == strings.ToUpper(code)[8]
}

// isNIE checks the letter of a foreigner's number in Spain.
func isNIE(code string) bool {
	code = strings.ToUpper(code)
	first := strings.IndexByte("XYZ", code[0])
	return first >= 0 && spanish[(first*10_000_000+number(code[1:8]))%23] == code[8]
}

// isNIF checks a Portuguese tax number, modulo 11.
func isNIF(code string) bool {
	if strings.IndexByte("0 4", code[0]) >= 0 && code[:2] != "45" {
		return false
	}
	return (11-weighted(code, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(code[8]-'0')
}

// isSteuerID checks a German tax number: its last digit by ISO 7064 MOD 11,10.
func isSteuerID(code string) bool {
	if code[0] == '0' {
		return false
	}
	product := 10
	for i := range 10 {
		sum := (int(code[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11-product)%10 == int(code[10]-'0')
}

// isCodiceFiscale checks the last letter of an Italian code (decree of 23
// December 1976). Odd places count by a table of their own.
func isCodiceFiscale(code string) bool {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	code = strings.ToUpper(code)
	if strings.IndexByte("ABCDEHLMPRST", code[8]) < 0 {
		return false
	}
	sum := 0
	for i := range 15 {
		value := int(code[i] - '0')
		if code[i] >= 'A' {
			value = int(code[i] - 'A')
		}
		if i%2 == 0 {
			value = odd[value]
		}
		sum += value
	}
	return 'A'+byte(sum%26) == code[15]
}

// isBSN checks a Dutch citizen's number by the test of eleven.
func isBSN(code string) bool {
	return code != "000000000" && weighted(code, 9, 8, 7, 6, 5, 4, 3, 2)%11 == int(code[8]-'0')
}

// isPESEL checks a Polish number: the date, whose month tells the century, and
// the last digit.
func isPESEL(code string) bool {
	month := number(code[2:4]) % 20
	if month == 0 || month > 12 || !isDate("01", code[4:6]) {
		return false
	}
	return (10-weighted(code, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == int(code[10]-'0')
}

// isBelgian checks a Belgian national number modulo 97; a two stands before it
// for those born since 2000.
func isBelgian(code string) bool {
	if !isDate(code[2:4], code[4:6]) {
		return false
	}
	check := number(code[9:])
	return 97-mod97(code[:9]) == check || 97-mod97("2"+code[:9]) == check
}

// isAHV checks a Swiss social security number: an EAN-13 of Switzerland.
func isAHV(code string) bool {
	return strings.HasPrefix(code, "756") && weighted(code, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// isPersonnummer checks a Swedish number: the date and Luhn's digit.
func isPersonnummer(code string) bool {
	code = code[len(code)-10:]
	return isDate(code[2:4], code[4:6]) && luhn(code)
}

// isTCKN checks both last digits of a Turkish number.
func isTCKN(code string) bool {
	odd, even := weighted(code, 1, 0, 1, 0, 1, 0, 1, 0, 1), weighted(code, 0, 1, 0, 1, 0, 1, 0, 1)
	return code[0] != '0' && (odd*7-even+100)%10 == int(code[9]-'0') &&
		(odd+even+int(code[9]-'0'))%10 == int(code[10]-'0')
}

// isSNILS checks a Russian insurance number, modulo 101.
func isSNILS(code string) bool {
	return weighted(code, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == number(code[9:])
}
