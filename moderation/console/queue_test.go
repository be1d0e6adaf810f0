package console_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

// summary is what the tests read of a case in a list.
type summary struct {
	ID           event.ID
	Community    string
	State        string
	Version      int
	Kind         string
	ArticleTitle string `json:"article_title"`
	Overdue      bool
	Again        string
	UnreadSince  *time.Time `json:"unread_since"`
	Claim        *struct {
		Moderator struct {
			ID   event.ID
			Name string
		}
		Until time.Time
	}
}

type queue struct {
	Cases    []summary
	Held     []summary
	Proposed []summary
	Unread   []summary
	Open     int
	More     bool
}

func (c *client) queue(t *testing.T, query string) (q queue, ids []event.ID) {
	t.Helper()
	got := c.get(t, "/v1/cases"+query)
	wantStatus(t, "the queue", got, http.StatusOK)
	got.into(t, &q)
	for _, s := range q.Cases {
		ids = append(ids, s.ID)
	}
	return q, ids
}

func TestTheQueueShowsTheMostUrgentCaseFirst(t *testing.T) {
	b := setup(t)
	b.city(t)
	demo := b.cases(t, "demo", 200, 400, 400, 300) // each due a minute after the one before
	city := b.cases(t, "city", 300)
	b.exec(t, `UPDATE moderation.cases SET first_look_due = now() - interval '3 hours' WHERE id = $1`, demo[3])
	b.signIn(t, "Bea", "demo").claim(t, demo[2])

	c := b.signIn(t, "Ana", "demo", "city")
	q, ids := c.queue(t, "")
	if want := []event.ID{demo[1], demo[2], demo[3], city[0], demo[0]}; !slices.Equal(ids, want) {
		t.Errorf("the order is %v, want priority, then due", ids)
	}
	if q.Open != 5 || q.More || len(q.Held) != 0 {
		t.Errorf("%d are open (more: %v), %d held; want 5, all counted, none hers", q.Open, q.More, len(q.Held))
	}
	if held := q.Cases[1].Claim; held == nil || held.Moderator.Name != "Bea" || q.Cases[0].Claim != nil {
		t.Error("it is not told who holds which case")
	}
	if !q.Cases[2].Overdue || q.Cases[0].Overdue || q.Cases[0].ArticleTitle != "Safety" {
		t.Errorf("overdue and title are wrong: %+v", q.Cases)
	}
	if _, ids := c.queue(t, "?limit=2"); !slices.Equal(ids, []event.ID{demo[1], demo[2]}) {
		t.Errorf("the first two are %v", ids)
	}
	for _, limit := range []string{"0", "201", "x", "-1"} {
		wantStatus(t, "limit "+limit, c.get(t, "/v1/cases?limit="+limit), http.StatusUnprocessableEntity)
	}

	var page response
	testbench.Eventually(t, 10*time.Second, "the page names the communities as their bundles do", func() bool {
		page = c.get(t, "/queue")
		return page.has("The city") && page.has("Demo community")
	})
	for _, part := range []string{"5 cases are open", "Overdue by 3 hours", "Bea", ">Threat</a>", "Safety"} {
		if !page.has(part) {
			t.Errorf("the page does not say %q", part)
		}
	}
	var linked []string
	for _, m := range regexp.MustCompile(`href="/cases/([0-9a-f]{32})"`).FindAllStringSubmatch(page.body, -1) {
		linked = append(linked, m[1])
	}
	if want := []string{demo[1].String(), demo[2].String(), demo[3].String(), city[0].String(), demo[0].String()}; !slices.Equal(linked, want) {
		t.Errorf("the page's order is %v, want %v", linked, want)
	}
}

func TestTheCountEndsAtAThousand(t *testing.T) {
	b := setup(t)
	b.cases(t, "demo", make([]int32, 1001)...)
	c := b.signIn(t, "Ana", "demo")
	if q, ids := c.queue(t, ""); q.Open != 1000 || !q.More || len(ids) != 50 {
		t.Errorf("%d open, more: %v, %d shown; want over 1000, and 50", q.Open, q.More, len(ids))
	}
	if !c.get(t, "/queue").has("Over 1000 cases are open; these are the 50 that come first") {
		t.Error("the page does not say that there are more")
	}
}

