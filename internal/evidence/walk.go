package evidence

import "fmt"

// walk reads a container from its start to its end.
type walk struct{ rest []byte }

// take returns the next n bytes, or ErrBroken where the file has fewer.
func (w *walk) take(n int) ([]byte, error) {
	if n < 0 || n > len(w.rest) {
		return nil, broken("it ends too early")
	}
	taken := w.rest[:n:n]
	w.rest = w.rest[n:]
	return taken, nil
}

// checkSize judges one picture's width and height in pixels.
func checkSize(width, height int) error {
	if width <= 0 || height <= 0 {
		return broken("a picture without width or height")
	}
	if width > MaxSide || height > MaxSide || int64(width)*int64(height) > MaxPixels {
		return fmt.Errorf("%w: more than %d pixels, or a side of more than %d", ErrBomb, MaxPixels, MaxSide)
	}
	return nil
}

// animation adds up the frames of one.
type animation struct {
	frames int
	pixels int64
}

func (a *animation) add(width, height int) error {
	if err := checkSize(width, height); err != nil {
		return err
	}
	a.frames++
	a.pixels += int64(width) * int64(height)
	if a.frames > MaxFrames || a.pixels > MaxAnimationPixels {
		return fmt.Errorf("%w: more than %d frames, or %d pixels in all of them", ErrBomb, MaxFrames, MaxAnimationPixels)
	}
	return nil
}
