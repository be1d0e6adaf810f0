// Package keys is the key folder: what each service holds, and nothing else.
//
//	keys/<service>/nats      seed of the service's NATS user (an NKey)
//	keys/<service>/postgres  password of the service's PostgreSQL role; the intake has none
//	keys/<service>/seal      keys for envelopes, seals at rest, pseudonyms and signatures (JSON)
//
// Every file is 0600 and written whole or not at all. The package must never
// log or print a key.
package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Service names a process and its folder of keys.
type Service string

// The services. Admin is who makes streams, tables and communities: migrate,
// admin, doctor and up.
const (
	Admin   Service = "admin"
	Intake  Service = "intake"
	Worker  Service = "worker"
	Console Service = "console"
	Janitor Service = "janitor"
	Notify  Service = "notify"
	Stats   Service = "stats"
	Portal  Service = "portal"
)

// Services returns every service.
func Services() []Service {
	return []Service{Admin, Intake, Worker, Console, Janitor, Notify, Stats, Portal}
}

// UsesPostgres reports whether s has a PostgreSQL role. The intake has none.
func (s Service) UsesPostgres() bool { return s != Intake }

// Role is the name of the PostgreSQL role of s.
func (s Service) Role() string { return "recourse_" + string(s) }

// Folder is the folder `keys`.
type Folder struct{ Root string }

// ErrMissing says that a key file is not there.
var ErrMissing = errors.New("key file is missing: run `recourse keys` first, or copy this service's folder here")

// NATSSeed returns the seed of the service's NATS user.
func (f Folder) NATSSeed(s Service) ([]byte, error) { return f.read(s, "nats") }

// PostgresPassword returns the password of the service's PostgreSQL role.
func (f Folder) PostgresPassword(s Service) (string, error) {
	b, err := f.read(s, "postgres")
	return string(b), err
}

// Path returns the path of one key file.
func (f Folder) Path(s Service, name string) string {
	return filepath.Join(f.Root, string(s), name)
}

func (f Folder) read(s Service, name string) ([]byte, error) {
	b, err := os.ReadFile(f.Path(s, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", f.Path(s, name), ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a key file: %w", err)
	}
	return []byte(strings.TrimSpace(string(b))), nil
}

// TooOpen returns the key files under f that others than their owner can read.
func (f Folder) TooOpen() ([]string, error) {
	var open []string
	err := filepath.WalkDir(f.Root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			open = append(open, path)
		}
		return nil
	})
	return open, err
}
