package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"recourse/internal/keys"
)

// logFlags choose how the process logs. Logs hold no content, no contact, no
// demographics and no client's address at any level.
type logFlags struct {
	Level  slog.Level `help:"Least level that is logged: DEBUG, INFO, WARN, ERROR." default:"INFO"`
	Format string     `help:"text or json." enum:"text,json" default:"text"`
}

func (f logFlags) logger() *slog.Logger {
	opts := &slog.HandlerOptions{Level: f.Level}
	if f.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opts))
}

// partsFlags say where NATS, PostgreSQL and the keys are. Where no URL is
// given, the parts that `recourse up` runs on --data are used.
type partsFlags struct {
	Data        string `help:"Folder of a running 'recourse up', to find its NATS, PostgreSQL and keys." default:"./data" type:"path"`
	Keys        string `help:"Folder of keys; <data>/keys where it is not given." type:"path"`
	NATSURL     string `name:"nats-url" help:"External NATS, such as nats://127.0.0.1:4222." env:"NATS_URL,RECOURSE_NATS_URL"`
	DatabaseURL string `name:"database-url" help:"External PostgreSQL, such as postgres://db.example/recourse. Services sign in with their own role and key file." env:"DATABASE_URL,RECOURSE_DATABASE_URL"`
}

func (f partsFlags) folder() keys.Folder {
	if f.Keys != "" {
		return keys.Folder{Root: f.Keys}
	}
	return keys.Folder{Root: filepath.Join(f.Data, "keys")}
}

// runtimeFile is <data>/runtime.json: where the parts of a running `up` are.
type runtimeFile struct {
	PID          int    `json:"pid"`
	NATSURL      string `json:"nats_url"`
	DatabaseURL  string `json:"database_url"`
	EmbeddedNATS bool   `json:"embedded_nats"` // and so SyncAlways is on
}

func runtimePath(data string) string { return filepath.Join(data, "runtime.json") }

func readRuntime(data string) (runtimeFile, error) {
	var r runtimeFile
	b, err := os.ReadFile(runtimePath(data))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("reading %s: %w", runtimePath(data), err)
	}
	return r, nil
}

// urls returns where NATS and PostgreSQL are.
func (f partsFlags) urls() (runtimeFile, error) {
	if f.NATSURL != "" && f.DatabaseURL != "" {
		return runtimeFile{NATSURL: f.NATSURL, DatabaseURL: f.DatabaseURL}, nil
	}
	r, err := readRuntime(f.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("no 'recourse up' has run on %s: start it, or give --nats-url and --database-url", f.Data)
	}
	if err != nil {
		return r, err
	}
	if f.NATSURL != "" {
		r.NATSURL, r.EmbeddedNATS = f.NATSURL, false
	}
	if f.DatabaseURL != "" {
		r.DatabaseURL = f.DatabaseURL
	}
	return r, nil
}

// database returns where PostgreSQL is, for a command that needs no NATS.
func (f partsFlags) database() (string, error) {
	if f.DatabaseURL != "" {
		return f.DatabaseURL, nil
	}
	parts, err := f.urls()
	return parts.DatabaseURL, err
}

// writeJSON replaces path whole or not at all, readable by its owner only.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
