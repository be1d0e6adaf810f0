package main

import (
	"slices"
	"testing"

	"recourse/internal/testbench"
	"recourse/moderation/store"
)

func TestAModeratorsLanguagesAreSet(t *testing.T) {
	db := testbench.Postgres(t, store.Schema())
	pool := db.Admin(t)
	run := func(wantCode int, args ...string) {
		t.Helper()
		args = append(append([]string{"admin", "moderator"}, args...), "--keys", db.Keys.Root, "--database-url", db.URL, "--nats-url", "nats://127.0.0.1:1")
		if out, code := runProgram(t, args...); code != wantCode {
			t.Errorf("%v ends with %d, want %d: %s", args, code, wantCode, out)
		}
	}
	reads := func(community string, want ...string) {
		t.Helper()
		var got []string
		err := pool.QueryRow(t.Context(), `SELECT languages FROM moderation.membership WHERE community = $1`, community).Scan(&got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("in %s the moderator reads %v (%v), want %v", community, got, err, want)
		}
	}
	run(0, "add", "--name", "Ana", "--community", "city,town", "--languages", "en,pt-BR")
	reads("city", "en", "pt")
	reads("town", "en", "pt")
	run(0, "add", "--name", "Ana", "--community", "port")
	reads("port")
	run(0, "set", "--name", "Ana", "--community", "town", "--languages", "fr")
	reads("city", "en", "pt")
	reads("town", "fr")
	run(0, "add", "--name", "Ana", "--community", "town") // says nothing of languages, and changes none
	reads("town", "fr")
	run(0, "set", "--name", "Ana", "--languages", "any")
	reads("city")
	reads("town")
	run(1, "set", "--name", "Ana", "--languages", "nonsense!")
	run(1, "set", "--name", "Ana", "--community", "elsewhere", "--languages", "en")
	run(1, "set", "--name", "Nobody", "--languages", "en")
}
