package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/browserbench"
	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m, browserbench.Stop)) }

func binary(t testing.TB) string {
	t.Helper()
	return testbench.Program(t)
}

// binaryWithFaults is the test build in which internal/fault works.
func binaryWithFaults(t testing.TB) string {
	t.Helper()
	return testbench.Program(t, "-tags", "faults")
}

// child is a process of the program under test.
type child struct {
	cmd    *exec.Cmd
	logs   *testbench.Logs // standard output and error
	exited chan struct{}
}

// startChild starts the program. It is killed with the test.
func startChild(t testing.TB, program string, env []string, args ...string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(program, args...), logs: &testbench.Logs{}, exited: make(chan struct{})} //nolint:noctx // ended below
	c.cmd.Stdout, c.cmd.Stderr = c.logs, c.logs
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.WaitDelay = time.Second // a surviving postmaster holds our pipe
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // its state says how it ended
		close(c.exited)
	}()
	t.Cleanup(c.kill)
	return c
}

// kill ends the process as kill -9 does, and waits.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	<-c.exited
}

// interrupt stops it as Ctrl-C does, and waits.
func (c *child) interrupt(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.exited:
	case <-time.After(30 * time.Second):
		t.Fatalf("it does not stop:\n%s", c.logs)
	}
}

// wasKilled reports whether it ended by kill -9.
func (c *child) wasKilled() bool {
	status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// dataFolder is one that is not there yet.
func dataFolder(t testing.TB) string {
	t.Helper()
	return filepath.Join(testbench.Folder(t), "data")
}

// service is a running `recourse up`.
type service struct {
	*child
	data string
	at   addresses
}

// up starts `recourse up` on a folder and returns once it says that it is
// ready.
func up(t testing.TB, data string, args ...string) *service {
	t.Helper()
	args = append([]string{
		"up", "--data", data, "--intake-addr", "127.0.0.1:0", "--console-addr", "127.0.0.1:0",
		"--stats-addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", "--reports-max-bytes", "2147483648",
	}, args...)
	s := &service{child: startChild(t, binary(t), nil, args...), data: data}
	t.Cleanup(func() { s.stopAll(t) })
	ready := time.NewTimer(30 * time.Second)
	defer ready.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(s.logs.String(), "Recourse is ready.") {
		select {
		case <-s.exited:
			t.Fatalf("recourse up ended:\n%s", s.logs)
		case <-ready.C:
			t.Fatalf("recourse up is not ready within 30 s:\n%s", s.logs)
		case <-tick.C:
		}
	}
	var err error
	if s.at, err = readAddresses(data); err != nil {
		t.Fatal(err)
	}
	return s
}

// stopAll stops the service cleanly where it still runs, so that no postmaster
// outlives the test.
func (s *service) stopAll(t testing.TB) {
	t.Helper()
	select {
	case <-s.exited:
	default:
		s.interrupt(t)
		return
	}
	if pid := s.postmaster(); pid != 0 {
		_ = syscall.Kill(pid, syscall.SIGQUIT)
		testbench.Eventually(t, 10*time.Second, "the postmaster is gone", func() bool {
			return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
		})
	}
}

// postmaster is the pid in the cluster's own file; 0 where there is none.
func (s *service) postmaster() int {
	b, err := os.ReadFile(filepath.Join(s.data, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil {
		return 0
	}
	return pid
}

// runProgram runs another command of the program to its end.
func runProgram(t testing.TB, args ...string) (stdout string, code int) {
	t.Helper()
	program := binary(t) // built before the minute begins
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() != 0 {
		t.Logf("recourse %s: exit %d: %s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), errOut.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

func (s *service) doctor(t testing.TB) diagnosis {
	t.Helper()
	out, code := runProgram(t, "doctor", "--data", s.data, "--json")
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("doctor ended with %d and printed %q: %v", code, out, err)
	}
	return d
}

// answer is an HTTP answer, read whole.
type answer struct {
	status int
	header http.Header
	body   string
}

func decodes(body string, v any) bool { return json.Unmarshal([]byte(body), v) == nil }

func (a answer) decode(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("status %d, body %q: %v", a.status, a.body, err)
	}
}

// post sends JSON. An error means that no answer came.
func post(ctx context.Context, client *http.Client, url string, v any, header http.Header) (answer, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	maps.Copy(req.Header, header)
	req.Header.Set("Content-Type", "application/json")
	return do(client, req)
}

func do(client *http.Client, req *http.Request) (answer, error) {
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, body: string(b)}, err
}

// submission is the API's answer to a report.
type submission struct {
	ID        event.ID `json:"id"`
	Receipt   string   `json:"receipt"`
	StatusURL string   `json:"status_url"`
}

// statusAnswer is the API's answer to a receipt.
type statusAnswer struct {
	ID         event.ID            `json:"id"`
	Milestones []event.MilestoneAt `json:"milestones"`
	Messages   []struct {
		Action  event.Action `json:"action"`
		Article string       `json:"article"`
		Reasons string       `json:"reasons"`
	} `json:"messages"`
}

func (s statusAnswer) reached(m event.Milestone) bool {
	for _, got := range s.Milestones {
		if got.Name == m {
			return true
		}
	}
	return false
}

// statusOf asks with a receipt. It reports false where no good answer came.
func statusOf(t testing.TB, intake, receipt string) (statusAnswer, bool) {
	t.Helper()
	a, err := post(t.Context(), http.DefaultClient, intake+"/v1/status", map[string]string{"receipt": receipt}, nil)
	if err != nil || a.status != http.StatusOK {
		return statusAnswer{}, false
	}
	var s statusAnswer
	a.decode(t, &s)
	return s, true
}

// adminPool connects as the owner of the schemas.
func adminPool(t testing.TB, e environment) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.AdminPool(context.Background(), e.databaseURL, e.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
