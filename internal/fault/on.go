//go:build faults

package fault

import (
	"encoding/hex"
	"os"
	"strings"
	"syscall"
)

// Point kills this process, as kill -9 does, where RECOURSE_FAULT_KILL names
// the point.
func Point(name string) {
	if os.Getenv("RECOURSE_FAULT_KILL") == name {
		kill()
	}
}

// Report panics where RECOURSE_FAULT_PANIC is "<point> <report-id>", and kills
// this process where RECOURSE_FAULT_KILL is.
func Report(name string, id [16]byte) {
	at := strings.Join([]string{name, hex.EncodeToString(id[:])}, " ")
	if os.Getenv("RECOURSE_FAULT_PANIC") == at {
		panic("planted by a test")
	}
	Point(name)
	Point(at)
}

func kill() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal is on its way
}
