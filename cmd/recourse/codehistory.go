package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/fault"
	"recourse/internal/register"
	"recourse/moderation/conduct"
)

// publication is a code of conduct on its way into force.
type publication struct {
	file   []byte // in the published form
	code   conduct.Code
	digest string
}

func newPublication(file []byte, code conduct.Code) publication {
	return publication{file: file, code: code, digest: community.Digest(file)}
}

// enter puts a code into a bundle that is about to be signed: what a report
// must find is stored first, the code, then its register, so that a crash leaves
// no bundle that names what is not there. It changes nothing where the code is
// in force.
func (p publication) enter(ctx context.Context, kv jetstream.KeyValue, b *community.Bundle, now time.Time) error {
	if err := storeAddressed(ctx, kv, community.ConductKey(p.digest), p.file); err != nil {
		return fmt.Errorf("storing the code of conduct: %w", err)
	}
	fault.Point("publish.code.after")
	codes := slices.Clone(b.Codes)
	if len(codes) == 0 && b.Conduct != "" {
		first, err := firstVersion(ctx, kv, b.Conduct)
		if err != nil {
			return err
		}
		codes = first
	}
	if b.Conduct != p.digest || len(codes) == 0 {
		earlier, err := earlierCode(ctx, kv, codes)
		if err != nil {
			return err
		}
		version, err := storeRegister(ctx, kv, p, now.UTC().Truncate(time.Second), earlier)
		if err != nil {
			return err
		}
		codes = slices.Insert(codes, 0, version)
	}
	fault.Point("publish.register.after")
	b.Codes = codes[:min(len(codes), community.MaxCodes)]
	b.Conduct = p.digest
	b.Articles = nil
	for _, a := range p.code.Articles {
		b.Articles = append(b.Articles, community.Article{
			ID: a.ID, Kinds: a.Kinds, Title: a.Title, Text: a.Text,
			FirstLook: time.Duration(a.FirstLook), Ladder: a.Ladder,
		})
	}
	return nil
}

// firstVersion begins the history of a bundle that an earlier version of the
// program signed: with the code in force, since it was stored.
func firstVersion(ctx context.Context, kv jetstream.KeyValue, digest string) ([]community.CodeVersion, error) {
	stored, at, err := storedCode(ctx, kv, digest)
	if err != nil || stored == nil {
		return nil, err
	}
	version, err := storeRegister(ctx, kv, *stored, at.UTC().Truncate(time.Second), nil)
	if err != nil {
		return nil, err
	}
	return []community.CodeVersion{version}, nil
}

// storeRegister makes and stores the register of a code that comes into force.
func storeRegister(
	ctx context.Context, kv jetstream.KeyValue, p publication, since time.Time, earlier *conduct.Earlier,
) (community.CodeVersion, error) {
	document, err := register.Encode(p.code.Register(p.digest, since, earlier))
	if err != nil {
		return community.CodeVersion{}, err
	}
	digest := community.Digest(document)
	if err := storeAddressed(ctx, kv, community.RegisterKey(digest), document); err != nil {
		return community.CodeVersion{}, fmt.Errorf("storing the public register: %w", err)
	}
	return community.CodeVersion{Digest: p.digest, Version: p.code.Version, Since: since, Register: digest}, nil
}

// earlierCode returns the newest code of a history, or nil where it, or its
// register, can't be read any more: a broken one must not keep a good one out.
func earlierCode(ctx context.Context, kv jetstream.KeyValue, codes []community.CodeVersion) (*conduct.Earlier, error) {
	if len(codes) == 0 {
		return nil, nil //nolint:nilnil // there is none, and that is no mistake
	}
	stored, _, err := storedCode(ctx, kv, codes[0].Digest)
	if err != nil || stored == nil {
		return nil, err
	}
	value, _, err := addressed(ctx, kv, community.RegisterKey(codes[0].Register), codes[0].Register)
	if err != nil || value == nil {
		return nil, err
	}
	document, err := register.Decode(value)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // as above
	}
	return &conduct.Earlier{Code: stored.code, Register: document}, nil
}

// storedCode reads a code and when it was stored. It is nil where there is none
// that this version of the program can read.
func storedCode(ctx context.Context, kv jetstream.KeyValue, digest string) (*publication, time.Time, error) {
	value, at, err := addressed(ctx, kv, community.ConductKey(digest), digest)
	if err != nil || value == nil {
		return nil, time.Time{}, err
	}
	code, err := conduct.Parse(value)
	if err != nil {
		return nil, time.Time{}, nil //nolint:nilerr // as above
	}
	p := newPublication(value, code)
	return &p, at, nil
}

// addressed reads what a digest names, and when it was stored; nil where that is
// not there, or another file.
func addressed(ctx context.Context, kv jetstream.KeyValue, key, digest string) ([]byte, time.Time, error) {
	entry, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return nil, time.Time{}, nil
	case err != nil:
		return nil, time.Time{}, fmt.Errorf("reading %s: %w", key, err)
	case community.Digest(entry.Value()) != digest:
		return nil, time.Time{}, nil
	default:
		return entry.Value(), entry.Created(), nil
	}
}

// storeAddressed stores what its digest names. What stands there and is another
// file is put right.
func storeAddressed(ctx context.Context, kv jetstream.KeyValue, key string, value []byte) error {
	_, err := kv.Create(ctx, key, value)
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return err
	}
	stored, _, err := addressed(ctx, kv, key, community.Digest(value))
	if err != nil || stored != nil {
		return err
	}
	_, err = kv.Put(ctx, key, value)
	return err
}
