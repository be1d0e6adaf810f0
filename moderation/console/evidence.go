package console

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/evidence"
	"recourse/internal/postgres"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// file is a file that a reporter sent with the receipt.
type file struct {
	ID        event.ID      `json:"id"`
	At        time.Time     `json:"at"`
	State     string        `json:"state"`  // event.EvidenceStored or EvidenceRefused
	Reason    string        `json:"reason"` // of refused: a code
	Type      evidence.Type `json:"type"`   // as found in its bytes
	Size      int           `json:"size"`   // in bytes
	NameState legibility    `json:"name_state"`
	Name      string        `json:"name"`   // as the reporter's device called it
	SHA256    string        `json:"sha256"` // of the bytes as they were sent, in hexadecimal digits
	Path      string        `json:"-"`
}

var errNoFile = errors.New("no such file of this case")

// openFiles puts beside each report the files that came with it. It opens their
// names, and none of them.
func (d *desk) openFiles(ctx context.Context, q *store.Queries, f *caseFile) error {
	rows, err := q.EvidenceFilesOf(ctx, f.ID)
	if err != nil {
		return fmt.Errorf("reading a case's files: %w", err)
	}
	for _, row := range rows {
		shown := file{
			ID: row.ID, At: row.At.UTC(), State: row.State, Reason: row.Reason, Type: evidence.Type(row.MediaType), Size: int(row.Size),
			NameState: erased, Path: "/cases/" + f.ID.String() + "/evidence/" + row.ID.String(),
		}
		if row.State == event.EvidenceStored {
			details, err := d.details(row)
			shown.NameState, shown.Name = legibilityOf(err), details.Name
			if err == nil {
				shown.SHA256 = hex.EncodeToString(details.Sent)
			}
			if shown.NameState == locked {
				d.log.Error("a file's name can't be opened", "evidence", row.ID, "error", postgres.Redact(err))
			}
		}
		if r := f.report(row.ReportID); r != nil && r.WithdrawnAt == nil {
			r.Files = append(r.Files, shown)
		}
	}
	return nil
}

func (d *desk) details(row store.EvidenceFilesOfRow) (details vault.EvidenceDetails, err error) {
	if row.Details == nil {
		return details, errErased
	}
	err = d.unseal(vault.EvidenceDetailsPlace(row.ID), row.Community, row.Month, row.Wrapped, row.Details, &details)
	return details, err
}

// download opens one file of a case. Nothing of it is handed on before the entry
// that records the look is committed.
func (d *desk) download(ctx context.Context, m moderator, caseID, id event.ID) (name string, kind evidence.Type, data []byte, err error) {
	err = d.inTx(ctx, func(q *store.Queries) error {
		if _, err := d.find(ctx, q, m, access.EvidenceOpen, caseID); err != nil {
			return err
		}
		rows, err := q.EvidenceFilesOf(ctx, caseID)
		if err != nil {
			return fmt.Errorf("reading a case's files: %w", err)
		}
		for _, row := range rows {
			if row.ID == id && row.State == event.EvidenceStored {
				kind = evidence.Type(row.MediaType)
				if name, data, err = d.openFile(ctx, q, row); err != nil {
					return err
				}
				return audit.Entry{
					At: d.now(), Actor: m.ID, Action: auditOpened, Case: caseID, Report: row.ReportID, Detail: []string{"evidence " + id.String()},
				}.Write(ctx, q)
			}
		}
		return errNoFile
	})
	return name, kind, data, err
}

func (d *desk) openFile(ctx context.Context, q *store.Queries, row store.EvidenceFilesOfRow) (name string, data []byte, err error) {
	if row.Month == nil || row.Details == nil {
		return "", nil, errNoFile // withdrawn meanwhile
	}
	key, err := d.vault.Unwrap(vault.WrappedKey{Owner: row.ID, Community: row.Community, Month: *row.Month, Wrapped: row.Wrapped})
	if err != nil {
		return "", nil, err
	}
	plain, err := key.Open(vault.EvidenceDetailsPlace(row.ID), row.Details)
	if err != nil {
		return "", nil, err
	}
	var details vault.EvidenceDetails
	if err := json.Unmarshal(plain, &details); err != nil {
		return "", nil, errors.New("a file's details are not JSON")
	}
	chunks, err := q.EvidenceChunks(ctx, row.ID)
	if err != nil {
		return "", nil, fmt.Errorf("reading a file: %w", err)
	}
	for i, c := range chunks {
		part, err := key.Open(vault.EvidenceChunkPlace(row.ID, i), c.Sealed)
		if err != nil {
			return "", nil, err
		}
		data = append(data, part...)
	}
	return details.Name, data, nil
}

// getFile hands a file over as an attachment, and never to be shown in place: it
// is what a stranger sent.
func (c *Console) getFile(g *gin.Context) {
	caseID, ok := c.caseID(g)
	if !ok {
		return
	}
	id, err := event.ParseID(g.Param("file"))
	if err != nil {
		c.fail(g, errNoFile)
		return
	}
	name, kind, data, err := c.desk.download(g.Request.Context(), signedIn(g), caseID, id)
	if err != nil {
		c.fail(g, err)
		return
	}
	g.Header("Content-Security-Policy", "sandbox; default-src 'none'")
	g.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": kind.FileName(name)}))
	g.Data(http.StatusOK, "application/octet-stream", data)
}
