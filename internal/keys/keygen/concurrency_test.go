package keygen_test

import (
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"

	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
)

// Several commands may make keys at once: none may lose what another wrote.
func TestKeysMadeAtTheSameTimeAreAllKept(t *testing.T) {
	f := newFolder(t)
	const communities = 8
	var g errgroup.Group
	for n := range communities {
		g.Go(func() error {
			_, err := keygen.EnsureCommunity(f, fmt.Sprintf("city-%d", n), november)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	admin := ring(t, f, keys.Admin)
	for n := range communities {
		name := fmt.Sprintf("city-%d", n)
		for _, p := range pairs {
			public, err := admin.Find(p.public, name, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ring(t, f, p.owner).Find(p.private, name, public.ID); err != nil {
				t.Errorf("nobody can open what is sealed to %s's %s key: %v", name, p.public, err)
			}
		}
	}
}

func TestEveryCommunityGetsItsNextMonths(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	ensureCommunity(t, f, "city", november)
	if err := keygen.EnsureCommunities(f, november.AddDate(0, 5, 0)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"demo", "city"} {
		if n := len(ring(t, f, keys.Worker).All(keys.Month, name)); n != 18 {
			t.Errorf("%s has %d months, want 18", name, n)
		}
	}
}

func ring(t *testing.T, f keys.Folder, s keys.Service) *keys.Ring {
	t.Helper()
	r, err := f.Ring(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
