package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAClaimKeepsOthersAwayUntilItRunsOut(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	claimPath := "/v1/cases/" + id.String() + "/claim"
	ana.claim(t, id)

	wantStatus(t, "another's claim", bea.call(t, http.MethodPost, claimPath, nil), http.StatusConflict)
	wantStatus(t, "another's release", bea.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/release", nil), http.StatusConflict)
	page := bea.post(t, casePath(id)+"/claim")
	wantStatus(t, "another's claim on the page", page, http.StatusConflict)
	if !page.has("Another moderator is working on this case") || !page.has("Ana holds this case until") || !page.has("<title>Error – Case") {
		t.Error("the page does not say who holds the case")
	}

	b.later(20 * time.Minute)
	ana.claim(t, id) // renews
	b.later(20 * time.Minute)
	wantStatus(t, "another's claim after a renewal", bea.call(t, http.MethodPost, claimPath, nil), http.StatusConflict)
	b.later(11 * time.Minute)
	wantStatus(t, "another's claim once it ran out", bea.call(t, http.MethodPost, claimPath, nil), http.StatusOK)
	wantStatus(t, "the first one's claim", ana.call(t, http.MethodPost, claimPath, nil), http.StatusConflict)
}

func TestReleasingGivesACaseBackToTheQueue(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 400, 300)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.claim(t, ids[0])
	if got := ana.post(t, casePath(ids[0])+"/release"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/queue" {
		t.Errorf("releasing answers %d to %q", got.status, got.header.Get("Location"))
	}
	if got := bea.post(t, "/queue/next"); got.header.Get("Location") != casePath(ids[0]) {
		t.Errorf("the next one gets %q", got.header.Get("Location"))
	}
	var s summary
	got := bea.call(t, http.MethodPost, "/v1/cases/"+ids[0].String()+"/release", nil)
	wantStatus(t, "releasing through the API", got, http.StatusOK)
	got.into(t, &s)
	if s.ID != ids[0] || s.Claim != nil {
		t.Errorf("the released case is %+v", s)
	}
	var actions []string
	for _, e := range b.audit(t, ids[0]) {
		actions = append(actions, e.Action)
	}
	if got := strings.Join(actions, " "); got != "case.claimed case.released case.claimed case.released" {
		t.Errorf("recorded are %s", got)
	}
}

func TestRenewingAClaimKeepsWhatWasTyped(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	b.later(10 * time.Minute)
	got := c.post(t, casePath(id)+"/claim", "version", "1", "action", "hide", "article", "respect", "reasons", "half a sentence")
	wantStatus(t, "renewing", got, http.StatusOK)
	for _, part := range []string{
		"You hold this case until", "half a sentence</textarea>", `value="hide" aria-describedby="follows-hide" checked`, `<option value="respect" selected>`,
	} {
		if !got.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
}
