package main

import (
	"fmt"
	"runtime"
)

type versionCmd struct{}

func (versionCmd) Help() string { return "Example: recourse version" }

func (versionCmd) Run() error {
	fmt.Printf("recourse %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
