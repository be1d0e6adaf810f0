package testbench

import (
	"bytes"
	"sync"
)

// Logs is what a service under test logs, to be read while it runs. The zero
// value is empty. Safe for concurrent use.
type Logs struct {
	mu  sync.Mutex
	buf bytes.Buffer // mu
}

// Write implements io.Writer.
func (l *Logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String returns all that was logged so far.
func (l *Logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
