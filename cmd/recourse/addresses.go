package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// addresses is <data>/addresses.json.
type addresses struct {
	Intake    string `json:"intake"`
	Console   string `json:"console"`
	Stats     string `json:"stats"`
	Metrics   string `json:"metrics"`
	Community string `json:"community"`
	SignIn    string `json:"sign_in"`
}

func addressesPath(data string) string { return filepath.Join(data, "addresses.json") }

func readAddresses(data string) (addresses, error) {
	var a addresses
	b, err := os.ReadFile(addressesPath(data))
	if err != nil {
		return a, err
	}
	err = json.Unmarshal(b, &a)
	return a, err
}

// announce makes a sign-in link and says where everything is, in a file and on
// standard output.
func (c upCmd) announce(ctx context.Context, e environment, communities []string, where map[string]string) error {
	a := addresses{
		Intake: where["intake"], Console: where["console"], Stats: where["statistics"], Metrics: where["metrics"],
	}
	if len(communities) > 0 {
		a.Community = communities[0]
		moderator, err := addModerator(ctx, e, "First moderator", communities)
		if err != nil {
			return err
		}
		if a.SignIn, err = signInLink(ctx, e, moderator, a.Console, 24*time.Hour); err != nil {
			return err
		}
	}
	if err := writeJSON(addressesPath(c.Data), a); err != nil {
		return err
	}
	fmt.Printf("\nRecourse is ready.\n\n")
	for _, name := range communities {
		fmt.Printf("  Report       %s/c/%s/report\n", a.Intake, name)
	}
	fmt.Printf("  Status       %s/status\n", a.Intake)
	fmt.Printf("  Console      %s\n", a.Console)
	if a.SignIn != "" {
		fmt.Printf("  Sign in      %s  (works once)\n", a.SignIn)
	}
	fmt.Printf("  Statistics   %s\n", a.Stats)
	fmt.Printf("  Metrics      %s/metrics  (keep it private)\n", a.Metrics)
	fmt.Printf("  Data         %s\n\nCtrl-C stops it.\n\n", c.Data)
	return nil
}
