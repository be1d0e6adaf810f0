package main

import (
	"fmt"
	"runtime"
)

type versionCmd struct{}

func (versionCmd) Help() string { return "Example: recourse version" }

func (versionCmd) Run() error { //nolint:unparam // kong asks for this shape
	fmt.Printf("recourse %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
