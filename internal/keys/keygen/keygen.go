// Package keygen makes the key folder: on first start, for a new community and
// each year's months. It alone writes there, and whoever only reads keys, the
// intake above all, does not import it.
package keygen

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/nats-io/nkeys"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/open"
)

// MonthsAhead is how many months of keys at rest are made beyond the current
// one.
const MonthsAhead = 12

// EnsureServices makes what is missing of every service's NATS seed, password
// and community-independent keys. What is there stays.
func EnsureServices(f keys.Folder, now time.Time) error {
	unlock, err := lock(f)
	if err != nil {
		return err
	}
	defer unlock()
	for _, s := range keys.Services() {
		if err := ensureLogin(f, s); err != nil {
			return err
		}
		if _, err := os.Stat(f.Path(s, "seal")); errors.Is(err, fs.ErrNotExist) {
			if err := add(f, s); err != nil {
				return err
			}
		}
	}
	for _, p := range []keys.Purpose{keys.ReceiptSeed, keys.PseudonymReporter, keys.PseudonymAccount, keys.RateLimit} {
		if _, err := ensureSecret(f, keys.Intake, p, "", now); err != nil {
			return err
		}
	}
	return ensureOperator(f, now)
}

func ensureLogin(f keys.Folder, s keys.Service) error {
	if _, err := os.Stat(f.Path(s, "nats")); errors.Is(err, fs.ErrNotExist) {
		user, err := nkeys.CreateUser()
		if err != nil {
			return fmt.Errorf("making a NATS user for %s: %w", s, err)
		}
		seed, err := user.Seed()
		if err != nil {
			return fmt.Errorf("making a NATS user for %s: %w", s, err)
		}
		if err := writeFile(f.Path(s, "nats"), append(seed, '\n')); err != nil {
			return err
		}
	}
	if s.UsesPostgres() {
		if _, err := os.Stat(f.Path(s, "postgres")); errors.Is(err, fs.ErrNotExist) {
			password := base64.RawURLEncoding.EncodeToString(random())
			if err := writeFile(f.Path(s, "postgres"), []byte(password+"\n")); err != nil {
				return err
			}
		}
	}
	return nil
}

// ensureSecret makes a random secret of a service where it has none.
func ensureSecret(f keys.Folder, s keys.Service, p keys.Purpose, community string, now time.Time) (made bool, err error) {
	ring, err := f.Ring(s)
	if err != nil {
		return false, err
	}
	if len(ring.All(p, community)) > 0 {
		return false, nil
	}
	secret := keys.Entry{Purpose: p, Community: community, ID: newKeyID(), Created: now.UTC(), Key: random()}
	return true, add(f, s, secret)
}

// ensureOperator makes the signing key first and hands its public half out
// after: a crash in between is mended by the next call.
func ensureOperator(f keys.Folder, now time.Time) error {
	admin, err := f.Ring(keys.Admin)
	if err != nil {
		return err
	}
	if len(admin.All(keys.OperatorSign, "")) == 0 {
		sign := keys.Entry{Purpose: keys.OperatorSign, ID: newKeyID(), Created: now.UTC(), Key: random()}
		if err := add(f, keys.Admin, sign); err != nil {
			return err
		}
		if admin, err = f.Ring(keys.Admin); err != nil {
			return err
		}
	}
	sign, err := admin.Find(keys.OperatorSign, "", "")
	if err != nil {
		return err
	}
	public := ed25519.NewKeyFromSeed(sign.Key).Public().(ed25519.PublicKey) //nolint:forcetypeassert // documented by crypto/ed25519
	for _, s := range []keys.Service{keys.Intake, keys.Worker, keys.Console, keys.Stats} {
		ring, err := f.Ring(s)
		if err != nil {
			return err
		}
		if len(ring.All(keys.OperatorVerify, "")) > 0 {
			continue
		}
		if err := add(f, s, keys.Entry{Purpose: keys.OperatorVerify, ID: sign.ID, Created: sign.Created, Key: public}); err != nil {
			return err
		}
	}
	return nil
}

