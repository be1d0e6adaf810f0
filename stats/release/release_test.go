package release_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/stats"
	"recourse/stats/ledger"
	"recourse/stats/release"
	"recourse/stats/store"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// start is when the tests' first period ends.
func start() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

// bench is a database with facts, and a publisher whose clock is a year ahead of
// start.
type bench struct {
	*testing.T

	admin, stats *pgxpool.Pool
	publisher    *release.Publisher
}

func setup(t *testing.T) *bench {
	t.Helper()
	db := testbench.Postgres(t, store.Schema())
	b := &bench{T: t, admin: db.Admin(t), stats: db.Pool(t, keys.Stats)}
	b.publisher = b.newPublisher(1)
	return b
}

// newPublisher draws from a stream that seed fixes.
func (b *bench) newPublisher(seed byte) *release.Publisher {
	return release.New(b.stats, &locked{source: rand.NewChaCha8([32]byte{seed})}, func() time.Time { return start().AddDate(0, 1, 0) })
}

// locked lets several publishers draw from one stream.
type locked struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (l *locked) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.source.Read(p)
}

// add stores reports that were decided before the first period's end by as many
// minutes as given.
func (b *bench) add(n int, kind event.Kind, action event.Action, minutes int, participant []byte) []event.ID {
	b.Helper()
	var ids []event.ID
	for range n {
		id := event.NewID()
		ids = append(ids, id)
		_, err := b.admin.Exec(b.Context(), `INSERT INTO stats.report (report_id, community, kind, grounds, gender, age_band, role, language,
			participant, action, article, automated, decided_at, case_sequence)
			VALUES ($1, 'demo', $2, '{gender}', 'woman', '25-34', 'target', 'en', $3, $4, 'respect', false, $5, 2)`,
			id, kind, participant, action, start().Add(-time.Duration(minutes)*time.Minute))
		if err != nil {
			b.Fatal(err)
		}
	}
	return ids
}

func request() release.Request {
	return release.Request{Community: "demo", Until: start(), Rho: big.NewRat(1, 25), Cap: 1}
}

func (b *bench) publish(r release.Request) release.Published {
	b.Helper()
	made, err := b.publisher.Publish(b.Context(), r)
	if err != nil {
		b.Fatal(err)
	}
	return made
}

func (b *bench) file(number int, name string) []byte {
	b.Helper()
	f, err := store.New(b.admin).File(b.Context(), store.FileParams{Community: "demo", Number: int32(number), Name: name})
	if err != nil {
		b.Fatal(err)
	}
	return f.Content
}

