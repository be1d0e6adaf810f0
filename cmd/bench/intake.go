package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/web"
	"recourse/reporter"
)

// aHandle is where each report names an account of its own: alike reports about
// one are one case.
const aHandle = "account-00000000"

// aReport is what a client sends: a body of the usual length.
const aReport = `{"community":"demo","kind":"harassment","language":"en","role":"target","grounds":["gender"],` +
	`"account":{"platform":"forum","handle":"` + aHandle + `"},"demographics":{"gender":"woman","age_band":"25-34"},` +
	`"description":"Under each of my posts the same account writes that I should leave the council and be quiet. ` +
	`It began on Monday and has not stopped."}`

// load is what clients saw in one run.
type load struct {
	rate     float64 // a second
	p50, p99 float64 // milliseconds
}

// benchIntake compares reports over HTTP with bare publishes of messages of the
// same size, one message each, by as many publishers on the same server.
func benchIntake(ctx context.Context, f flags) (_ []result, err error) {
	l, err := newLab(ctx, f)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	in, err := startIntake(ctx, l)
	if err != nil {
		return nil, err
	}
	size, err := in.messageSize(ctx)
	if err != nil {
		return nil, err
	}
	sealing, err := benchSealing(ctx, l, f)
	if err != nil {
		return nil, err
	}
	all := []result{sealing}
	for _, clients := range []int{1, 8, 64, 256} {
		var ours, bare []load
		err := interleave(ctx, f.Rounds,
			func(ctx context.Context) error {
				one, err := in.reports(ctx, clients, f.Span)
				ours = append(ours, one)
				return err
			},
			func(ctx context.Context) error {
				one, err := in.publishes(ctx, clients, f.Span, size)
				bare = append(bare, one)
				return err
			})
		if err != nil {
			return nil, err
		}
		wantRate, wantP99 := map[int]string{64: ">= 0.7", 256: ">= 0.9"}[clients], map[int]string{256: "<= 1"}[clients]
		name := fmt.Sprintf("intake, %d clients", clients)
		publish := fmt.Sprintf("JetStream publishes of %d bytes", size)
		all = append(all,
			compared(name+": acknowledged", "/s", publish, pick(ours, load.ofRate), pick(bare, load.ofRate)).want(wantRate),
			compared(name+": p50", "ms", publish, pick(ours, load.ofP50), pick(bare, load.ofP50)),
			compared(name+": p99", "ms", publish, pick(ours, load.ofP99), pick(bare, load.ofP99)).want(wantP99),
		)
	}
	return all, nil
}

func (l load) ofRate() float64 { return l.rate }
func (l load) ofP50() float64  { return l.p50 }
func (l load) ofP99() float64  { return l.p99 }

func pick(all []load, of func(load) float64) []float64 {
	var v []float64
	for _, l := range all {
		v = append(v, of(l))
	}
	return v
}

// intakeBench is an intake that is served on loopback, beside a connection of
// its own user for bare publishes.
type intakeBench struct {
	address string
	js      jetstream.JetStream // as the intake
	admin   jetstream.JetStream
}

