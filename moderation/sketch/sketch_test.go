package sketch_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/internal/event"
	"recourse/moderation/sketch"
)

func key(t testing.TB, seed byte) sketch.Key {
	t.Helper()
	k, err := sketch.NewKey(bytes.Repeat([]byte{seed}, sketch.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAKeyOfAnotherSizeIsRefused(t *testing.T) {
	for _, size := range []int{0, 16, 31, 33} {
		if _, err := sketch.NewKey(make([]byte, size)); err == nil {
			t.Errorf("%d bytes make a key", size)
		}
	}
}

func TestAnAccountIsTheSameHoweverItIsSpelled(t *testing.T) {
	k := key(t, 1)
	of := func(platform, handle string) int64 {
		return k.Of(event.Content{Account: event.Account{Platform: platform, Handle: handle}}).Account
	}
	want := of("Mastodon", "@someone@example.org")
	for _, same := range [][2]string{
		{"mastodon", "someone@example.org"},
		{" MASTODON ", "@Someone@Example.org "},
		{"mastodon", "ｓｏｍｅｏｎｅ@example.org"},
		{"mastodon", "some\u200bone\ufe0f@example.org\u200d"},
	} {
		if of(same[0], same[1]) != want {
			t.Errorf("%q, %q is another account", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"", "someone@example.org"}, {"mastodon", "someone"}, {"mastodon", "someone@example.com"}, {"mastodons", "omeone@example.org"}} {
		if of(other[0], other[1]) == want {
			t.Errorf("%q, %q is the same account", other[0], other[1])
		}
	}
	if of("mastodon", "") != 0 || of("mastodon", " @ ") != 0 {
		t.Error("a platform without a handle is an account")
	}
	if key(t, 2).Of(event.Content{Account: event.Account{Platform: "mastodon", Handle: "someone@example.org"}}).Account == want {
		t.Error("two keys make one number of an account")
	}
}

func TestALinkIsTheSameHoweverItIsShared(t *testing.T) {
	k := key(t, 1)
	of := func(links ...string) []int64 { return k.Of(event.Content{Links: links}).Links }
	want := of("https://example.org/posts/7?page=2")
	for _, same := range []string{
		"http://www.example.org/posts/7?page=2", "https://m.example.org/posts/7/?page=2#top",
		"https://EXAMPLE.org:443/posts/7?utm_source=x&page=2&fbclid=abc", "https://example.org/posts/7?fbclid=abc;page=2",
	} {
		if !slices.Equal(of(same), want) {
			t.Errorf("%s is another link", same)
		}
	}
	for _, other := range []string{
		"https://example.org/posts/8?page=2", "https://example.org/posts/7?page=3", "https://example.org:8443/posts/7?page=2",
		"https://example.org/Posts/7?page=2", "https://example.org/posts/7?page=2#!/other", "https://example.org/posts/7?page=2;u=1",
		"https://example.org/posts/7", "https://example.org/posts/7?page=%E0%zz",
	} {
		if slices.Equal(of(other), want) {
			t.Errorf("%s is the same link", other)
		}
	}
	if got := of("https://example.org/b", "https://example.org/a", "http://example.org/b/"); len(got) != 2 {
		t.Errorf("two links, one of them twice, are %d", len(got))
	}
}

// alike says whether b is found for a, and taken.
func alike(a, b sketch.Sketch) bool {
	found := slices.ContainsFunc(a.Text.Bands, func(v int64) bool { return slices.Contains(b.Text.Bands, v) })
	return found && a.Alike(b.Text.Signature)
}

const long = `Since Monday this account writes under each of my posts that I should leave the town, that everyone knows where I live
and that my children go to the school on the hill. I asked him to stop twice. He answered with pictures of our street and says
that he and his friends will come by. Others have begun to copy what he writes.`

func TestAFragmentThatIsThePageTellsLinksApart(t *testing.T) {
	k := key(t, 1)
	of := func(link string) []int64 { return k.Of(event.Content{Links: []string{link}}).Links }
	for _, two := range [][2]string{
		{"https://chat.example.org/#/@her:example.org", "https://chat.example.org/#/@him:example.org"},
		{"https://forum.example.org/index.php?action=profile;u=1", "https://forum.example.org/index.php?action=profile;u=2"},
	} {
		if slices.Equal(of(two[0]), of(two[1])) {
			t.Errorf("%s and %s are one link", two[0], two[1])
		}
	}
}

func TestWhereNoAccountIsNamedTheLinksMustBeTheSame(t *testing.T) {
	k := key(t, 1)
	of := func(links ...string) sketch.Sketch { return k.Of(event.Content{Description: long, Links: links}) }
	if !alike(of("https://example.org/1"), of("https://www.example.org/1/")) {
		t.Error("the same words and link are not alike")
	}
	if alike(of("https://example.org/1"), of("https://example.org/2")) || alike(of(), of("https://example.org/2")) {
		t.Error("a template filled in for two links is about one thing")
	}
}

func TestAlikeTextsAreFoundAndOthersAreNot(t *testing.T) {
	k := key(t, 1)
	him := event.Account{Platform: "forum", Handle: "him"}
	of := func(a event.Account, words string) sketch.Sketch {
		return k.Of(event.Content{Account: a, Description: words})
	}
	first := of(him, long)
	for name, words := range map[string]string{
		"the same":            long,
		"other spacing":       strings.ReplaceAll(long, "\n", "  "),
		"upper case":          strings.ToUpper(long),
		"no punctuation":      strings.NewReplacer(".", "", ",", "").Replace(long),
		"a word changed":      strings.Replace(long, "Monday", "Tuesday", 1),
		"a sentence appended": long + " Please help me.",
	} {
		got := of(him, words)
		if !alike(got, first) {
			t.Errorf("%s: is not alike: %.2f", name, sketch.Shared(got.Text.Signature, first.Text.Signature))
		}
	}
	other := of(him, `A woman whom I do not know has taken my photograph and my name and writes to my colleagues as if she were me.
She asks them for money. I found out when my sister called and asked whether I was well. The platform has not answered yet.`)
	if alike(other, first) {
		t.Error("another story is alike")
	}
	if got := of(event.Account{Platform: "forum", Handle: "her"}, long); alike(got, first) {
		t.Error("the same words about another account are about the same thing")
	}
	if got := of(event.Account{}, long); alike(got, first) {
		t.Error("words that name no account are about the account of another report")
	}
	if got := k.Of(event.Content{Kind: event.KindThreat, Account: him, Description: long}); alike(got, first) {
		t.Error("a report of another kind is about the same thing")
	}
}

func TestShortTextsAreAlikeOnlyWhereTheAccountIsTheSame(t *testing.T) {
	k := key(t, 1)
	const words = "He insults me in the forum every day."
	him := event.Account{Platform: "forum", Handle: "him"}
	named, unnamed := k.Of(event.Content{Account: him, Description: words}), k.Of(event.Content{Description: words})
	if !alike(named, named) {
		t.Error("the same words about the same account are not alike")
	}
	if alike(unnamed, unnamed) {
		t.Error("a short text that names nobody is alike")
	}
	if unnamed := k.Of(event.Content{Description: long}); !alike(unnamed, unnamed) {
		t.Error("a long text that names nobody is not alike to itself")
	}
	if tiny := k.Of(event.Content{Account: him, Description: "He insults me"}); alike(tiny, tiny) || tiny.Text.Bands != nil {
		t.Error("a few words have a sketch")
	}
}

func TestTextsInEveryScriptAreCompared(t *testing.T) {
	k := key(t, 1)
	for _, words := range []string{
		"이 계정은 매일 제 글마다 욕을 남기고 제 가족의 주소를 알고 있다고 말합니다.",
		"هذا الحساب يكتب تحت كل منشور لي أنه يعرف أين أسكن وأنه سيأتي",
		"यह खाता हर दिन मेरी पोस्ट के नीचे गालियाँ लिखता है और मेरा पता जानता है",
		"このアカウントは毎日わたしの投稿に脅しの言葉を書き込みます。",
	} {
		a, b := k.Of(event.Content{Description: words}), k.Of(event.Content{Description: words + "!"})
		if len(a.Text.Bands) == 0 || sketch.Shared(a.Text.Signature, b.Text.Signature) != 1 {
			t.Errorf("%s: a mark more makes another text", words)
		}
	}
}

// The estimate must follow the part that is really shared, or bands and
// thresholds say nothing.
func TestSharedFollowsTheRealOverlap(t *testing.T) {
	k := key(t, 3)
	word := func(n int) string { return fmt.Sprintf("w%dx%dq", n*7919%10007, n) }
	text := func(from, to int) string {
		var s strings.Builder
		for n := from; n < to; n++ {
			s.WriteString(word(n))
		}
		return s.String()
	}
	for _, tt := range []struct {
		shift    int // of 400 words
		low, top float64
	}{{0, 1, 1}, {20, 0.75, 1}, {100, 0.4, 0.85}, {400, 0, 0.25}} {
		a, b := k.Of(event.Content{Description: text(0, 400)}), k.Of(event.Content{Description: text(tt.shift, 400+tt.shift)})
		if got := sketch.Shared(a.Text.Signature, b.Text.Signature); got < tt.low || got > tt.top {
			t.Errorf("shifted by %d of 400 words, %.2f is shared, want %.2f to %.2f", tt.shift, got, tt.low, tt.top)
		}
	}
}

func TestAnyTextHasASketchOrNone(t *testing.T) {
	k := key(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		c := event.Content{
			Description: rapid.String().Draw(t, "description"), Links: rapid.SliceOf(rapid.String()).Draw(t, "links"),
			Account: event.Account{Platform: rapid.String().Draw(t, "platform"), Handle: rapid.String().Draw(t, "handle")},
		}
		a, b := k.Of(c), k.Of(c)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatal("a report has two sketches")
		}
		if n := len(a.Text.Bands); n != 0 && n != 8 {
			t.Fatalf("a text has %d bands", n)
		}
	})
}

func BenchmarkSketch(b *testing.B) {
	k := key(b, 1)
	c := event.Content{Description: strings.Repeat(long, 4), Links: []string{"https://example.org/posts/7"}, Account: event.Account{Handle: "him"}}
	for b.Loop() {
		k.Of(c)
	}
}