func TestAModeratorSeesHerOwnCommunitiesOnly(t *testing.T) {
	b := setup(t)
	b.city(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	owner := b.signIn(t, "Ana", "demo")
	for _, c := range []*client{b.signIn(t, "Bea", "city"), b.signIn(t, "Cleo")} {
		if q, ids := c.queue(t, ""); len(ids) != 0 || q.Open != 0 {
			t.Error("the queue shows another community's case")
		}
		for _, route := range []string{"GET /v1/cases/", "POST /v1/cases/*/claim", "POST /v1/cases/*/release", "GET /cases/", "POST /cases/*/claim", "POST /cases/*/release"} {
			method, path, _ := strings.Cut(route, " ")
			before, after, _ := strings.Cut(path, "*")
			got := c.do(t, method, before+id.String()+after, "", "")
			wantStatus(t, route, got, http.StatusNotFound)
			if got.has("MARKER") {
				t.Errorf("%s shows the words", route)
			}
		}
		wantStatus(t, "deciding", c.decide(t, id, removal()), http.StatusNotFound)
		wantStatus(t, "deciding on the page", c.decideForm(t, id, "1", "remove", "safety", "x"), http.StatusNotFound)
		wantStatus(t, "taking the next", c.call(t, http.MethodPost, "/v1/cases/claim", nil), http.StatusNoContent)
		wantStatus(t, "taking the next of demo", c.call(t, http.MethodPost, "/v1/cases/claim", map[string]string{"community": "demo"}), http.StatusUnprocessableEntity)
	}
	if n := b.count(t, "moderation.audit WHERE action <> 'session.opened'"); n != 0 {
		t.Errorf("%d entries are recorded for what was refused", n)
	}
	wantStatus(t, "who may", owner.get(t, casePath(id)), http.StatusOK)

	b.exec(t, `DELETE FROM moderation.membership WHERE moderator_id = $1`, owner.id)
	wantStatus(t, "who may no longer", owner.get(t, casePath(id)), http.StatusNotFound)
}

func TestTakingTheNextCaseGivesTheBestThatIsFree(t *testing.T) {
	b := setup(t)
	b.city(t)
	demo := b.cases(t, "demo", 300, 400, 100)
	city := b.cases(t, "city", 200, 400)
	b.exec(t, `UPDATE moderation.cases SET first_look_due = now() WHERE id = $1`, city[1]) // before demo's of the same priority
	c := b.signIn(t, "Ana", "demo", "city")

	take := func(body any) (got summary) {
		t.Helper()
		resp := c.call(t, http.MethodPost, "/v1/cases/claim", body)
		wantStatus(t, "taking the next", resp, http.StatusOK)
		resp.into(t, &got)
		if got.Claim == nil || got.Claim.Moderator.ID != c.id {
			t.Error("the case is not hers")
		}
		return got
	}
	if got := take(nil); got.ID != city[1] {
		t.Errorf("first came %v, want the more urgent of two communities' best", got.ID)
	}
	if got := take(map[string]string{"community": "city"}); got.ID != city[0] {
		t.Errorf("then %v, want the city's best", got.ID)
	}
	aWhileLater := func() {
		b.exec(t, `UPDATE moderation.cases SET claimed_until = claimed_until - interval '5 seconds' WHERE claimed_by IS NOT NULL`)
	}
	for _, want := range []event.ID{demo[1], demo[0]} {
		aWhileLater()
		for range 2 { // a double click takes one
			if got := c.post(t, "/queue/next"); got.status != http.StatusSeeOther || got.header.Get("Location") != casePath(want) {
				t.Errorf("the page leads to %d %q, want %s", got.status, got.header.Get("Location"), casePath(want))
			}
		}
	}
	if got := take(map[string]string{}); got.ID != demo[2] {
		t.Errorf("last came %v", got.ID)
	}
	wantStatus(t, "when all are held", c.call(t, http.MethodPost, "/v1/cases/claim", nil), http.StatusNoContent)
	aWhileLater()
	none := c.post(t, "/queue/next")
	wantStatus(t, "when all are held, the page", none, http.StatusSeeOther)
	queuePage := c.get(t, none.header.Get("Location"))
	if !queuePage.has("No case is free just now") || !queuePage.has("You are working on") {
		t.Error("the page does not say that none is free, or what she holds")
	}

	b.later(31 * time.Minute) // all claims have run out
	other := b.signIn(t, "Bea", "demo")
	if got := other.post(t, "/queue/next"); got.header.Get("Location") != casePath(demo[1]) {
		t.Errorf("a case whose claim ran out is not given to the next: %q", got.header.Get("Location"))
	}
}

func TestModeratorsTakingTheNextCaseAtOnceNeverGetTheSame(t *testing.T) {
	b := setup(t)
	b.city(t)
	const moderators, each = 16, 6
	b.cases(t, "demo", make([]int32, 60)...)
	b.cases(t, "city", make([]int32, 30)...) // 90 in all, for 96 tries

	var clients []*client
	for i := range moderators {
		clients = append(clients, b.signIn(t, string(rune('A'+i)), "demo", "city"))
	}
	var mu sync.Mutex
	taken, nothing := map[event.ID]int{}, 0
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, c := range clients {
		wg.Go(func() {
			<-start
			for range each {
				got := c.call(t, http.MethodPost, "/v1/cases/claim", nil)
				mu.Lock()
				switch got.status {
				case http.StatusOK:
					var s summary
					got.into(t, &s)
					taken[s.ID]++
				case http.StatusNoContent:
					nothing++
				default:
					t.Errorf("taking the next: %d %s", got.status, got.body)
				}
				mu.Unlock()
			}
		})
	}
	close(start)
	wg.Wait()
	if len(taken) != 90 || nothing != 6 {
		t.Errorf("%d cases were taken and %d tries found none; want all 90, and 6", len(taken), nothing)
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%v was given to %d moderators", id, n)
		}
	}
}
