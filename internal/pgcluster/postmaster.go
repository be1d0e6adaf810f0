package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// How long each step of an end may take. After SIGQUIT the postmaster itself
// gives its children 5 s.
const (
	fastWithin      = 15 * time.Second
	immediateWithin = 8 * time.Second
	killWithin      = 5 * time.Second
)

// postmaster is one run of postgres, a child of ours.
type postmaster struct {
	cmd      *exec.Cmd
	out      *output
	launched time.Time
	done     chan struct{} // closed when the process has ended and its output is read
}

func launch(p programs, a account, dir, socket string, log *slog.Logger) (*postmaster, error) {
	cmd := exec.Command(filepath.Join(p.dir, "postgres"), settings(dir, socket)...) //nolint:noctx // it ends by signals of three kinds
	m := &postmaster{cmd: cmd, out: &output{log: log}, launched: time.Now(), done: make(chan struct{})}
	cmd.SysProcAttr, cmd.Env, cmd.Dir, cmd.Stderr = a.attributes(), environment(), "/", m.out
	// The children of a killed postmaster hold its standard error open.
	cmd.WaitDelay = 500 * time.Millisecond
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("running postgres: %w", err)
	}
	go func() {
		defer close(m.done)
		if err := cmd.Wait(); err != nil {
			log.Warn("postgres ended", "pid", cmd.Process.Pid, "error", err)
		}
		m.out.flush()
	}()
	return m, nil
}

func (m *postmaster) pid() int { return m.cmd.Process.Pid }

func (m *postmaster) ended() bool {
	select {
	case <-m.done:
		return true
	default:
		return false
	}
}

// end stops it and waits until it is gone.
func (m *postmaster) end(ctx context.Context) error {
	return end(ctx, m.cmd.Process, func(ctx context.Context) bool {
		select {
		case <-m.done:
		case <-ctx.Done():
		}
		return m.ended()
	})
}

// end stops a postmaster: a fast shutdown for as long as ctx lasts, then an
// immediate one and a kill, which are safe as well, since the next start
// recovers. gone waits until the process has ended, or its context has.
func end(ctx context.Context, process *os.Process, gone func(context.Context) bool) error {
	for _, step := range []struct {
		parent context.Context //nolint:containedctx // of one step
		signal syscall.Signal
		within time.Duration
	}{
		{ctx, syscall.SIGINT, fastWithin},
		{context.WithoutCancel(ctx), syscall.SIGQUIT, immediateWithin},
		{context.WithoutCancel(ctx), syscall.SIGKILL, killWithin},
	} {
		if err := process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("sending %s to postgres (process %d): %w", step.signal, process.Pid, err)
		}
		stepCtx, cancel := context.WithTimeout(step.parent, step.within)
		ended := gone(stepCtx) //nolint:contextcheck // a shutdown that began goes on without ctx
		cancel()
		if ended {
			return nil
		}
	}
	return fmt.Errorf("postgres (process %d) does not end", process.Pid)
}

// pause waits for d, and reports whether ctx still lasts.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return ctx.Err() == nil
}
