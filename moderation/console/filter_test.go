package console_test

import (
	"net/http"
	"slices"
	"testing"

	"recourse/internal/event"
)

// sorts gives cases of demo a queue, language, kind and tags of their own.
func (b *bench) sorts(t *testing.T, ids []event.ID) {
	t.Helper()
	for i, row := range []struct{ queue, language, kind, tags string }{
		{"general", "en", "threat", "{}"},
		{"safety", "fr", "hate", "{phone}"},
		{"safety", "en", "threat", "{phone,long}"},
	} {
		b.exec(t, `UPDATE moderation.cases SET queue = $2, language = $3, kind = $4, tags = $5::text[] WHERE id = $1`,
			ids[i], row.queue, row.language, row.kind, row.tags)
	}
}

func TestTheQueueIsFiltered(t *testing.T) {
	b := setup(t)
	b.city(t)
	ids := b.cases(t, "demo", 400, 300, 200)
	b.sorts(t, ids)
	city := b.cases(t, "city", 100)
	c := b.signIn(t, "Ana", "demo", "city")
	for query, want := range map[string][]event.ID{
		"":                        {ids[0], ids[1], ids[2], city[0]},
		"?queue=safety":           {ids[1], ids[2]},
		"?language=en":            {ids[0], ids[2]},
		"?tag=phone":              {ids[1], ids[2]},
		"?tag=long&language=fr":   {},
		"?kind=hate":              {ids[1]},
		"?community=city":         {city[0]},
		"?queue=safety&kind=hate": {ids[1]},
		"?queue=nowhere":          {},
	} {
		q, got := c.queue(t, query)
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s shows %v, want %v", query, got, want)
		}
		if q.Open != len(want) {
			t.Errorf("%s counts %d, want %d", query, q.Open, len(want))
		}
	}
	for _, query := range []string{"?kind=nonsense", "?community=elsewhere"} {
		wantStatus(t, query, c.get(t, "/v1/cases"+query), http.StatusUnprocessableEntity)
		wantStatus(t, query, c.get(t, "/queue"+query), http.StatusUnprocessableEntity)
	}

	page := c.get(t, "/queue?queue=safety&tag=phone")
	for _, part := range []string{
		"2 cases are open", `<option selected>safety</option>`, `<option selected>phone</option>`, `<input type="hidden" name="queue" value="safety">`,
		`<input type="hidden" name="tag" value="phone">`, `<a href="/queue">Show all</a>`, `data-label="Language">French`, `data-label="Queue">safety`, ">long</span>",
	} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	if page.has(casePath(ids[0])) {
		t.Error("the page shows a case of another queue")
	}
}

func TestTakingTheNextCaseHonoursTheFilter(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 400, 300, 200)
	b.sorts(t, ids)
	c := b.signIn(t, "Ana", "demo")
	if got := c.post(t, "/queue/next", "queue", "safety", "language", "en"); got.header.Get("Location") != casePath(ids[2]) {
		t.Errorf("the page leads to %q, want %s", got.header.Get("Location"), casePath(ids[2]))
	}
	b.exec(t, `UPDATE moderation.cases SET claimed_until = claimed_until - interval '5 seconds' WHERE claimed_by IS NOT NULL`)
	none := c.post(t, "/queue/next", "queue", "safety", "language", "en")
	if got := none.header.Get("Location"); got != "/queue?language=en&none=1&queue=safety" {
		t.Fatalf("where none is free, the page leads to %q", got)
	}
	if page := c.get(t, none.header.Get("Location")); !page.has("No case is free just now") || !page.has("<option selected>safety</option>") {
		t.Error("the filter is lost, or it is not said that none is free")
	}
	take := func(body map[string]string) response { return c.call(t, http.MethodPost, "/v1/cases/claim", body) }
	if got := take(map[string]string{"tag": "phone", "kind": "hate"}); got.status != http.StatusOK || !got.has(ids[1].String()) {
		t.Errorf("the API gives %d %s", got.status, got.body)
	}
	wantStatus(t, "no more of them", take(map[string]string{"tag": "phone"}), http.StatusNoContent)
	wantStatus(t, "no such kind", take(map[string]string{"kind": "nonsense"}), http.StatusUnprocessableEntity)
}

func TestACaseForALanguageTeamGoesToWhoReadsIt(t *testing.T) {
	b := setup(t)
	b.city(t)
	ids := b.cases(t, "demo", 400, 300)
	b.exec(t, `UPDATE moderation.cases SET language = 'fr', language_team = true WHERE id = $1`, ids[0])
	reads := func(c *client, languages string) {
		b.exec(t, `UPDATE moderation.membership SET languages = $2::text[] WHERE moderator_id = $1 AND community = 'demo'`, c.id, languages)
	}
	ana, bea, cleo := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo"), b.signIn(t, "Cleo", "city")
	b.exec(t, `UPDATE moderation.membership SET languages = '{fr}' WHERE moderator_id = $1`, cleo.id) // of another community
	next := func(what string, c *client, want event.ID, body any) {
		t.Helper()
		got := c.call(t, http.MethodPost, "/v1/cases/claim", body)
		wantStatus(t, what, got, http.StatusOK)
		var s summary
		got.into(t, &s)
		if s.ID != want {
			t.Errorf("%s: %v was given, want %v", what, s.ID, want)
		}
		b.exec(t, `UPDATE moderation.cases SET claimed_by = NULL, claimed_until = NULL`)
	}
	next("nobody has said what she reads", ana, ids[0], nil)
	reads(ana, "{en}")
	next("nobody else reads it", ana, ids[0], nil)
	reads(bea, "{en,fr}")
	next("another reads it", ana, ids[1], nil)
	next("who reads it", bea, ids[0], nil)
	next("asked for", ana, ids[0], map[string]string{"language": "fr"})
	reads(ana, "{}")
	next("who has not said what she reads", ana, ids[0], nil)
	reads(ana, "{en}")
	b.exec(t, `UPDATE moderation.cases SET language_team = false WHERE id = $1`, ids[0])
	next("it is for nobody in particular", ana, ids[0], nil)
}
