package worker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"recourse/internal/event"
	"recourse/internal/evidence"
	"recourse/moderation"
	"recourse/moderation/audit"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// finish puts a file together now that its manifest and every chunk are there,
// takes its metadata out, and stores it. What can't be kept is refused; its
// chunks go.
func (p *partOf) finish(ctx context.Context, row store.LockCaseOfReportRow, key vault.DataKey, m event.Manifest) error {
	data, err := p.assemble(ctx, key, m)
	if errors.Is(err, errDigest) {
		return p.refuse(ctx, row, refusedBroken)
	}
	if err != nil {
		return err
	}
	clean, err := p.worker.clean(data)
	if err != nil {
		return p.refuse(ctx, row, refusedAs(err))
	}
	return p.keep(ctx, row, m, clean)
}

// clean is evidence.Clean, but for a file that makes it panic: such a one is
// broken, and must not take the worker with it.
func (w *Worker) clean(data []byte) (clean evidence.Cleaned, err error) {
	defer func() {
		if v := recover(); v != nil {
			w.log.Error("a file made the worker panic", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			err = evidence.ErrBroken
		}
	}()
	return evidence.Clean(data)
}

// refusedAs is the code of an error of evidence.Clean.
func refusedAs(err error) string {
	switch {
	case errors.Is(err, evidence.ErrEmpty):
		return "empty"
	case errors.Is(err, evidence.ErrTooLarge):
		return "too_large"
	case errors.Is(err, evidence.ErrType):
		return "type"
	case errors.Is(err, evidence.ErrBomb):
		return "bomb"
	default:
		return refusedBroken
	}
}

// errDigest says that the chunks are not those that the manifest speaks of.
var errDigest = errors.New("the file is not the one in its manifest")

func (p *partOf) assemble(ctx context.Context, key vault.DataKey, m event.Manifest) ([]byte, error) {
	up, part := p.u.followUp, p.u.part
	chunks, err := p.q.UploadChunks(ctx, store.UploadChunksParams{ReportID: up.Report, FileID: part.File})
	if err != nil {
		return nil, fmt.Errorf("reading chunks: %w", err)
	}
	if len(chunks) != m.Chunks {
		return nil, errDigest
	}
	data := make([]byte, 0, m.Size)
	for _, c := range chunks {
		plain, err := key.Open(uploadPlace(up.Report, event.EvidencePart{File: part.File, Index: int(c.Index)}), c.Sealed)
		if err != nil {
			return nil, err
		}
		data = append(data, plain...)
	}
	if digest := sha256.Sum256(data); !bytes.Equal(digest[:], m.Digest) {
		return nil, errDigest
	}
	return data, nil
}

// keep stores a clean file as chunks under a data key of its own, and notes the
// digest of what was sent in the audit.
func (p *partOf) keep(ctx context.Context, row store.LockCaseOfReportRow, m event.Manifest, clean evidence.Cleaned) error {
	up := p.u.followUp
	id := event.NewID()
	key, wrapped, err := p.worker.vault.NewKey(id, up.Community, p.now)
	if err != nil {
		return err
	}
	details, err := json.Marshal(vault.EvidenceDetails{Name: evidence.Name(m.Name), Sent: m.Sent})
	if err != nil {
		return fmt.Errorf("encoding a file's details: %w", err)
	}
	err = p.q.InsertDataKeys(ctx, store.InsertDataKeysParams{
		Owners: []event.ID{id}, Communities: []string{up.Community}, Months: []string{wrapped.Month}, Wrapped: [][]byte{wrapped.Wrapped},
	})
	if err != nil {
		return fmt.Errorf("storing a data key: %w", err)
	}
	err = p.q.InsertEvidence(ctx, store.InsertEvidenceParams{
		ID: id, FileID: p.u.part.File, ReportID: up.Report, State: event.EvidenceStored, MediaType: string(clean.Type),
		Size: int32(len(clean.Data)), At: p.now, Details: key.Seal(vault.EvidenceDetailsPlace(id), details), //nolint:gosec // EvidenceMax at most
	})
	if err != nil {
		return fmt.Errorf("storing a file: %w", err)
	}
	for index, rest := 0, clean.Data; len(rest) > 0; index++ {
		n := min(len(rest), event.EvidenceChunk)
		err := p.q.InsertEvidenceChunk(ctx, store.InsertEvidenceChunkParams{
			EvidenceID: id, Index: int32(index),
			Sealed: key.Seal(vault.EvidenceChunkPlace(id, index), rest[:n]),
		})
		if err != nil {
			return fmt.Errorf("storing a file's chunk: %w", err)
		}
		rest = rest[n:]
	}
	return p.close(ctx, row, "evidence.stored", "evidence "+id.String(), fmt.Sprintf("sent %x", m.Sent))
}

// refuse notes why a file is not kept. Its chunks go.
func (p *partOf) refuse(ctx context.Context, row store.LockCaseOfReportRow, reason string) error {
	up := p.u.followUp
	err := p.q.InsertEvidence(ctx, store.InsertEvidenceParams{
		ID: event.NewID(), FileID: p.u.part.File, ReportID: up.Report, State: event.EvidenceRefused, Reason: reason, At: p.now,
	})
	if err != nil {
		return fmt.Errorf("noting a refused file: %w", err)
	}
	return p.close(ctx, row, "evidence.refused", reason)
}

// close ends an upload: whoever decides the case must have seen what came of it.
func (p *partOf) close(ctx context.Context, row store.LockCaseOfReportRow, action string, detail ...string) error {
	up := p.u.followUp
	spent := store.SpendUploadParams{Community: up.Community, ReportID: up.Report, FileID: p.u.part.File}
	if err := p.q.SpendUpload(ctx, spent); err != nil {
		return fmt.Errorf("leaving parts to the janitor: %w", err)
	}
	if err := p.spend(ctx); err != nil {
		return err
	}
	if err := p.q.DeleteUpload(ctx, store.DeleteUploadParams{ReportID: up.Report, FileID: p.u.part.File}); err != nil {
		return fmt.Errorf("ending an upload: %w", err)
	}
	entry := audit.Entry{At: p.now, Actor: audit.Reporter(), Action: action, Case: row.ID, Report: up.Report, Detail: detail}
	if err := entry.Write(ctx, p.q); err != nil {
		return err
	}
	c := &change{
		worker: p.worker, q: p.q, f: &followed{msg: p.u.msg, followUp: up}, row: row, now: p.now,
		report: store.LockReportRow{ID: up.Report},
	}
	if err := c.hear(ctx, moderation.Case{ID: row.ID, State: moderation.State(row.State), Version: int(row.Version)}); err != nil {
		return err
	}
	// The janitor may delete this message before it can come again: the relay
	// tells the status where the worker does not live to.
	due := store.InsertStatusesDueParams{CaseID: row.ID, ReportIds: []event.ID{up.Report}, CreatedAt: p.now}
	if err := p.q.InsertStatusesDue(ctx, due); err != nil {
		return fmt.Errorf("leaving a status to the relay: %w", err)
	}
	return nil
}
