package browser

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Screenshot writes a picture of the window, or of the full page, as PNG.
func (t *Tab) Screenshot(path string, full bool) error {
	var taken []byte
	err := t.do("taking a picture", func(ctx context.Context, s *chromedp.Target) error {
		var params page.CaptureScreenshotParams
		if full {
			metrics, err := cdp.Call(ctx, s, page.GetLayoutMetrics, cdp.Empty{})
			if err != nil {
				return err
			}
			yes := true
			params.CaptureBeyondViewport = &yes
			params.Clip = &page.Viewport{Width: metrics.CSSContentSize.Width, Height: metrics.CSSContentSize.Height, Scale: 1}
		}
		shot, err := cdp.Call(ctx, s, page.CaptureScreenshot, params)
		taken = shot.Data
		return err
	})
	if err != nil {
		return err
	}
	small, err := smaller(taken)
	if err != nil {
		return fmt.Errorf("making a picture smaller: %w", err)
	}
	return os.WriteFile(path, small, 0o644) //nolint:gosec // for everybody to look at
}
