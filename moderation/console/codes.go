package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/moderation/conduct"
)

// codeTime is how long a page waits for a code of conduct that is not held yet.
const codeTime = 2 * time.Second

// codes reads codes of conduct. They are content-addressed, so that one read
// serves for good. Safe for concurrent use.
type codes struct {
	js     jetstream.JetStream
	source *community.Source
	log    *slog.Logger

	mu   sync.Mutex
	held map[string]conduct.Code // by digest; mu
}

func newCodes(js jetstream.JetStream, source *community.Source, log *slog.Logger) *codes {
	return &codes{js: js, source: source, log: log, held: map[string]conduct.Code{}}
}

// get returns the code with this digest, or errNoConduct.
func (c *codes) get(ctx context.Context, digest string) (conduct.Code, error) {
	c.mu.Lock()
	code, ok := c.held[digest]
	c.mu.Unlock()
	if ok {
		return code, nil
	}
	if !c.js.Conn().IsConnected() { // else each page would wait for the time-out
		return conduct.Code{}, fmt.Errorf("%w: NATS is away", errNoConduct)
	}
	ctx, cancel := context.WithTimeout(ctx, codeTime)
	defer cancel()
	file, err := c.source.Conduct(ctx, digest)
	if err != nil {
		return conduct.Code{}, errors.Join(errNoConduct, err)
	}
	if code, err = conduct.Parse(file); err != nil {
		return conduct.Code{}, errors.Join(errNoConduct, err)
	}
	c.mu.Lock()
	c.held[digest] = code
	c.mu.Unlock()
	return code, nil
}

// severity is an article's, or 0 where its code is not held. It waits for
// nothing.
func (c *codes) severity(digest, article string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, _ := c.held[digest].Article(article)
	return a.Severity
}

// titles returns the titles of articles, several of few codes, as one page
// needs them. Where a code can't be read, an article's id stands in.
type titles struct {
	codes *codes
	read  map[string]conduct.Code // an empty code where it can't be read
}

func (c *codes) titles() *titles { return &titles{codes: c, read: map[string]conduct.Code{}} }

func (t *titles) of(ctx context.Context, digest, article string) string {
	code := t.code(ctx, digest)
	if a, ok := code.Article(article); ok {
		return a.Title.In(consoleLanguage, code.Languages)
	}
	return article
}

// code is empty where it can't be read.
func (t *titles) code(ctx context.Context, digest string) conduct.Code {
	code, ok := t.read[digest]
	if !ok {
		var err error
		if code, err = t.codes.get(ctx, digest); err != nil {
			t.codes.log.Warn("articles are shown without their titles", "conduct", digest, "error", err)
		}
		t.read[digest] = code
	}
	return code
}

// consoleLanguage is what the console's own pages are written in.
const consoleLanguage = "en"
