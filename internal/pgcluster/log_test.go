package pgcluster

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// marker stands for what a person wrote.
const marker = "xyzzy-she-wrote-this"

func TestWhatStatementsHoldReachesNoLog(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	conn := session(t, c)
	run(t, conn, "CREATE TABLE words (word text PRIMARY KEY, n int CHECK (n > 0))")
	run(t, conn, "INSERT INTO words VALUES ('"+marker+"', 1)")
	for sql, args := range map[string][]any{
		"INSERT INTO words VALUES ('" + marker + "', 1)":         nil, // DETAIL shows the key
		"INSERT INTO words VALUES ($1, 1)":                       {marker},
		"INSERT INTO words VALUES ($1, -1)":                      {marker + " again"}, // DETAIL shows the row
		"SELECT '" + marker + "'::int":                           nil,                 // the error itself shows it
		"SELECT $1::text::int":                                   {marker},
		"SELECT word FROM nowhere WHERE word = '" + marker + "'": nil,
		"SELECT '" + marker + "' FORM words":                     nil,
		"SELECT \"" + marker + "\"":                              nil,
		"SELECT lo_import('/nowhere/" + marker + "')":            nil,
		"DO $$ BEGIN RAISE EXCEPTION 'says " + marker + "' USING DETAIL = 'x', HINT = 'y'; END $$": nil,
		"SET statement_timeout = 1; SELECT '" + marker + "', pg_sleep(5)":                          nil,
	} {
		var refusal *pgconn.PgError
		if _, err := conn.Exec(t.Context(), sql, args...); !errors.As(err, &refusal) {
			t.Errorf("%s was not refused: %v", sql, err)
		}
		run(t, conn, "RESET statement_timeout")
	}
	for _, sql := range []string{
		"DO $$ BEGIN RAISE WARNING 'says " + marker + "'; RAISE NOTICE 'says " + marker + "'; END $$",
		"SET debug_print_parse = on; SET debug_print_plan = on; SELECT 'says " + marker + "'",
	} {
		run(t, conn, sql)
	}
	crash(t, b, c)
	if b.log.contains("xyzzy") {
		t.Errorf("the log holds the marker:\n%s", linesWith(b.log.String(), "xyzzy"))
	}
}

// crash kills a backend while it runs a statement with the marker: postgres then
// tells what it was running.
func crash(t *testing.T, b *bench, c *Cluster) {
	t.Helper()
	victim := session(t, c)
	pid := int(victim.PgConn().PID())
	running := victim.PgConn().Exec(context.Background(), "SELECT '"+marker+"', pg_sleep(60)")
	defer func() { _ = running.Close() }()
	eventually(t, "the statement", func() bool {
		return query(t, c, "SELECT count(*)::text FROM pg_stat_activity WHERE state = 'active' AND pid = "+strconv.Itoa(pid)) == "1"
	})
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "word of the crash", func() bool { return b.log.contains("was terminated by signal 9") })
	eventually(t, "the recovery", func() bool { return b.log.count("ready to accept connections") == 2 })
}

// A session of the superuser may turn everything on, and a PANIC tells its
// statement whatever the settings are.
func TestOutputHidesWhatTheSettingsLetThrough(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	o := &output{log: slog.New(slog.NewTextHandler(&buf, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	text := "PANIC:  could not write to file \"pg_wal/xlogtemp.1\": No space left on device\n" +
		"DETAIL:  xyzzy\nSTATEMENT:  INSERT INTO words\n\tVALUES ('xyzzy')\n\t\n\t-- xyzzy\n" +
		"LOG:  server process (PID 1) was terminated by signal 6\n\tin two lines\n" +
		"ERROR:  xyzzy\nWARNING:  xyzzy\nCONTEXT:  xyzzy\nQUERY:  xyzzy\n" +
		strings.Repeat("y", 3*longestLine) + "\n" +
		"postgres: could not find the database system\nFATAL:  unfinished"
	for _, b := range []byte(text) { // in the smallest pieces
		if _, err := o.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	o.flush()
	if strings.Contains(buf.String(), "xyzzy") || strings.Contains(o.lastWords(), "xyzzy") {
		t.Errorf("the log is\n%s\nthe last words are %s", buf.String(), o.lastWords())
	}
	want := "LOG:  server process (PID 1) was terminated by signal 6 | \tin two lines | " + strings.Repeat("y", longestLine) +
		" | postgres: could not find the database system | FATAL:  unfinished"
	if got := o.lastWords(); got != want {
		t.Errorf("the last words are %s\nwant %s", got, want)
	}
	for level, text := range map[string]string{"WARN": "PANIC:", "DEBUG": "LOG:"} {
		if line := linesWith(buf.String(), text); !strings.Contains(line, "level="+level) {
			t.Errorf("%s is at another level than %s: %s", text, level, line)
		}
	}
}

func TestPostgresGetsNothingOfOurEnvironmentButPath(t *testing.T) {
	t.Setenv("PGDATA", "/nowhere")
	t.Setenv("NOTIFY_SOCKET", "/nowhere")
	if got, want := environment(), []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
