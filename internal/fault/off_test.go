//go:build !faults

package fault_test

import (
	"strings"
	"testing"

	"recourse/internal/fault"
)

func TestABuildThatPeopleUseCannotBeDisturbed(t *testing.T) {
	t.Setenv("RECOURSE_FAULT_KILL", "worker.commit.after")
	t.Setenv("RECOURSE_FAULT_PANIC", "worker.read "+strings.Repeat("0", 32))
	fault.Point("worker.commit.after")
	fault.Report("worker.read", [16]byte{})
}
