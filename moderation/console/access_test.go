package console_test

import (
	"net/http"
	"strings"
	"testing"
)

// roles gives a moderator these roles in a community in place of her own.
func (b *bench) roles(t *testing.T, c *client, community string, roles ...string) {
	t.Helper()
	b.exec(t, "UPDATE moderation.membership SET roles = $3::text[] WHERE moderator_id = $1 AND community = $2", c.id, community, roles)
}

func TestWhoHasNoRoleForItIsDeniedAndThatIsRecorded(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	ana := b.signIn(t, "Ana", "demo")
	b.roles(t, ana, "demo", "custodian", "auditor", "admin")
	denied := 0
	for _, request := range []struct{ method, path string }{
		{http.MethodGet, "/queue"},
		{http.MethodGet, "/v1/cases"},
		{http.MethodPost, "/v1/cases/claim"},
		{http.MethodGet, "/cases/" + id.String()},
		{http.MethodPost, "/v1/cases/" + id.String() + "/claim"},
		{http.MethodGet, "/reports/new"},
	} {
		if got := ana.do(t, request.method, request.path, "", ""); got.status != http.StatusForbidden || strings.Contains(got.body, "MARKER") {
			t.Errorf("%s %s is %d, want 403: %s", request.method, request.path, got.status, got.body)
		}
		denied++
		if n := b.count(t, "moderation.audit WHERE action = 'access.denied' AND actor = $1", ana.id); n != denied {
			t.Errorf("after %s %s there are %d entries, want %d", request.method, request.path, n, denied)
		}
	}
	b.roles(t, ana, "demo", "senior")
	if got := ana.get(t, "/cases/"+id.String()); got.status != http.StatusOK {
		t.Errorf("with another role the case is %d", got.status)
	}
}

// A case of which a moderator must not know is, for her, not there.
func TestARecusedModeratorFindsNoTraceOfTheCase(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	ana, ben := b.signIn(t, "Ana", "demo"), b.signIn(t, "Ben", "demo")
	b.exec(t, "INSERT INTO moderation.recusal (case_id, moderator_id) VALUES ($1, $2)", id, ana.id)
	if q, ids := ana.queue(t, ""); len(ids) != 0 || q.Open != 0 {
		t.Errorf("she sees %d cases of %d", len(ids), q.Open)
	}
	for _, request := range []struct{ method, path string }{
		{http.MethodGet, "/cases/" + id.String()},
		{http.MethodGet, "/v1/cases/" + id.String()},
		{http.MethodPost, "/v1/cases/" + id.String() + "/claim"},
		{http.MethodPost, "/cases/" + id.String() + "/release"},
	} {
		if got := ana.do(t, request.method, request.path, "", ""); got.status != http.StatusNotFound {
			t.Errorf("%s %s is %d, want 404", request.method, request.path, got.status)
		}
	}
	if got := ana.do(t, http.MethodPost, "/v1/cases/claim", "", ""); got.status != http.StatusNoContent {
		t.Errorf("the next case is %d, want none", got.status)
	}
	if _, ids := ben.queue(t, ""); len(ids) != 1 {
		t.Errorf("another moderator sees %d cases, want 1", len(ids))
	}
}