func startIntake(ctx context.Context, l *lab) (*intakeBench, error) {
	nc, _, err := l.connect(keys.Intake)
	if err != nil {
		return nil, err
	}
	ring, err := l.keys.Ring(keys.Intake)
	if err != nil {
		return nil, err
	}
	in, err := reporter.New(reporter.Config{NATS: nc, Ring: ring, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return nil, err
	}
	ln, err := web.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g, runCtx := errgroup.WithContext(runCtx)
	g.Go(func() error { return in.Run(runCtx) })
	g.Go(func() error { return web.Serve(runCtx, ln, in.Handler()) })
	l.later(func() error { cancel(); return g.Wait() })
	b := &intakeBench{address: ln.Addr().String()}
	if _, b.js, err = l.connect(keys.Intake); err != nil {
		return nil, err
	}
	if _, b.admin, err = l.connect(keys.Admin); err != nil {
		return nil, err
	}
	for in.Ready(ctx) != nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return b, nil
}

// messageSize is the size of what one report becomes.
func (b *intakeBench) messageSize(ctx context.Context) (int, error) {
	c, err := dial(ctx, b.address)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if err := c.report(); err != nil {
		return 0, err
	}
	stream, err := b.admin.Stream(ctx, event.StreamReports)
	if err != nil {
		return 0, err
	}
	msg, err := stream.GetMsg(ctx, stream.CachedInfo().State.LastSeq)
	if err != nil {
		return 0, err
	}
	return len(msg.Data), nil
}

// empty purges REPORTS, so that every run begins alike.
func (b *intakeBench) empty(ctx context.Context) error {
	stream, err := b.admin.Stream(ctx, event.StreamReports)
	if err != nil {
		return err
	}
	return stream.Purge(ctx)
}

func (b *intakeBench) reports(ctx context.Context, clients int, span time.Duration) (load, error) {
	if err := b.empty(ctx); err != nil {
		return load{}, err
	}
	conns := make([]*conn, clients)
	defer func() {
		for _, c := range conns {
			c.close()
		}
	}()
	for i := range conns {
		var err error
		if conns[i], err = dial(ctx, b.address); err != nil {
			return load{}, err
		}
	}
	return underLoad(clients, span, func(client int) error { return conns[client].report() })
}

func (b *intakeBench) publishes(ctx context.Context, clients int, span time.Duration, size int) (load, error) {
	if err := b.empty(ctx); err != nil {
		return load{}, err
	}
	body := bytes.Repeat([]byte("x"), size)
	return underLoad(clients, span, func(int) error {
		id := event.NewID()
		msg := &nats.Msg{Subject: event.ReportSubject(event.ReportSubmitted, "demo", id).String(), Data: body, Header: nats.Header{}}
		_, err := b.js.PublishMsg(ctx, msg, jetstream.WithMsgID(id.String()), jetstream.WithExpectStream(event.StreamReports))
		return err
	})
}

// underLoad has each client do one thing after another for a span.
func underLoad(clients int, span time.Duration, one func(client int) error) (load, error) {
	var mu sync.Mutex
	var took []float64
	began := time.Now()
	var g errgroup.Group
	for client := range clients {
		g.Go(func() error {
			var own []float64
			for time.Since(began) < span {
				at := time.Now()
				if err := one(client); err != nil {
					return err
				}
				own = append(own, time.Since(at).Seconds()*1e3)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return load{}, err
	}
	elapsed := time.Since(began).Seconds()
	slices.Sort(took)
	return load{rate: float64(len(took)) / elapsed, p50: quantile(took, 0.5), p99: quantile(took, 0.99)}, nil
}

// conn is a client's connection: HTTP with as little of its own as there can
// be, since it shares the cores with what it measures.
type conn struct {
	net     net.Conn
	reader  *bufio.Reader
	request []byte
	handle  []byte // in request
}

// sent numbers the reports of all connections.
var sent atomic.Int64 //nolint:gochecknoglobals // one sequence for all

func dial(ctx context.Context, address string) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connecting to the intake: %w", err)
	}
	request := fmt.Sprintf("POST /v1/reports HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		address, len(aReport), aReport)
	handle := strings.Index(request, aHandle)
	conn := &conn{net: c, reader: bufio.NewReader(c), request: []byte(request)}
	conn.handle = conn.request[handle : handle+len(aHandle)]
	return conn, nil
}

func (c *conn) close() {
	if c != nil {
		_ = c.net.Close()
	}
}

// report sends one report and waits until it is acknowledged.
func (c *conn) report() error {
	copy(c.handle, fmt.Sprintf("account-%08d", sent.Add(1)))
	if _, err := c.net.Write(c.request); err != nil {
		return fmt.Errorf("sending a report: %w", err)
	}
	resp, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("a report was answered with %s: %w", resp.Status, err)
	}
	return nil
}
