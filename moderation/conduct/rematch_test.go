package conduct_test

import (
	"reflect"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

func TestACodeSeesWhatAnotherSawButForItsOwnWords(t *testing.T) {
	parse := func(file string) conduct.Code {
		code, err := conduct.Parse([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	const lexicon = "-- lexicons/en.txt --\nblobfish ; insult ; 1\n"
	plain, blob := parse(house), parse(house+"lexicons: [lexicons/en.txt]\n"+lexicon)
	other := parse(house + "lexicons: [lexicons/en.txt]\n" + strings.Replace(lexicon, "blobfish", "toad", 1))
	content := event.Content{Kind: event.KindOther, Description: "You blobfish, or toad! Call +44 20 7946 0958."}
	for name, from := range map[string]conduct.Code{"plain": plain, "blob": blob, "other": other} {
		for _, to := range []conduct.Code{plain, blob, other} {
			if got := to.Rematch(from.View(content), content); !reflect.DeepEqual(got, to.View(content)) {
				t.Errorf("from %s it sees %+v, want %+v", name, got, to.View(content))
			}
		}
	}
	if !blob.SameLexicons(blob) || blob.SameLexicons(plain) || blob.SameLexicons(other) || !plain.SameLexicons(parse(house)) {
		t.Error("lexicons that differ count as the same, or the other way round")
	}
}
