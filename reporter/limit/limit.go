// Package limit slows who sends too much: it counts, over every intake, what
// came in this hour or day, and says when more will be taken.
//
// It owns the counters in the buckets `limits` and `quotas`. It must never
// store, log or return an address: a counter's name is a hash of it under a
// key that changes with the hour. And it must never be why a report is lost:
// where it can't count, it allows.
package limit

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
)

// Scope is what is counted, and over which time.
type Scope string

// The scopes. What a subject is made of stands beside each.
const (
	Reports       Scope = "reports"        // in an hour: community and network
	FollowUps     Scope = "follow-ups"     // in an hour: id of a report
	Evidence      Scope = "evidence"       // in an hour: id of a report
	WrongReceipts Scope = "wrong-receipts" // in an hour: network
	ClientReports Scope = "client-reports" // in a UTC day: community and API client
)

func (s Scope) window() (bucket string, length time.Duration) {
	if s == ClientReports {
		return event.BucketQuotas, 24 * time.Hour
	}
	return event.BucketLimits, time.Hour
}

// countTime bounds how long counting may hold a report up.
const countTime = 500 * time.Millisecond

// Limiter counts. Safe for concurrent use.
type Limiter struct {
	js     jetstream.JetStream
	secret []byte
	now    func() time.Time
	log    *slog.Logger
	away   atomic.Bool // counting failed the last time, and the log says so
}

// New returns a Limiter. Intakes that share the secret (keys.RateLimit) share
// their counters.
func New(js jetstream.JetStream, secret []byte, now func() time.Time, log *slog.Logger) *Limiter {
	return &Limiter{js: js, secret: secret, now: now, log: log}
}

// Allow counts one more of a subject and says whether it is within what the
// scope's time allows; if not, after how long the next time begins. With a
// limit of 0 or less there is none, and nothing is counted or sent. Where the
// counter can't be reached, it allows.
func (l *Limiter) Allow(ctx context.Context, scope Scope, subject string, most int) (ok bool, retryAfter time.Duration) {
	if most <= 0 {
		return true, 0
	}
	bucket, length := scope.window()
	now := l.now().UTC()
	start := now.Truncate(length)
	sum, err := l.add(ctx, bucket, scope, start, subject)
	if err != nil {
		if !l.away.Swap(true) {
			l.log.Warn("rate limits can't be counted; everything is let pass until they can", "error", err)
		}
		return true, 0
	}
	if l.away.Swap(false) {
		l.log.Info("rate limits are counted again")
	}
	if sum <= int64(most) {
		return true, 0
	}
	return false, start.Add(length).Sub(now)
}

// add adds one to a counter and returns its sum.
func (l *Limiter) add(ctx context.Context, bucket string, scope Scope, start time.Time, subject string) (int64, error) {
	name, err := counterName(l.secret, scope, start, subject)
	if err != nil {
		return 0, err
	}
	// Who goes away halfway has sent it all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countTime)
	defer cancel()
	msg := &nats.Msg{Subject: "$KV." + bucket + "." + name, Header: nats.Header{bus.HeaderAdd: {"1"}}}
	ack, err := l.js.PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, fmt.Errorf("adding to a counter of the bucket %s: %w", bucket, err)
	}
	sum, err := strconv.ParseInt(ack.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the bucket %s answers no sum", bucket)
	}
	return sum, nil
}

// counterName is HMAC-SHA-256 of the subject, cut to 128 bits, under a key of
// this scope and window alone. Who has no secret can't test addresses one by
// one, and the same address has another name in the next hour.
func counterName(secret []byte, scope Scope, start time.Time, subject string) (string, error) {
	info := "recourse/limit/v1|" + string(scope) + "|" + start.Format(time.RFC3339)
	key, err := hkdf.Key(sha256.New, secret, nil, info, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("deriving the key of a rate limit: %w", err)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(subject))
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}
