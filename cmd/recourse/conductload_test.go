package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/testbench"
	"recourse/moderation/conduct"
)

// publishLoad is how much is sent while codes change.
type publishLoad struct{ clients, publications, between int }

// versionCode is a code whose every trace names its version: article, rules and
// tags. Its rules look at the same reports as the other version's; b puts
// harassment first as well.
func versionCode(version string) string {
	code := strings.NewReplacer("id: respect", "id: respect-"+version, `version: "1"`, `version: "`+version+`"`).Replace(testbench.DemoConduct)
	var rules strings.Builder
	fmt.Fprintf(&rules, "queues: [general, queue-%s]\nrules:\n", version)
	for n, when := range []string{`report.kind == "harassment"`, `report.length > 0`, `report.platform != ""`} {
		fmt.Fprintf(&rules, "  - id: rule-%s-%d\n    says: {en: One., fr: Un., ar: واحد.}\n    when: '%s'\n", version, n, when)
		first := ""
		if version == "b" && n == 0 {
			first = ", priority: {level: high, reason: {en: First., fr: D’abord., ar: أولًا.}}"
		}
		fmt.Fprintf(&rules, "    then: {tags: [tag-%s-%d], queue: queue-%[1]s%[3]s}\n", version, n, first)
	}
	return code + rules.String()
}

// A code is changed, backtested and published again and again under load, with
// three workers: no report is judged by a mix of two codes, and each names the
// version that judged it, which is the one that its message names. What a
// backtest predicts is what the published code then does.
func TestCodesThatChangeUnderLoadNeverMix(t *testing.T) {
	b := newWorkerBench(t)
	at := []string{"--nats-url", b.bus.URL, "--database-url", b.db.URL, "--keys", b.bus.Keys.Root}
	for range 3 {
		startChild(t, binary(t), nil, append([]string{"worker", "--metrics-addr", ""}, at...)...)
	}
	intake := startIntake(t, at)
	size := publishLoad{clients: 6, publications: 6, between: 40}
	files, versions, digests := map[string]string{}, map[string]string{}, map[string]string{}
	for _, version := range []string{"a", "b"} {
		files[version] = conductFiles(t, versionCode(version), "")
		digests[version] = community.Digest([]byte(versionCode(version)))
		versions[digests[version]] = version
	}
	publish := func(version string) {
		t.Helper()
		args := append([]string{"conduct", "publish", files[version], "--community", "demo", "--without-tests"}, at...)
		if out, code := runProgram(t, args...); code != 0 {
			t.Fatalf("publishing %s ends with %d: %s", version, code, out)
		}
	}
	publish("a")
	waitForConduct(t, intake, "a")

	var acked atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	for n := range size.clients {
		wg.Go(func() { sendReports(ctx, intake, n, &acked) })
	}
	var predictions []prediction
	for n := range size.publications {
		until := acked.Load() + int64(size.between)
		testbench.Eventually(t, time.Minute, "reports are acknowledged", func() bool { return acked.Load() >= until })
		version, other := []string{"b", "a"}[n%2], []string{"a", "b"}[n%2]
		if n == 0 || n == size.publications/2 {
			sent := acked.Load()
			predictions = append(predictions, b.predict(t, at, files[version], digests[version], digests[other]))
			if acked.Load() == sent {
				t.Error("no report came while past ones were replayed")
			}
		}
		publish(version)
		waitForConduct(t, intake, version)
	}
	until := acked.Load() + int64(size.between)
	testbench.Eventually(t, time.Minute, "reports are acknowledged", func() bool { return acked.Load() >= until })
	stop()
	wg.Wait()
	named := b.named(t)
	testbench.Eventually(t, time.Minute, "every report is in a case", func() bool {
		ids, err := b.q.AllReportIDs(t.Context())
		return err == nil && len(ids) >= len(named)
	})
	judged := b.judgements(t)
	for _, p := range predictions {
		p.cameTrue(t, judged)
	}
	used := map[string]int{}
	for id, digest := range named {
		version := versions[digest]
		used[version]++
		if version == "" {
			t.Fatalf("a report names the code %s, which nobody published", digest)
		}
		if got, ok := judged[id]; !ok || !got.only(digest, version) {
			t.Errorf("a report that names version %s was judged %+v", version, got)
		}
	}
	if used["a"] < size.between || used["b"] < size.between || len(judged) != used["a"]+used["b"] {
		t.Errorf("%d reports name a, %d name b, and %d are stored", used["a"], used["b"], len(judged))
	}
	t.Logf("%d reports named a, %d named b; none was judged by a mix", used["a"], used["b"])
}

