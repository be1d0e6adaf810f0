package keygen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"recourse/internal/keys"
)

// add appends entries to the seal file of s, making it where it is not there.
func add(f keys.Folder, s keys.Service, entries ...keys.Entry) error {
	var file keys.SealFile
	b, err := os.ReadFile(f.Path(s, "seal"))
	if err == nil {
		err = json.Unmarshal(b, &file)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the seal file of %s: %w", s, err)
	}
	file.Entries = append(file.Entries, entries...)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	if err := enc.Encode(file); err != nil {
		return err
	}
	return writeFile(f.Path(s, "seal"), out.Bytes())
}

// writeFile replaces path whole or not at all, readable by its owner only.
func writeFile(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making a key folder: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return fmt.Errorf("making a key file: %w", err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone once renamed
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("writing a key file: %w", err)
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	return d.Sync()
}
