// Package web is what every listener has in common: limits, security headers,
// health, problem documents, a clean stop. It must never log a URL, a header or
// a body: they hold what people wrote, and where they wrote from.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// Limits of every listener.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 90 * time.Second
	maxHeaderBytes    = 32 << 10
	stopTimeout       = 10 * time.Second
)

// NewEngine returns a gin engine without its logger (it prints clients'
// addresses), with security headers, /healthz and /readyz. Ready says whether
// the service can do its work now; nil means always.
func NewEngine(logger *slog.Logger, ready func(context.Context) error) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	// No proxy is trusted: nothing here uses a client's address, and gin would
	// believe a forged X-Forwarded-For.
	if err := e.SetTrustedProxies(nil); err != nil {
		panic("web: gin refuses an empty list of proxies: " + err.Error())
	}
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	e.Use(recoverer(logger), securityHeaders)
	e.NoRoute(func(c *gin.Context) { WriteProblem(c, Problem{Status: http.StatusNotFound}) })
	e.NoMethod(func(c *gin.Context) { WriteProblem(c, Problem{Status: http.StatusMethodNotAllowed}) })
	e.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", func(c *gin.Context) {
		if ready != nil {
			if err := ready(c.Request.Context()); err != nil {
				c.String(http.StatusServiceUnavailable, "not ready\n")
				return
			}
		}
		c.String(http.StatusOK, "ready\n")
	})
	return e
}

// recoverer answers 500 where a handler panics. The panic's value may quote
// content, so only its type and the stack are logged.
func recoverer(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			if v := recover(); v != nil {
				logger.Error("a handler panicked", "type", fmt.Sprintf("%T", v), "route", c.FullPath(), "stack", string(debug.Stack()))
				if c.Writer.Written() {
					panic(http.ErrAbortHandler) // cuts the connection: half an answer must not look whole
				}
				WriteProblem(c, Problem{Status: http.StatusInternalServerError})
			}
		}()
		c.Next()
	}
}

// securityHeaders are right for every answer of every service: nothing from
// elsewhere, no script but our own files, no referrer, no framing, no caching
// unless a handler says otherwise.
func securityHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	c.Next()
}

// Listen opens a TCP listener. An address with port 0 picks a free one.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return ln, nil
}

// Serve serves h on ln until ctx ends, then lets requests finish.
func Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// net/http's own messages name clients' addresses.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := srv.Shutdown(stopCtx)
	if err != nil {
		err = srv.Close()
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", served)
	}
	return err
}
