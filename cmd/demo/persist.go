package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recourse/internal/instance"
)

const (
	mostAttempts = 10
	leastPause   = 100 * time.Millisecond
	mostPause    = 5 * time.Second
)

// persist does again what a 503 or a broken connection left undone, some times
// at most. What it does must be safe to do twice.
func persist[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	var done T
	var err error
	for attempt := range mostAttempts {
		if done, err = do(ctx); err == nil || !instance.Temporary(err) {
			return done, err
		}
		pause := leastPause << attempt
		if refused, ok := errors.AsType[*instance.RefusedError](err); ok {
			pause = max(pause, refused.RetryAfter)
		}
		timer := time.NewTimer(min(pause, mostPause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return done, ctx.Err()
		}
	}
	return done, fmt.Errorf("tried %d times: %w", mostAttempts, err)
}
