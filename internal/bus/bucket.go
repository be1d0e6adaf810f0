package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// lookupTime bounds a look-up: an answer that was lost with its server never
// comes.
const lookupTime = 2 * time.Second

// Bucket looks a key-value bucket up.
func Bucket(ctx context.Context, js jetstream.JetStream, name string) (jetstream.KeyValue, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	kv, err := js.KeyValue(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("looking up the bucket %s: %w", name, err)
	}
	return kv, nil
}
