// Package browser drives a real Chromium, without a window, the way a person
// does: it opens pages, presses keys and looks. Tests use it through
// browserbench, and cmd/screenshots as it is. It knows nothing of what the
// pages say, and must never leave a process or a folder behind.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
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
}

// Start starts Chromium. It runs until Close, or until ctx ends.
func Start(ctx context.Context) (*Browser, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("finding Chromium: %w: run make deps", err)
	}
	var failed []error
	for range starts {
		b, err := startOnce(ctx, program)
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

func startOnce(ctx context.Context, program string) (*Browser, error) {
	// chromedp ends the browser with the context of its first step, so the time
	// for that step can't be a deadline of this context.
	life, end := context.WithCancel(ctx)
	hangs := time.AfterFunc(startWithin, end)
	allocator, endAllocator := chromedp.NewExecAllocator(life, flags(program)...)
	first, endFirst := chromedp.NewContext(allocator)
	b := &Browser{ctx: first, cancel: func() {
		endFirst() // waits for the process
		endAllocator()
		end()
	}}
	version, err := chromedp.Run(first, func(ctx context.Context, t *chromedp.Target) (browser.GetVersionResult, error) {
		return cdp.Call(ctx, t, browser.GetVersion, cdp.Empty{})
	})
	if !hangs.Stop() {
		err = fmt.Errorf("it hangs after %s: %w", startWithin, errors.Join(err, context.DeadlineExceeded))
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	b.agent = version.UserAgent
	return b, nil
}

// flags are chromedp's own, which start Chromium without a window, in a
// temporary profile, and as root without its sandbox, and those that keep it
// from speaking to anybody but the pages that are opened.
func flags(program string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			// A group of its own, so that its helpers end with it. If we die
			// first, it ends by itself, since its pipe to us breaks.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
		}),
	)
}

// Close ends Chromium with its helpers and removes its profile. Tabs end with
// it.
func (b *Browser) Close() { b.cancel() }
