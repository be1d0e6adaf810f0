// Package bus is how the services meet over NATS: which streams, buckets and
// consumers there are, which user may do what, and how to connect. It holds no
// meaning of a message; that is internal/event's.
package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
)

// Settings are what an operator may choose of the streams.
type Settings struct {
	Replicas        int           // 1, or 3 in a cluster
	ReportsMaxBytes int64         // a full stream refuses reports (503), never loses one
	KeepSizes       bool          // streams that are there keep the size they have
	Retention       time.Duration // of a status record after its last change
}

// DefaultSettings suit one small server.
func DefaultSettings() Settings {
	return Settings{Replicas: 1, ReportsMaxBytes: 8 << 30, Retention: 365 * 24 * time.Hour}
}

// AckWait is short, so that what a killed worker held comes back soon; a
// worker extends it while it works.
const AckWait = 2 * time.Second

// maxAckPending bounds what is out with workers or put back with a delay.
const maxAckPending = 4096

// Streams returns the streams. All are file storage with limits retention: an
// interest stream without its consumer would acknowledge and store nothing.
func Streams(s Settings) []jetstream.StreamConfig {
	base := jetstream.StreamConfig{
		Storage:   jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy,
		Discard:   jetstream.DiscardNew,
		Replicas:  s.Replicas,
	}
	reports, cases, quarantine := base, base, base

	reports.Name = event.StreamReports
	reports.Description = "Reports, sealed: reports.<event>.<community>.<report-id>"
	reports.Subjects = []string{"reports.*.*.*"}
	reports.MaxBytes = s.ReportsMaxBytes
	reports.MaxMsgSize = 1<<20 - 8<<10 // QUARANTINE must take it with headers
	reports.AllowAtomicPublish = true

	cases.Name = event.StreamCases
	cases.Description = "Case events without content: cases.<event>.<community>.<case-id>"
	cases.Subjects = []string{"cases.*.*.*"}
	cases.MaxBytes = s.ReportsMaxBytes / 4
	cases.AllowAtomicPublish = true

	quarantine.Name = event.StreamQuarantine
	quarantine.Description = "Reports that can't be decoded or opened, still sealed, until an operator acts"
	quarantine.Subjects = []string{"quarantine.*.*"}
	quarantine.MaxBytes = s.ReportsMaxBytes / 4
	// Wide, so that a message quarantined twice (the worker died before it
	// could terminate the original) is stored once.
	quarantine.Duplicates = 24 * time.Hour
	return []jetstream.StreamConfig{reports, cases, quarantine, statusStream(base, s)}
}

// statusStream is the bucket `status` as the stream that it is (NATS ADR-8),
// since a key-value configuration can't allow atomic batches.
func statusStream(base jetstream.StreamConfig, s Settings) jetstream.StreamConfig {
	status := base
	status.Name = "KV_" + event.BucketStatus
	status.Description = "Status per receipt, sealed to it"
	status.Subjects = []string{"$KV." + event.BucketStatus + ".>"}
	status.MaxMsgsPerSubject = 1
	status.MaxAge = s.Retention
	status.MaxBytes = s.ReportsMaxBytes / 2
	status.AllowDirect, status.AllowRollup, status.DenyDelete = true, true, true
	status.AllowAtomicPublish = true
	return status
}

// Buckets returns the key-value buckets but for `status`, which is in Streams.
func Buckets(s Settings) []jetstream.KeyValueConfig {
	return []jetstream.KeyValueConfig{
		{
			Bucket: event.BucketCommunities, Description: "Communities' signed bundles and codes of conduct",
			Storage: jetstream.FileStorage, History: 5, Replicas: s.Replicas,
			MaxBytes: 64 << 20, MaxValueSize: 1 << 20,
		},
	}
}

// Consumers returns the durable consumers of each stream.
func Consumers() map[string][]jetstream.ConsumerConfig {
	durable := func(name string, filters ...string) jetstream.ConsumerConfig {
		return jetstream.ConsumerConfig{
			Durable: name, FilterSubjects: filters,
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: AckWait,
			MaxDeliver: -1, MaxAckPending: maxAckPending, DeliverPolicy: jetstream.DeliverAllPolicy,
		}
	}
	return map[string][]jetstream.ConsumerConfig{
		event.StreamReports: {
			durable(event.ConsumerWorker, "reports.>"),
			// Nothing else concerns statistics, least of all evidence.
			durable(event.ConsumerStats, "reports."+event.ReportSubmitted+".>", "reports."+event.ReportWithdrawn+".>"),
		},
		event.StreamCases: {
			durable(event.ConsumerStats, "cases.>"),
		},
	}
}

// Migrate makes or updates every stream, bucket and consumer. It is the only
// code that does; a service finds them there or fails.
func Migrate(ctx context.Context, js jetstream.JetStream, s Settings) error {
	if s.KeepSizes {
		if reports, err := js.Stream(ctx, event.StreamReports); err == nil {
			s.ReportsMaxBytes = reports.CachedInfo().Config.MaxBytes
		}
	}
	for _, cfg := range append(Streams(s), Counters(s)...) {
		if _, err := js.CreateOrUpdateStream(ctx, cfg); err != nil {
			return fmt.Errorf("making the stream %s: %w", cfg.Name, storageHint(err))
		}
	}
	for _, cfg := range Buckets(s) {
		if _, err := js.CreateOrUpdateKeyValue(ctx, cfg); err != nil {
			return fmt.Errorf("making the bucket %s: %w", cfg.Bucket, storageHint(err))
		}
	}
	for stream, consumers := range Consumers() {
		for _, cfg := range consumers {
			if _, err := js.CreateOrUpdateConsumer(ctx, stream, cfg); err != nil {
				return fmt.Errorf("making the consumer %s of %s: %w", cfg.Durable, stream, err)
			}
		}
	}
	return nil
}

func storageHint(err error) error {
	var api *jetstream.APIError
	if errors.As(err, &api) && api.ErrorCode == 10047 { // insufficient storage resources available
		return fmt.Errorf("%w: choose a smaller --reports-max-bytes or free disk space", err)
	}
	return err
}
