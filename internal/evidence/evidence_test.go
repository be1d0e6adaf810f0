package evidence_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"reflect"
	"slices"
	"testing"

	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"

	"recourse/internal/evidence"
)

func TestAFileIsWhatItsBytesSay(t *testing.T) {
	for _, s := range everything(t) {
		t.Run(s.name, func(t *testing.T) {
			before := bytes.Clone(s.data)
			got, err := evidence.Clean(s.data)
			if err != nil || got.Type != s.kind {
				t.Fatalf("is %q, %v; want %q", got.Type, err, s.kind)
			}
			if !bytes.Equal(before, s.data) {
				t.Error("the caller's bytes were written to")
			}
			checkClean(t, s.data, got)
		})
	}
}

func TestNoPictureKeepsMetadata(t *testing.T) {
	for _, s := range pictures(t) {
		t.Run(s.name, func(t *testing.T) {
			got := clean(t, s.data)
			for _, secret := range []string{planted, "tIME", "pHYs", "iCCP", "ICC", "XMP", "thumbnail", "\xab\xcd\xef", "\x01\x2c\x01\x2c"} {
				if bytes.Contains(got, []byte(secret)) {
					t.Errorf("%q is still there", secret)
				}
			}
		})
	}
}

func TestAPictureKeepsItsPixels(t *testing.T) {
	for _, s := range pictures(t) {
		t.Run(s.name, func(t *testing.T) {
			// Nothing here decodes an animated WebP; TestAnAnimationKeepsItsFrames looks at its bytes.
			if decoded := samePixels(t, s.data, clean(t, s.data)); decoded == (s.name == "an animated WebP") {
				t.Errorf("could be decoded: %t", decoded)
			}
		})
	}
}

func TestWhatAPictureIsMadeOfIsNotChanged(t *testing.T) {
	png := encodePNG(t, drawing(20, 10))
	if got := clean(t, png); !bytes.Equal(got, png) {
		t.Error("a PNG without metadata was changed")
	}
	webp := riff(webpChunk("VP8L", vp8l(7, 5)))
	if got := clean(t, webp); !bytes.Equal(got, webp) {
		t.Error("a WebP without metadata was changed")
	}
	gif := encodeGIF(t, 3)
	if got := clean(t, plantGIF(gif)); !bytes.Equal(got, gif) {
		t.Error("of a GIF more or less than its metadata went")
	}
	jpeg := encodeJPEG(t, drawing(33, 17))
	if got := clean(t, plantJPEG(jpeg)); !bytes.HasSuffix(got, jpeg[2:]) {
		t.Error("the tables and scans of a JPEG were changed")
	}
}

func TestAnAnimationKeepsItsFrames(t *testing.T) {
	got := clean(t, animatedWebP(7, 5))
	for _, size := range [][2]int{{7, 5}, {6, 5}} {
		if !bytes.Contains(got, webpChunk("VP8L", vp8l(size[0], size[1]))) {
			t.Errorf("the WebP's frame of %v is gone", size)
		}
	}
	got = clean(t, animatedPNG(t))
	for _, name := range []string{"acTL", "fcTL", "fdAT"} {
		if !bytes.Contains(got, []byte(name)) {
			t.Errorf("the PNG's %s is gone", name)
		}
	}
	gif := encodeGIF(t, 1)
	tables := gifStart(gif)
	for _, tt := range []struct{ name, block, want string }{
		{"the loop as another program writes it", "\x21\xff\x0bANIMEXTS1.0\x03\x01\x05\x00\x00", "\x21\xff\x0bANIMEXTS1.0\x03\x01\x05\x00\x00"},
		{"the loop with more behind it", "\x21\xff\x0bNETSCAPE2.0\x03\x01\x05\x00\x03\x01xy\x00", "\x21\xff\x0bNETSCAPE2.0\x03\x01\x05\x00\x00"},
		{"a loop that is none", "\x21\xff\x0bNETSCAPE2.0\x03\x02xy\x00", ""},
		{"the timing", "\x21\xf9\x04\x00\x05\x00\x00\x00", "\x21\xf9\x04\x00\x05\x00\x00\x00"},
		{"the timing with more behind it", "\x21\xf9\x04\x00\x05\x00\x00\x04wxyz\x00", "\x21\xf9\x04\x00\x05\x00\x00\x00"},
		{"a timing that is none", "\x21\xf9\x03xyz\x00", ""},
		{"an unknown block", "\x21\x77\x03xyz\x00", ""},
	} {
		got := clean(t, slices.Concat(gif[:tables], []byte(tt.block), gif[tables:]))
		if want := slices.Concat(gif[:tables], []byte(tt.want), gif[tables:]); !bytes.Equal(got, want) {
			t.Errorf("%s became %q", tt.name, got[tables:len(got)-len(gif)+tables])
		}
	}
}

