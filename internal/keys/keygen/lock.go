package keygen

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"recourse/internal/keys"
)

// lock waits until no other process makes keys in the folder. Two at once would
// each write the seal file whole, and one would lose the other's private keys.
func lock(f keys.Folder) (unlock func(), err error) {
	if err := os.MkdirAll(f.Root, 0o700); err != nil {
		return nil, fmt.Errorf("making the key folder: %w", err)
	}
	// Beside the folder: in it stand services' folders and nothing else.
	file, err := os.OpenFile(filepath.Clean(f.Root)+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the key folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("locking the key folder: %w", err)
	}
	return func() { _ = file.Close() }, nil
}
