package instance

import (
	"strings"
	"sync"
)

// mostOutput is how much of a process's output is kept, in bytes.
const mostOutput = 64 << 10

// output keeps the end of what a process prints. It is an io.Writer for
// several writers at once.
type output struct {
	mu  sync.Mutex
	end []byte // at most twice mostOutput
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.end = append(o.end, p[max(0, len(p)-mostOutput):]...)
	if len(o.end) > 2*mostOutput {
		// Rarely, so that a long log is not moved with each line.
		o.end = append(o.end[:0], o.end[len(o.end)-mostOutput:]...)
	}
	return len(p), nil
}

// String returns the last of what was printed.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.end[max(0, len(o.end)-mostOutput):])
}

// quoted returns the last lines, to stand behind an error; "" where nothing was
// printed.
func (o *output) quoted() string {
	const mostLines = 30
	lines := strings.Split(strings.TrimSpace(o.String()), "\n")
	lines = lines[max(0, len(lines)-mostLines):]
	if len(lines) == 1 && lines[0] == "" {
		return ""
	}
	return "; the last it printed:\n" + strings.Join(lines, "\n")
}
