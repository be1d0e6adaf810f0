package instance

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAClientTellsRefusedFromLost(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/wrong":
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"title": "Wrong", "errors": [{"field": "kind", "detail": "is not known"}]}`))
		case "/half":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		default:
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	c := newClient()
	defer c.close()
	get := func(ctx context.Context, path string) error {
		_, err := c.get(ctx, "asking", server.URL+path)
		return err
	}

	err := get(t.Context(), "/away")
	refused, ok := errors.AsType[*RefusedError](err)
	if !ok || refused.Status != http.StatusServiceUnavailable || refused.RetryAfter != 7*time.Second || !Temporary(err) {
		t.Errorf("away: %#v", err)
	}
	if err := get(t.Context(), "/wrong"); Temporary(err) || !strings.Contains(err.Error(), "asking: 422") ||
		!strings.Contains(err.Error(), "kind is not known") {
		t.Errorf("wrong: %v", err)
	}
	for _, path := range []string{"/half", "/sign-in/a-secret"} {
		err := get(t.Context(), path)
		if _, ok := errors.AsType[*LostError](err); !ok || !Temporary(err) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %#v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := get(ctx, "/away"); !errors.Is(err, context.Canceled) || Temporary(err) {
		t.Errorf("given up: %v", err)
	}
}
