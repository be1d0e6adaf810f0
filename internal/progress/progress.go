// Package progress shows how far a long piece of work is: a bar on a terminal,
// or else a line every so often.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// sayEvery is how often a line is printed where there is no terminal.
const sayEvery = 5 * time.Second

// Display is where progress is shown.
type Display struct {
	out      io.Writer
	terminal bool
}

// On shows progress on f.
func On(f *os.File) Display {
	info, err := f.Stat()
	return Display{out: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// Lines shows progress as lines on w.
func Lines(w io.Writer) Display { return Display{out: w} }

// Bar is one part's. Safe for concurrent use.
type Bar struct {
	mu    sync.Mutex
	out   io.Writer
	name  string
	done  int
	total int
	said  time.Time

	drawn *mpb.Progress // nil where there is no terminal
	bar   *mpb.Bar
}

// Begin shows a part that has so many steps.
func (d Display) Begin(name string, total int) *Bar {
	b := &Bar{out: d.out, name: name, total: total, said: time.Now()}
	if d.terminal {
		b.drawn = mpb.New(mpb.WithOutput(d.out), mpb.WithWidth(50))
		b.bar = b.drawn.AddBar(int64(total),
			mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-11s", name)), decor.CountersNoUnit("%6d of %-6d")),
			mpb.AppendDecorators(decor.Percentage(), decor.Elapsed(decor.ET_STYLE_GO, decor.WC{W: 6})))
	}
	return b
}

// Add says that one more step is done.
func (b *Bar) Add() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.show(b.done + 1)
}

// Set says how many steps are done.
func (b *Bar) Set(done int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.show(done)
}

func (b *Bar) show(done int) {
	b.done = done
	if b.bar != nil {
		b.bar.SetCurrent(int64(done))
		return
	}
	if time.Since(b.said) >= sayEvery {
		b.say()
	}
}

func (b *Bar) say() {
	b.said = time.Now()
	_, _ = fmt.Fprintf(b.out, "%s: %d of %d\n", b.name, b.done, b.total) // what can't be shown is no failure of the work
}

// End leaves the bar as it is, complete or not.
func (b *Bar) End() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar == nil {
		b.say()
		return
	}
	b.bar.Abort(false) // does nothing to one that is complete
	b.drawn.Wait()
}
