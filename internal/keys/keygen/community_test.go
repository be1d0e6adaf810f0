package keygen_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/seal"
	"recourse/internal/seal/open"
)

var pairs = []struct {
	owner           keys.Service
	private, public keys.Purpose
}{
	{keys.Worker, keys.ModerationOpen, keys.ModerationPublic},
	{keys.Notify, keys.ContactOpen, keys.ContactPublic},
	{keys.Stats, keys.StatisticsOpen, keys.StatisticsPublic},
}

func TestACommunitysKeysGoWhereTheyBelong(t *testing.T) {
	f := newFolder(t)
	if !ensureCommunity(t, f, "demo", november) {
		t.Error("EnsureCommunity says that it made nothing")
	}
	want := map[keys.Service]map[keys.Purpose]int{
		keys.Admin:   {keys.ModerationPublic: 1, keys.ContactPublic: 1, keys.StatisticsPublic: 1},
		keys.Worker:  {keys.ModerationOpen: 1, keys.Sketch: 1, keys.Month: 13},
		keys.Console: {keys.Month: 13},
		keys.Notify:  {keys.ContactOpen: 1},
		keys.Stats:   {keys.StatisticsOpen: 1},
		keys.Intake:  {},
		keys.Janitor: {},
	}
	for _, s := range keys.Services() {
		got := map[keys.Purpose]int{}
		for _, e := range entries(t, f, s) {
			if e.Community != "" {
				got[e.Purpose]++
			}
		}
		if !maps.Equal(got, want[s]) {
			t.Errorf("%s holds %v, want %v", s, got, want[s])
		}
	}
}

// wantPairs fails where a public half of a community has no private one.
func wantPairs(t *testing.T, f keys.Folder, community string) {
	t.Helper()
	for _, p := range pairs {
		admin, err := f.Ring(keys.Admin)
		if err != nil {
			t.Fatal(err)
		}
		public, err := admin.Find(p.public, community, "")
		if err != nil {
			t.Fatal(err)
		}
		owner, err := f.Ring(p.owner)
		if err != nil {
			t.Fatal(err)
		}
		private, err := owner.Find(p.private, community, public.ID)
		if err != nil {
			t.Fatal(err)
		}
		key, err := open.Parse(private.ID, private.Key)
		if err != nil {
			t.Fatal(err)
		}
		sealTo, err := seal.ParsePublicKey(public.ID, public.Key)
		if err != nil {
			t.Fatal(err)
		}
		e, err := seal.Seal(sealTo, seal.Context{Community: community}, []byte("words"), seal.Buckets())
		if err != nil {
			t.Fatal(err)
		}
		if body, err := key.Open(seal.Context{Community: community}, e); err != nil || string(body) != "words" {
			t.Errorf("%s does not open what is sealed to %s: %v", p.private, p.public, err)
		}
	}
}

func TestWhatIsSealedToACommunityOpensWithTheKeyOfItsOwner(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	wantPairs(t, f, "demo")
}

func months(t *testing.T, f keys.Folder, s keys.Service, community string) []string {
	t.Helper()
	var ids []string
	for _, e := range of(entries(t, f, s), keys.Month, community) {
		ids = append(ids, e.ID)
		if len(e.Key) != 32 {
			t.Errorf("the key of %s has %d bytes", e.ID, len(e.Key))
		}
	}
	return ids
}

// wantSameMonths fails where worker and console differ in a month's key.
func wantSameMonths(t *testing.T, f keys.Folder, community string) {
	t.Helper()
	var files [2]map[string]string
	for i, s := range []keys.Service{keys.Worker, keys.Console} {
		files[i] = map[string]string{}
		for _, e := range of(entries(t, f, s), keys.Month, community) {
			if files[i][e.ID] != "" {
				t.Errorf("%s holds two keys of %s", s, e.ID)
			}
			files[i][e.ID] = string(e.Key)
		}
	}
	if len(files[0]) == 0 || !maps.Equal(files[0], files[1]) {
		t.Errorf("worker and console hold other months' keys: %d and %d", len(files[0]), len(files[1]))
	}
}

func TestMonthKeysAreMadeAYearAhead(t *testing.T) {
	for _, tt := range []struct {
		name        string
		now         time.Time
		first, last string
	}{
		{"in the middle of a month", november, "2026-11", "2027-11"},
		{"on the last of January, which February lacks", time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC), "2027-01", "2028-01"},
		{"in a zone where the month is still the last one", time.Date(2026, 11, 30, 22, 0, 0, 0, time.FixedZone("", -5*3600)), "2026-12", "2027-12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFolder(t)
			ensureCommunity(t, f, "demo", tt.now)
			wantSameMonths(t, f, "demo")
			ids := months(t, f, keys.Worker, "demo")
			if len(ids) != 13 || ids[0] != tt.first || ids[12] != tt.last || len(slices.Compact(slices.Clone(ids))) != 13 {
				t.Errorf("the months are %v, want 13 from %s to %s", ids, tt.first, tt.last)
			}
		})
	}
}

