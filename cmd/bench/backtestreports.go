package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/examples"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// backtestTexts are what is reported, of the usual length, in eight languages.
func backtestTexts() []string {
	return []string{
		"Under each of my posts the same account writes that I should leave the council and be quiet. It began on Monday and has not stopped.",
		"Sous chacun de mes messages, le même compte écrit que je devrais quitter le conseil et me taire. Cela dure depuis lundi.",
		"Debajo de cada uno de mis mensajes la misma cuenta escribe que debería irme del consejo y callarme. Empezó el lunes y no ha parado.",
		"Em cada uma das minhas publicações a mesma conta escreve que eu devia sair da câmara e ficar calada. Começou na segunda-feira.",
		"تحت كل منشور من منشوراتي يكتب الحساب نفسه أن عليّ أن أترك المجلس وأن أسكت. بدأ ذلك يوم الاثنين ولم يتوقف بعد.",
		"제가 글을 올릴 때마다 같은 계정이 의회를 떠나 조용히 있으라고 씁니다. 월요일에 시작되어 아직도 멈추지 않았습니다.",
		"मेरी हर पोस्ट के नीचे वही खाता लिखता है कि मुझे परिषद छोड़ देनी चाहिए और चुप रहना चाहिए। यह सोमवार को शुरू हुआ और रुका नहीं है।",
		"Chini ya kila chapisho langu akaunti moja inaandika kwamba niondoke kwenye baraza na ninyamaze. Ilianza Jumatatu na haijaisha.",
	}
}

// makeCodes makes the code that binds the reports, the example of a city, and
// two drafts that change it.
func (b *backtestBench) makeCodes() error {
	b.files = map[string][]byte{}
	for name, change := range map[string]func(file, text string) string{
		"pin":   func(_, text string) string { return text },
		"rules": func(_, text string) string { return strings.Replace(text, "words.count >= 5", "words.count >= 4", 1) },
		"lexicon": func(file, text string) string {
			return text + map[string]string{"lexicons/en.txt": "quiet council ; insult ; 1\n"}[file]
		},
	} {
		file, err := conduct.Load(func(path string) ([]byte, error) {
			text, err := examples.Read(path)
			return []byte(change(path, string(text))), err
		}, "civic.yaml")
		if err != nil {
			return err
		}
		b.files[name] = file
	}
	if len(b.files["rules"]) != len(b.files["pin"]) || bytes.Equal(b.files["rules"], b.files["pin"]) {
		return errors.New("the draft with other rules has none")
	}
	return nil
}

// load stores reports as the worker would, a tenth of them decided, four about
// each account.
func (b *backtestBench) load(ctx context.Context, n int) error {
	admin, err := b.lab.adminPool(ctx)
	if err != nil {
		return err
	}
	_, js, err := b.lab.connect(keys.Admin)
	if err != nil {
		return err
	}
	bucket, err := js.KeyValue(ctx, event.BucketCommunities)
	if err != nil {
		return err
	}
	digest := community.Digest(b.files["pin"])
	if _, err := bucket.Put(ctx, community.ConductKey(digest), b.files["pin"]); err != nil {
		return err
	}
	ring, err := b.lab.keys.Ring(keys.Worker)
	if err != nil {
		return err
	}
	reply, err := receipt.New().PublicKey()
	if err != nil {
		return err
	}
	pin, err := conduct.Parse(b.files["pin"])
	if err != nil {
		return err
	}
	v, texts := vault.New(ring), backtestTexts()
	moderator, err := store.New(admin).UpsertModerator(ctx, store.UpsertModeratorParams{ID: event.NewID(), Name: "M", CreatedAt: b.since})
	if err != nil {
		return err
	}
	tables := map[string][][]any{}
	for i := range n {
		id, caseID, at := event.NewID(), event.NewID(), b.since.Add(time.Duration(i)*time.Second/4)
		content := event.Content{
			Kind: event.KindHarassment, Description: fmt.Sprintf("%s %d", texts[i%len(texts)], i),
			Account: event.Account{Platform: "forum", Handle: fmt.Sprint("account-", i/4)},
		}
		plaintext, err := json.Marshal(content)
		if err != nil {
			return err
		}
		key, wrapped, err := v.NewKey(id, "demo", b.since)
		if err != nil {
			return err
		}
		sealed := key.Seal(vault.Place{Owner: id, Table: "report", Column: "content", Row: id}, plaintext)
		b.rows = append(b.rows, backtestRow{wrapped, sealed, content})
		add := func(table string, row ...any) { tables[table] = append(tables[table], row) }
		add("cases", caseID, "demo", "open", 1, "harassment", "respect", digest, 200, at, at)
		add("report", id, caseID, "demo", digest, at, at, id.String(), reply, 1, sealed)
		add("data_key", id, "demo", wrapped.Month, wrapped.Wrapped)
		for _, f := range pin.Assess(pin.View(content)).Fired {
			add("rule_fired", id, f.Rule, digest, f.Effect, f.Shadow, f.Error)
		}
		add("sketch", id, "account", int64(i/4+1), at)
		if i%10 == 0 {
			add("decision", event.NewID(), caseID, 2, moderator, "warning", "respect", digest, []byte{}, at.Add(time.Second))
		}
	}
	for _, t := range []struct{ name, columns string }{
		{"cases", "id, community, state, version, kind, article, conduct, priority, opened_at, first_look_due"},
		{"report", "id, case_id, community, conduct, received_at, opened_at, status_key, reply_key, version, content"},
		{"data_key", "owner, community, month, wrapped"},
		{"rule_fired", "report_id, rule, conduct, effect, shadow, error"},
		{"sketch", "report_id, part, value, at"},
		{"decision", "id, case_id, case_version, moderator_id, action, article, conduct, reasons, decided_at"},
	} {
		rows := pgx.CopyFromRows(tables[t.name])
		if _, err := admin.CopyFrom(ctx, pgx.Identifier{"moderation", t.name}, strings.Split(t.columns, ", "), rows); err != nil {
			return fmt.Errorf("loading %s: %w", t.name, err)
		}
	}
	if _, err := admin.Exec(ctx, "VACUUM (ANALYZE)"); err != nil {
		return fmt.Errorf("analysing the tables: %w", err)
	}
	return nil
}
