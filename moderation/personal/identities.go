package personal

import (
	"slices"
	"strings"
	"sync"
)

// An identity is one country's number for persons in one way of writing it.
type identity struct {
	country string
	valid   func(code string) bool // given the digits and letters alone
	// words say what the number is. It needs one near where they are given: its
	// form is too plain or its checksum too weak to stand by itself.
	words []string
}

// identities are the numbers known, by their shape: 9 is a digit, A a letter.
func identities() map[string][]identity { return identitiesOnce() }

//nolint:gochecknoglobals // a constant table, made when first needed
var identitiesOnce = sync.OnceValue(func() map[string][]identity {
	table := map[string][]identity{}
	for _, known := range slices.Concat(americas(), europe(), africaAndAsia(), passports()) {
		for shape := range strings.SplitSeq(known.shapes, "|") {
			table[shape] = append(table[shape], known.identity)
		}
	}
	return table
})

// A shaped identity names its shapes, separated by bars.
type shaped struct {
	shapes string
	identity
}

func americas() []shaped {
	social := []string{"ssn", "social security", "seguro social", "itin", "taxpayer"}
	cpf := []string{"cpf", "contribuinte"}
	insurance := []string{"sin", "social insurance", "nas", "assurance sociale"}
	return []shaped{
		{"999-99-9999", identity{"US", isSSN, nil}},
		{"999999999|999 99 9999", identity{"US", isSSN, social}},
		{"999 999 999|999-999-999|999999999", identity{"CA", luhn, insurance}},
		{"999.999.999-99", identity{"BR", isCPF, nil}},
		{"99999999999|999 999 999 99|999999999-99|999.999.999.99", identity{"BR", isCPF, cpf}},
		{"99.999.999/9999-99", identity{"BR", isCNPJ, nil}},
		{"99999999999999", identity{"BR", isCNPJ, []string{"cnpj"}}},
		{"AAAA999999AAAAAA99|AAAA999999AAAAAAA9", identity{"MX", isCURP, nil}},
		{"99-99999999-9", identity{"AR", isCUIT, nil}},
		{"99999999999", identity{"AR", isCUIT, []string{"cuil", "cuit"}}},
		{"99.999.999", identity{"AR", always, []string{"dni", "documento"}}},
		{"99.999.999-9|99.999.999-A|9.999.999-9|9.999.999-A", identity{"CL", isRUT, nil}},
		{"99999999-9|99999999-A", identity{"CL", isRUT, []string{"rut", "run"}}},
		{"9.999.999.999|9999999999|99.999.999", identity{"CO", always, []string{"cédula", "cedula", "c.c."}}},
	}
}

func europe() []shaped {
	return []shaped{
		{"AA999999A|AA 99 99 99 A|AA-99-99-99-A|AA 999999 A", identity{"GB", isNINO, nil}},
		{"999 999 9999|999-999-9999|9999999999", identity{"GB", isNHS, []string{"nhs"}}},
		{
			"999999999999999|9999999999999 99|9 99 99 99 999 999 99|9 99 99 99 999 999|9 99 99 9A 999 999 99|999999A99999999",
			identity{"FR", isNIR, nil},
		},
		{"99999999A|99999999-A|99999999 A|99.999.999-A|99.999.999 A|99.999.999A", identity{"ES", isDNI, nil}},
		{"A9999999A|A-9999999-A|A9999999-A|A-9999999A", identity{"ES", isNIE, nil}},
		{"999999999|999 999 999|999.999.999", identity{"PT", isNIF, []string{"nif", "contribuinte", "fiscal"}}},
		{"99999999999|99 999 999 999|99/999/999/999", identity{"DE", isSteuerID, []string{
			"steuer-id", "steuerid", "steuer id", "idnr", "steueridentifikation", "steuernummer", "tax",
		}}},
		{"AAAAAA99A99A999A", identity{"IT", isCodiceFiscale, nil}},
		{"999999999|9999.99.999|9999 99 999|999 999 999", identity{"NL", isBSN, []string{"bsn", "burgerservice", "sofi"}}},
		{"99999999999", identity{"PL", isPESEL, []string{"pesel"}}},
		{"99.99.99-999.99", identity{"BE", isBelgian, nil}},
		{"99999999999", identity{"BE", isBelgian, []string{"rijksregister", "registre national", "niss", "insz"}}},
		{"999.9999.9999.99", identity{"CH", isAHV, nil}},
		{"999999-9999|99999999-9999", identity{"SE", isPersonnummer, nil}},
		{"99999999999", identity{"TR", isTCKN, []string{"kimlik", "tckn", "tc no"}}},
		{"999-999-999 99", identity{"RU", isSNILS, nil}},
	}
}

func africaAndAsia() []shaped {
	resident := []string{"주민", "등록번호"}
	kenyan := []string{"kitambulisho", "national id", "id number", "id no", "id card", "huduma", "namba ya id", "nambari ya id"}
	arabic := []string{"هوية", "الهوية", "إقامة", "اقامة", "السجل المدني", "iqama", "national id", "id number"}
	return []shaped{
		{"999999-9999999", identity{"KR", isRRN, nil}},
		{"9999999999999|999999 9999999", identity{"KR", isRRN, resident}},
		{"9999 9999 9999|9999-9999-9999", identity{"IN", isAadhaar, nil}},
		{"999999999999", identity{"IN", isAadhaar, []string{"aadhaar", "aadhar", "adhaar", "uid", "आधार"}}},
		{"AAAAA9999A", identity{"IN", isPAN, nil}},
		{"99999999|9999999", identity{"KE", always, kenyan}},
		{"A999999999A", identity{"KE", isKRAPIN, nil}},
		{"99999999-99999-99999-99", identity{"TZ", isNIDA, nil}},
		{"99999999999", identity{"NG", always, []string{"nin", "bvn", "national identification"}}},
		{"9999999999999|999999 9999 999", identity{"ZA", isSouthAfrican, nil}},
		{"9999999999", identity{"SA", isSaudi, arabic}},
		{"99999999999999", identity{"EG", isEgyptian, nil}},
		{"999-9999-9999999-9|999 9999 9999999 9", identity{"AE", isEmirati, nil}},
		{"99999-9999999-9", identity{"PK", isCNIC, nil}},
		{"999999999999999999|99999999999999999A", identity{"CN", isChinese, nil}},
		{"9999999999999999", identity{"ID", isNIK, []string{"nik", "ktp"}}},
	}
}

func passports() []shaped {
	return []shaped{{
		"999999999|99999999|A9999999|A99999999|AA999999|AA9999999|99AA99999|A999A9999|AAA999999|AA999AA99",
		identity{"", always, []string{
			"passport", "passeport", "pasaporte", "passaporte", "reisepass", "passnummer", "passaporto", "paspoort", "paszport", "pasaport",
			"pasi", "pasipoti", "паспорт", "جواز", "여권", "पासपोर्ट", "护照", "護照", "旅券",
		}},
	}}
}

func always(string) bool { return true }
