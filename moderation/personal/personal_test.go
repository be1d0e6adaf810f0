package personal_test

import (
	"strings"
	"testing"

	"recourse/moderation/personal"
)

// found writes findings in short: "phone/GB:07700 900123; email:a@example.org".
func found(text string) string {
	var short []string
	for _, f := range personal.Find(text) {
		line := f.Kind
		if f.Country != "" {
			line += "/" + f.Country
		}
		short = append(short, line+":"+text[f.Start:f.End])
	}
	return strings.Join(short, "; ")
}

// A sentence and what is found in it. The numbers are ones that nobody has:
// set aside for films and examples, or made up with a right checksum.
type example struct{ text, want string }

func check(t *testing.T, examples []example) {
	t.Helper()
	for _, tt := range examples {
		if got := found(tt.text); got != tt.want {
			t.Errorf("%s\n\tgot  %s\n\twant %s", tt.text, got, tt.want)
		}
	}
}

// Sources: 555-0100 to 0199 (North American Numbering Plan, ATIS-0300115),
// Ofcom's and ARCEP's numbers for drama, ACMA's for Australia; the rest made up.
func TestPhoneNumbersAreFound(t *testing.T) {
	t.Parallel()
	check(t, []example{
		{"Her number is (202) 555-0143, call her all night", "phone/US:(202) 555-0143"},
		{"202-555-0143", "phone/US:202-555-0143"},
		{"call 555-0143 now", "phone:555-0143"},
		{"+1 202 555 0143 5 times", "phone/US:+1 202 555 0143"},
		{"ring 07700 900123", "phone/GB:07700 900123"},
		{"ring +44 (0)20 7946 0018!", "phone/GB:+44 (0)20 7946 0018"},
		{"Appelez-le au 06 39 98 12 34, il est seul", "phone/FR:06 39 98 12 34"},
		{"Son numéro : 0639981234.", "phone:0639981234"},
		{"su móvil es 612 345 678", "phone/ES:612 345 678"},
		{"llámala al 612 34 56 78", "phone/ES:612 34 56 78"},
		{"o zap dela é (11) 91234-5678", "phone/BR:(11) 91234-5678"},
		{"liga para o telemóvel 912 345 678", "phone:912 345 678"},
		{"رقم هاتفها ٠١٠١٢٣٤٥٦٧٨", "phone:٠١٠١٢٣٤٥٦٧٨"},
		{"اتصل على 0501234567", "phone:0501234567"},
		{"전화번호는 010-1234-5678이에요", "phone/KR:010-1234-5678"},
		{"उसका मोबाइल नंबर ९८७६५ ४३२१० है", "phone/IN:९८७६५ ४३२१०"},
		{"उसका नंबर 9876543210 है", "phone:9876543210"},
		{"Namba yake ya simu ni 0712 345 678", "phone:0712 345 678"},
		{"namba yake +254 712 345678", "phone/KE:+254 712 345678"},
		{"https://wa.me/254712345678", "phone/KE:254712345678"},
		{"tel:+12025550143", "phone/US:+12025550143"},
		{"0049 30 901820", "phone/DE:0049 30 901820"},
		{"+1\u200b202\u200b555\u200b0143", "phone/US:+1\u200b202\u200b555\u200b0143"},
		{"2025550143", ""},
		{"from 1914-1918 and 24-11-2026", ""},
		{"12 345 678 people", ""},
		{"https://example.org/status/2025550143", ""},
	})
}

func TestMailAddressesAreFound(t *testing.T) {
	t.Parallel()
	check(t, []example{
		{"write to jane.doe+x@mail.example.org.", "email:jane.doe+x@mail.example.org"},
		{"(정보@예시.example)", "email:정보@예시.example"},
		{"mailto:a@example.org", "email:a@example.org"},
		{"@jane is on @jane@social.example", ""},
		{"a@b, x@y.z, 5 @ 3.20", ""},
	})
}