func TestASecondCallForACommunityMakesNothing(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	before := snapshot(t, f)
	if ensureCommunity(t, f, "demo", november.AddDate(0, 0, 6)) {
		t.Error("EnsureCommunity says that it made something")
	}
	if after := snapshot(t, f); !maps.Equal(before, after) {
		t.Error("a file was written again")
	}
}

func TestALaterCallAddsTheNewMonthsAndKeepsTheOld(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	before := entries(t, f, keys.Worker)
	if !ensureCommunity(t, f, "demo", november.AddDate(0, 3, 0)) {
		t.Error("EnsureCommunity says that it made nothing")
	}
	after := entries(t, f, keys.Worker)
	if len(after) != len(before)+3 || asJSON(t, after[:len(before)]) != asJSON(t, before) {
		t.Errorf("%d entries became %d, or old ones changed", len(before), len(after))
	}
	if ids := months(t, f, keys.Worker, "demo"); len(ids) != 16 || ids[0] != "2026-11" || ids[15] != "2028-02" {
		t.Errorf("the months are %v, want 2026-11 to 2028-02", ids)
	}
	wantSameMonths(t, f, "demo")
}

func TestEveryCommunitysMonthsAreMadeTogether(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	ensureCommunity(t, f, "lyon", november)
	if err := keygen.EnsureCommunities(f, november.AddDate(0, 1, 0)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"demo", "lyon"} {
		wantSameMonths(t, f, name)
		if ids := months(t, f, keys.Worker, name); len(ids) != 14 || ids[13] != "2027-12" {
			t.Errorf("the months of %s are %v, want them to 2027-12", name, ids)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCommunitiesShareNoKey(t *testing.T) {
	f := newFolder(t)
	ensureCommunity(t, f, "demo", november)
	ensureCommunity(t, f, "lyon", november)
	for _, s := range keys.Services() {
		seen := map[string]keys.Entry{}
		for _, e := range entries(t, f, s) {
			if other, ok := seen[string(e.Key)]; ok {
				t.Errorf("%s: %s %s %s and %s %s %s are one key", s, e.Purpose, e.Community, e.ID, other.Purpose, other.Community, other.ID)
			}
			seen[string(e.Key)] = e
		}
	}
	wantPairs(t, f, "demo")
	wantPairs(t, f, "lyon")
}

func TestWhatACrashLeftHalfDoneIsMendedByTheNextCall(t *testing.T) {
	for _, tt := range []struct {
		name    string
		missing []loss
	}{
		{"the private half is written, the public one not", []loss{{keys.Admin, keys.ModerationPublic}}},
		{"no public half is written", []loss{
			{keys.Admin, keys.ModerationPublic},
			{keys.Admin, keys.ContactPublic},
			{keys.Admin, keys.StatisticsPublic},
		}},
		{"month keys are in the console and not in the worker", []loss{{keys.Worker, keys.Month}}},
		{"month keys are in the worker and not in the console", []loss{{keys.Console, keys.Month}}},
		{"no month key is written", []loss{{keys.Console, keys.Month}, {keys.Worker, keys.Month}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFolder(t)
			ensureCommunity(t, f, "demo", november)
			lose(t, f, tt.missing...)
			kept := map[keys.Service][]keys.Entry{}
			for _, s := range keys.Services() {
				kept[s] = entries(t, f, s)
			}
			if !ensureCommunity(t, f, "demo", november) {
				t.Error("EnsureCommunity says that it made nothing")
			}
			wantPairs(t, f, "demo")
			wantSameMonths(t, f, "demo")
			if n := len(months(t, f, keys.Worker, "demo")); n != 13 {
				t.Errorf("the worker holds %d months, want 13", n)
			}
			for s, before := range kept {
				for _, e := range before {
					if !slices.ContainsFunc(entries(t, f, s), func(now keys.Entry) bool { return now.Purpose == e.Purpose && bytes.Equal(now.Key, e.Key) }) {
						t.Errorf("%s has lost a %s key", s, e.Purpose)
					}
				}
			}
			if ensureCommunity(t, f, "demo", november) {
				t.Error("a second call makes something again")
			}
		})
	}
}

func TestACommunityNeedsTheServicesKeysFirst(t *testing.T) {
	f := keys.Folder{Root: t.TempDir()}
	if _, err := keygen.EnsureCommunity(f, "demo", november); err == nil {
		t.Error("EnsureCommunity works in an empty folder")
	}
}
