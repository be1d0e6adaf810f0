package reporter

import (
	"bytes"
	"testing"

	"recourse/internal/event"
)

func TestAnAccountHasOnePseudonymHoweverItsHandleIsWritten(t *testing.T) {
	s := secrets{reporter: []byte("one key"), account: []byte("another key")}
	maya := s.reportedAccount("demo", event.Account{Platform: "Example", Handle: "@Maya"})
	for _, a := range []event.Account{
		{Platform: "example", Handle: "maya"},
		{Platform: " EXAMPLE ", Handle: " @@ maya "},
		{Platform: "ｅｘａｍｐｌｅ", Handle: "＠ｍａｙａ"},
	} {
		if !bytes.Equal(s.reportedAccount("demo", a), maya) {
			t.Errorf("%+v is another account", a)
		}
	}
	for what, other := range map[string][]byte{
		"another handle":    s.reportedAccount("demo", event.Account{Platform: "Example", Handle: "@Maja"}),
		"another platform":  s.reportedAccount("demo", event.Account{Platform: "Other", Handle: "@Maya"}),
		"no platform":       s.reportedAccount("demo", event.Account{Handle: "@Maya"}),
		"another community": s.reportedAccount("other", event.Account{Platform: "Example", Handle: "@Maya"}),
		"a shifted border":  s.reportedAccount("demo", event.Account{Platform: "ExampleM", Handle: "aya"}),
		"a participant":     s.participant("demo", "maya"),
	} {
		if bytes.Equal(other, maya) {
			t.Errorf("%s has the same pseudonym", what)
		}
	}
	if s.reportedAccount("demo", event.Account{Platform: "Example", Handle: " @ "}) != nil || s.participant("demo", "") != nil {
		t.Error("a pseudonym of nobody")
	}
}

func TestNoTwoListsOfPartsAreAuthenticatedAlike(t *testing.T) {
	key := []byte("key")
	if bytes.Equal(mac(key, "ab", "c"), mac(key, "a", "bc")) || bytes.Equal(mac(key, "a", ""), mac(key, "a")) {
		t.Error("parts run together")
	}
}

func TestAReceiptBelongsToOneRequest(t *testing.T) {
	of := func(seed, client, community, route, key, body string) string {
		return secrets{receiptSeed: []byte(seed)}.receiptOf(client, community, route, key, []byte(body)).Reveal()
	}
	first := of("seed", "public", "demo", "route", "key", "body")
	if of("seed", "public", "demo", "route", "key", "body") != first {
		t.Error("the same request has another receipt")
	}
	for what, other := range map[string]string{
		"another intake's seed": of("other", "public", "demo", "route", "key", "body"),
		"another client":        of("seed", "client:x", "demo", "route", "key", "body"),
		"another community":     of("seed", "public", "other", "route", "key", "body"),
		"another route":         of("seed", "public", "demo", "other", "key", "body"),
		"another key":           of("seed", "public", "demo", "route", "other", "body"),
		"another body":          of("seed", "public", "demo", "route", "key", "other"),
	} {
		if other == first {
			t.Errorf("%s shares a receipt", what)
		}
	}
}
