// Package audit writes what was done, and by whom, in the transaction of what it
// records: if the entry can't be written, that is not done either. Entries hold
// ids and salted digests only, so that erasing and append-only live together.
package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/internal/event"
	"recourse/moderation/store"
)

const saltBytes = 16

// Reporter is the actor of what a reporter did: who it was, nobody knows.
func Reporter() event.ID { return event.ID{} }

// Operator is the actor of what a command did: who gave it, the machine it ran
// on knows.
func Operator() event.ID { return event.ID{15: 1} }

// Entry is one thing that was done.
type Entry struct {
	At     time.Time
	Actor  event.ID // a moderator, Reporter or Operator
	Action string
	Case   event.ID // zero where it is about none
	Report event.ID // likewise
	Detail []string // ids, versions, codes and digests; never content, and never a "|"
}

// description is what an entry's digest binds: every part of it, in one order.
func (e Entry) description() string {
	parts := []string{
		"recourse/audit/v1", e.Action, e.Actor.String(), strconv.FormatInt(e.At.UnixMicro(), 10),
		e.Case.String(), e.Report.String(),
	}
	return strings.Join(append(parts, e.Detail...), "|")
}

// Digest is SHA-256 of salt and description. Who erases the salt with what it
// speaks of leaves a number behind.
func (e Entry) Digest() (salt, digest []byte) {
	salt = make([]byte, saltBytes)
	rand.Read(salt) // never fails since Go 1.24
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(e.description()))
	return salt, h.Sum(nil)
}

// Write stores e.
func (e Entry) Write(ctx context.Context, q *store.Queries) error {
	salt, digest := e.Digest()
	err := q.InsertAudit(ctx, store.InsertAuditParams{
		At: e.At, Actor: e.Actor, Action: e.Action, CaseID: OrNull(e.Case), ReportID: OrNull(e.Report),
		Salt: salt, Digest: digest,
	})
	if err != nil {
		return fmt.Errorf("writing an audit entry: %w", err)
	}
	return nil
}

// WriteForReports stores e once for each report, with what its own detail adds.
func (e Entry) WriteForReports(ctx context.Context, q *store.Queries, reports []event.ID, detail map[event.ID][]string) error {
	p := store.InsertReportAuditsParams{At: e.At, Actor: e.Actor, Action: e.Action, CaseID: OrNull(e.Case), ReportIds: reports}
	for _, id := range reports {
		own := e
		own.Report = id
		own.Detail = slices.Concat(detail[id], e.Detail)
		salt, digest := own.Digest()
		p.Salts, p.Digests = append(p.Salts, salt), append(p.Digests, digest)
	}
	if err := q.InsertReportAudits(ctx, p); err != nil {
		return fmt.Errorf("writing audit entries: %w", err)
	}
	return nil
}

// OrNull is id, or nil for none.
func OrNull(id event.ID) *event.ID {
	if id.IsZero() {
		return nil
	}
	return &id
}
