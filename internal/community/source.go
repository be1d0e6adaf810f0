package community

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
)

// pollEvery is how often a Source looks for changes. Watching would need a
// consumer on the bucket, and so a right that the intake must not have.
const pollEvery = 2 * time.Second

// Source holds the verified bundles of every community and polls the bucket
// for changes. Safe for concurrent use.
type Source struct {
	js     jetstream.JetStream
	public ed25519.PublicKey
	log    *slog.Logger

	bundles atomic.Pointer[map[string]Bundle]

	mu       sync.Mutex // one Refresh at a time
	revision uint64     // of the bucket, when last read whole; mu
}

// NewSource returns a Source that trusts the operator's public key. It is
// empty until Refresh or Run.
func NewSource(js jetstream.JetStream, public ed25519.PublicKey, log *slog.Logger) *Source {
	s := &Source{js: js, public: public, log: log}
	s.bundles.Store(&map[string]Bundle{})
	return s
}

// Get returns the bundle of a community.
func (s *Source) Get(name string) (Bundle, bool) {
	b, ok := (*s.bundles.Load())[name]
	return b, ok
}

// All returns every community, in no order.
func (s *Source) All() []Bundle {
	var all []Bundle
	for _, b := range *s.bundles.Load() {
		all = append(all, b)
	}
	return all
}

// Run refreshes until ctx ends. NATS away is no reason to stop: the bundles
// held go on serving.
func (s *Source) Run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("communities can't be read; the ones held go on serving", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Refresh reads what has changed. A bundle that does not verify, or that is
// older than the one held, is left out with a warning.
func (s *Source) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()

	stream, err := s.js.Stream(ctx, "KV_"+event.BucketCommunities)
	if err != nil {
		return fmt.Errorf("looking up the bucket of communities: %w", err)
	}
	subjectPrefix := "$KV." + event.BucketCommunities + "."
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(subjectPrefix+"bundle.*"))
	if err != nil {
		return fmt.Errorf("listing the communities: %w", err)
	}
	if info.State.LastSeq == s.revision {
		return nil
	}
	held := *s.bundles.Load()
	next := make(map[string]Bundle, len(info.State.Subjects))
	for subject := range info.State.Subjects {
		name := strings.TrimPrefix(subject, subjectPrefix+"bundle.")
		b, err := s.read(ctx, name)
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
			continue
		case errors.Is(err, ErrSignature), errors.Is(err, ErrBundle):
			s.log.Error("a community's bundle is refused", "community", name, "error", err)
			b = held[name]
		case err != nil:
			return err
		}
		if b.Version < held[name].Version {
			s.log.Error("an older bundle of a community is refused", "community", name, "version", b.Version)
			b = held[name]
		}
		if b.Version > 0 {
			next[name] = b
		}
	}
	s.bundles.Store(&next)
	s.revision = info.State.LastSeq
	return nil
}

func (s *Source) read(ctx context.Context, name string) (Bundle, error) {
	kv, err := bus.Bucket(ctx, s.js, event.BucketCommunities)
	if err != nil {
		return Bundle{}, err
	}
	entry, err := kv.Get(ctx, Key(name))
	if err != nil {
		return Bundle{}, fmt.Errorf("reading a community: %w", err)
	}
	b, err := Verify(s.public, name, entry.Value())
	b.Keys.parse()
	return b, err
}

// Conduct returns the file of the code of conduct with this digest.
func (s *Source) Conduct(ctx context.Context, digest string) ([]byte, error) {
	return s.addressed(ctx, ConductKey(digest), digest, ErrNoConduct)
}

// Register returns the public register with this digest, which a bundle names.
func (s *Source) Register(ctx context.Context, digest string) ([]byte, error) {
	return s.addressed(ctx, RegisterKey(digest), digest, ErrNoRegister)
}

// addressed reads what its digest names. None is the error where there is
// nothing, or something else.
func (s *Source) addressed(ctx context.Context, key, digest string, none error) ([]byte, error) {
	kv, err := bus.Bucket(ctx, s.js, event.BucketCommunities)
	if err != nil {
		return nil, err
	}
	entry, err := kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrInvalidKey) {
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("reading what a digest names: %w", err)
	}
	if Digest(entry.Value()) != digest {
		return nil, fmt.Errorf("%w: what stands under its digest is another file", none)
	}
	return entry.Value(), nil
}

// Errors of what a digest should name.
var (
	ErrNoConduct  = errors.New("no code of conduct has this digest")
	ErrNoRegister = errors.New("no public register has this digest")
)