// IBANs are the examples of SWIFT's IBAN registry, cards the test numbers that payment
// services publish (developer.paypal.com, docs.stripe.com/testing).
func TestBankNumbersAreFound(t *testing.T) {
	t.Parallel()
	check(t, []example{
		{"pay to GB29 NWBK 6016 1331 9268 19 today", "bank_account/GB:GB29 NWBK 6016 1331 9268 19"},
		{"IBAN: FR1420041010050500013M02606", "bank_account/FR:FR1420041010050500013M02606"},
		{"DE89 3704 0044 0532 0130 00.", "bank_account/DE:DE89 3704 0044 0532 0130 00"},
		{"SA03 8000 0000 6080 1016 7519", "bank_account/SA:SA03 8000 0000 6080 1016 7519"},
		{"br1800360305000010009795493c1", "bank_account/BR:br1800360305000010009795493c1"},
		{"GB29 NWBK 6016 1331 9268 18", ""},
		{"4242 4242 4242 4242", "bank_card:4242 4242 4242 4242"},
		{"5555555555554444", "bank_card:5555555555554444"},
		{"3782-822463-10005", "bank_card:3782-822463-10005"},
		{"4242 4242 4242 4241", ""},
		{"card 4222222222222", "bank_card:4222222222222"},
		{"post 4222222222222", ""},
	})
}

func TestIdentityNumbersAreFound(t *testing.T) {
	t.Parallel()
	check(t, []example{
		// 078-05-1120 was printed on cards sold with wallets (ssa.gov/history/ssn/misused.html).
		{"her SSN: 078-05-1120", "national_id/US:078-05-1120"},
		{"000-12-3456 666-12-3456 123-00-4567 123-45-0000", ""},
		{"social security number 078051120", "national_id/US:078051120"},
		// QQ is never issued, so HMRC's own example is not found; this one is made up.
		{"NI number AB 12 34 56 C", "national_id/GB:AB 12 34 56 C"},
		{"QQ123456C", ""},
		{"255081416802538", "national_id/FR:255081416802538"},
		{"255081416802539", ""},
		{"son numéro de sécu 2 55 08 14 168 025 38", "national_id/FR:2 55 08 14 168 025 38"},
		{"DNI 12345678Z", "national_id/ES:12345678Z"},
		{"12345678A", ""},
		{"NIE X1234567L", "national_id/ES:X1234567L"},
		{"o NIF é 123456789", "national_id/PT:123456789"},
		{"123456789", ""},
		{"CPF 529.982.247-25", "national_id/BR:529.982.247-25"},
		{"cpf 52998224725", "national_id/BR:52998224725"},
		{"529.982.247-26", ""},
		{"CNPJ 11.222.333/0001-81", "national_id/BR:11.222.333/0001-81"},
		// The example of the CURP's own instructions.
		{"su CURP es HEGG560427MVZRRL04", "national_id/MX:HEGG560427MVZRRL04"},
		{"주민번호 900101-1234567", "national_id/KR:900101-1234567"},
		{"901301-1234567", ""},
		{"आधार 2341 2341 2346", "national_id/IN:2341 2341 2346"},
		{"2341 2341 2347", ""},
		{"PAN ABCPE1234F", "national_id/IN:ABCPE1234F"},
		{"kitambulisho 12345678", "national_id/KE:12345678"},
		{"12345678", ""},
		{"KRA A123456789Z", "national_id/KE:A123456789Z"},
		{"رقم الهوية ١٠١٠١٠١٠١٩", ""},
		{"رقم الهوية ١٠٠٠٠٠٠٠٠٨", "national_id/SA:١٠٠٠٠٠٠٠٠٨"},
		{"29001011234567", "national_id/EG:29001011234567"},
		{"784-1984-1234567-0", ""},
		// The Federal Central Tax Office's example.
		{"Steuer-ID 86095742719", "national_id/DE:86095742719"},
		{"RSSMRA85T10A562S", "national_id/IT:RSSMRA85T10A562S"},
		{"BSN 111222333", "national_id/NL:111222333"},
		{"PESEL 44051401359", "national_id/PL:44051401359"},
		{"85.07.30-033.28", "national_id/BE:85.07.30-033.28"},
		{"756.9217.0769.85", "national_id/CH:756.9217.0769.85"},
		{"19121212-1212", "national_id/SE:19121212-1212"},
		{"11010519491231002X", "national_id/CN:11010519491231002X"},
		{"kimlik 10000000146", "national_id/TR:10000000146"},
		{"12.345.678-5", "national_id/CL:12.345.678-5"},
		{"8001015009087", "national_id/ZA:8001015009087"},
		{"passport no. C01X00T47", ""},
		{"passport no. L1234567", "national_id:L1234567"},
	})
}

