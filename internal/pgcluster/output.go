package pgcluster

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

const (
	longestLine = 4 << 10 // bytes; the rest of a line is dropped
	linesKept   = 20
)

// output hands a process's standard error to the log, line by line, and keeps
// the last lines for the error of a failed start. It never refuses bytes: a
// postgres that can't write its log stands still.
type output struct {
	log *slog.Logger

	mu      sync.Mutex // guards the following
	partial []byte
	hiding  bool // the message that goes on is one that must not be seen
	kept    []string
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := b; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		o.partial = append(o.partial, line[:min(len(line), longestLine-len(o.partial))]...)
		if whole {
			o.endLine()
		}
		rest = after
	}
	return len(b), nil
}

// flush ends the last line, after which nothing comes.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.partial) > 0 {
		o.endLine()
	}
}

func (o *output) endLine() {
	line := string(o.partial)
	o.partial = o.partial[:0]
	// postgres puts a tab before each further line of a message.
	if !strings.HasPrefix(line, "\t") {
		o.hiding = hidden(line)
	}
	if o.hiding || strings.TrimSpace(line) == "" {
		return
	}
	say := o.log.Warn
	if strings.HasPrefix(line, "LOG:") {
		say = o.log.Debug
	}
	say("postgres says", "line", line)
	o.kept = append(o.kept, line)
	o.kept = o.kept[max(0, len(o.kept)-linesKept):]
}

// hidden is the second fence behind the settings, which can't keep a PANIC (a
// full disk is one) from showing the statement that met it, and which a
// superuser can change for a session.
func hidden(line string) bool {
	word, _, _ := strings.Cut(line, ":")
	return slices.Contains([]string{"STATEMENT", "DETAIL", "QUERY", "CONTEXT", "ERROR", "WARNING"}, word)
}

func (o *output) lastWords() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return lastLines(o.kept)
}

// contains reports whether one of the last lines holds any of the texts.
func (o *output) contains(texts ...string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, line := range o.kept {
		for _, text := range texts {
			if strings.Contains(line, text) {
				return true
			}
		}
	}
	return false
}

func lastLines(lines []string) string {
	const shown = 5
	return strings.Join(lines[max(0, len(lines)-shown):], " | ")
}
