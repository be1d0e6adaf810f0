package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/seal"
	"recourse/moderation/status"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// uploaded is a part of a file that was decoded and opened.
type uploaded struct {
	msg      jetstream.Msg
	sequence uint64
	followUp event.FollowUp
	part     event.EvidencePart
}

// Codes that say why a file is refused, besides those of refusedAs.
const (
	refusedKind   = "kind" // no file is taken for this kind of abuse: having it can be a crime
	refusedBroken = "broken"
)

func (w *Worker) readEvidence(msg jetstream.Msg, up event.FollowUp) (*uploaded, error) {
	plain, err := w.openEnvelope(seal.Context{Purpose: seal.PurposeEvidence, Community: up.Community, Report: up.Report}, up.Moderation)
	if err != nil {
		return nil, err
	}
	part, err := event.DecodeEvidencePart(plain)
	if err != nil {
		return nil, unreadable{event.ReasonOpen, err}
	}
	if !bytes.Equal(part.Binding, up.Binding()) {
		return nil, unreadable{event.ReasonSubject, errors.New("the part belongs to another message")}
	}
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	return &uploaded{msg: msg, sequence: meta.Sequence.Stream, followUp: up, part: part}, nil
}

// commitPart stores one part, in one transaction, and returns the report's
// status after it. Delivered again, it changes nothing.
func (w *Worker) commitPart(ctx context.Context, u *uploaded) (status.Report, error) {
	report := u.followUp.Report
	fault.Point("worker." + u.part.Kind() + ".before")
	err := w.inPlace(ctx, func(tx pgx.Tx) error {
		p := &partOf{worker: w, q: store.New(tx), u: u, now: status.At(w.now())}
		if err := p.store(ctx); err != nil {
			return err
		}
		fault.Point("worker." + u.part.Kind() + ".within")
		return nil
	})
	if err != nil {
		return status.Report{}, err
	}
	fault.Point("worker." + u.part.Kind() + ".after")
	return loadStatus(ctx, store.New(w.pool), report)
}

// partOf is one part's transaction.
type partOf struct {
	worker *Worker
	q      *store.Queries
	u      *uploaded
	now    time.Time
}

func (p *partOf) store(ctx context.Context) error {
	up, part := p.u.followUp, p.u.part
	place, err := p.q.ReportPlace(ctx, up.Report)
	if errors.Is(err, pgx.ErrNoRows) {
		return p.worker.followNothing(ctx, p.q, &followed{msg: p.u.msg, followUp: up})
	}
	if err != nil {
		return fmt.Errorf("looking for a report: %w", err)
	}
	row, err := p.q.LockCaseOfReport(ctx, place.CaseID)
	if err != nil {
		return fmt.Errorf("locking a case: %w", err)
	}
	report, err := p.q.ReportForUpload(ctx, up.Report)
	if err != nil {
		return fmt.Errorf("locking a report: %w", err)
	}
	switch {
	case report.CaseID != row.ID:
		return errMoved
	case report.Community != up.Community:
		return errNoReport
	case report.WithdrawnAt != nil:
		return askErasure(ctx, p.q, up, p.now) // it is in the stream again
	}
	files, err := p.q.EvidenceOf(ctx, up.Report)
	if err != nil {
		return fmt.Errorf("looking for files: %w", err)
	}
	for _, f := range files {
		if f.FileID == part.File {
			return p.spend(ctx) // it is there, or refused: parts that come late change nothing
		}
	}
	begun, err := p.q.CountUploads(ctx, store.CountUploadsParams{ReportID: up.Report, FileID: part.File})
	if err != nil {
		return fmt.Errorf("counting uploads: %w", err)
	}
	switch {
	case len(files)+int(begun) >= event.EvidenceFiles:
		return p.spend(ctx) // the intake has said so; nothing is kept of what comes all the same
	case event.Kind(report.Kind) == event.KindChildSexualAbuse:
		return p.refuse(ctx, row, refusedKind)
	}
	return p.storePart(ctx, row)
}

// storePart stores a chunk or the manifest, and the file once all are there: in
// whatever order they come, none waits in the stream for another.
func (p *partOf) storePart(ctx context.Context, row store.LockCaseOfReportRow) error {
	up, part := p.u.followUp, p.u.part
	upload, key, err := p.upload(ctx)
	if err != nil {
		return err
	}
	manifest := part.Manifest
	if manifest == nil {
		if err := p.storeChunk(ctx, key); err != nil {
			return err
		}
		if upload.Manifest == nil {
			return nil
		}
		if manifest, err = openManifest(key, up.Report, part.File, upload.Manifest); err != nil {
			return err
		}
	}
	there, err := p.q.CountChunks(ctx, store.CountChunksParams{ReportID: up.Report, FileID: part.File})
	if err != nil {
		return fmt.Errorf("counting chunks: %w", err)
	}
	if int(there) < manifest.Chunks {
		return p.keepManifest(ctx, key, manifest)
	}
	return p.finish(ctx, row, key, *manifest)
}

