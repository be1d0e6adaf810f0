package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/internal/community"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

// communityBench is a NATS server with an applied community, and what an intake
// reads of it.
type communityBench struct {
	*testing.T

	parts  []string // flags that name keys and servers
	file   string
	source *community.Source
}

func newCommunityBench(t *testing.T) *communityBench {
	t.Helper()
	bus, dir := testbench.NATS(t), t.TempDir()
	b := &communityBench{T: t, file: filepath.Join(dir, "city.yaml")}
	b.parts = []string{"--nats-url", bus.URL, "--database-url", "postgres://127.0.0.1:1/none", "--keys", bus.Keys.Root}
	verify, err := bus.Ring(t, keys.Intake).Find(keys.OperatorVerify, "", "")
	if err != nil {
		t.Fatal(err)
	}
	b.source = community.NewSource(bus.JS(t, keys.Intake), verify.Key, slog.New(slog.DiscardHandler))
	if err := os.WriteFile(filepath.Join(dir, "conduct.yaml"), []byte(testbench.DemoConduct), 0o600); err != nil {
		t.Fatal(err)
	}
	b.apply("")
	return b
}

// run runs `recourse admin community`.
func (b *communityBench) run(wantCode int, args ...string) string {
	b.Helper()
	out, code := runProgram(b, append(append([]string{"admin", "community"}, args...), b.parts...)...)
	if code != wantCode {
		b.Errorf("%v ends with %d, want %d: %s", args, code, wantCode, out)
	}
	return out
}

func (b *communityBench) apply(more string) string {
	b.Helper()
	if err := os.WriteFile(b.file, []byte(smallFile+more), 0o600); err != nil {
		b.Fatal(err)
	}
	return b.run(0, "apply", b.file)
}

// notice is what the intake shows instead of the form, in English.
func (b *communityBench) notice() string {
	b.Helper()
	if err := b.source.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	bundle, ok := b.source.Get("city")
	if !ok {
		b.Fatal("the intake knows no such community")
	}
	return bundle.Paused["en"]
}

func (b *communityBench) wantNotice(want, when string) {
	b.Helper()
	if got := b.notice(); got != want {
		b.Errorf("%s the notice is %q, want %q", when, got, want)
	}
}

func TestAPauseByCommandLastsUntilResume(t *testing.T) {
	b := newCommunityBench(t)
	b.wantNotice("", "at first")
	notice := "Away; back on 4 January = a Monday, at 9."
	out := b.run(0, "pause", "city", "--notice", "en="+notice, "--notice", "fr=De retour le 4 janvier.")
	b.wantNotice(notice, "paused,")
	if !strings.Contains(out, "recourse admin community resume city") {
		t.Errorf("pause prints %s", out)
	}
	if out := b.apply("kinds: [threat, other]\n"); !strings.Contains(out, "is paused by command") {
		t.Errorf("apply prints %s", out)
	}
	b.wantNotice(notice, "after an apply")
	shown := b.run(0, "show", "city")
	for _, want := range []string{"# It is paused by command", "name: city", "kinds: [threat, other]", notice, "# conduct: a file with the digest"} {
		if !strings.Contains(shown, want) {
			t.Errorf("show prints no %s:\n%s", want, shown)
		}
	}
	b.run(0, "resume", "city")
	b.wantNotice("", "resumed,")
	if out := b.run(0, "resume", "city"); !strings.Contains(out, "was so already") {
		t.Errorf("a second resume prints %s", out)
	}
	if shown := b.run(0, "show", "city"); !strings.Contains(shown, "# It takes new reports.") {
		t.Errorf("show prints %s", shown)
	}
}

func TestAPauseByFileEndsWithTheFile(t *testing.T) {
	b := newCommunityBench(t)
	pause := "paused: {en: Closed, fr: Fermé}\n"
	if out := b.apply(pause); !strings.Contains(out, "is paused by its file") {
		t.Errorf("apply prints %s", out)
	}
	b.wantNotice("Closed", "paused by file,")
	if out := b.apply(pause); !strings.Contains(out, "is as the file says already") {
		t.Errorf("a second apply prints %s", out)
	}
	if out := b.run(0, "resume", "city"); !strings.Contains(out, "or the next 'apply' pauses it again") {
		t.Errorf("resume prints %s", out)
	}
	b.wantNotice("", "resumed,")
	b.apply(pause)
	b.apply("")
	b.wantNotice("", "taken out of the file,")
	if out := b.apply("opens: 2999-01-01\n"); !strings.Contains(out, "no new reports before 2999-01-01T00:00:00Z") {
		t.Errorf("apply prints %s", out)
	}
	if out := b.apply("opens: 2999-01-01\n"); !strings.Contains(out, "is as the file says already") {
		t.Errorf("a second apply prints %s", out)
	}
}

func TestAPauseThatSomeCannotReadIsRefused(t *testing.T) {
	b := newCommunityBench(t)
	b.run(exitFailed, "pause", "city", "--notice", "en=Away")
	b.run(exitFailed, "pause", "city", "--notice", "en=Away", "--notice", "fr= ")
	b.run(exitFailed, "pause", "city", "--notice", "en=Away", "--notice", "fr=Non", "--notice", "de=Weg")
	b.run(exitUsage, "pause", "city")
	b.wantNotice("", "after refusals")
	for _, name := range []string{"nowhere", "City", "*"} {
		b.run(exitFailed, "pause", name, "--notice", "en=Away")
		b.run(exitFailed, "resume", name)
		b.run(exitFailed, "show", name)
	}
}