// count counts rows, such as of "stats.fact".
func (b *bench) count(query string, args ...any) int {
	b.Helper()
	var n int
	if err := b.admin.QueryRow(b.Context(), "SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// cells reads cells.csv.
func (b *bench) cells(number int) map[string]int {
	b.Helper()
	lines, err := csv.NewReader(bytes.NewReader(b.file(number, release.CellsFile))).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	cells := map[string]int{}
	for _, line := range lines[1:] {
		estimate, err := strconv.Atoi(line[2])
		if err != nil {
			b.Fatal(err)
		}
		cells[line[0]+" "+line[1]] = estimate
	}
	return cells
}

func TestAReleaseHasEveryCellWithAnEstimateNearItsCountAndItsError(t *testing.T) {
	b := setup(t)
	b.add(400, event.KindThreat, event.ActionRemove, 10, nil)
	b.add(150, event.KindHarassment, event.ActionNone, 10, nil)
	made := b.publish(request())
	if made.ID() != "demo-1" || made.From != nil || made.Finished {
		t.Errorf("it is %+v, want the first of demo", made)
	}
	cells := b.cells(1)
	if want := len(stats.Kind().Codes) * len(stats.Action().Codes); len(cells) != want {
		t.Errorf("it has %d cells, want %d", len(cells), want)
	}
	// s² is 12.5: 30 is more than eight standard errors.
	for cell, want := range map[string]int{"threat remove": 400, "harassment none": 150, "doxxing ban": 0} {
		if got := cells[cell]; got < want-30 || got > want+30 {
			t.Errorf("%s is estimated as %d, want about %d", cell, got, want)
		}
	}
	exact := 0
	for cell, got := range cells {
		if want := map[string]int{"threat remove": 400, "harassment none": 150}[cell]; got == want {
			exact++
		}
	}
	if exact > len(cells)/3 {
		t.Errorf("%d of %d cells have no noise", exact, len(cells))
	}
	if !bytes.HasPrefix(b.file(1, release.CellsFile), []byte("kind,action,estimate,se\nharassment,none,")) ||
		!bytes.Contains(b.file(1, release.CellsFile), []byte(",3.5355339059327378\n")) {
		t.Errorf("cells.csv begins with %.100s", b.file(1, release.CellsFile))
	}
}

func TestTheDataPackageDescribesItsFileAndItsPrivacy(t *testing.T) {
	b := setup(t)
	b.publish(request())
	var p struct {
		Name      string `json:"name"`
		Resources []struct {
			Path  string `json:"path"`
			Bytes int    `json:"bytes"`
			Hash  string `json:"hash"`
		} `json:"resources"`
		Recourse struct {
			Period struct {
				From  *time.Time `json:"from"`
				Until time.Time  `json:"until"`
			} `json:"period"`
			Privacy struct {
				Sigma2  string  `json:"sigma2"`
				Rho     string  `json:"rho"`
				Epsilon float64 `json:"epsilon"`
			} `json:"privacy"`
		} `json:"recourse"`
	}
	if err := json.Unmarshal(b.file(1, release.PackageFile), &p); err != nil {
		t.Fatal(err)
	}
	cells := b.file(1, release.CellsFile)
	f, err := store.New(b.admin).File(t.Context(), store.FileParams{Community: "demo", Number: 1, Name: release.CellsFile})
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "demo-1" || len(p.Resources) != 1 || p.Resources[0].Path != release.CellsFile || p.Resources[0].Bytes != len(cells) ||
		p.Resources[0].Hash != fmt.Sprintf("sha256:%x", f.Sha256) {
		t.Errorf("it describes %+v", p)
	}
	if !p.Recourse.Period.Until.Equal(start()) || p.Recourse.Period.From != nil || p.Recourse.Privacy.Sigma2 != "25/2" ||
		p.Recourse.Privacy.Rho != "0.040000000000" || p.Recourse.Privacy.Epsilon < 1.2 || p.Recourse.Privacy.Epsilon > 1.6 {
		t.Errorf("it says %+v", p.Recourse)
	}
}

func TestTheSameRequestTwiceIsOneReleaseWithTheSameBytesPaidForOnce(t *testing.T) {
	b := setup(t)
	b.add(50, event.KindHate, event.ActionBan, 10, nil)
	first := b.publish(request())
	cells := b.file(1, release.CellsFile)
	b.add(50, event.KindHate, event.ActionBan, 10, nil)
	second, err := b.newPublisher(2).Publish(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	if second.ID() != first.ID() || !second.Finished || !second.PublishedAt.Equal(first.PublishedAt) || second.Left.Cmp(first.Left) != 0 {
		t.Errorf("the second time it is %+v, want %+v", second, first)
	}
	if !bytes.Equal(b.file(1, release.CellsFile), cells) || b.count("stats.ledger") != 1 || b.count("released.release") != 1 {
		t.Error("it was sampled or paid for again")
	}
}

func TestAReportIsCountedOnceInTheFirstReleaseAfterItsFactIsThere(t *testing.T) {
	b := setup(t)
	b.add(100, event.KindThreat, event.ActionHide, 60, nil)
	b.add(30, event.KindThreat, event.ActionHide, -30, nil) // decided within the second period
	b.publish(request())
	b.add(70, event.KindThreat, event.ActionHide, 120, nil) // decided in the first, and late
	second := request()
	second.Until = start().Add(2 * time.Hour)
	made := b.publish(second)
	if made.From == nil || !made.From.Equal(start()) {
		t.Errorf("the second period begins at %v, want the first one's end", made.From)
	}
	for number, want := range map[int]int{1: 100, 2: 100} {
		if n := b.count("stats.fact WHERE release = $1", number); n != want {
			t.Errorf("release %d counts %d facts, want %d", number, n, want)
		}
		if got := b.cells(number)["threat hide"]; got < want-30 || got > want+30 {
			t.Errorf("release %d estimates %d, want about %d", number, got, want)
		}
	}
}

func TestACountedFactLosesItsReportAndWhatComesLaterCountsNoMore(t *testing.T) {
	b := setup(t)
	ids := b.add(3, event.KindHate, event.ActionBan, 10, []byte("pseudonym"))
	b.publish(request())
	const bare = `stats.report WHERE counted AND kind IS NULL AND grounds IS NULL AND gender IS NULL AND age_band IS NULL AND role IS NULL
		AND language IS NULL AND participant IS NULL AND account IS NULL AND action IS NULL AND article IS NULL AND automated IS NULL
		AND decided_at IS NULL AND case_sequence IS NULL`
	if n := b.count(bare); n != len(ids) {
		t.Errorf("%d of %d reports keep nothing but that they were counted", n, len(ids))
	}
	q := store.New(b.stats)
	for _, id := range ids {
		err := errors.Join(q.AddDimensions(t.Context(), store.AddDimensionsParams{
			ReportIds: []event.ID{id}, Communities: []string{"demo"}, Kinds: []string{"hate"}, Grounds: []string{"gender age"},
			Genders: []string{"man"}, AgeBands: []string{"65+"}, Roles: []string{"ally"}, Languages: []string{"en"},
			Participants: [][]byte{nil}, Accounts: [][]byte{nil},
		}), q.AddOutcomes(t.Context(), store.AddOutcomesParams{
			ReportIds: []event.ID{id}, Communities: []string{"demo"}, Actions: []string{"none"}, Articles: []string{"x"},
			Automated: []bool{false}, DecidedAts: []time.Time{start().Add(-time.Hour)}, CaseSequences: []int32{1},
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := q.CountWaiting(t.Context(), "demo"); err != nil || n != 0 || b.count(bare) != len(ids) {
		t.Errorf("%d wait to be counted again, %v; %d of %d keep nothing", n, err, b.count(bare), len(ids))
	}
}

func TestOfOneReporterTheEarliestReportsUpToTheCapCount(t *testing.T) {
	b := setup(t)
	b.add(2, event.KindStalking, event.ActionBan, 50, []byte("one"))
	b.add(5, event.KindThreat, event.ActionNone, 40, []byte("one"))
	b.add(1, event.KindThreat, event.ActionNone, 10, []byte("two"))
	b.add(4, event.KindDoxxing, event.ActionHide, 10, nil) // each somebody else
	r := request()
	r.Cap = 3
	b.publish(r)
	for kind, want := range map[event.Kind]int{event.KindStalking: 2, event.KindThreat: 2, event.KindDoxxing: 4} {
		if n := b.count("stats.fact WHERE kind = $1", kind); n != want {
			t.Errorf("%d facts of %s, want %d", n, kind, want)
		}
	}
	if n := b.count("stats.report WHERE NOT counted"); n != 0 {
		t.Errorf("%d reports beyond the cap wait for the next release", n)
	}
	if !bytes.Contains(b.file(1, release.PackageFile), []byte(`"sigma2": "113"`)) { // nine times 12.5, and whole from 100 on
		t.Errorf("the noise does not grow with the cap: %s", b.file(1, release.PackageFile))
	}
}

func TestManyAtOncePublishOneRequestOnce(t *testing.T) {
	b := setup(t)
	b.add(100, event.KindHate, event.ActionBan, 10, nil)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.publisher.Publish(b.Context(), request()) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n, m, facts := b.count("stats.ledger"), b.count("released.release"), b.count("stats.fact"); n != 1 || m != 1 || facts != 100 {
		t.Errorf("%d ledger rows, %d releases, %d facts; want 1, 1 and 100", n, m, facts)
	}
}

func TestManyAtOnceNeverOverspend(t *testing.T) {
	b := setup(t)
	refused := 0
	for round := range 7 {
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			r := request()
			r.Until, r.Rho = start().Add(time.Duration(round)*2*time.Hour+time.Duration(i)*time.Minute), big.NewRat(1, 10)
			wg.Go(func() { _, errs[i] = b.publisher.Publish(b.Context(), r) })
		}
		wg.Wait()
		for i, err := range errs {
			switch {
			case errors.Is(err, ledger.ErrBudget):
				refused++
			case err != nil && !errors.Is(err, release.ErrPeriod):
				t.Errorf("round %d, request %d: %v", round, i, err)
			}
		}
	}
	var spent string
	if err := b.admin.QueryRow(t.Context(), "SELECT sum(rho)::text FROM stats.ledger").Scan(&spent); err != nil {
		t.Fatal(err)
	}
	total, _ := new(big.Rat).SetString(spent)
	if total.Cmp(ledger.YearlyBudget()) != 0 || b.count("stats.ledger") != 5 || b.count("released.release") != 5 || refused == 0 {
		t.Errorf("rho %s is spent on %d reservations and %d releases, and %d were refused; want 0.5 on five, and the rest refused",
			spent, b.count("stats.ledger"), b.count("released.release"), refused)
	}
}

func TestWhatTheBudgetDoesNotHoldIsRefusedAndNothingIsWritten(t *testing.T) {
	b := setup(t)
	b.add(10, event.KindHate, event.ActionBan, 10, nil)
	r := request()
	r.Rho = big.NewRat(1, 2)
	r.Until = start().Add(-time.Hour)
	b.publish(r)
	if _, err := b.publisher.Publish(t.Context(), request()); !errors.Is(err, ledger.ErrBudget) {
		t.Errorf("after the whole budget was spent: %v; want ErrBudget", err)
	}
	if n := b.count("stats.ledger"); n != 1 {
		t.Errorf("the ledger has %d rows, want one", n)
	}
}

// PostgreSQL itself refuses what a fault in this program would overspend,
// change or take back.
func TestTheDatabaseKeepsTheLedgerAndTheReleases(t *testing.T) {
	b := setup(t)
	b.publish(request())
	const denied, check, taken, missing = "42501", "23514", "23505", "23503"
	for _, tt := range []struct{ name, statement, code string }{
		{"overspend", `INSERT INTO stats.ledger (community, number, year, request, digest, rho, spent, budget, reserved_at)
			VALUES ('demo', 2, 2026, '', '\x01', 0.1, 0.51, 0.5, now())`, check},
		{"the same number twice", `INSERT INTO stats.ledger (community, number, year, request, digest, rho, spent, budget, reserved_at)
			VALUES ('demo', 1, 2026, '', '\x01', 0.1, 0.2, 0.5, now())`, taken},
		{"a refund", "UPDATE stats.ledger SET rho = 0.000000000001", denied},
		{"an entry taken back", "DELETE FROM stats.ledger", denied},
		{"a release changed", "UPDATE released.file SET content = ''", denied},
		{"a release taken back", "DELETE FROM released.release", denied},
		{"a fact counted twice", "UPDATE stats.fact SET release = 2", denied},
		{
			"a release that nothing paid for",
			"INSERT INTO released.release (community, number, period_until, published_at) VALUES ('demo', 7, now(), now())", missing,
		},
	} {
		_, err := b.stats.Exec(t.Context(), tt.statement)
		if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != tt.code {
			t.Errorf("%s: %v; want the code %s", tt.name, err, tt.code)
		}
	}
}

func TestABadRequestIsRefusedAtItsField(t *testing.T) {
	b := setup(t)
	for _, tt := range []struct {
		change func(*release.Request)
		want   error
	}{
		{func(r *release.Request) { r.Community = "No Community" }, release.ErrCommunity},
		{func(r *release.Request) { r.Until = start().AddDate(1, 0, 0) }, release.ErrUntil},
		{func(r *release.Request) { r.Until = time.Time{} }, release.ErrUntil},
		{func(r *release.Request) { r.Until = start().AddDate(-1, 0, 0) }, release.ErrUntil},
		{func(r *release.Request) { r.Rho = new(big.Rat) }, release.ErrRho},
		{func(r *release.Request) { r.Rho = big.NewRat(-1, 2) }, release.ErrRho},
		{func(r *release.Request) { r.Cap = 0 }, release.ErrCap},
		{func(r *release.Request) { r.Cap = 1001 }, release.ErrCap},
	} {
		r := request()
		tt.change(&r)
		if _, err := b.publisher.Publish(t.Context(), r); !errors.Is(err, tt.want) {
			t.Errorf("%+v: %v; want %v", r, err, tt.want)
		}
	}
	r := request()
	r.Rho = big.NewRat(1, 1_000_001)
	if _, err := b.publisher.Publish(t.Context(), r); !errors.Is(err, release.ErrRho) {
		t.Errorf("a rho that says nothing: %v; want ErrRho", err)
	}
	if n := b.count("stats.ledger"); n != 0 {
		t.Errorf("%d reservations were made for what can't be published", n)
	}
}

func TestACommandGivenTwiceDoesNotSpendTwice(t *testing.T) {
	b := setup(t)
	b.publish(request())
	again := request()
	again.Until, again.UntilNow = start().Add(time.Minute), true
	if _, err := b.publisher.Publish(t.Context(), again); !errors.Is(err, release.ErrPeriod) {
		t.Errorf("a minute later: %v; want ErrPeriod", err)
	}
}

// A publisher whose randomness fails has reserved and published nothing; the
// next one finishes under the same reservation.
func TestWhatFailedAtSamplingIsFinishedUnderItsReservation(t *testing.T) {
	b := setup(t)
	b.add(40, event.KindHate, event.ActionBan, 10, nil)
	broken := release.New(b.stats, bytes.NewReader([]byte("too short")), func() time.Time { return start().AddDate(0, 1, 0) })
	if _, err := broken.Publish(t.Context(), request()); err == nil {
		t.Fatal("it published without randomness")
	}
	if n, m, waiting := b.count("stats.ledger"), b.count("released.release"), b.count("stats.report WHERE NOT counted"); n != 1 || m != 0 || waiting != 40 {
		t.Errorf("%d reservations, %d releases, %d waiting; want 1, 0 and 40", n, m, waiting)
	}
	later := request()
	later.Until, later.UntilNow = start().Add(3*time.Hour), true
	made := b.publish(later)
	if !made.Finished || !made.Until.Equal(start()) || b.count("stats.ledger") != 1 || b.count("stats.fact") != 40 {
		t.Errorf("it is %+v with %d reservations, want the one that was begun", made, b.count("stats.ledger"))
	}
	later.UntilNow = false
	if made := b.publish(later); made.Number != 2 || made.Finished {
		t.Errorf("the next is %+v, want one of its own", made)
	}
}

func TestAnUnfinishedReservationIsFinishedBeforeAnotherRequest(t *testing.T) {
	b := setup(t)
	broken := release.New(b.stats, bytes.NewReader(nil), func() time.Time { return start().AddDate(0, 1, 0) })
	if _, err := broken.Publish(context.Background(), request()); err == nil {
		t.Fatal("it published without randomness")
	}
	other := request()
	other.Until = start().Add(5 * time.Hour)
	if made := b.publish(other); made.Number != 2 || b.count("released.release") != 2 {
		t.Errorf("it is %+v, and %d releases are there; want the second of two", made, b.count("released.release"))
	}
}
