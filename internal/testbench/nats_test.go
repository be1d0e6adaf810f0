package testbench_test

import (
	"log/slog"
	"testing"

	"recourse/internal/community"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

func TestADemoCommunityReachesAService(t *testing.T) {
	b := testbench.NATS(t)
	b.Demo(t)
	entry, err := b.Ring(t, keys.Intake).Find(keys.OperatorVerify, "", "")
	if err != nil {
		t.Fatal(err)
	}
	s := community.NewSource(b.JS(t, keys.Intake), entry.Key, slog.Default())
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Get("demo"); !ok {
		t.Fatal("no demo")
	}
	if _, err := s.Conduct(t.Context(), community.Digest([]byte(testbench.DemoConduct))); err != nil {
		t.Fatal(err)
	}
}
