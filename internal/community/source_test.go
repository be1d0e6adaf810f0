package community_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

type bench struct {
	*testbench.Bus

	source *community.Source
	log    *bytes.Buffer
	demo   community.Bundle // as the source holds it
}

// setup has a source, with the intake's rights, that holds the community demo.
func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{Bus: testbench.NATS(t), log: &bytes.Buffer{}}
	b.demo = b.Demo(t)
	b.source = b.newSource(t, keys.Intake)
	b.refresh(t)
	return b
}

func (b *bench) newSource(t *testing.T, s keys.Service) *community.Source {
	t.Helper()
	verify, err := b.Ring(t, keys.Intake).Find(keys.OperatorVerify, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return community.NewSource(b.JS(t, s), verify.Key, slog.New(slog.NewTextHandler(b.log, nil)))
}

func (b *bench) refresh(t *testing.T) {
	t.Helper()
	if err := b.source.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// next is the demo community at another version, with the title changed.
func (b *bench) next(version int, title string) community.Bundle {
	bundle := b.demo
	bundle.Version, bundle.Title = version, community.Text{"en": title}
	return bundle
}

func (b *bench) wantTitle(t *testing.T, want string) {
	t.Helper()
	bundle, ok := b.source.Get("demo")
	if !ok || bundle.Title["en"] != want {
		t.Errorf("the community is %q, %v; want %q", bundle.Title["en"], ok, want)
	}
}

func (b *bench) bucket(t *testing.T) jetstream.KeyValue {
	t.Helper()
	kv, err := b.JS(t, keys.Admin).KeyValue(t.Context(), event.BucketCommunities)
	if err != nil {
		t.Fatal(err)
	}
	return kv
}

func (b *bench) put(t *testing.T, key string, value []byte) {
	t.Helper()
	if _, err := b.bucket(t).Put(t.Context(), key, value); err != nil {
		t.Fatal(err)
	}
}

func TestASourceIsEmptyUntilItIsRefreshed(t *testing.T) {
	b := setup(t)
	source := b.newSource(t, keys.Intake)
	if _, ok := source.Get("demo"); ok || len(source.All()) > 0 {
		t.Error("it holds a community before it read any")
	}
}

func TestEveryServiceThatNeedsThemMayReadCommunities(t *testing.T) {
	b := setup(t)
	for _, s := range []keys.Service{keys.Intake, keys.Worker, keys.Console, keys.Stats} {
		source := b.newSource(t, s)
		if err := source.Refresh(t.Context()); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if bundle, ok := source.Get("demo"); !ok || bundle.Version != 1 || len(source.All()) != 1 {
			t.Errorf("%s reads %v, %v", s, bundle, ok)
		}
		if _, err := source.Conduct(t.Context(), b.demo.Conduct); err != nil {
			t.Errorf("%s does not read the code of conduct: %v", s, err)
		}
	}
}

func TestASourceTakesUpChanges(t *testing.T) {
	b := setup(t)
	b.PutCommunity(t, b.next(2, "Second"))
	b.PutCommunity(t, newBundle(t, "lyon"))
	b.wantTitle(t, "Demo community") // not before it is refreshed
	b.refresh(t)
	b.wantTitle(t, "Second")
	if _, ok := b.source.Get("lyon"); !ok || len(b.source.All()) != 2 {
		t.Errorf("it holds %d communities, lyon: %v; want both", len(b.source.All()), ok)
	}
	if err := b.bucket(t).Delete(t.Context(), community.Key("lyon")); err != nil {
		t.Fatal(err)
	}
	b.refresh(t)
	if _, ok := b.source.Get("lyon"); ok || len(b.source.All()) != 1 {
		t.Error("it holds a community that was deleted")
	}
	b.wantTitle(t, "Second")
}

func TestASourceKeepsWhatItHoldsWhereABundleIsRefused(t *testing.T) {
	b := setup(t)
	b.PutCommunity(t, b.next(3, "Third"))
	b.refresh(t)
	signature, err := b.Ring(t, keys.Admin).Find(keys.OperatorSign, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		value []byte
	}{
		{"one signed by a stranger", sign(t, stranger, b.next(4, "MARKER"))},
		{"words", []byte("MARKER")},
		{"nothing", nil},
		{"an older one of the operator", sign(t, signature.Key, b.next(2, "MARKER"))},
		{"another community's", sign(t, signature.Key, newBundle(t, "lyon"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.log.Reset()
			b.put(t, community.Key("demo"), tt.value)
			b.put(t, community.Key("new"), tt.value)
			b.refresh(t)
			b.wantTitle(t, "Third")
			if bundle, ok := b.source.Get("new"); ok {
				t.Errorf("a community that was not held is now %v", bundle)
			}
			if log := b.log.String(); !strings.Contains(log, "community=demo") || strings.Contains(log, "MARKER") {
				t.Errorf("the log says %q; want the community's name and no content", log)
			}
		})
	}
	b.PutCommunity(t, b.next(4, "Fourth"))
	b.refresh(t)
	b.wantTitle(t, "Fourth")
}

func TestASourceGoesOnServingWhileNATSIsAway(t *testing.T) {
	b := setup(t)
	b.PutCommunity(t, b.next(2, "Second"))
	b.Stop()
	if err := b.source.Refresh(t.Context()); err == nil {
		t.Error("Refresh says nothing of a server that is away")
	}
	b.wantTitle(t, "Demo community")
	b.Restart(t)
	testbench.Eventually(t, 10*time.Second, "the change is taken up once NATS is back", func() bool {
		return b.source.Refresh(t.Context()) == nil
	})
	b.wantTitle(t, "Second")
}

func TestRunTakesUpChangesUntilItsContextEnds(t *testing.T) {
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.source.Run(ctx) }()
	b.PutCommunity(t, b.next(2, "Second"))
	testbench.Eventually(t, 10*time.Second, "the change is taken up", func() bool {
		bundle, _ := b.source.Get("demo")
		return bundle.Version == 2
	})
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run ends with %v", err)
	}
}

func TestACodeOfConductIsWhatItsDigestSays(t *testing.T) {
	b := setup(t)
	file, err := b.source.Conduct(t.Context(), b.demo.Conduct)
	if err != nil || string(file) != testbench.DemoConduct {
		t.Errorf("Conduct returns %d bytes, %v; want the file", len(file), err)
	}
	changed := community.Digest([]byte("another code"))
	b.put(t, community.ConductKey(changed), []byte("not that code"))
	for name, digest := range map[string]string{
		"the digest of another file": changed,
		"an unknown digest":          strings.Repeat("0", 64),
		"nothing":                    "",
		"a wildcard":                 "*",
		"a path":                     "../bundle.demo",
		"a space":                    "a b",
	} {
		if file, err := b.source.Conduct(t.Context(), digest); !errors.Is(err, community.ErrNoConduct) || file != nil {
			t.Errorf("%s: %q, %v; want ErrNoConduct", name, file, err)
		}
	}
	b.Stop()
	if _, err := b.source.Conduct(t.Context(), b.demo.Conduct); err == nil || errors.Is(err, community.ErrNoConduct) {
		t.Errorf("while NATS is away: %v; want another error than ErrNoConduct", err)
	}
}
