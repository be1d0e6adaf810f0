package instance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Run runs another command of the program on the instance's data folder, such
// as Run(ctx, "doctor", "--json"), and returns what it prints, also where it
// fails. When ctx ends it is interrupted.
func (i *Instance) Run(ctx context.Context, args ...string) (stdout []byte, err error) {
	var printed bytes.Buffer
	complaints := &output{}
	cmd := exec.CommandContext(ctx, i.program, append(args, "--data", i.Data)...)
	cmd.Stdout, cmd.Stderr = &printed, complaints
	cmd.Env = environment()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return printed.Bytes(), fmt.Errorf("running recourse %s: %w%s", strings.Join(args, " "), err, complaints.quoted())
	}
	return printed.Bytes(), nil
}

// RunJSON is Run for a command that prints one JSON value, which it reads into
// v.
func (i *Instance) RunJSON(ctx context.Context, v any, args ...string) error {
	printed, err := i.Run(ctx, args...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(printed, v); err != nil {
		return fmt.Errorf("reading what recourse %s printed: %w", strings.Join(args, " "), err)
	}
	return nil
}
