package keygen_test

import (
	"bytes"
	"crypto/ed25519"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nats-io/nkeys"
	"golang.org/x/sync/errgroup"

	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
)

func TestEachServiceGetsItsFilesAndNothingElse(t *testing.T) {
	f := newFolder(t)
	want := []string{
		"admin/nats", "admin/postgres", "admin/seal",
		"console/nats", "console/postgres", "console/seal",
		"intake/nats", "intake/seal",
		"janitor/nats", "janitor/postgres", "janitor/seal",
		"notify/nats", "notify/postgres", "notify/seal",
		"portal/nats", "portal/postgres", "portal/seal",
		"stats/nats", "stats/postgres", "stats/seal",
		"worker/nats", "worker/postgres", "worker/seal",
	}
	if got := slices.Sorted(maps.Keys(snapshot(t, f))); !slices.Equal(got, want) {
		t.Errorf("the files are %v, want %v", got, want)
	}
}

func TestOnlyTheirOwnerCanReadKeys(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	err := filepath.WalkDir(f.Root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s is %o, want %o", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if open, err := f.TooOpen(); err != nil || len(open) > 0 {
		t.Errorf("TooOpen returns %v, %v", open, err)
	}
}

func TestEachServiceHoldsTheKeysOfItsPurposes(t *testing.T) {
	f := newFolder(t)
	for service, want := range map[keys.Service][]keys.Purpose{
		keys.Admin:   {keys.OperatorSign},
		keys.Intake:  {keys.OperatorVerify, keys.PseudonymAccount, keys.PseudonymReporter, keys.RateLimit, keys.ReceiptSeed},
		keys.Worker:  {keys.OperatorVerify},
		keys.Console: {keys.OperatorVerify},
		keys.Stats:   {keys.OperatorVerify},
		keys.Janitor: nil,
		keys.Notify:  nil,
	} {
		var got []keys.Purpose
		for _, e := range entries(t, f, service) {
			got = append(got, e.Purpose)
			if len(e.Key) != 32 || len(e.ID) != 16 || e.Community != "" || !e.Created.Equal(november) {
				t.Errorf("%s holds a %s key of %d bytes, id %q, community %q, of %s", service, e.Purpose, len(e.Key), e.ID, e.Community, e.Created)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s holds %v, want %v", service, got, want)
		}
	}
}

func TestTheOperatorsPublicKeyIsOneForAll(t *testing.T) {
	f := newFolder(t)
	sign := of(entries(t, f, keys.Admin), keys.OperatorSign, "")[0]
	public, _ := ed25519.NewKeyFromSeed(sign.Key).Public().(ed25519.PublicKey)
	for _, s := range []keys.Service{keys.Intake, keys.Worker, keys.Console, keys.Stats} {
		if got := of(entries(t, f, s), keys.OperatorVerify, ""); len(got) != 1 || !bytes.Equal(got[0].Key, public) || got[0].ID != sign.ID {
			t.Errorf("%s holds %v, want the public half of %s", s, got, sign.ID)
		}
	}
}

func TestNoTwoServicesShareALogin(t *testing.T) {
	f := newFolder(t)
	seen := map[string]keys.Service{}
	once := func(s keys.Service, secret string) {
		if other, ok := seen[secret]; ok {
			t.Errorf("%s and %s share a login", s, other)
		}
		seen[secret] = s
	}
	for _, s := range keys.Services() {
		seed, err := f.NATSSeed(s)
		if err != nil {
			t.Fatal(err)
		}
		pair, err := nkeys.FromSeed(seed)
		if err != nil {
			t.Fatalf("%s has no NKey: %v", s, err)
		}
		if public, err := pair.PublicKey(); err != nil || !nkeys.IsValidPublicUserKey(public) {
			t.Errorf("%s has an NKey that is no user's: %s, %v", s, public, err)
		}
		once(s, string(seed))
		if !s.UsesPostgres() {
			continue
		}
		password, err := f.PostgresPassword(s)
		if err != nil || len(password) != 43 { // 256 bits in base64
			t.Errorf("the password of %s has %d characters, %v; want 43", s, len(password), err)
		}
		once(s, password)
	}
}

func TestManyAtOnceMakeOneSetOfKeys(t *testing.T) {
	f := keys.Folder{Root: filepath.Join(t.TempDir(), "keys")}
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			if err := keygen.EnsureServices(f, november); err != nil {
				return err
			}
			for _, name := range []string{"demo", "lyon"} {
				if _, err := keygen.EnsureCommunity(f, name, november); err != nil {
					return err
				}
			}
			return keygen.EnsureCommunities(f, november)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, s := range keys.Services() {
		seen := map[string]bool{}
		for _, e := range entries(t, f, s) {
			name := string(e.Purpose) + " " + e.Community
			if e.Purpose == keys.Month {
				name += " " + e.ID
			}
			if seen[name] {
				t.Errorf("%s holds two keys for %s", s, name)
			}
			seen[name] = true
		}
	}
	for _, name := range []string{"demo", "lyon"} {
		wantPairs(t, f, name)
		wantSameMonths(t, f, name)
	}
}

func TestASecondCallChangesNoByte(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	before := snapshot(t, f)
	if err := keygen.EnsureServices(f, november.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if after := snapshot(t, f); !maps.Equal(before, after) {
		t.Error("a file was written again")
	}
}

func TestWhatIsMissingOfAServicesKeysIsMadeAndTheRestStays(t *testing.T) {
	for _, tt := range []struct {
		what    string
		file    string
		missing []loss
		writes  []string
	}{
		{what: "a NATS seed", file: "worker/nats", writes: []string{"worker/nats"}},
		{what: "a password", file: "worker/postgres", writes: []string{"worker/postgres"}},
		{what: "a seal file", file: "notify/seal", writes: []string{"notify/seal"}},
		{what: "one secret of the intake", missing: []loss{{keys.Intake, keys.PseudonymAccount}}, writes: []string{"intake/seal"}},
		{what: "the secret of rate limits, as in a folder of an earlier version", missing: []loss{{keys.Intake, keys.RateLimit}}, writes: []string{"intake/seal"}},
		{what: "a copy of the operator's public key", missing: []loss{{keys.Console, keys.OperatorVerify}}, writes: []string{"console/seal"}},
		{what: "every copy of it", missing: []loss{
			{keys.Intake, keys.OperatorVerify},
			{keys.Worker, keys.OperatorVerify},
			{keys.Console, keys.OperatorVerify},
			{keys.Stats, keys.OperatorVerify},
		}, writes: []string{"console/seal", "intake/seal", "stats/seal", "worker/seal"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFolder(t)
			operator := of(entries(t, f, keys.Intake), keys.OperatorVerify, "")[0]
			receipts := of(entries(t, f, keys.Intake), keys.ReceiptSeed, "")[0]
			lose(t, f, tt.missing...)
			if tt.file != "" {
				if err := os.Remove(filepath.Join(f.Root, tt.file)); err != nil {
					t.Fatal(err)
				}
			}
			before := snapshot(t, f)
			if err := keygen.EnsureServices(f, november); err != nil {
				t.Fatal(err)
			}
			after := snapshot(t, f)
			var written []string
			for name, content := range after {
				if before[name] != content {
					written = append(written, name)
				}
			}
			slices.Sort(written)
			if !slices.Equal(written, tt.writes) {
				t.Errorf("%v were written, want %v", written, tt.writes)
			}
			for _, s := range []keys.Service{keys.Intake, keys.Worker, keys.Console, keys.Stats} {
				if got := of(entries(t, f, s), keys.OperatorVerify, ""); len(got) != 1 || !bytes.Equal(got[0].Key, operator.Key) {
					t.Errorf("%s trusts %v, want the operator's key once", s, got)
				}
			}
			if got := of(entries(t, f, keys.Intake), keys.ReceiptSeed, ""); len(got) != 1 || !bytes.Equal(got[0].Key, receipts.Key) {
				t.Errorf("the intake makes receipts with %v, want the key it had", got)
			}
		})
	}
}

func TestASealFileThatCannotBeReadIsNotReplaced(t *testing.T) {
	f := newFolder(t)
	if err := os.WriteFile(f.Path(keys.Intake, "seal"), []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, f)
	if err := keygen.EnsureServices(f, november); err == nil {
		t.Error("EnsureServices is content with it")
	}
	if after := snapshot(t, f); !maps.Equal(before, after) {
		t.Error("a file was written")
	}
}
