package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/internal/event"
)

const digits = "0123456789abcdef0011223344556677"

func mustID(t testing.TB, s string) event.ID {
	t.Helper()
	id, err := event.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestParseIDReadsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := event.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		if back, err := event.ParseID(id.String()); err != nil || back != id {
			t.Fatalf("ParseID(%s) is %s, %v", id, back, err)
		}
	})
	if s := mustID(t, digits).String(); s != digits {
		t.Errorf("String is %s, want %s", s, digits)
	}
}

func TestParseIDTakesThirtyTwoLowercaseHexadecimalDigitsOnly(t *testing.T) {
	for _, tt := range []struct{ name, s string }{
		{"nothing", ""},
		{"one digit too few", digits[1:]},
		{"one digit too many", digits + "0"},
		{"twice as many digits", digits + digits},
		{"upper case", strings.ToUpper(digits)},
		{"one letter in upper case", digits[:10] + "A" + digits[11:]},
		{"hyphens as in a uuid", "01234567-89ab-cdef-0011-223344556677"},
		{"braces", "{" + digits[:30] + "}"},
		{"a letter behind f", digits[:31] + "g"},
		{"a sign before 0", digits[:31] + "/"},
		{"a sign behind 9", digits[:31] + ":"},
		{"a space around", " " + digits[:30] + " "},
		{"a newline at the end", digits[:31] + "\n"},
		{"full-width digits of the right length in bytes", "０１２３４５６７８９" + "00"},
	} {
		if id, err := event.ParseID(tt.s); !errors.Is(err, event.ErrID) || !id.IsZero() {
			t.Errorf("%s: %s, %v; want ErrID", tt.name, id, err)
		}
	}
}

func TestNewIDsAreRandom(t *testing.T) {
	seen := map[event.ID]bool{}
	for range 1000 {
		id := event.NewID()
		if seen[id] || id.IsZero() {
			t.Fatalf("%s stands twice or is zero", id)
		}
		seen[id] = true
	}
}

func TestAnIDStandsInJSONAsItsDigits(t *testing.T) {
	type record struct {
		ID  event.ID            `json:"id"`
		Map map[event.ID]string `json:"map"`
	}
	id := mustID(t, digits)
	b, err := json.Marshal(record{ID: id, Map: map[event.ID]string{id: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"id":"` + digits + `","map":{"` + digits + `":"x"}}`; string(b) != want {
		t.Errorf("it reads %s, want %s", b, want)
	}
	var back record
	if err := json.Unmarshal(b, &back); err != nil || back.ID != id || back.Map[id] != "x" {
		t.Errorf("it is read as %v, %v", back, err)
	}
	for _, bad := range []string{`{"id":"MARKER"}`, `{"id":""}`, `{"id":7}`, `{"id":["` + digits + `"]}`, `{"id":"` + strings.ToUpper(digits) + `"}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: %v; want an error that quotes nothing", bad, err)
		}
	}
}

func TestAnIDIsReadFromEveryFormOfAUUIDColumn(t *testing.T) {
	id := mustID(t, digits)
	value, err := id.Value()
	if err != nil || value != digits {
		t.Errorf("Value is %v, %v; want %s", value, err, digits)
	}
	for name, src := range map[string]any{
		"what Value gives":         value,
		"a uuid as text":           "01234567-89ab-cdef-0011-223344556677",
		"a uuid as text in bytes":  []byte("01234567-89ab-cdef-0011-223344556677"),
		"the digits as bytes":      []byte(digits),
		"the sixteen bytes of one": bytes.Clone(id[:]),
	} {
		var got event.ID
		if err := got.Scan(src); err != nil || got != id {
			t.Errorf("%s is read as %s, %v", name, got, err)
		}
	}
}

func TestAnIDIsNotReadFromAnythingElse(t *testing.T) {
	for name, src := range map[string]any{
		"NULL": nil, "a number": int64(7), "no text": "", "no bytes": []byte{}, "fifteen bytes": make([]byte, 15),
		"another word": "MARKER", "upper case": strings.ToUpper(digits), "a digit too few": digits[1:], "a digit too many": digits + "0",
		"very much": strings.Repeat(digits, 1000),
	} {
		got := mustID(t, digits)
		err := got.Scan(src)
		if err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: %v; want an error that quotes nothing", name, err)
		}
		if got != mustID(t, digits) {
			t.Errorf("%s changes the id beside its error", name)
		}
	}
}
