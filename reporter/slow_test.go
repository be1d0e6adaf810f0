package reporter_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/web"
)

// What allowSlow relies on: through gin a handler can give its request more
// time than the listener's own.
func TestAHandlerCanGiveARequestMoreTime(t *testing.T) {
	e := web.NewEngine(nil, nil)
	e.POST("/", func(c *gin.Context) {
		rc := http.NewResponseController(c.Writer)
		if err := rc.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Errorf("the time to read can't be set: %v", err)
		}
		if err := rc.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Errorf("the time to write can't be set: %v", err)
		}
		if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
			t.Errorf("reading beyond the listener's time: %v", err)
		}
		c.String(http.StatusOK, "taken")
	})
	ln, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: e, ReadTimeout: 100 * time.Millisecond, WriteTimeout: 200 * time.Millisecond}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln) }()
	body, w := io.Pipe()
	go func() {
		for range 8 {
			_, _ = w.Write([]byte("part"))
			<-time.After(50 * time.Millisecond)
		}
		_ = w.Close()
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+ln.Addr().String()+"/", body)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d, want 200", resp.StatusCode)
	}
	if err := server.Shutdown(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
