package instance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
)

// mostDownload is the largest file that Download takes, in bytes.
const mostDownload = 1 << 30

// Download fetches what an address of the instance serves into a file, and
// returns its size.
func (i *Instance) Download(ctx context.Context, address, file string) (size int64, err error) {
	const doing = "downloading a file"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	resp, err := i.web.http.Do(req)
	if err != nil {
		return 0, lost(ctx, doing, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, refused(doing+" from "+address, resp, nil)
	}
	out, err := os.Create(file)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	size, err = io.Copy(out, io.LimitReader(resp.Body, mostDownload+1))
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err == nil && size > mostDownload {
		err = fmt.Errorf("it is larger than %d bytes", mostDownload)
	}
	if err != nil {
		return size, fmt.Errorf("%s to %s: %w", doing, file, err)
	}
	return size, nil
}