// keepManifest keeps a manifest for when the last chunk is there.
func (p *partOf) keepManifest(ctx context.Context, key vault.DataKey, m *event.Manifest) error {
	up, part := p.u.followUp, p.u.part
	if part.Manifest == nil {
		return nil // kept already
	}
	plain, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encoding a manifest: %w", err)
	}
	sequence := int64(p.u.sequence) //nolint:gosec // a stream's sequence
	err = p.q.KeepManifest(ctx, store.KeepManifestParams{
		ReportID: up.Report, FileID: part.File, Manifest: key.Seal(manifestPlace(up.Report, part.File), plain), Sequence: &sequence,
	})
	if err != nil {
		return fmt.Errorf("keeping a manifest: %w", err)
	}
	return nil
}

func openManifest(key vault.DataKey, report, file event.ID, sealed []byte) (*event.Manifest, error) {
	plain, err := key.Open(manifestPlace(report, file), sealed)
	if err != nil {
		return nil, err
	}
	var m event.Manifest
	if err := json.Unmarshal(plain, &m); err != nil {
		return nil, errors.New("a manifest at rest is not JSON")
	}
	return &m, nil
}

func manifestPlace(report, file event.ID) vault.Place {
	return vault.Place{Owner: file, Table: "upload", Column: "manifest", Row: report}
}

// spend leaves this part's message to the janitor, who deletes it.
func (p *partOf) spend(ctx context.Context) error {
	err := p.q.SpendPart(ctx, store.SpendPartParams{
		Sequence: int64(p.u.sequence), ReportID: p.u.followUp.Report, Community: p.u.followUp.Community, //nolint:gosec // a stream's sequence
	})
	if err != nil {
		return fmt.Errorf("leaving a part to the janitor: %w", err)
	}
	return nil
}

// upload returns the file that is on its way, which it begins where none is, and
// its own key.
func (p *partOf) upload(ctx context.Context) (store.ModerationUpload, vault.DataKey, error) {
	up, part := p.u.followUp, p.u.part
	upload, err := p.q.Upload(ctx, store.UploadParams{ReportID: up.Report, FileID: part.File})
	if err == nil {
		key, err := p.worker.uploadKey(upload)
		return upload, key, err
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return upload, vault.DataKey{}, fmt.Errorf("looking for a file: %w", err)
	}
	key, wrapped, err := p.worker.vault.NewKey(part.File, up.Community, p.now)
	if err != nil {
		return upload, key, err
	}
	err = p.q.InsertUpload(ctx, store.InsertUploadParams{
		FileID: part.File, ReportID: up.Report, Community: up.Community, Month: wrapped.Month, Wrapped: wrapped.Wrapped, BeganAt: p.now,
	})
	if err != nil {
		return upload, key, fmt.Errorf("beginning a file: %w", err)
	}
	return upload, key, nil
}

// storeChunk stores a chunk, sealed at rest under the file's own key.
func (p *partOf) storeChunk(ctx context.Context, key vault.DataKey) error {
	up, part := p.u.followUp, p.u.part
	added, err := p.q.InsertUploadChunk(ctx, store.InsertUploadChunkParams{
		ReportID: up.Report, FileID: part.File, Index: int32(part.Index), //nolint:gosec // below EvidenceChunks
		Sequence: int64(p.u.sequence), //nolint:gosec // JetStream counts from 1; 2^63 is not reached
		Sealed:   key.Seal(uploadPlace(up.Report, part), part.Data),
	})
	if err != nil {
		return fmt.Errorf("storing a chunk: %w", err)
	}
	if added == 0 { // it is there, from this message or another
		return p.spend(ctx)
	}
	if _, err := p.q.RaiseReportVersion(ctx, up.Report); err != nil {
		return fmt.Errorf("raising a report's version: %w", err)
	}
	return nil
}

func (w *Worker) uploadKey(u store.ModerationUpload) (vault.DataKey, error) {
	return w.vault.Unwrap(vault.WrappedKey{Owner: u.FileID, Community: u.Community, Month: u.Month, Wrapped: u.Wrapped})
}

// uploadPlace binds a chunk to its report and number.
func uploadPlace(report event.ID, part event.EvidencePart) vault.Place {
	return vault.Place{Owner: part.File, Table: "upload_chunk", Column: fmt.Sprintf("sealed[%d]", part.Index), Row: report}
}
