package worker

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"recourse/internal/postgres"
)

// errMoved says that a moderator gave the report a case of its own while its
// case was waited for: the wrong one is locked. The one that it is in now can't
// be locked besides, since a case is locked before its reports.
var errMoved = errors.New("the report was moved to another case meanwhile")

// moves is how often a report is looked for again at once. After that its
// follow-up is put back, as for whatever may pass later.
const moves = 3

// inPlace runs a transaction that locks a report's case and then the report, and
// runs it anew where the report was moved in between.
func (w *Worker) inPlace(ctx context.Context, f func(pgx.Tx) error) error {
	err := postgres.InTx(ctx, w.pool, f)
	for range moves {
		if !errors.Is(err, errMoved) {
			break
		}
		err = postgres.InTx(ctx, w.pool, f)
	}
	return err
}
