package main

import (
	"context"
	"crypto/ed25519"
	"embed"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
)

//go:embed demo/*.yaml
var demoFiles embed.FS

// applyCommunity makes keys where they are missing, then puts the code of
// conduct, its register and the signed bundle. It changes nothing where nothing has changed.
func applyCommunity(ctx context.Context, e environment, js jetstream.JetStream, d draft) (changed bool, err error) {
	if _, err := keygen.EnsureCommunity(e.keys, d.file.Name, time.Now()); err != nil {
		return false, err
	}
	kv, err := bus.Bucket(ctx, js, event.BucketCommunities)
	if err != nil {
		return false, err
	}
	code := newPublication(d.conduct, d.code)
	return changeBundle(ctx, e, kv, d.file.Name, func(b *community.Bundle) error {
		d.settle(b)
		if err := d.enterCode(ctx, e, kv, code, b); err != nil {
			return err
		}
		return publicKeys(e.keys, b)
	})
}

// enterCode puts the file's code in force, unless the program starts and a
// later one was published since the file's own was.
func (d *draft) enterCode(ctx context.Context, e environment, kv jetstream.KeyValue, code publication, b *community.Bundle) error {
	if _, earlier := b.Code(code.digest); d.atStart && earlier && b.Conduct != code.digest {
		e.log.Info("a code of conduct that was published later stays in force", "community", b.Name, "digest", b.Conduct)
		return nil
	}
	return code.enter(ctx, kv, b, time.Now())
}

// settle puts what the file says into b. A pause that was made by command stays
// where the file says nothing of one: applying a file must not open a community
// that somebody closed by hand.
func (d *draft) settle(b *community.Bundle) {
	f := d.file
	b.Title, b.Languages = f.Title, f.Languages
	b.Kinds, b.Country, b.Intro = f.Kinds, f.Country, f.Intro
	b.Colours, b.Logo = community.Colours(f.Colours), d.logo
	b.Opens, b.AskAfter, b.RateLimit = d.opens, d.askAfter, community.RateLimit(f.RateLimit)
	b.Care = d.care
	if f.Paused != nil || !b.PauseHeld {
		b.Paused, b.PauseHeld = f.Paused, false
	}
}

func publicKeys(folder keys.Folder, b *community.Bundle) error {
	ring, err := folder.Ring(keys.Admin)
	if err != nil {
		return err
	}
	for purpose, target := range map[keys.Purpose]*community.PublicKey{
		keys.ModerationPublic: &b.Keys.Moderation,
		keys.ContactPublic:    &b.Keys.Contact,
		keys.StatisticsPublic: &b.Keys.Statistics,
	} {
		entry, err := ring.Find(purpose, b.Name, "")
		if err != nil {
			return err
		}
		*target = community.PublicKey{ID: entry.ID, Key: entry.Key}
	}
	return nil
}

// community reads the bundle in force.
func (e environment) community(ctx context.Context, js jetstream.JetStream, name string) (community.Bundle, error) {
	seed, err := operatorSeed(e)
	if err != nil {
		return community.Bundle{}, err
	}
	kv, err := bus.Bucket(ctx, js, event.BucketCommunities)
	if err != nil {
		return community.Bundle{}, err
	}
	b, _, err := storedBundle(ctx, seed, kv, name)
	return b, err
}

// changeBundle reads, changes, signs and stores a community's bundle, unless
// somebody else changed it meanwhile.
func changeBundle(
	ctx context.Context, e environment, kv jetstream.KeyValue, name string, change func(*community.Bundle) error,
) (changed bool, err error) {
	seed, err := operatorSeed(e)
	if err != nil {
		return false, err
	}
	before, revision, err := storedBundle(ctx, seed, kv, name)
	if errors.Is(err, errNoCommunity) {
		before, err = community.Bundle{Name: name, CreatedAt: time.Now().UTC().Truncate(time.Second)}, nil
	}
	if err != nil {
		return false, err
	}
	after := before
	if err := change(&after); err != nil {
		return false, err
	}
	if reflect.DeepEqual(before, after) {
		return false, nil
	}
	after.Version = before.Version + 1
	value, err := community.Sign(seed, after)
	if err != nil {
		return false, err
	}
	if _, err := kv.Update(ctx, community.Key(name), value, revision); err != nil {
		return false, fmt.Errorf("storing the community %s (did somebody else change it just now?): %w", name, err)
	}
	return true, nil
}

func operatorSeed(e environment) ([]byte, error) {
	ring, err := e.keys.Ring(keys.Admin)
	if err != nil {
		return nil, err
	}
	sign, err := ring.Find(keys.OperatorSign, "", "")
	return sign.Key, err
}

// errNoCommunity says that there is no community of a name.
var errNoCommunity = errors.New("there is no such community")

// storedBundle reads the bundle in force and its revision.
func storedBundle(ctx context.Context, seed []byte, kv jetstream.KeyValue, name string) (community.Bundle, uint64, error) {
	entry, err := kv.Get(ctx, community.Key(name))
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return community.Bundle{}, 0, errNoCommunity
	case err != nil:
		return community.Bundle{}, 0, fmt.Errorf("reading the community %s: %w", name, err)
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey) //nolint:forcetypeassert // documented by crypto/ed25519
	b, err := community.Verify(public, name, entry.Value())
	if err != nil {
		return community.Bundle{}, 0, fmt.Errorf("the community %s that is there: %w", name, err)
	}
	return b, entry.Revision(), nil
}
