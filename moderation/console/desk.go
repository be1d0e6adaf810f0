package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/postgres"
	"recourse/moderation"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// desk is what moderators can do. A method with a moderator is one transaction
// and sees her communities' cases only; its unexported part takes the
// transaction.
type desk struct {
	pool  *pgxpool.Pool
	vault *vault.Vault
	codes *codes
	log   *slog.Logger
	now   func() time.Time
}

// Errors that are told to whoever asks. See answers in problem.go, and
// moderation.Err* for those of a case.
var (
	errNoPage      = errors.New("no such page")
	errNoCase      = errors.New("no such case in the moderator's communities")
	errNoSession   = errors.New("no session, or one that has ended")
	errBadLink     = errors.New("the sign-in link is used up, expired or unknown")
	errPrefetch    = errors.New("a sign-in link is not fetched ahead")
	errCrossOrigin = errors.New("the request comes from another site")
	errNoConduct   = errors.New("the code of conduct can't be read now")
	errTooLarge    = errors.New("the form is too large")
	errBadForm     = errors.New("the form could not be read")
	errKeyReused   = errors.New("the Idempotency-Key was used for something else in this case")
	errSentBefore  = errors.New("a message was sent with this form before, with other words")
	errAbandoned   = errors.New("the case was closed without a decision")
)

// fieldErrors are the fields of a request at fault.
type fieldErrors []moderation.FieldError

func (e fieldErrors) Error() string { return fmt.Sprintf("%d fields are at fault", len(e)) }

// of returns what is wrong with a field, or "".
func (e fieldErrors) of(field string) string {
	for _, f := range e {
		if f.Field == field {
			return f.Err.Error()
		}
	}
	return ""
}

// inTx runs f in a transaction. What f denies is recorded after it.
func (d *desk) inTx(ctx context.Context, f func(q *store.Queries) error) error {
	return d.recorded(ctx, postgres.InTx(ctx, d.pool, func(tx pgx.Tx) error { return f(store.New(tx)) }))
}

// caseOf is a row as the rules of package moderation take it.
func caseOf(row store.ModerationCase) moderation.Case {
	c := moderation.Case{ID: row.ID, State: moderation.State(row.State), Version: int(row.Version), SecondReader: row.SecondReader}
	if row.ClaimedBy != nil && row.ClaimedUntil != nil {
		c.ClaimedBy, c.ClaimedUntil = *row.ClaimedBy, *row.ClaimedUntil
	}
	return c
}
