//go:build faults

package fault_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"recourse/internal/fault"
)

var (
	zero = strings.Repeat("0", 32)
	id   = [16]byte{0xab, 15: 0x01}
	hex  = "ab" + strings.Repeat("0", 28) + "01"
)

func TestAProcessIsKilledAtThePointThatIsNamed(t *testing.T) {
	if os.Getenv("RECOURSE_TEST_CHILD") != "" {
		fault.Point("first")
		fault.Report("second", id)
		return
	}
	for kill, want := range map[string]bool{
		"": false, "elsewhere": false, "first": true, "second": true, "second " + hex: true, "second " + zero: false, "first " + hex: false,
	} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), "RECOURSE_TEST_CHILD=1", "RECOURSE_FAULT_KILL="+kill)
		err := child.Run()
		exit, _ := errors.AsType[*exec.ExitError](err)
		killed := false
		if exit != nil {
			status, _ := exit.Sys().(syscall.WaitStatus)
			killed = status.Signaled() && status.Signal() == syscall.SIGKILL
		}
		if killed != want || (!want && err != nil) {
			t.Errorf("told to die at %q it ends with %v", kill, err)
		}
	}
}

func TestAReportPanicsWhereItsIDIsNamed(t *testing.T) {
	for value, want := range map[string]bool{"read " + hex: true, "read " + zero: false, "read": false, "other " + hex: false, "": false} {
		t.Setenv("RECOURSE_FAULT_PANIC", value)
		panicked := func() (v any) {
			defer func() { v = recover() }()
			fault.Report("read", id)
			return nil
		}()
		if (panicked != nil) != want {
			t.Errorf("told to panic at %q: %v", value, panicked)
		}
	}
}
