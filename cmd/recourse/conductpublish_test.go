package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/register"
	"recourse/internal/testbench"
)

// publishBench is NATS with the community demo, whose bundle names no history:
// an earlier version of the program signed it.
type publishBench struct {
	bus  *testbench.Bus
	demo community.Bundle
	data string
}

func newPublishBench(t *testing.T) *publishBench {
	t.Helper()
	b := &publishBench{bus: testbench.NATS(t), data: t.TempDir()}
	b.demo = b.bus.Demo(t)
	if err := writeJSON(runtimePath(b.data), runtimeFile{NATSURL: b.bus.URL, DatabaseURL: "postgres://127.0.0.1:1/none"}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *publishBench) args(file string, more ...string) []string {
	return append([]string{"conduct", "publish", file, "--community", "demo", "--data", b.data, "--keys", b.bus.Keys.Root}, more...)
}

func (b *publishBench) bundle(t *testing.T) community.Bundle {
	t.Helper()
	source := community.NewSource(b.bus.JS(t, keys.Intake), b.operator(t), slog.New(slog.DiscardHandler))
	if err := source.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	bundle, ok := source.Get("demo")
	if !ok {
		t.Fatal("the bundle does not verify")
	}
	// Whatever it names is there, and is what its digest says.
	if _, err := source.Conduct(t.Context(), bundle.Conduct); err != nil {
		t.Error(err)
	}
	for _, v := range bundle.Codes {
		if _, err := source.Conduct(t.Context(), v.Digest); err != nil {
			t.Error(err)
		}
		b.register(t, source, v)
	}
	return bundle
}

func (b *publishBench) register(t *testing.T, source *community.Source, v community.CodeVersion) register.Document {
	t.Helper()
	file, err := source.Register(t.Context(), v.Register)
	if err != nil {
		t.Fatal(err)
	}
	document, err := register.Decode(file)
	if err != nil || document.Digest != v.Digest || !document.Since.Equal(v.Since) || document.Version != v.Version {
		t.Errorf("the register says %v, %v; want what the bundle says: %v", document, err, v)
	}
	return document
}

func (b *publishBench) operator(t *testing.T) []byte {
	t.Helper()
	verify, err := b.bus.Ring(t, keys.Intake).Find(keys.OperatorVerify, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return verify.Key
}

// digests of the bundle's history.
func digests(b community.Bundle) string {
	var all []string
	for _, v := range b.Codes {
		all = append(all, v.Digest)
	}
	return strings.Join(all, " ")
}

func TestACodeIsPublishedWithItsHistory(t *testing.T) {
	b := newPublishBench(t)
	first := community.Digest([]byte(testbench.DemoConduct))
	next := testbench.DemoConduct + conductRules
	second := community.Digest([]byte(next))
	file := conductFiles(t, next, conductCases)

	out, exit := runProgram(t, b.args(file, "--dry-run")...)
	if exit != 0 || !strings.Contains(out, "Rule far is new: “Far.”") || !strings.HasSuffix(out, "Nothing was changed (--dry-run).\n") {
		t.Errorf("a dry run ends with %d and prints %q", exit, out)
	}
	if got := b.bundle(t); got.Version != 1 || got.Conduct != first || len(got.Codes) != 0 {
		t.Errorf("after a dry run the bundle is %d of %s", got.Version, got.Conduct)
	}

	out, exit = runProgram(t, b.args(file)...)
	if exit != 0 || !strings.Contains(out, "Rule far is new: “Far.”") || !strings.Contains(out, "Version “1” is in force in demo.") {
		t.Errorf("publishing ends with %d and prints %q", exit, out)
	}
	got := b.bundle(t)
	if got.Version != 2 || got.Conduct != second || digests(got) != second+" "+first {
		t.Errorf("the bundle is %d with %s, want 2 with both codes", got.Version, digests(got))
	}
	if a, ok := got.Article("respect"); !ok || a.FirstLook != 48*time.Hour {
		t.Errorf("its article is %v", a)
	}

	out, exit = runProgram(t, b.args(file)...)
	if again := b.bundle(t); exit != 0 || !strings.Contains(out, "in force in demo already") || again.Version != 2 || digests(again) != digests(got) {
		t.Errorf("publishing again ends with %d and prints %q; the bundle is %d", exit, out, again.Version)
	}

	// Back again: one more time in which the first was in force.
	back := conductFiles(t, testbench.DemoConduct, conductCases)
	if out, exit = runProgram(t, b.args(back, "--without-tests")...); exit != 0 || !strings.Contains(out, "Rule far is taken out.") {
		t.Errorf("going back ends with %d and prints %q", exit, out)
	}
	if got = b.bundle(t); digests(got) != first+" "+second+" "+first || got.Codes[0].Register == got.Codes[2].Register {
		t.Errorf("the history is %s", digests(got))
	}
}

func TestACodeIsNotPublishedWithoutGoodReason(t *testing.T) {
	b := newPublishBench(t)
	good := testbench.DemoConduct + conductRules
	for _, tt := range []struct {
		name, code, cases string
		args              []string
		exit              int
		want              string
	}{
		{"a failed case", good, strings.Replace(conductCases, "queue: general", "queue: safety", 1), nil, exitSick, "queue is general, and safety is wanted"},
		{"no cases", good, "", []string{"REMOVE"}, exitFailed, ""},
		{"a mistake", strings.Replace(good, "queue: safety", "queue: danger", 1), conductCases, nil, exitSick, `there is no queue "danger"`},
		{"no such community", good, conductCases, []string{"--community", "nowhere"}, exitFailed, ""},
		{"a language is missing", strings.NewReplacer("languages: [en, fr, ar]", "languages: [en]", ", fr: Règles de la maison, ar: قواعد البيت", "").Replace(testbench.DemoConduct), "", []string{"--without-tests"}, exitFailed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := conductFiles(t, tt.code, tt.cases)
			args := tt.args
			if len(args) > 0 && args[0] == "REMOVE" {
				args = nil
				if err := os.Remove(strings.TrimSuffix(file, ".yaml") + "_test.yaml"); err != nil {
					t.Fatal(err)
				}
			}
			out, exit := runProgram(t, b.args(file, args...)...)
			if exit != tt.exit || !strings.Contains(out, tt.want) {
				t.Errorf("it ends with %d and prints %q, want %d and %q", exit, out, tt.exit, tt.want)
			}
			if got := b.bundle(t); got.Version != 1 {
				t.Errorf("the bundle is %d", got.Version)
			}
		})
	}
}

// Killed between any two steps, a publisher leaves the old code in force and
// nothing broken; the next one makes it good.
func TestCrashOfAPublisherLeavesTheCodeInForce(t *testing.T) {
	b := newPublishBench(t)
	file := conductFiles(t, testbench.DemoConduct+conductRules, conductCases)
	for _, point := range []string{"publish.code.after", "publish.register.after"} {
		killed := startChild(t, binaryWithFaults(t), []string{"RECOURSE_FAULT_KILL=" + point}, b.args(file)...)
		select {
		case <-killed.exited:
		case <-time.After(20 * time.Second):
			t.Fatalf("it never came to %s:\n%s", point, killed.logs)
		}
		if !killed.wasKilled() {
			t.Fatalf("it ended otherwise:\n%s", killed.logs)
		}
		if got := b.bundle(t); got.Version != 1 || got.Conduct != b.demo.Conduct {
			t.Errorf("%s: the bundle is %d of %s", point, got.Version, got.Conduct)
		}
	}
	if _, exit := runProgram(t, b.args(file)...); exit != 0 {
		t.Errorf("the next one ends with %d", exit)
	}
	if got := b.bundle(t); got.Version != 2 || len(got.Codes) != 2 {
		t.Errorf("then the bundle is %d with %d codes", got.Version, len(got.Codes))
	}
}

// Of several that publish at once, each either has its code in the history or
// is told that somebody else was there first.
func TestPublishersAtOnceLoseNothing(t *testing.T) {
	b := newPublishBench(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	published := map[string]bool{} // mu
	for _, version := range []string{"a", "b", "c", "d"} {
		code := strings.Replace(testbench.DemoConduct, `version: "1"`, `version: "`+version+`"`, 1)
		file := conductFiles(t, code, "")
		wg.Go(func() {
			if _, exit := runProgram(t, b.args(file, "--without-tests")...); exit == 0 {
				mu.Lock()
				published[community.Digest([]byte(code))] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	got := b.bundle(t)
	if len(published) == 0 || len(got.Codes) != len(published)+1 || got.Version != len(published)+1 {
		t.Errorf("%d were published; the bundle is %d with %d codes", len(published), got.Version, len(got.Codes))
	}
	for digest := range published {
		if _, ok := got.Code(digest); !ok {
			t.Errorf("%s was published and is not in the history", digest)
		}
	}
}

func TestApplyingACommunityKeepsTheHistoryToo(t *testing.T) {
	b := newPublishBench(t)
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("demo.yaml", "name: demo\ntitle: {en: Demo, fr: Démo, ar: تجربة}\nlanguages: [en, fr, ar]\nconduct: conduct.yaml\n")
	for _, code := range []string{testbench.DemoConduct, testbench.DemoConduct + conductRules} {
		write("conduct.yaml", code)
		if _, exit := runProgram(t, "admin", "community", "apply", filepath.Join(dir, "demo.yaml"), "--data", b.data, "--keys", b.bus.Keys.Root); exit != 0 {
			t.Fatalf("applying ends with %d", exit)
		}
	}
	if got := b.bundle(t); digests(got) != community.Digest([]byte(testbench.DemoConduct+conductRules))+" "+b.demo.Conduct {
		t.Errorf("the history is %s", digests(got))
	}
}

// A program that starts again does not bring an earlier code back.
func TestStartingAgainLeavesAPublishedCodeInForce(t *testing.T) {
	b := newPublishBench(t)
	e := environment{keys: b.bus.Keys, natsURL: b.bus.URL, log: slog.New(slog.DiscardHandler)}
	js := b.bus.JS(t, keys.Admin)
	kv, err := js.KeyValue(t.Context(), event.BucketCommunities)
	if err != nil {
		t.Fatal(err)
	}
	d, err := readCommunity(demoFiles, "demo/community.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d.atStart = true
	if _, err := applyCommunity(t.Context(), e, js, d); err != nil {
		t.Fatal(err)
	}
	later := []byte(strings.Replace(string(d.conduct), `version: "`, `version: "later-`, 1))
	if _, err := changeBundle(t.Context(), e, kv, "demo", func(bundle *community.Bundle) error {
		return newPublication(later, d.code).enter(t.Context(), kv, bundle, time.Now())
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := applyCommunity(t.Context(), e, js, d); err != nil {
		t.Fatal(err)
	}
	if got := b.bundle(t); got.Conduct != community.Digest(later) {
		t.Error("an earlier code is in force again")
	}
	d.atStart = false // somebody asks for it
	if _, err := applyCommunity(t.Context(), e, js, d); err != nil {
		t.Fatal(err)
	}
	if got := b.bundle(t); got.Conduct != community.Digest(d.conduct) || len(got.Codes) != 4 {
		t.Errorf("%d codes are in the history", len(got.Codes))
	}
}
