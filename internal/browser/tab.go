package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Options are what a person has set in the browser or the system. The zero
// value is a window of 1280 by 1024 pixels with scripts and images, light, in
// the browser's own language.
type Options struct {
	NoScript     bool    // JavaScript is off
	NoImages     bool    // images that are files of their own are not loaded
	Width        int     // of the window, in pixels at a zoom of 100 %
	Height       int     // likewise
	Zoom         float64 // 4 is 400 %: the page is a quarter as wide as the window
	Language     string  // Accept-Language without weights, as in "fr-CA,fr"
	Dark         bool    // prefers-color-scheme: dark
	ForcedColors bool    // forced-colors: active, as in a high contrast theme
}

// Narrow is a small phone's width, and a wide window's at 400 %.
const Narrow = 320

// Tab is an open tab. It shares neither cookies nor cache with another. Close
// it. Not for concurrent use.
type Tab struct {
	ctx      context.Context //nolint:containedctx // chromedp keeps its connection in there
	cancel   context.CancelFunc
	agent    string
	requests *recorder
}

// Tab opens an empty tab.
func (b *Browser) Tab(o Options) (*Tab, error) {
	t := &Tab{agent: b.agent, requests: newRecorder()}
	t.ctx, t.cancel = chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(t.requests.record))
	if err := chromedp.Do(t.ctx); err != nil { // no deadline: this context is the tab's life
		t.Close()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	if err := chromedp.Listen(t.ctx, t.refusePaused); err != nil {
		t.Close()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	if err := t.Set(o); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close closes the tab and forgets its cookies and cache.
func (t *Tab) Close() { t.cancel() }

// Set changes all options of an open tab, those not given back to their zero
// value. What a page has done before, as running its scripts, stays done.
func (t *Tab) Set(o Options) error {
	return t.do("setting a tab's options", func(ctx context.Context, s *chromedp.Target) error {
		return errors.Join(
			setWindow(ctx, s, o), setMedia(ctx, s, o), setImages(ctx, s, o),
			call(ctx, s, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScript}),
			call(ctx, s, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: t.agent, AcceptLanguage: o.Language}),
		)
	})
}

func setWindow(ctx context.Context, s cdp.Session, o Options) error {
	width, height, zoom := o.Width, o.Height, o.Zoom
	if width == 0 {
		width = 1280
	}
	if height == 0 {
		height = 1024
	}
	if zoom == 0 {
		zoom = 1
	}
	// Zooming makes a CSS pixel larger, so that fewer of them fit.
	return call(ctx, s, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(math.Round(float64(width) / zoom)), Height: int64(math.Round(float64(height) / zoom)), DeviceScaleFactor: zoom,
	})
}

func setMedia(ctx context.Context, s cdp.Session, o Options) error {
	scheme, forced := "light", "none"
	if o.Dark {
		scheme = "dark"
	}
	if o.ForcedColors {
		forced = "active"
	}
	return call(ctx, s, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: forced},
	}})
}

func setImages(ctx context.Context, s cdp.Session, o Options) error {
	if !o.NoImages {
		return call(ctx, s, fetch.Disable, cdp.Empty{})
	}
	return call(ctx, s, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{ResourceType: network.ResourceTypeImage}}})
}

// refusePaused refuses the images that setImages has Chromium ask about.
func (t *Tab) refusePaused(event any) {
	paused, ok := event.(*fetch.EventRequestPaused)
	if !ok {
		return
	}
	go func() { // a listener may not wait for an answer
		_ = t.do("refusing an image", func(ctx context.Context, s *chromedp.Target) error { // it waits for ever, so a test sees it
			refusal := fetch.FailRequestParams{RequestID: paused.RequestID, ErrorReason: network.ErrorReasonBlockedByClient}
			return call(ctx, s, fetch.FailRequest, refusal)
		})
	}()
}

// Eval sets out, which may be nil, to the value of a JavaScript expression. It
// runs beside the page, in a world that sees the page's elements and not its
// scripts, whatever the page's Content-Security-Policy says, and also where the
// page's scripts are off.
func (t *Tab) Eval(expression string, out any) error {
	return t.do("evaluating in the page", func(ctx context.Context, s *chromedp.Target) error {
		yes := true
		got, err := evaluate(ctx, s, runtime.EvaluateParams{Expression: expression, ReturnByValue: &yes, AwaitPromise: &yes})
		if err != nil || out == nil || len(got.Value) == 0 {
			return err
		}
		return json.Unmarshal(got.Value, out)
	})
}

// evaluate runs an expression in a world of ours in the page's main frame. A
// page that is just being left takes that world with it: then it is the next
// page's turn.
func evaluate(ctx context.Context, s cdp.Session, p runtime.EvaluateParams) (*runtime.RemoteObject, error) {
	const gone = -32000 // "Cannot find context with specified id"
	var (
		found *runtime.RemoteObject
		err   error
	)
	for range 10 {
		found, err = evaluateOnce(ctx, s, p)
		if refused, ok := errors.AsType[*cdproto.Error](err); !ok || refused.Code != gone {
			break
		}
	}
	return found, err
}

func evaluateOnce(ctx context.Context, s cdp.Session, p runtime.EvaluateParams) (*runtime.RemoteObject, error) {
	tree, err := cdp.Call(ctx, s, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	// With a name that this document knows, it is the same world again.
	world, err := cdp.Call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{
		FrameID: tree.FrameTree.Frame.ID, WorldName: "recourse",
	})
	if err != nil {
		return nil, err
	}
	p.ContextID = world.ExecutionContextID
	result, err := cdp.Call(ctx, s, runtime.Evaluate, p)
	if err != nil {
		return nil, err
	}
	if thrown := result.ExceptionDetails; thrown != nil {
		if thrown.Exception != nil {
			return nil, fmt.Errorf("%s %s", thrown.Text, thrown.Exception.Description)
		}
		return nil, errors.New(thrown.Text)
	}
	return result.Result, nil
}

// Cookies are the names of all cookies that the page's own address would be
// sent, those that its scripts can't see too.
func (t *Tab) Cookies() ([]string, error) {
	var names []string
	err := t.do("looking for cookies", func(ctx context.Context, s *chromedp.Target) error {
		found, err := cdp.Call(ctx, s, network.GetCookies, network.GetCookiesParams{})
		for _, c := range found.Cookies {
			names = append(names, c.Name)
		}
		return err
	})
	return names, err
}

// do runs one step in the tab, within its time.
func (t *Tab) do(doing string, step func(context.Context, *chromedp.Target) error) error {
	ctx, cancel := context.WithTimeout(t.ctx, stepWithin)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Func(step))
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// call is a command whose answer says nothing.
func call[P, R any](ctx context.Context, s cdp.Session, command cdp.Command[P, R], params P) error {
	_, err := cdp.Call(ctx, s, command, params)
	return err
}