// startIntake starts an intake of its own and returns its address.
func startIntake(t *testing.T, at []string) string {
	t.Helper()
	c := startChild(t, binary(t), nil, append([]string{"intake", "--addr", "127.0.0.1:0"}, at...)...)
	var address []string
	testbench.Eventually(t, 10*time.Second, "the intake listens", func() bool {
		address = regexp.MustCompile(`address=(\S+)`).FindStringSubmatch(c.logs.String())
		return address != nil
	})
	base := "http://" + address[1]
	testbench.Eventually(t, 10*time.Second, "the intake is ready", func() bool { return get(t, base+"/readyz").status == http.StatusOK })
	return base
}

// waitForConduct waits until the running intake names a version, without a
// restart, and its register says so.
func waitForConduct(t *testing.T, intake, version string) {
	t.Helper()
	testbench.Eventually(t, 20*time.Second, "the intake takes the code up", func() bool {
		return strings.Contains(get(t, intake+"/c/demo/conduct.json").body, `"version":"`+version+`","digest"`)
	})
}

// sendReports sends reports on accounts of their own, so that none joins the
// case of another.
// The last report of each is not cut off.
func sendReports(ctx context.Context, intake string, client int, acked *atomic.Int64) {
	c := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("client%dreport%d", client, n)
		a, err := post(context.WithoutCancel(ctx), c, intake+"/v1/reports", map[string]any{
			"community": "demo", "kind": []event.Kind{event.KindHarassment, event.KindAbusiveLanguage}[n%2], "description": name,
			"account": map[string]string{"platform": "forum", "handle": name},
		}, nil)
		if err == nil && a.status == http.StatusCreated {
			acked.Add(1)
		}
	}
}

// named says which code each message in REPORTS names.
func (b *workerBench) named(t *testing.T) map[event.ID]string {
	t.Helper()
	named := map[event.ID]string{}
	for _, msg := range b.bus.Messages(t, event.StreamReports) {
		s, err := event.DecodeSubmitted(msg.Data)
		if err != nil {
			t.Fatal(err)
		}
		named[s.Report] = s.Conduct
	}
	return named
}

// judgement is what is stored of how a report was judged.
type judgement struct {
	Case                    event.ID
	Kind                    event.Kind
	Conduct, Article, Queue string
	Priority                int
	Tags                    []string
	Rules                   map[string]string // digest by rule
	Effects                 []string
}

func (b *workerBench) judgements(t *testing.T) map[event.ID]judgement {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `SELECT r.id, c.id, c.kind, r.conduct, c.article, c.queue, c.priority, c.tags,
		(SELECT jsonb_object_agg(f.rule, f.conduct) FROM moderation.rule_fired f WHERE f.report_id = r.id),
		ARRAY(SELECT f.effect FROM moderation.rule_fired f WHERE f.report_id = r.id)
		FROM moderation.report r JOIN moderation.cases c ON c.id = r.case_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[event.ID]judgement{}
	for rows.Next() {
		var id event.ID
		var j judgement
		var rules []byte
		if err := rows.Scan(&id, &j.Case, &j.Kind, &j.Conduct, &j.Article, &j.Queue, &j.Priority, &j.Tags, &rules, &j.Effects); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(rules, &j.Rules); err != nil {
			t.Fatal(err)
		}
		all[id] = j
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// only says whether a report was judged by one code alone, and by all of it.
func (j judgement) only(digest, version string) bool {
	want := []string{"article-by-kind", "priority-by-severity"}
	var tags []string
	for n := range 3 {
		if n == 0 && j.Kind != event.KindHarassment {
			continue
		}
		want = append(want, fmt.Sprintf("rule-%s-%d", version, n))
		tags = append(tags, fmt.Sprintf("tag-%s-%d", version, n))
	}
	slices.Sort(want)
	for _, conduct := range j.Rules {
		if conduct != digest {
			return false
		}
	}
	return j.Conduct == digest && j.Article == "respect-"+version && j.Queue == "queue-"+version && slices.Equal(j.Tags, tags) &&
		slices.Equal(slices.Sorted(maps.Keys(j.Rules)), want) && slices.Contains(j.Effects, "suggest article respect-"+version)
}

// The two codes of the test judge the same report by rules that tell apart.
func TestTheCodesOfTheLoadTestTellApart(t *testing.T) {
	for version, priority := range map[string]int{"a": 200, "b": 350} {
		code, err := conduct.Parse([]byte(versionCode(version)))
		if err != nil {
			t.Fatal(err)
		}
		got := code.Assess(code.View(event.Content{Kind: event.KindHarassment, Description: "x", Account: event.Account{Platform: "forum", Handle: "x"}}))
		if len(got.Tags) != 3 || got.Article != "respect-"+version || got.Queue != "queue-"+version || got.Priority != priority {
			t.Errorf("%s: %+v", version, got)
		}
	}
}
