package console_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/testbench"
)

type careDay struct {
	Today       []int      `json:"today"`
	BreakUntil  *time.Time `json:"break_until"`
	Required    bool       `json:"break_required"`
	SpareHard   bool       `json:"hardest_spared"`
	BreakAfter  int        `json:"break_after_seconds"`
	HardPerDay  int        `json:"hard_per_day"`
	Blur        bool       `json:"blur"`
	Preferences struct {
		Blur   *bool        `json:"blur"`
		Spared []event.Kind `json:"spared_kinds"`
	} `json:"preferences"`
}

func (c *client) care(t *testing.T) (day careDay) {
	t.Helper()
	got := c.get(t, "/v1/care")
	if got.status != http.StatusOK || json.Unmarshal([]byte(got.body), &day) != nil {
		t.Fatalf("care is %d: %s", got.status, got.body)
	}
	return day
}

// cares has the community ask for its moderators' sake, and waits until one is
// told.
func (b *bench) cares(t *testing.T, m *client, c community.Care) {
	t.Helper()
	b.demo.Care = c
	b.demo.Version++
	b.bus.PutCommunity(t, b.demo)
	testbench.Eventually(t, 10*time.Second, "the console knows it", func() bool {
		day := m.care(t)
		return day.BreakAfter == int(c.BreakAfter.Seconds()) && (c.HardPerDay == 0 || day.HardPerDay == c.HardPerDay)
	})
}

func TestLooksAreCountedOnceADayBySeverity(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 200, 400, 400)
	b.exec(t, "UPDATE moderation.cases SET article = 'respect' WHERE id = $1", ids[0])
	ana, ben := b.signIn(t, "Ana", "demo"), b.signIn(t, "Ben", "demo")
	for _, id := range slices.Concat(ids, ids) {
		ana.get(t, "/v1/cases/"+id.String())
	}
	if day := ana.care(t); day.Today[1] != 1 || day.Today[3] != 2 {
		t.Errorf("today is %v, want 1 of severity 2 and 2 of the hardest", day.Today)
	}
	if day := ben.care(t); day.Today[1]+day.Today[3] != 0 {
		t.Errorf("another's day is %v", day.Today)
	}
}

func TestABreakThatIsRequiredIsTakenAndWhatIsHeldCanBeFinished(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 200, 200, 200)
	ana := b.signIn(t, "Ana", "demo")
	b.cares(t, ana, community.Care{BreakAfter: 20 * time.Minute, Break: 10 * time.Minute, Required: true})
	ana.claim(t, ids[0])
	for range 5 {
		ana.get(t, "/v1/cases/"+ids[0].String())
		b.later(5 * time.Minute)
	}
	for _, path := range []string{"/v1/cases/claim", "/v1/cases/" + ids[1].String() + "/claim"} {
		if got := ana.do(t, http.MethodPost, path, "", ""); got.status != http.StatusConflict || !strings.Contains(got.body, "break") {
			t.Errorf("%s is %d during the break: %s", path, got.status, got.body)
		}
	}
	ana.claim(t, ids[0]) // she holds it
	b.later(10 * time.Minute)
	if got := ana.do(t, http.MethodPost, "/v1/cases/claim", "", ""); got.status != http.StatusOK {
		t.Errorf("after the break the next case is %d: %s", got.status, got.body)
	}
}

func TestABreakIsOnlyProposedWhereNobodyRequiresIt(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 200, 200)
	ana := b.signIn(t, "Ana", "demo")
	b.cares(t, ana, community.Care{BreakAfter: 10 * time.Minute, Break: 10 * time.Minute})
	for range 3 {
		ana.get(t, "/v1/cases/"+ids[0].String())
		b.later(5 * time.Minute)
	}
	if day := ana.care(t); day.BreakUntil == nil || day.Required {
		t.Errorf("a break is not proposed: %+v", day)
	}
	if got := ana.get(t, "/queue"); !strings.Contains(got.body, "break") {
		t.Error("the queue does not say so")
	}
	if got := ana.do(t, http.MethodPost, "/v1/cases/claim", "", ""); got.status != http.StatusOK {
		t.Errorf("the next case is %d", got.status)
	}
}

func TestNextSparesKindsThatAModeratorChoseNotToSee(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 400, 100)
	b.exec(t, "UPDATE moderation.cases SET kind = 'threat' WHERE id = $1", ids[0])
	b.exec(t, "UPDATE moderation.cases SET kind = 'other' WHERE id = $1", ids[1])
	ana := b.signIn(t, "Ana", "demo")
	if got := ana.call(t, http.MethodPut, "/v1/care/preferences", map[string]any{"spared_kinds": []string{"nonsense"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown kind is %d", got.status)
	}
	blur := map[string]any{"spared_kinds": []string{"threat"}, "blur": false}
	if got := ana.call(t, http.MethodPut, "/v1/care/preferences", blur); got.status != http.StatusNoContent {
		t.Fatalf("choosing is %d: %s", got.status, got.body)
	}
	if day := ana.care(t); day.Blur || day.Preferences.Blur == nil || len(day.Preferences.Spared) != 1 {
		t.Errorf("her choices are %+v", day)
	}
	if got := ana.do(t, http.MethodPost, "/v1/cases/claim", "", ""); !strings.Contains(got.body, ids[1].String()) {
		t.Errorf("next is not the lighter case: %.120s", got.body)
	}
	if got := ana.do(t, http.MethodPost, "/v1/cases/claim", "", ""); got.status != http.StatusNoContent {
		t.Errorf("the spared kind is given after all: %d", got.status)
	}
	if _, listed := ana.queue(t, ""); len(listed) != 2 {
		t.Errorf("the queue lists %d, want both", len(listed))
	}
}

// Once somebody has seen enough of the hardest cases, others come first, and the
// hardest where nothing else waits.
func TestTheHardestComeLastOnceEnoughWereSeen(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 400, 400, 400, 100)
	b.exec(t, "UPDATE moderation.cases SET kind = 'threat', article = 'safety' WHERE id = ANY($1::uuid[])", ids[:3])
	b.exec(t, "UPDATE moderation.cases SET kind = 'other', article = 'respect' WHERE id = $1", ids[3])
	ana := b.signIn(t, "Ana", "demo")
	b.cares(t, ana, community.Care{BreakAfter: time.Hour, HardPerDay: 2})
	var got []string
	for range 4 {
		r := ana.do(t, http.MethodPost, "/v1/cases/claim", "", "")
		var f file
		if err := json.Unmarshal([]byte(r.body), &f); err != nil {
			t.Fatalf("next is %d: %s", r.status, r.body)
		}
		got = append(got, f.Kind)
	}
	if want := []string{"threat", "threat", "other", "threat"}; !slices.Equal(got, want) {
		t.Errorf("they come as %v", got)
	}
}

func TestTheCarePageSavesChoices(t *testing.T) {
	b := setup(t)
	ana := b.signIn(t, "Ana", "demo")
	if got := ana.do(t, http.MethodPost, "/care", "application/x-www-form-urlencoded", "blur=no&grey=&spared_kinds=threat&spared_kinds=hate"); got.status != http.StatusSeeOther {
		t.Fatalf("saving is %d: %s", got.status, got.body)
	}
	if day := ana.care(t); day.Preferences.Blur == nil || *day.Preferences.Blur || len(day.Preferences.Spared) != 2 {
		t.Errorf("they are %+v", day.Preferences)
	}
	if got := ana.get(t, "/care"); !strings.Contains(got.body, `value="threat" checked`) {
		t.Error("the page does not show what was chosen")
	}
}