// What says which colours are meant is kept, and what is not read before the
// picture, or too short to be read, is not made to count.
func TestColoursStayWhatTheyAre(t *testing.T) {
	if got := clean(t, plantPNG(encodePNG(t, drawing(20, 10)))); !bytes.Contains(got, pngChunk("gAMA", "\x00\x00\xb1\x8f")) {
		t.Error("the PNG's gamma is gone")
	}
	const whole = "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
	jfif := jpegSegment(0xe0, []byte(whole))
	jpeg := encodeJPEG(t, drawing(9, 9))
	got := clean(t, slices.Concat(jpeg[:2], jpegSegment(0xe0, []byte(whole+planted)), jpeg[2:]))
	if want := slices.Concat(jpeg[:2], jfif, jpeg[2:]); !bytes.Equal(got, want) {
		t.Error("JFIF is gone")
	}
	got = clean(t, slices.Concat(jpeg[:2], jpegSegment(0xe0, []byte(whole[:13])), jpeg[2:]))
	if !bytes.Equal(got, jpeg) {
		t.Error("JFIF that is too short for browsers counts now")
	}
	got = clean(t, slices.Concat(jpeg[:len(jpeg)-2], jfif, jpeg[len(jpeg)-2:]))
	if !bytes.Equal(got, jpeg) {
		t.Error("JFIF that came too late counts now")
	}
}

func TestAPictureStaysTurned(t *testing.T) {
	turned := func(o byte) string {
		return "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(o) + "\x00\x00\x00\x00\x00\x00"
	}
	jpeg := encodeJPEG(t, drawing(8, 8))
	withExif := func(exif []byte) []byte {
		return append(append([]byte{0xff, 0xd8}, jpegSegment(0xe1, append([]byte(exifPrefix), exif...))...), jpeg[2:]...)
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"a JPEG", plantJPEG(jpeg), "\xff\xe1\x00\x22" + exifPrefix + turned(6)},
		{"a JPEG, big-endian", withExif(exif(binary.BigEndian, 3)), exifPrefix + turned(3)},
		{"a PNG", plantPNG(encodePNG(t, drawing(4, 4))), "\x00\x00\x00\x1aeXIf" + turned(8)},
		{"a WebP", plantWebP(7, 5), "EXIF\x1a\x00\x00\x00" + turned(5)},
	} {
		if got := clean(t, tt.data); !bytes.Contains(got, []byte(tt.want)) {
			t.Errorf("%s is not turned any more", tt.name)
		}
	}
	if got := clean(t, plantPNG(encodePNG(t, drawing(4, 4)))); bytes.Count(got, []byte("eXIf")) != 1 {
		t.Error("a PNG is turned twice")
	}
	twice := riff(vp8x(8, 7, 5), webpChunk("VP8L", vp8l(7, 5)), webpChunk("EXIF", exif(binary.BigEndian, 3)), webpChunk("EXIF", exif(binary.BigEndian, 6)))
	if got := clean(t, twice); !bytes.HasSuffix(got, []byte(turned(3))) {
		t.Error("of two orientations the first does not count")
	}
	if got := clean(t, plantWebP(7, 5)); got[20] != 0x08 {
		t.Errorf("the WebP's flags are %#x, want EXIF alone", got[20])
	}
	whole := exif(binary.BigEndian, 6)
	several := bytes.Clone(whole)
	several[8+2+12+7] = 2
	for _, tt := range []struct {
		name string
		exif []byte
	}{
		{"upright", exif(binary.BigEndian, 1)},
		{"0, which means nothing", exif(binary.LittleEndian, 0)},
		{"9, which means nothing", exif(binary.LittleEndian, 9)},
		{"with a directory beyond its end", []byte("MM\x00\x2a\xff\xff\xff\xff\x00\x01")},
		{"cut short", whole[:30]},
		{"several", several},
		{"of no order", append([]byte("XX"), whole[2:]...)},
		{"empty", nil},
	} {
		if got := clean(t, withExif(tt.exif)); bytes.Contains(got, []byte("Exif")) {
			t.Errorf("an orientation that is %s was kept", tt.name)
		}
	}
}

