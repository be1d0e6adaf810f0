package bus

import (
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
)

// HeaderAdd is the header of a message that adds to a counter (NATS ADR-49).
// The acknowledgement holds the sum.
const HeaderAdd = "Nats-Incr"

// Counters returns the buckets of rate limits as the streams that they are: a
// key-value configuration can't make its values counters, and with counters
// one publish adds and answers the sum, however many intakes add at once.
//
// They are in memory: they hold nothing that must outlast NATS, and no disk
// keeps a trace of who wrote when. A counter's age begins anew with every
// addition, so one that is forgotten was for a window that is over. A full
// bucket forgets the oldest counter and refuses nobody.
func Counters(s Settings) []jetstream.StreamConfig {
	counters := func(bucket, description string, window time.Duration, maxBytes int64) jetstream.StreamConfig {
		return jetstream.StreamConfig{
			Name: "KV_" + bucket, Description: description, Subjects: []string{"$KV." + bucket + ".>"},
			Storage: jetstream.MemoryStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardOld,
			Replicas: s.Replicas, AllowMsgCounter: true, AllowDirect: true, DenyDelete: true,
			MaxMsgsPerSubject: 1, MaxMsgSize: 1 << 10, MaxBytes: maxBytes,
			MaxAge: window + clockSkew,
		}
	}
	return []jetstream.StreamConfig{
		counters(event.BucketLimits, "Rate limits: counters of an hour by keyed hash", time.Hour, 32<<20),
		counters(event.BucketQuotas, "Quotas of API clients: counters of a day by keyed hash", 24*time.Hour, 4<<20),
	}
}

// clockSkew is by how much the clocks of intakes and NATS may differ.
const clockSkew = 5 * time.Minute
