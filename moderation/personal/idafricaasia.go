package personal

import "strings"

// isRRN keeps to the form of a Korean resident number: the date, and a digit
// for century and sex. Since October 2020 the rest is random and has no check digit.
func isRRN(code string) bool {
	return isDate(code[2:4], code[4:6]) && code[6] >= '1' && code[6] <= '8'
}

// isAadhaar checks an Indian resident's number; none begins with 0 or 1 (UIDAI).
func isAadhaar(code string) bool { return code[0] >= '2' && verhoeff(code) }

// isPAN keeps to the form of an Indian tax number: capitals, and a fourth
// letter for whose it is (Income Tax Department).
func isPAN(code string) bool {
	return code == strings.ToUpper(code) && strings.IndexByte("ABCFGHJLPT", code[3]) >= 0
}

// isKRAPIN keeps to the form of a Kenyan tax number: A for a person, P for a company.
func isKRAPIN(code string) bool { return code[0] == 'A' || code[0] == 'P' }

// isNIDA keeps to the form of a Tanzanian number, which begins with a date of birth.
func isNIDA(code string) bool {
	year := number(code[:4])
	return year >= 1900 && year < 2100 && isDate(code[4:6], code[6:8])
}

// isSouthAfrican checks the date, the citizenship and Luhn's digit.
func isSouthAfrican(code string) bool {
	return isDate(code[2:4], code[4:6]) && code[10] <= '2' && luhn(code)
}

// isSaudi checks a citizen's (1) or resident's (2) number by Luhn's digit.
func isSaudi(code string) bool { return (code[0] == '1' || code[0] == '2') && luhn(code) }

// isEgyptian keeps to the form of an Egyptian number: century, date and
// governorate. How its last digit is made was never published.
func isEgyptian(code string) bool {
	const governorates = " 01 02 03 04 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 31 32 33 34 35 88 "
	return (code[0] == '2' || code[0] == '3') && isDate(code[3:5], code[5:7]) && strings.Contains(governorates, " "+code[7:9]+" ")
}

// isEmirati checks an Emirates ID: 784 for the country, the year, Luhn's digit.
func isEmirati(code string) bool {
	year := number(code[3:7])
	return strings.HasPrefix(code, "784") && year >= 1900 && year < 2100 && luhn(code)
}

// isCNIC keeps to the form of a Pakistani card: the first digit is a province.
func isCNIC(code string) bool { return code[0] >= '1' && code[0] <= '8' }

// isChinese checks the date and the last sign of a Chinese number (GB 11643,
// ISO 7064 MOD 11-2).
func isChinese(code string) bool {
	year := number(code[6:10])
	if year < 1900 || year >= 2100 || !isDate(code[10:12], code[12:14]) {
		return false
	}
	rest := weighted(code, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2) % 11
	return "10X98765432"[rest] == strings.ToUpper(code)[17]
}

// isNIK keeps to the form of an Indonesian number: after the place the date,
// forty more on a woman's day.
func isNIK(code string) bool {
	day := number(code[6:8])
	return day >= 1 && day <= 31 || day >= 41 && day <= 71
}
