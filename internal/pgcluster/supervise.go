package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// retryWithin bounds how long a start waits for what passes by itself.
	retryWithin = 20 * time.Second
	retryPause  = 200 * time.Millisecond

	// After a life of steadyAfter a postmaster is started again at once;
	// otherwise each pause is twice the one before.
	steadyAfter   = 10 * time.Second
	shortestPause = 250 * time.Millisecond
	longestPause  = time.Second // reports wait meanwhile
)

// errStopped says that Stop came first.
var errStopped = errors.New("the cluster was stopped")

// Supervise starts the postmaster again whenever it ends. It returns nil when
// ctx ends or Stop is called, and leaves the postmaster to Stop.
func (c *Cluster) Supervise(ctx context.Context) error {
	ctx, cancel := c.whileWanted(ctx)
	defer cancel()
	wait := time.Duration(0)
	for {
		if p := c.running(); p != nil {
			select {
			case <-ctx.Done():
				return nil
			case <-p.done:
			}
			if time.Since(p.launched) > steadyAfter {
				wait = 0
			}
		}
		if !pause(ctx, wait) {
			return nil
		}
		wait = min(max(2*wait, shortestPause), longestPause)
		c.log.Warn("starting PostgreSQL again, for it is down", "folder", c.dir)
		if err := c.startPostmaster(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("starting PostgreSQL again failed", "error", err, "next_try_in", wait)
		}
	}
}

// startPostmaster tries until the postmaster takes connections. Right after a
// kill -9 the old one's children may hold its memory for a moment.
func (c *Cluster) startPostmaster(ctx context.Context) error {
	c.starting.Lock()
	defer c.starting.Unlock()
	if c.life.Err() != nil {
		return errStopped
	}
	if c.running() != nil {
		return nil
	}
	ctx, cancel := c.whileWanted(ctx)
	defer cancel()
	for deadline := time.Now().Add(retryWithin); ; {
		err := c.tryStart(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errPasses) || time.Now().After(deadline) || !pause(ctx, retryPause) {
			return fmt.Errorf("starting PostgreSQL in %s: %w", c.dir, err)
		}
	}
}

// errPasses marks a failure that passes by itself.
var errPasses = errors.New("an earlier postmaster is not gone yet")

func (c *Cluster) tryStart(ctx context.Context) error {
	if err := c.takeOver(ctx); err != nil {
		return err
	}
	// Something may have tidied the temporary folder meanwhile.
	if err := c.account.claim(c.socket); err != nil {
		return fmt.Errorf("making the folder of the socket: %w", err)
	}
	clearSocket(c.socket)
	p, err := launch(c.programs, c.account, c.dir, c.socket, c.log)
	if err != nil {
		return err
	}
	err = c.waitReady(ctx, p)
	if err == nil {
		c.current.Store(p)
		return nil
	}
	if !p.ended() {
		err = errors.Join(err, p.end(ctx))
	}
	// postgres has no other way to tell than these words; its settings keep
	// them in English.
	if p.out.contains("pre-existing shared memory block", `lock file "postmaster.pid" already exists`) {
		err = fmt.Errorf("%w: %w", errPasses, err)
	}
	return fmt.Errorf("%w (postgres said: %s)", err, p.out.lastWords())
}