func TestAFileCutShortIsBroken(t *testing.T) {
	const signature = 12 // before that, nothing tells what it was meant to be
	for _, s := range append(pictures(t), words()[len(words())-2:]...) {
		t.Run(s.name, func(t *testing.T) {
			data := s.data
			if s.kind != evidence.MHTML && s.kind != evidence.PDF {
				data = clean(t, s.data)
			}
			last := len(data)
			if s.kind == evidence.PDF || s.kind == evidence.MHTML {
				last = len(bytes.TrimSpace(data)) // the line end may be missing
			}
			for n := range last {
				got, err := evidence.Clean(data[:n:n])
				switch {
				case n == 0 && errors.Is(err, evidence.ErrEmpty), errors.Is(err, evidence.ErrBroken):
				case n < signature && (errors.Is(err, evidence.ErrType) || got.Type == evidence.Text):
				case s.kind == evidence.MHTML && n < bytes.Index(data, []byte("\r\n\r\n"))+4 && got.Type == evidence.Text: // its head alone is words
				default:
					t.Fatalf("the first %d of %d bytes are %q, %v", n, len(data), got.Type, err)
				}
			}
		})
	}
}

func clean(t testing.TB, data []byte) []byte {
	t.Helper()
	got, err := evidence.Clean(data)
	if err != nil {
		t.Fatal(err)
	}
	return got.Data
}

// checkClean holds for every file that is taken.
func checkClean(t *testing.T, before []byte, got evidence.Cleaned) {
	t.Helper()
	again, err := evidence.Clean(got.Data)
	if err != nil || again.Type != got.Type || !bytes.Equal(again.Data, got.Data) {
		t.Errorf("cleaned again it is %q and another, %v; want %q as it was", again.Type, err, got.Type)
	}
	if len(got.Data) > len(before)+64 {
		t.Errorf("%d bytes became %d", len(before), len(got.Data))
	}
	if got.Type != evidence.JPEG || !goDiffersOnJFIF(before) {
		samePixels(t, before, got.Data)
	}
}

// goDiffersOnJFIF tells whether Go may take the colours of a JPEG otherwise than
// browsers do: for Go the last APP0 segment says whether it is JFIF, for libjpeg
// any of them that is long enough.
func goDiffersOnJFIF(data []byte) bool {
	_, rest, found := bytes.Cut(data, []byte("\xff\xe0"))
	return found && (bytes.Contains(rest, []byte("\xff\xe0")) || len(rest) < 2 || binary.BigEndian.Uint16(rest) < 16)
}

// samePixels compares two pictures, and tells whether the first can be decoded.
// Large ones, which only a fuzzer makes, are not compared.
func samePixels(t *testing.T, before, after []byte) bool {
	t.Helper()
	config, kind, err := image.DecodeConfig(bytes.NewReader(before))
	if err != nil || config.Width*config.Height > 1<<20 {
		return false
	}
	if kind == "gif" {
		want, err := gif.DecodeAll(bytes.NewReader(before))
		if err != nil {
			return false
		}
		got, err := gif.DecodeAll(bytes.NewReader(after))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("the GIF is another: %v", err)
		}
		return true
	}
	want, _, err := image.Decode(bytes.NewReader(before))
	if err != nil {
		return false
	}
	got, _, err := image.Decode(bytes.NewReader(after))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the picture is another: %v", err)
	}
	return true
}