// EnsureCommunities does for every community that has keys what EnsureCommunity
// does for one.
func EnsureCommunities(f keys.Folder, now time.Time) error {
	admin, err := f.Ring(keys.Admin)
	if err != nil {
		return err
	}
	for _, name := range admin.Communities(keys.ModerationPublic) {
		if _, err := EnsureCommunity(f, name, now); err != nil {
			return err
		}
	}
	return nil
}

// EnsureCommunity makes what is missing of a community's key pairs, its sketch
// key and its month keys, from the month of now to MonthsAhead months later. It says
// whether it made any.
func EnsureCommunity(f keys.Folder, name string, now time.Time) (made bool, err error) {
	unlock, err := lock(f)
	if err != nil {
		return false, err
	}
	defer unlock()
	pairs := []struct {
		owner           keys.Service
		private, public keys.Purpose
	}{
		{keys.Worker, keys.ModerationOpen, keys.ModerationPublic},
		{keys.Notify, keys.ContactOpen, keys.ContactPublic},
		{keys.Stats, keys.StatisticsOpen, keys.StatisticsPublic},
	}
	admin, err := f.Ring(keys.Admin)
	if err != nil {
		return false, err
	}
	for _, p := range pairs {
		if len(admin.All(p.public, name)) > 0 {
			continue
		}
		// The private half is stored first: a public half that nobody can open
		// would lose reports.
		key, err := open.Generate(newKeyID())
		if err != nil {
			return made, err
		}
		secret, err := key.Bytes()
		if err != nil {
			return made, err
		}
		private := keys.Entry{Purpose: p.private, Community: name, ID: key.ID, Created: now.UTC(), Key: secret}
		if err := add(f, p.owner, private); err != nil {
			return made, err
		}
		public := keys.Entry{Purpose: p.public, Community: name, ID: key.ID, Created: now.UTC(), Key: key.Public()}
		if err := add(f, keys.Admin, public); err != nil {
			return made, err
		}
		made = true
	}
	sketch, err := ensureSecret(f, keys.Worker, keys.Sketch, name, now)
	if err != nil {
		return made, err
	}
	months, err := ensureMonths(f, name, now)
	return made || sketch || months, err
}

// ensureMonths gives worker and console the same month keys: what one of them
// has already is copied, not made anew.
func ensureMonths(f keys.Folder, name string, now time.Time) (made bool, err error) {
	worker, err := f.Ring(keys.Worker)
	if err != nil {
		return false, err
	}
	console, err := f.Ring(keys.Console)
	if err != nil {
		return false, err
	}
	first := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	var forWorker, forConsole []keys.Entry
	for m := 0; m <= MonthsAhead; m++ {
		id := keys.MonthID(first.AddDate(0, m, 0))
		w, workerErr := worker.Find(keys.Month, name, id)
		c, consoleErr := console.Find(keys.Month, name, id)
		key := keys.Entry{Purpose: keys.Month, Community: name, ID: id, Created: now.UTC(), Key: random()}
		switch {
		case workerErr == nil:
			key = w
		case consoleErr == nil:
			key = c
		}
		if consoleErr != nil {
			forConsole = append(forConsole, key)
		}
		if workerErr != nil {
			forWorker = append(forWorker, key)
		}
	}
	// The console first: what the worker seals, the console must open.
	if len(forConsole) > 0 {
		if err := add(f, keys.Console, forConsole...); err != nil {
			return false, err
		}
	}
	if len(forWorker) > 0 {
		if err := add(f, keys.Worker, forWorker...); err != nil {
			return false, err
		}
	}
	return len(forWorker)+len(forConsole) > 0, nil
}

// keySize is that of an HMAC-SHA-256 key, an AES-256 key, an Ed25519 seed and a
// password's randomness.
const keySize = 32

// newKeyID names a key without telling when or for what it was made.
func newKeyID() string { return event.NewID().String()[:16] }

func random() []byte {
	b := make([]byte, keySize)
	rand.Read(b)
	return b
}
