package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/moderation/conduct"
)

//go:embed demo/*.yaml
var demoFiles embed.FS

// communityFile is a community as an operator writes it.
type communityFile struct {
	Name      string         `yaml:"name"`
	Title     community.Text `yaml:"title"`
	Languages []string       `yaml:"languages"`
	Conduct   string         `yaml:"conduct"` // a file beside this one
}

// draft is a community read from files and checked, without keys.
type draft struct {
	file    communityFile
	conduct []byte
	code    conduct.Code
}

// readCommunity reads a community file and its code of conduct.
func readCommunity(fsys fs.FS, name string) (draft, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return draft{}, fmt.Errorf("reading a community: %w", err)
	}
	var d draft
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.DisallowUnknownField()).Decode(&d.file); err != nil {
		return draft{}, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case !event.ValidCommunity(d.file.Name):
		return draft{}, fmt.Errorf("%s: name: use 1 to 40 lowercase letters, digits and inner hyphens", name)
	case len(d.file.Languages) == 0:
		return draft{}, fmt.Errorf("%s: languages: name at least one", name)
	}
	for _, lang := range d.file.Languages {
		if d.file.Title[lang] == "" {
			return draft{}, fmt.Errorf("%s: title: has no text in %q", name, lang)
		}
	}
	conductPath := path.Join(path.Dir(name), d.file.Conduct)
	if d.conduct, err = fs.ReadFile(fsys, conductPath); err != nil {
		return draft{}, fmt.Errorf("%s: conduct: %w", name, err)
	}
	if d.code, err = conduct.Parse(d.conduct); err != nil {
		return draft{}, fmt.Errorf("%s: %w", conductPath, err)
	}
	for _, lang := range d.file.Languages {
		if d.code.Title[lang] == "" {
			return draft{}, fmt.Errorf("%s: the code of conduct has no texts in %q", conductPath, lang)
		}
	}
	return d, nil
}

// applyCommunity makes keys where they are missing, then puts the code of
// conduct and the signed bundle. It changes nothing where nothing has changed.
func applyCommunity(ctx context.Context, e environment, js jetstream.JetStream, d draft) (changed bool, err error) {
	if _, err := keygen.EnsureCommunity(e.keys, d.file.Name, time.Now()); err != nil {
		return false, err
	}
	kv, err := bus.Bucket(ctx, js, event.BucketCommunities)
	if err != nil {
		return false, err
	}
	digest := community.Digest(d.conduct)
	// Before the bundle that names it: a report must never pin a code that is
	// not there yet.
	if _, err := kv.Create(ctx, community.ConductKey(digest), d.conduct); err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
		return false, fmt.Errorf("storing the code of conduct: %w", err)
	}
	return changeBundle(ctx, e, kv, d.file.Name, func(b *community.Bundle) error {
		b.Title, b.Languages, b.Conduct = d.file.Title, d.file.Languages, digest
		b.Articles = nil
		for _, a := range d.code.Articles {
			b.Articles = append(b.Articles, community.Article{
				ID: a.ID, Kinds: a.Kinds, Title: a.Title, Text: a.Text,
				FirstLook: time.Duration(a.FirstLook), Ladder: a.Ladder,
			})
		}
		return publicKeys(e.keys, b)
	})
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

// changeBundle reads, changes, signs and stores a community's bundle, unless
// somebody else changed it meanwhile.
func changeBundle(
	ctx context.Context, e environment, kv jetstream.KeyValue, name string, change func(*community.Bundle) error,
) (changed bool, err error) {
	ring, err := e.keys.Ring(keys.Admin)
	if err != nil {
		return false, err
	}
	sign, err := ring.Find(keys.OperatorSign, "", "")
	if err != nil {
		return false, err
	}
	before := community.Bundle{Name: name, CreatedAt: time.Now().UTC().Truncate(time.Second)}
	revision := uint64(0)
	entry, err := kv.Get(ctx, community.Key(name))
	switch {
	case err == nil:
		public := ed25519.NewKeyFromSeed(sign.Key).Public().(ed25519.PublicKey) //nolint:forcetypeassert // documented by crypto/ed25519
		if before, err = community.Verify(public, name, entry.Value()); err != nil {
			return false, fmt.Errorf("the community %s that is there: %w", name, err)
		}
		revision = entry.Revision()
	case !errors.Is(err, jetstream.ErrKeyNotFound):
		return false, fmt.Errorf("reading the community %s: %w", name, err)
	}
	after := before
	if err := change(&after); err != nil {
		return false, err
	}
	if reflect.DeepEqual(before, after) {
		return false, nil
	}
	after.Version = before.Version + 1
	value, err := community.Sign(sign.Key, after)
	if err != nil {
		return false, err
	}
	if _, err := kv.Update(ctx, community.Key(name), value, revision); err != nil {
		return false, fmt.Errorf("storing the community %s (did somebody else change it just now?): %w", name, err)
	}
	return true, nil
}
