package bus

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"recourse/internal/keys"
)

// Connect connects as service s with its seed. The connection comes back by
// itself, for ever; nothing is buffered while it is away, so that a publish
// fails at once instead of pretending.
func Connect(url string, s keys.Service, seed []byte, log *slog.Logger) (*nats.Conn, error) {
	pair, err := nkeys.FromSeed(seed)
	if err != nil {
		return nil, fmt.Errorf("reading the NATS seed of %s: %w", s, err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("reading the NATS seed of %s: %w", s, err)
	}
	nc, err := nats.Connect(url,
		nats.Name("recourse "+string(s)),
		nats.Nkey(public, pair.Sign),
		nats.CustomInboxPrefix(InboxPrefix(s)),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(),
		nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(200*time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 100*time.Millisecond),
		nats.ReconnectBufSize(-1),
		nats.FlusherTimeout(2*time.Second), // a server that takes nothing must not hold its callers for a minute
		nats.DrainTimeout(5*time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("NATS went away", "service", s, "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("NATS is back", "service", s) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			log.Warn("NATS refused something", "service", s, "error", err)
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("connecting to NATS as %s: %w", s, err)
	}
	return nc, nil
}
