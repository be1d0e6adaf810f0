package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/seal"
)

func submitted(t testing.TB) event.Submitted {
	t.Helper()
	envelope := func(ct string) seal.Envelope { return seal.Envelope{Version: 1, KeyID: "k", Ciphertext: []byte(ct)} }
	return event.Submitted{
		Version: 1, Report: mustID(t, digits), Community: "demo", Conduct: strings.Repeat("c", 64),
		ReceivedAt: time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC), StatusKey: digits, ReplyKey: []byte("r"),
		Moderation: envelope("m"), Contact: envelope("c"), Statistics: envelope("d"),
	}
}

// fields is a submitted report as a JSON object.
func fields(t testing.TB) map[string]any {
	t.Helper()
	b, err := json.Marshal(submitted(t))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASubmittedReportIsDecodedAsItWasSent(t *testing.T) {
	want := submitted(t)
	got, err := event.DecodeSubmitted(append(encode(t, want), " \n"...))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, got), encode(t, want)) {
		t.Errorf("it is decoded as\n%s, want\n%s", encode(t, got), encode(t, want))
	}
}

func TestASubmittedReportHasTheFieldsThatOtherVersionsKnow(t *testing.T) {
	want := []string{"community", "conduct", "contact", "moderation", "received_at", "reply_key", "report", "statistics", "status_key", "v"}
	if got := slices.Sorted(maps.Keys(fields(t))); !slices.Equal(got, want) {
		t.Errorf("the fields are %v, want %v", got, want)
	}
}

func TestDecodingIsStrict(t *testing.T) {
	whole := string(encode(t, submitted(t)))
	with := func(field string, value any) string {
		all := fields(t)
		all[field] = value
		return string(encode(t, all))
	}
	for _, tt := range []struct{ name, payload string }{
		{"nothing", ""},
		{"white space", " \n"},
		{"null", "null"},
		{"a list", "[" + whole + "]"},
		{"a text", `"MARKER"`},
		{"cut short", whole[:len(whole)-1]},
		{"two values", whole + whole},
		{"a value and a word", whole + " MARKER"},
		{"a value and a bracket", whole + "]"},
		{"an unknown field", with("MARKER", 1)},
		{"an unknown field in an envelope", with("moderation", map[string]any{"v": 1, "MARKER": 1})},
		{"a version that is not known", with("v", 2)},
		{"version 0", with("v", 0)},
		{"a version in words", with("v", "MARKER")},
		{"an id that is none", with("report", "MARKER")},
		{"the id zero", with("report", strings.Repeat("0", 32))},
		{"a community that is none", with("community", "MARKER")},
		{"a community that is two tokens", with("community", "demo.MARKER")},
		{"a time that is none", with("received_at", "MARKER")},
		{"a time of another form", with("received_at", 1700000000)},
		{"a key that is not base64", with("reply_key", "MARKER!")},
		{"a ciphertext that is not base64", with("contact", map[string]any{"v": 1, "kid": "k", "ct": "MARKER!"})},
		{"an envelope that is a text", with("contact", "MARKER")},
		{"an empty community", with("community", "")},
		{"an empty status key", with("status_key", "")},
		{"a status key in upper case", with("status_key", strings.ToUpper(digits))},
		{"a status key of two tokens", with("status_key", "MARKER."+digits[:25])},
		{"a status key that is too long", with("status_key", digits+"0")},
		{"a digest that is too short", with("conduct", digits)},
		{"a digest of other letters", with("conduct", strings.Repeat("MARKER__", 8))},
		{"an empty reply key", with("reply_key", "")},
		{"an empty code of conduct", with("conduct", "")},
		{"a marker among rubbish", "{\"MARKER\": \x00\xff}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := event.DecodeSubmitted([]byte(tt.payload))
			if !errors.Is(err, event.ErrDecode) || !s.Report.IsZero() || s.StatusKey != "" {
				t.Fatalf("it is decoded as %v, %v; want ErrDecode", s, err)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), "MARKER") {
					t.Errorf("the error quotes the payload: %#v", e)
				}
			}
		})
	}
}

func TestAMissingFieldIsRefused(t *testing.T) {
	for _, field := range []string{"v", "report", "community", "conduct", "received_at", "status_key", "reply_key"} {
		all := fields(t)
		delete(all, field)
		if _, err := event.DecodeSubmitted(encode(t, all)); !errors.Is(err, event.ErrDecode) {
			t.Errorf("without %s it is decoded: %v; want ErrDecode", field, err)
		}
	}
}

func TestTheBindingChangesWithAllThatStandsOutsideTheEnvelopes(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*event.Submitted){
		"nothing":                  func(*event.Submitted) {},
		"the report":               func(s *event.Submitted) { s.Report[0] ^= 1 },
		"the community":            func(s *event.Submitted) { s.Community = "lyon" },
		"the code of conduct":      func(s *event.Submitted) { s.Conduct = strings.Repeat("d", 64) },
		"the time":                 func(s *event.Submitted) { s.ReceivedAt = s.ReceivedAt.Add(time.Second) },
		"the status key":           func(s *event.Submitted) { s.StatusKey = digits[1:] + "0" },
		"the reply key":            func(s *event.Submitted) { s.ReplyKey = []byte("s") },
		"where one field ends":     func(s *event.Submitted) { s.StatusKey, s.ReplyKey = s.StatusKey+"r", nil },
		"where another field ends": func(s *event.Submitted) { s.Community, s.Conduct = "democ", s.Conduct[1:] },
	} {
		s := submitted(t)
		change(&s)
		binding := string(s.Binding())
		if other, ok := seen[binding]; ok || len(binding) != 32 {
			t.Errorf("a change of %s and one of %s give the same %d bytes", name, other, len(binding))
		}
		seen[binding] = name
	}
}

func TestTheBindingIsTheSameOnBothEnds(t *testing.T) {
	sent := submitted(t)
	want := sent.Binding()
	sent.ReceivedAt = sent.ReceivedAt.In(time.FixedZone("", 3600)) // the same second, written otherwise
	got, err := event.DecodeSubmitted(encode(t, sent))
	if err != nil {
		t.Fatal(err)
	}
	got.Moderation.KeyID = "another"
	if !bytes.Equal(got.Binding(), want) {
		t.Error("it changes on the way, or with an envelope")
	}
}

func TestDimensionsOfTheLongestReportFitTheirEnvelope(t *testing.T) {
	body := encode(t, event.Dimensions{
		Kind: event.KindNonConsensualImagery, Grounds: event.Grounds(), Gender: event.GenderSelfDescribed, AgeBand: event.AgeUnder18,
		Role: event.RoleOperator, Language: "abcdefgh", Participant: make([]byte, 32), Account: make([]byte, 32),
	})
	if len(body)+4 > event.DimensionsSize {
		t.Errorf("they take %d bytes and a length of 4, of %d", len(body), event.DimensionsSize)
	}
}
