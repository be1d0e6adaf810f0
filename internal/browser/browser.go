// Package browser drives a real Chromium, without a window, the way a person
// does: it opens pages, presses keys and looks. Tests use it through
// browserbench, and cmd/screenshots as it is. It knows nothing of what the
// pages say, and must never leave a process or a folder behind.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

const (
	starts      = 3                // Chromium can hang as it starts on a busy machine
	startWithin = 25 * time.Second // one of them
	stepWithin  = 30 * time.Second // one thing that a tab does
)

// Browser is a running Chromium with a new profile. Close it.
type Browser struct {
	ctx    context.Context //nolint:containedctx // chromedp keeps its connection in there
	cancel context.CancelFunc
	agent  string // its User-Agent
	folder string // of its own, with its profile
	cmd    *exec.Cmd
}

// Start starts Chromium. It runs until Close, or until ctx ends.
func Start(ctx context.Context) (*Browser, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("finding Chromium: %w: run make deps", err)
	}
	return start(ctx, program, startWithin)
}

func start(ctx context.Context, program string, within time.Duration) (*Browser, error) {
	var failed []error
	for range starts {
		b, err := startOnce(ctx, program, within)
		if err == nil {
			return b, nil
		}
		failed = append(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("starting Chromium: %w", errors.Join(failed...))
}

func startOnce(ctx context.Context, program string, within time.Duration) (*Browser, error) {
	folder, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the profile: %w", err)
	}
	// chromedp ends the browser with the context of its first step, so the time
	// for that step can't be a deadline of this context.
	life, end := context.WithCancel(ctx)
	hangs := time.AfterFunc(within, end)
	b := &Browser{folder: folder}
	allocator, endAllocator := chromedp.NewExecAllocator(life, b.flags(program)...)
	first, endFirst := chromedp.NewContext(allocator)
	b.ctx, b.cancel = first, func() {
		endFirst() // waits for the process
		endAllocator()
		end()
	}
	version, err := chromedp.Run(first, func(ctx context.Context, t *chromedp.Target) (browser.GetVersionResult, error) {
		return cdp.Call(ctx, t, browser.GetVersion, cdp.Empty{})
	})
	if !hangs.Stop() {
		err = fmt.Errorf("it hangs after %s: %w", within, errors.Join(err, context.DeadlineExceeded))
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.agent = version.UserAgent
	return b, nil
}

// flags are chromedp's own, which start Chromium without a window and as root
// without its sandbox, and those that keep it from speaking to anybody but the
// pages that are opened.
func (b *Browser) flags(program string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(filepath.Join(b.folder, "profile")),
		chromedp.Env("TMPDIR="+b.folder),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			// A group of its own, so that its helpers end with it. If we die
			// first, it ends by itself, since its pipe to us breaks.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Cancel = func() error { return killGroup(cmd) }
			b.cmd = cmd
		}),
	)
}

// Close ends Chromium with its helpers and removes its profile. Tabs end with
// it.
func (b *Browser) Close() error {
	b.cancel()
	// The helpers are killed, but may still be on their way, writing.
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 200 {
		if b.cmd == nil || b.cmd.Process == nil || errors.Is(killGroup(b.cmd), syscall.ESRCH) {
			break
		}
		<-tick.C
	}
	if err := os.RemoveAll(b.folder); err != nil {
		return fmt.Errorf("removing Chromium's profile: %w", err)
	}
	return nil
}

func killGroup(leader *exec.Cmd) error { return syscall.Kill(-leader.Process.Pid, syscall.SIGKILL) }
