package pgcluster

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// lastWordsWait is for what a postmaster wrote right before it ended.
const lastWordsWait = 200 * time.Millisecond

// postmaster is one run of postgres.
type postmaster struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended and its output is read

	mu    sync.Mutex
	lines []string // the last ones of its standard error; mu
}

func launch(p programs, a account, dir, socket string, log *slog.Logger) (*postmaster, error) {
	cmd := exec.Command(filepath.Join(p.dir, "postgres"), settings(dir, socket)...) //nolint:noctx // our own programs; Stop ends it
	cmd.SysProcAttr, cmd.Env, cmd.Dir = a.attributes(), environment(), "/"
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	m := &postmaster{cmd: cmd, done: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		m.read(stderr, log)
	}()
	go func() {
		// Wait closes the pipe even when a child of postgres still holds its
		// other end, so that a killed postmaster is noticed at once.
		state, _ := cmd.Process.Wait()
		log.Debug("PostgreSQL ended", "state", state.String())
		// A child of postgres may hold the other end for longer; what the
		// postmaster itself said is there by then.
		select {
		case <-read:
		case <-time.After(lastWordsWait):
		}
		_ = stderr.Close()
		<-read
		close(m.done)
	}()
	return m, nil
}

func (m *postmaster) read(stderr io.Reader, log *slog.Logger) {
	const keep = 20
	scanner := bufio.NewScanner(stderr)
	for scanner.Scan() {
		line := scanner.Text()
		log.Debug("PostgreSQL", "line", line)
		m.mu.Lock()
		m.lines = append(m.lines, line)
		m.lines = m.lines[max(0, len(m.lines)-keep):]
		m.mu.Unlock()
	}
}

func (m *postmaster) pid() int { return m.cmd.Process.Pid }

func (m *postmaster) ended() bool {
	select {
	case <-m.done:
		return true
	default:
		return false
	}
}

func (m *postmaster) lastWords() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return lastLines(strings.Join(m.lines, "\n"), 5)
}

// mayPass reports whether it ended for a reason that passes by itself: the
// children of a killed postmaster are not gone yet.
func (m *postmaster) mayPass() bool {
	words := m.lastWords()
	return strings.Contains(words, "pre-existing shared memory block") || strings.Contains(words, "lock file")
}