func TestAddressesAreFound(t *testing.T) {
	t.Parallel()
	check(t, []example{
		{"He lives at 221B Baker Street, go there", "address:221B Baker Street"},
		{"5 Main St, Springfield, IL 62704", "address/US:5 Main St, Springfield, IL 62704"},
		{"come to SW1A 1AA", "address/GB:SW1A 1AA"},
		{"P.O. Box 1234", "address:P.O. Box 1234"},
		{"il habite 12 bis, rue de la Paix, 75002 Paris", "address:12 bis, rue de la Paix, 75002 Paris"},
		{"10 avenue Foch", "address:10 avenue Foch"},
		{"vive en la calle de Alcalá, 42, 28014 Madrid.", "address:calle de Alcalá, 42, 28014 Madrid"},
		{"C/ Mayor nº 5", "address:C/ Mayor nº 5"},
		{"ela mora na Rua Augusta, 1500", "address:Rua Augusta, 1500"},
		{"Avenida da Liberdade 12, 1250-142 Lisboa", "address/PT:Avenida da Liberdade 12, 1250-142 Lisboa"},
		{"CEP 01310-100", "address/BR:01310-100"},
		{"يسكن في ١٥ شارع التحرير", "address:١٥ شارع التحرير"},
		{"شارع الملك فهد رقم 12", "address:شارع الملك فهد رقم 12"},
		{"서울특별시 중구 세종대로 110에 살아요", "address/KR:중구 세종대로 110에"},
		{"강남구 역삼동 123-4", "address/KR:강남구 역삼동 123-4"},
		{"मकान नंबर ४२, गली नंबर 3", "address:मकान नंबर ४२, गली नंबर 3"},
		{"House No. 42", "address:House No. 42"},
		{"anaishi Mtaa wa Lumumba namba 12", "address:Mtaa wa Lumumba namba 12"},
		{"nyumba namba 12", "address:nyumba namba 12"},
		{"S.L.P. 1234", "address:S.L.P. 1234"},
		{"Hauptstraße 5, 10115 Berlin", "address:Hauptstraße 5, 10115 Berlin"},
		{"In 2019, 12500 people left. We met 5 people in the street.", ""},
		{"En la calle hubo 200 personas; la plaza se cerró en 2016.", ""},
	})
}

func TestPlatesNeedAWord(t *testing.T) {
	t.Parallel()
	check(t, []example{
		{"licence plate AB12 CDE", "plate:AB12 CDE"},
		{"sa plaque : AB-123-CD", "plate:AB-123-CD"},
		{"matrícula 1234 BCD", "plate:1234 BCD"},
		{"차량번호 12가 3456", "plate:12가 3456"},
		{"namba ya gari KBA 123A", "plate:KBA 123A"},
		{"AB12 CDE", ""},
	})
}

// Documentation addresses of RFC 5737 and RFC 3849.
func TestIPAddressesAreFound(t *testing.T) {
	t.Parallel()
	check(t, []example{
		{"his IP is 203.0.113.77.", "ip_address:203.0.113.77"},
		{"2001:db8::1:2:3", "ip_address:2001:db8::1:2:3"},
		{"192.168.0.1, 127.0.0.1 and version 10.15.203.1", ""},
		{"at 12:30:45, std::move, 1.2.3.4", ""},
	})
}

func TestOrdinaryTextHoldsNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "nothing here", "It cost $1,234,567.89 in 2016, up 12.5 % from 2,015.", "ISBN 978-3-16-148410-0",
		"On 24.11.2026 at 14:05 he posted 3 times.", "The 42nd of 100 people, 5 000 000 in all.",
		"2016년 3월 5일에 12명이 왔다.", "في عام 2016 كان هناك 5000 شخص.", "2016 में 5,000 लोग थे।", "call me in 2016",
	} {
		if got := found(text); got != "" {
			t.Errorf("%q: %s", text, got)
		}
	}
}
