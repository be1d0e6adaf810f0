package community_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"recourse/internal/community"
)

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// onePixelWebP is a lossless WebP of one pixel.
func onePixelWebP(t *testing.T) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestALogoIsWhatItsBytesSay(t *testing.T) {
	for want, file := range map[string][]byte{"image/png": pngOf(t, 300, 120), "image/webp": onePixelWebP(t)} {
		got, err := community.ReadLogo(file)
		if err != nil || got.Type != want || !bytes.Equal(got.Data, file) || !got.Known() {
			t.Errorf("it is read as %q, %v; want %s", got.Type, err, want)
		}
	}
	if (community.Logo{}).Known() || (community.Logo{Type: "image/svg+xml", Data: []byte("<svg/>")}).Known() {
		t.Error("no logo, or one of another type, is shown")
	}
}

func TestAPictureThatIsNoLogoIsRefused(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	bomb := pngOf(t, 1, 1) // its header says that it is larger
	copy(bomb[16:], "\x00\x00\xff\xff\x00\x00\xff\xff")
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	whole, moving := pngOf(t, 300, 120), onePixelWebP(t)
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "neither PNG nor WebP"},
		{"an SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`), "neither PNG nor WebP"},
		{"a JPEG", photo.Bytes(), "neither PNG nor WebP"},
		{"HTML after the first bytes of a PNG", append(bytes.Clone(whole[:8]), "<script>"...), "is broken"},
		{"a PNG cut short", whole[:len(whole)-20], "is broken"},
		{"a WebP cut short", moving[:22], "is broken"},
		{"a bomb", bomb, "is 65535 by 65535 pixels"},
		{"one too wide", pngOf(t, 1025, 1), "is 1025 by 1 pixels: use 1024"},
		{"one too high", pngOf(t, 1, 1025), "is 1 by 1025 pixels"},
		{"one too large", append(bytes.Clone(whole), make([]byte, community.MaxLogo)...), "is larger than 32 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := community.ReadLogo(tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) || got.Known() {
				t.Errorf("%q, %v; want %s", got.Type, err, tt.want)
			}
		})
	}
}
