package community

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Limits of a logo. It is shown 40 CSS pixels high: that is 120 on the finest
// screens.
const (
	MaxLogo     = 32 << 10 // bytes
	maxLogoSide = 1024     // pixels
)

// Types of a logo.
const (
	logoPNG  = "image/png"
	logoWebP = "image/webp"
)

// ReadLogo takes a PNG or WebP picture. The type is what the bytes say, and the
// whole picture is decoded once, so that a broken one is never shown.
func ReadLogo(file []byte) (Logo, error) {
	if len(file) > MaxLogo {
		return Logo{}, fmt.Errorf("is larger than %d KiB: make it smaller; 120 pixels of height are enough", MaxLogo>>10)
	}
	l := Logo{Data: file}
	var config func(io.Reader) (image.Config, error)
	var decode func(io.Reader) (image.Image, error)
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		l.Type, config, decode = logoPNG, png.DecodeConfig, png.Decode
	case len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		l.Type, config, decode = logoWebP, webp.DecodeConfig, webp.Decode
	default:
		return Logo{}, errors.New("is neither PNG nor WebP: save it as one of these")
	}
	size, err := config(bytes.NewReader(file))
	if err != nil {
		return Logo{}, errors.New("is broken: save it anew as PNG or WebP")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxLogoSide || size.Height > maxLogoSide {
		return Logo{}, fmt.Errorf("is %d by %d pixels: use %d each way at most", size.Width, size.Height, maxLogoSide)
	}
	if _, err := decode(bytes.NewReader(file)); err != nil {
		return Logo{}, errors.New("is broken: save it anew as PNG or WebP")
	}
	return l, nil
}

// Known says whether a logo is there and of a type that pages show.
func (l Logo) Known() bool { return len(l.Data) > 0 && (l.Type == logoPNG || l.Type == logoWebP) }
