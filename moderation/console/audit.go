package console

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

// What an audit entry can say.
const (
	auditSignedIn = "session.opened"
	auditClaimed  = "case.claimed"
	auditReleased = "case.released"
	auditDecided  = "case.decided"
	auditViewed   = "case.viewed"   // a case with decisions' reasons, and no report that opens
	auditRead     = "report.viewed" // one report's words, and what followed it
	auditReplied  = "message.sent"
	auditTaken    = "report.taken" // by phone or at a counter
	auditNoted    = "case.noted"   // what came since the decision is marked as read
)

const saltBytes = 16

// entry is one thing that a moderator did. It is written in the transaction of
// what it records: if it can't be, that is not done either.
type entry struct {
	at     time.Time
	actor  event.ID
	action string
	caseID event.ID // zero where it is about none
	report event.ID // likewise
	detail []string // ids, versions, codes and digests; never content
}

// description is what an entry's digest binds: every part of it, in one order.
// No part can hold a "|".
func (e entry) description() string {
	parts := []string{
		"recourse/audit/v1", e.action, e.actor.String(), strconv.FormatInt(e.at.UnixMicro(), 10),
		e.caseID.String(), e.report.String(),
	}
	return strings.Join(append(parts, e.detail...), "|")
}

// digest is SHA-256 of salt and description. Who erases the salt with what it
// speaks of leaves a number behind.
func (e entry) digest() (salt, digest []byte) {
	salt = make([]byte, saltBytes)
	rand.Read(salt) // never fails since Go 1.24
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(e.description()))
	return salt, h.Sum(nil)
}

func (e entry) write(ctx context.Context, q *store.Queries) error {
	salt, digest := e.digest()
	err := q.InsertAudit(ctx, store.InsertAuditParams{
		At: e.at, Actor: e.actor, Action: e.action, CaseID: orNull(e.caseID), ReportID: orNull(e.report),
		Salt: salt, Digest: digest,
	})
	if err != nil {
		return fmt.Errorf("writing an audit entry: %w", err)
	}
	return nil
}

// writeForReports writes e once for each report, with what its own detail adds.
func (e entry) writeForReports(ctx context.Context, q *store.Queries, reports []event.ID, detail map[event.ID][]string) error {
	p := store.InsertReportAuditsParams{At: e.at, Actor: e.actor, Action: e.action, CaseID: orNull(e.caseID), ReportIds: reports}
	for _, id := range reports {
		own := e
		own.report = id
		own.detail = slices.Concat(detail[id], e.detail)
		salt, digest := own.digest()
		p.Salts, p.Digests = append(p.Salts, salt), append(p.Digests, digest)
	}
	if err := q.InsertReportAudits(ctx, p); err != nil {
		return fmt.Errorf("writing audit entries: %w", err)
	}
	return nil
}

func orNull(id event.ID) *event.ID {
	if id.IsZero() {
		return nil
	}
	return &id
}
