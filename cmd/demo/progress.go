package main

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

// display shows how far a long part is: a bar on a terminal, or else a line
// every so often.
type display struct {
	out      io.Writer
	terminal bool
}

func displayOn(f *os.File) display {
	info, err := f.Stat()
	return display{out: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// bar is one part's.
type bar struct {
	mu    sync.Mutex
	out   io.Writer
	name  string
	done  int
	total int
	said  time.Time

	drawn *mpb.Progress // nil where there is no terminal
	bar   *mpb.Bar
}

func (d display) begin(name string, total int) *bar {
	b := &bar{out: d.out, name: name, total: total, said: time.Now()}
	if d.terminal {
		b.drawn = mpb.New(mpb.WithOutput(d.out), mpb.WithWidth(50))
		b.bar = b.drawn.AddBar(int64(total),
			mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-11s", name)), decor.CountersNoUnit("%6d of %-6d")),
			mpb.AppendDecorators(decor.Percentage(), decor.Elapsed(decor.ET_STYLE_GO, decor.WC{W: 6})))
	}
	return b
}

func (b *bar) add() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.show(b.done + 1)
}

func (b *bar) set(done int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.show(done)
}

func (b *bar) show(done int) {
	b.done = done
	if b.bar != nil {
		b.bar.SetCurrent(int64(done))
		return
	}
	if time.Since(b.said) >= sayEvery {
		b.say()
	}
}

func (b *bar) say() {
	b.said = time.Now()
	fmt.Fprintf(b.out, "%s: %d of %d\n", b.name, b.done, b.total)
}

// end leaves the bar as it is, complete or not.
func (b *bar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar == nil {
		b.say()
		return
	}
	b.bar.Abort(false) // does nothing to one that is complete
	b.drawn.Wait()
}
