// Package instance runs the built program, `recourse up`, as a child process
// with everything in a folder of its own, and speaks to it over HTTP as any
// client would. The demo and the benchmarks stand on it. It knows nothing of
// the services but their addresses, their API and their pages, and it must
// never leave a process or a file behind.
package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	readyWithin = 60 * time.Second // twice what the program gives itself
	stopWithin  = 60 * time.Second // the services, then PostgreSQL
	lookEvery   = 20 * time.Millisecond
)

// Addresses is <data>/addresses.json: where a running program can be reached,
// as URLs without a path.
type Addresses struct {
	Intake    string `json:"intake"`
	Console   string `json:"console"`
	Stats     string `json:"stats"`
	Metrics   string `json:"metrics"`
	Community string `json:"community"` // the demo community's name
	SignIn    string `json:"sign_in"`   // a link that signs a moderator in, once
}

// Instance is a running `recourse up`. Stop it, whatever happened to it.
type Instance struct {
	Addresses

	Data string // its data folder, inside a temporary folder of its own

	program string
	args    []string // of `recourse up`, beside addresses and folder
	folder  string   // the temporary folder
	cmd     *exec.Cmd
	output  *output
	exited  chan struct{}
	told    bool // an end by itself was our doing or is reported already
	web     *client
}

// Start runs `recourse up` with the further arguments, on free loopback ports
// and in a new temporary folder, and returns once it is ready. ctx bounds the
// start only. Where that fails, nothing is left behind.
func Start(ctx context.Context, program string, args ...string) (*Instance, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return nil, fmt.Errorf("finding the program: %w", err)
	}
	folder, err := newFolder()
	if err != nil {
		return nil, err
	}
	i := &Instance{
		Data: filepath.Join(folder, "data"), program: program, args: args, folder: folder,
		output: &output{}, exited: make(chan struct{}), web: newClient(),
	}
	if err := i.launch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := i.waitReady(ctx); err != nil {
		i.told = true
		return nil, errors.Join(err, i.Stop(context.WithoutCancel(ctx)))
	}
	return i, nil
}

// Restart starts the program again on its folder, after Kill or, where it still
// runs, after it was stopped cleanly, and returns once it is ready. The addresses
// are new then. Where it fails, the instance can only be stopped.
func (i *Instance) Restart(ctx context.Context) error {
	if err := i.interrupt(ctx); err != nil {
		return err
	}
	// What an earlier run wrote must not be taken for the next one's.
	if err := os.Remove(filepath.Join(i.Data, "addresses.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the last addresses: %w", err)
	}
	i.exited, i.told = make(chan struct{}), false
	if err := i.launch(); err != nil {
		close(i.exited)
		i.told = true
		return err
	}
	return i.waitReady(ctx)
}

func (i *Instance) launch() error {
	const anyPort = "127.0.0.1:0"
	args := append([]string{
		"up", "--data", i.Data, "--intake-addr", anyPort, "--console-addr", anyPort, "--stats-addr", anyPort, "--metrics-addr", anyPort,
	}, i.args...)
	i.cmd = exec.Command(i.program, args...) //nolint:noctx // Stop and Kill end it
	i.cmd.Stdout, i.cmd.Stderr = i.output, i.output
	i.cmd.Env = environment()
	// A group of its own, so that a terminal's Ctrl-C reaches only us.
	i.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A postmaster that outlives a killed program holds our pipe open.
	i.cmd.WaitDelay = time.Second
	if err := i.cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", i.program, err)
	}
	cmd, exited := i.cmd, i.exited
	go func() {
		_ = cmd.Wait() // ProcessState says how it ended
		close(exited)
	}()
	return nil
}

// environment is ours without what would turn the program to somebody's own
// PostgreSQL or NATS, or to other settings.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return name == "DATABASE_URL" || name == "NATS_URL" || strings.HasPrefix(name, "RECOURSE_")
	})
}

// waitReady waits for the file that the program writes just before it says
// "Recourse is ready.".
func (i *Instance) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		err := i.readAddresses()
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		select {
		case <-i.exited:
			return i.failed("recourse up ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("waiting until recourse up is ready: %w%s", ctx.Err(), i.output.quoted())
		case <-tick.C:
		}
	}
}

func (i *Instance) readAddresses() error {
	b, err := os.ReadFile(filepath.Join(i.Data, "addresses.json"))
	if err != nil {
		return fmt.Errorf("reading where recourse up listens: %w", err)
	}
	if err := json.Unmarshal(b, &i.Addresses); err != nil {
		return fmt.Errorf("reading where recourse up listens: %w", err)
	}
	return nil
}

// failed is an error that shows what the program printed last.
func (i *Instance) failed(what string) error {
	return fmt.Errorf("%s (%s)%s", what, i.cmd.ProcessState, i.output.quoted())
}

// PID is the program's process.
func (i *Instance) PID() int { return i.cmd.Process.Pid }

// Exited is closed when the program has ended, however it ended.
func (i *Instance) Exited() <-chan struct{} { return i.exited }

// Output is the last part of what the program printed and logged.
func (i *Instance) Output() string { return i.output.String() }

// Kill ends the program as kill -9 does, and waits for its end. What it ran may
// outlive it: Stop clears that away.
func (i *Instance) Kill() {
	select {
	case <-i.exited:
		return
	default:
	}
	i.told = true
	_ = i.cmd.Process.Kill() // it may have ended just now
	<-i.exited
}

// Stop ends the program as Ctrl-C does, waits, ends what has outlived it and
// removes its folder. When ctx ends first, it is killed. A program that failed
// or had ended by itself is an error; one that Kill ended is not.
func (i *Instance) Stop(ctx context.Context) error {
	err := i.interrupt(ctx)
	i.web.close()
	// Whatever happened until here, nothing may be left.
	return errors.Join(err, endPostmaster(i.Data), os.RemoveAll(i.folder))
}

func (i *Instance) interrupt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	select {
	case <-i.exited:
		if i.told {
			return nil
		}
		return i.failed("recourse up had ended by itself")
	default:
	}
	if err := i.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		i.Kill()
		return fmt.Errorf("interrupting recourse up: %w", err)
	}
	select {
	case <-i.exited:
	case <-ctx.Done():
		i.Kill()
		return fmt.Errorf("waiting until recourse up has stopped: %w%s", ctx.Err(), i.output.quoted())
	}
	if !i.cmd.ProcessState.Success() {
		return i.failed("recourse up did not stop cleanly")
	}
	return nil
}
