package reporter

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/evidence"
	points "recourse/internal/fault" // this package has faults of its own
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// Why no file is taken now.
const (
	errNotOpened   refusal = "not_opened" // nobody has read the report yet, so nobody knows whether files may be kept
	errNoFiles     refusal = "no_files"   // of this kind, having them can be a crime
	errManyFiles   refusal = "too_many_files"
	errFileRefused refusal = "file" // this very file, before
)

// owner is who a receipt stands for, as far as files are concerned.
type owner struct {
	secret receipt.Receipt
	report event.ID
	bundle community.Bundle
}

// ownerOf returns whose files are to be stored under a receipt, or a refusal.
// File is the one that goes on; a new one counts.
func (i *Intake) ownerOf(ctx context.Context, secret receipt.Receipt, file event.ID) (owner, error) {
	found, err := i.lookup.find(ctx, secret)
	if err != nil {
		return owner{}, err
	}
	at := slices.IndexFunc(found.Evidence, func(f event.EvidenceFile) bool { return f.ID == file })
	_, opened := lastAt(found.Milestones, event.MilestoneOpened)
	switch {
	case found.Stage == event.StageWithdrawn:
		return owner{}, errWithdrawn
	case found.NoFiles:
		return owner{}, errNoFiles
	case !opened:
		return owner{}, errNotOpened
	case at < 0 && len(found.Evidence) >= event.EvidenceFiles:
		return owner{}, errManyFiles
	case at >= 0 && found.Evidence[at].State == event.EvidenceRefused:
		return owner{}, errFileRefused
	}
	bundle, ok := i.communities.Get(found.community)
	if !ok {
		return owner{}, fmt.Errorf("%w: the report's community is not known", errAway)
	}
	return owner{secret: secret, report: found.ID, bundle: bundle}, nil
}

// sealPart returns the message of one part. The same part again has the same id.
func (i *Intake) sealPart(o owner, part event.EvidencePart) (event.FollowUp, error) {
	digest := sha256.Sum256(part.Data)
	if part.Manifest != nil {
		digest = sha256.Sum256(fmt.Appendf(nil, "%x %d %s", part.Manifest.Digest, part.Manifest.Size, part.Manifest.Name))
	}
	sum := mac(i.secrets.receiptSeed, "evidence", string(o.report[:]), string(part.File[:]), fmt.Sprint(part.Index, part.Manifest != nil),
		string(digest[:]))
	up, err := newFollowUp(event.ID(sum[:len(event.ID{})]), event.ReportEvidence, o.bundle, o.secret, i.now())
	if err != nil {
		return event.FollowUp{}, err
	}
	part.Binding = up.Binding()
	plain, err := part.Encode()
	if err != nil {
		return event.FollowUp{}, err
	}
	padding := seal.Buckets()
	if len(plain) > event.EvidenceChunk/2 {
		padding = seal.Exactly(event.EvidenceSize)
	}
	up.Moderation, err = sealToModeration(o.bundle, seal.PurposeEvidence, up.Report, plain, padding)
	return up, err
}

// storePart publishes one part and returns once it is stored.
func (i *Intake) storePart(ctx context.Context, o owner, part event.EvidencePart) error {
	if err := i.allowPart(ctx, o.bundle, o.report); err != nil {
		return err
	}
	up, err := i.sealPart(o, part)
	if err != nil {
		return err
	}
	points.Point("intake." + part.Kind() + ".before")
	if err := i.publishFollowUps(ctx, up); err != nil {
		return err
	}
	points.Point("intake." + part.Kind() + ".after")
	return nil
}

// atOnce is how many parts of a plain upload go together: fewer than a batch, so
// that each is a message of its own.
const atOnce = 4

// storeFile takes a whole file: it is cleaned before it is sealed, so that what
// leaves the intake says nothing of the device or the place. Its errors match
// those of evidence.Clean.
func (i *Intake) storeFile(ctx context.Context, secret receipt.Receipt, name string, data []byte) error {
	sent := sha256.Sum256(data)
	file := i.secrets.fileID(secret.ReportID(), sent[:])
	// First of all: a receipt that is none costs no more than this.
	o, err := i.ownerOf(ctx, secret, file)
	if err != nil {
		return err
	}
	if err := i.allowPart(ctx, o.bundle, o.report); err != nil {
		return err
	}
	clean, err := evidence.Clean(data)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(clean.Data)
	m := event.Manifest{Name: evidence.Name(name), Size: len(clean.Data), Digest: digest[:], Sent: sent[:]}
	var group []event.FollowUp
	for rest := clean.Data; len(rest) > 0; m.Chunks++ {
		n := min(len(rest), event.EvidenceChunk)
		up, err := i.sealPart(o, event.EvidencePart{File: file, Index: m.Chunks, Data: rest[:n]})
		if err != nil {
			return err
		}
		if group = append(group, up); len(group) == atOnce {
			if err := i.publishFollowUps(ctx, group...); err != nil {
				return err
			}
			group = nil
		}
		rest = rest[n:]
	}
	if err := i.publishFollowUps(ctx, group...); err != nil {
		return err
	}
	// Last, so that nothing half is ever taken for whole.
	up, err := i.sealPart(o, event.EvidencePart{File: file, Manifest: &m})
	if err != nil {
		return err
	}
	return i.publishFollowUps(ctx, up)
}

// fileID names a file that came whole: the same file again is the same.
func (s secrets) fileID(report event.ID, sent []byte) event.ID {
	sum := mac(s.receiptSeed, "file", string(report[:]), string(sent))
	return event.ID(sum[:len(event.ID{})])
}

// fileRefusal is the code of an error of evidence.Clean, or "".
func fileRefusal(err error) string {
	for code, known := range map[string]error{
		"at_once": errTooManyFiles, "empty": evidence.ErrEmpty, "too_large": evidence.ErrTooLarge, "type": evidence.ErrType,
		"broken": evidence.ErrBroken, "bomb": evidence.ErrBomb,
	} {
		if errors.Is(err, known) {
			return code
		}
	}
	return ""
}
