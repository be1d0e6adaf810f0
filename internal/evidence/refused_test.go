package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"recourse/internal/evidence"
)

func TestWhatIsNotTaken(t *testing.T) {
	for _, tt := range []struct {
		name string
		data string
		want error
	}{
		{"nothing", "", evidence.ErrEmpty},
		{"white space", " \r\n\t\u00a0", evidence.ErrEmpty},
		{"a byte order mark alone", "\xef\xbb\xbf", evidence.ErrEmpty},
		{"a byte order mark of UTF-16 alone", "\xff\xfe", evidence.ErrEmpty},
		{"a file over the limit", strings.Repeat("a", evidence.MaxFile+1), evidence.ErrTooLarge},
		{"a file at the limit", strings.Repeat("a", evidence.MaxFile), nil},

		{"an SVG", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, evidence.ErrType},
		{"an SVG in capitals, in a namespace", "\xef\xbb\xbf <SVG:SVG/>", evidence.ErrType},
		{"an SVG after a declaration, a comment and a doctype", `<?xml version="1.0"?><!-- <html> --><!DOCTYPE svg [<!ENTITY a "[b]>"> ]><svg/>`, evidence.ErrType},
		{"an SVG with the doctype of a page", "<!DOCTYPE html><svg onload='alert(1)'/>", evidence.ErrType},
		{"an SVG in UTF-16", "\xfe\xff\x00<\x00s\x00v\x00g\x00>", evidence.ErrType},
		{"an archive", string(zipped(t)), evidence.ErrType},
		{"an old Office file", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), evidence.ErrType},
		{"a program for Linux", "\x7fELF\x02\x01\x01\x00", evidence.ErrType},
		{"a program for Windows", "MZ\x90\x00\x03", evidence.ErrType},
		{"a compressed file", "\x1f\x8b\x08\x00", evidence.ErrType},
		{"a HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", evidence.ErrType},
		{"an AVIF", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", evidence.ErrType},
		{"a video", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", evidence.ErrType},
		{"a TIFF", "II*\x00\x08\x00\x00\x00", evidence.ErrType},
		{"words in Latin-1", "caf\xe9", evidence.ErrType},
		{"a page with a NUL", "<html>\x00", evidence.ErrType},
		{"words with a NUL", "words\x00", evidence.ErrType},
		{"UTF-16 of an odd length", "\xff\xfea\x00b", evidence.ErrType},
		{"UTF-16 with half a pair", "\xff\xfe\x3d\xd8", evidence.ErrType},
		{"UTF-16 with a pair the wrong way round", "\xff\xfe\x69\xdc\x3d\xd8", evidence.ErrType},
		{"UTF-16 with a NUL", "\xff\xfea\x00\x00\x00", evidence.ErrType},

		{"a PDF that does not begin at the start", "\n" + string(pdf()), evidence.ErrType},
		{"a page in which a PDF begins", "<html>" + string(pdf()), evidence.ErrType},
		{"a saved page without parts", "Content-Type: multipart/related; boundary=b\n\n--b--\n", evidence.ErrBroken},
		{"a PDF of no version", "%PDF-x" + string(pdf()[8:]), evidence.ErrBroken},
		{"a PDF with much behind its end", string(pdf()) + strings.Repeat("x", 1025), evidence.ErrBroken},
		{"a PDF without a table", "%PDF-1.7\n%%EOF", evidence.ErrBroken},
		{"half of a linearized PDF", "%PDF-1.7\n1 0 obj<</Linearized 1/L 90000/H[1 2]>>\nstartxref\n0\n%%EOF\n", evidence.ErrBroken},
		{"a PDF that is an archive as well", string(pdfAround(zipped(t))), evidence.ErrType},

		{"a JPEG in which a PDF begins", string(afterMarker(t, 0xdb, "%PDF-1.4")), evidence.ErrType},
		{"a PNG that is an archive as well", string(pngAround(zipped(t))), evidence.ErrType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := evidence.Clean([]byte(tt.data)); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestBrokenPicturesAreRefused(t *testing.T) {
	jpeg, png := encodeJPEG(t, drawing(9, 9)), encodePNG(t, drawing(9, 9))
	sof := bytes.Index(jpeg, []byte{0xff, 0xc0})
	changed := func(data []byte, at int, to ...byte) []byte {
		data = bytes.Clone(data)
		copy(data[at:], to)
		return data
	}
	gray := pngBody(encodePNG(t, image.NewGray(image.Rect(0, 0, 6, 6))))
	start, end := pngHeader(6, 6, 8, 0), pngChunk("IEND", "")
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	picture := pngChunk("IDAT", gray)
	alpha := webpChunk("ALPH", []byte{0, 1})
	twice := webpFrame(7, 5)
	twice = webpChunk("ANMF", bytes.Join([][]byte{twice[8:24], alpha, alpha, twice[24:]}, nil))
	other := webpFrame(7, 5)
	other[8+6]++ // the frame's width
	control := pngChunk("acTL", "\x00\x00\x00\x01\x00\x00\x00\x00")
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"a JPEG of no height", changed(jpeg, sof+5, 0, 0), evidence.ErrBroken},
		{"a JPEG with a frame too many", join(jpeg[:sof], jpeg[sof:sof+19], jpeg[sof:]), evidence.ErrBroken},
		{"a JPEG whose frame is too short", changed(jpeg, sof+9, 4), evidence.ErrBroken},
		{"a JPEG of twelve bits", changed(jpeg, sof+4, 12), evidence.ErrType},
		{"a lossless JPEG", changed(jpeg, sof+1, 0xc3), evidence.ErrType},
		{"an arithmetic JPEG", changed(jpeg, sof+1, 0xc9), evidence.ErrType},
		{"a JPEG with rubbish between its segments", join(jpeg[:sof], []byte("x"), jpeg[sof:]), evidence.ErrBroken},
		{"a JPEG with a segment shorter than its length", join(jpeg[:2], []byte{0xff, 0xfe, 0, 1}, jpeg[2:]), evidence.ErrBroken},
		{"a JPEG without a scan", join(jpeg[:sof], []byte{0xff, 0xd9}), evidence.ErrBroken},
		{"a JPEG with a scan before its frame", join(jpeg[:2], jpegSegment(0xda, []byte{1, 1, 0, 0, 63, 0}), []byte{1, 0xff, 0xd9}), evidence.ErrBroken},
		{"a JPEG with an empty scan", join(jpeg[:sof+19], jpegSegment(0xda, []byte{1, 1, 0, 0, 63, 0}), []byte{0xff, 0xd9}), evidence.ErrBroken},

		{"a PNG with a wrong checksum", changed(png, 8+8+5, 1), evidence.ErrBroken},
		{"a PNG whose data has a wrong checksum", changed(png, len(png)-14, ^png[len(png)-14]), evidence.ErrBroken},
		{"a PNG with a chunk of more than there is", changed(png, 33, 0x7f, 0xff, 0xff, 0xff), evidence.ErrBroken},
		{"a PNG with a chunk of more than can be", changed(png, 33, 0xff, 0xff, 0xff, 0xff), evidence.ErrBroken},
		{"a PNG with an unknown chunk that matters", join(start, pngChunk("ABCD", ""), picture, end), evidence.ErrBroken},
		{"a PNG with two headers", join(start, start[8:], picture, end), evidence.ErrBroken},
		{"a PNG without a header", join(start[:8], picture, end), evidence.ErrBroken},
		{"a PNG of seven bits", join(pngHeader(6, 6, 7, 0), picture, end), evidence.ErrBroken},
		{"a PNG without a picture", join(start, end), evidence.ErrBroken},
		{"a PNG whose data is in two places", join(start, picture, pngChunk("tEXt", ""), picture, end), evidence.ErrBroken},
		{"a PNG without its palette", join(pngHeader(6, 6, 8, 3), picture, end), evidence.ErrBroken},
		{"a PNG with too large a palette", join(start, pngChunk("PLTE", strings.Repeat("x", 771)), picture, end), evidence.ErrBroken},
		{"a PNG whose frame lies outside", join(start, control, pngChunk("fcTL", frameControl(0, 6, 6, 1, 0)), picture, end), evidence.ErrBroken},
		{"a PNG whose frame lies far outside", join(start, control, pngChunk("fcTL", frameControl(0, 6, 6, 1<<32-1, 0)), picture, end), evidence.ErrBroken},
		{"a PNG with fewer frames than it says", join(start, control, picture, end), evidence.ErrBroken},
		{"a PNG with two palettes", join(start, pngChunk("PLTE", "abc"), pngChunk("PLTE", "abc"), picture, end), evidence.ErrBroken},
		{"a PNG whose animation is announced too late", join(start, picture, control, pngChunk("fcTL", frameControl(0, 6, 6, 0, 0)), end), evidence.ErrBroken},
		{"a PNG whose animation is announced too briefly", join(start, pngChunk("acTL", "\x00\x00\x00\x00"), picture, end), evidence.ErrBroken},
		{"a PNG with a frame's data and no frame", join(start, picture, pngChunk("fdAT", "\x00\x00\x00\x00"+gray), end), evidence.ErrBroken},
		{"a PNG with a frame and no animation", join(start, pngChunk("fcTL", frameControl(0, 6, 6, 0, 0)), picture, end), evidence.ErrBroken},

		{"a GIF without a picture", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), evidence.ErrBroken},
		{"a GIF with a picture of no width", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x00\x00\x01\x00\x00\x02\x00;"), evidence.ErrBroken},
		{"a GIF with a block of no kind", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00?"), evidence.ErrBroken},

		{"a WebP without a picture", riff(), evidence.ErrBroken},
		{"an extended WebP without a picture", riff(vp8x(0, 7, 5)), evidence.ErrBroken},
		{"a WebP with two pictures", riff(vp8x(0, 7, 5), webpChunk("VP8L", vp8l(7, 5)), webpChunk("VP8L", vp8l(7, 5))), evidence.ErrBroken},
		{"a WebP with a picture of another size than it says", riff(vp8x(0, 7, 6), webpChunk("VP8L", vp8l(7, 5))), evidence.ErrBroken},
		{"a WebP with two transparencies", riff(vp8x(0, 16, 16), alpha, alpha, webpChunk("VP8 ", vp8(16, 16))), evidence.ErrBroken},
		{"a WebP with transparency behind its picture", riff(vp8x(0, 16, 16), webpChunk("VP8 ", vp8(16, 16)), alpha), evidence.ErrBroken},
		{"a WebP frame with a picture of another size than it says", riff(vp8x(2, 9, 5), other), evidence.ErrBroken},
		{"a WebP frame with two transparencies", riff(vp8x(2, 7, 5), twice), evidence.ErrBroken},
		{"a WebP with two headers", riff(vp8x(0, 7, 5), vp8x(0, 7, 5), webpChunk("VP8L", vp8l(7, 5))), evidence.ErrBroken},
		{"a WebP with a frame outside", riff(vp8x(2, 5, 5), webpFrame(6, 5)), evidence.ErrBroken},
		{"a WebP with a frame and no animation", riff(vp8x(0, 7, 5), webpChunk("VP8L", vp8l(7, 5)), webpFrame(7, 5)), evidence.ErrBroken},
		{"an animated WebP without frames", riff(vp8x(2, 7, 5)), evidence.ErrBroken},
		{"a WebP frame without a picture", riff(vp8x(2, 7, 5), webpChunk("ANMF", make([]byte, 16))), evidence.ErrBroken},
		{"a WebP whose picture is none", riff(webpChunk("VP8L", []byte("nothing"))), evidence.ErrBroken},
		{"a lossy WebP of no width", riff(webpChunk("VP8 ", vp8(0, 16))), evidence.ErrBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := evidence.Clean(tt.data); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestBombsAreRefused(t *testing.T) {
	jpeg := encodeJPEG(t, drawing(9, 9))
	sof := bytes.Index(jpeg, []byte{0xff, 0xc0})
	large := bytes.Clone(jpeg)
	copy(large[sof+5:], "\xff\xff\xff\xff")
	scans := bytes.Clone(progressiveJPEG())
	scan := append(jpegSegment(0xda, []byte{1, 1, 0, 1, 63, 0}), 0x7f)
	scans = append(scans[:len(scans)-3:len(scans)-3], bytes.Repeat(scan, 99)...)
	gif := encodeGIF(t, 1)
	frame := gif[bytes.IndexByte(gif[13:], 0x2c)+13 : len(gif)-1]
	largeGIF := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;")
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"a PNG of 60,000 by 60,000 pixels", pngOf(60_000, 60_000)},
		{"a PNG of the largest size there is", pngOf(1<<31-1, 1<<31-1)},
		{"a PNG of one line that is too long", pngOf(65_536, 1)},
		{"a JPEG of 65,535 by 65,535 pixels", large},
		{"a JPEG of a hundred scans and one", append(scans, 0xff, 0xd9)},
		{"a GIF of 65,535 by 65,535 pixels", largeGIF},
		{"a GIF with a frame far outside", append(append(bytes.Clone(gif[:len(gif)-1]), ",\xff\xff\xff\xff\xff\x00\xff\x00\x00\x02\x00"...), ';')},
		{"a GIF of too many frames", append(append(bytes.Clone(gif[:len(gif)-1]), bytes.Repeat(frame, evidence.MaxFrames)...), ';')},
		{"a WebP of 16,384 by 16,384 pixels", riff(webpChunk("VP8L", vp8l(16384, 16384)))},
		{"an extended WebP of 2^24 by 2^24 pixels", riff(vp8x(0, 1<<24, 1<<24), webpChunk("VP8L", vp8l(7, 5)))},
		{"a WebP of too many frames", riff(vp8x(2, 7, 5), bytes.Repeat(webpFrame(7, 5), evidence.MaxFrames+1))},
		{"an animation of too many pixels", wideGIF(10_000, 10_000, 21)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := evidence.Clean(tt.data); !errors.Is(err, evidence.ErrBomb) {
				t.Errorf("%v, want %v", err, evidence.ErrBomb)
			}
		})
	}
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"a PNG as large as may be", pngOf(12_000, 10_000)},
		{"an animation as large as may be", wideGIF(10_000, 10_000, 20)},
	} {
		if _, err := evidence.Clean(tt.data); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestWhatStandsBehindTheEndIsCutOff(t *testing.T) {
	for _, s := range append(pictures(t), words()[len(words())-2:]...) {
		whole := clean(t, s.data)
		for _, more := range []string{"<script>alert(1)</script>", "#!/bin/sh\n", "\x00", string(zipped(t))} {
			got, err := evidence.Clean(append(bytes.Clone(whole), more...))
			if s.kind == evidence.MHTML && strings.Contains(more, "\x00") {
				if !errors.Is(err, evidence.ErrType) { // all of a saved page is words
					t.Errorf("%s with %.10q behind its end: %v", s.name, more, err)
				}
				continue
			}
			if err != nil || !bytes.Equal(got.Data, whole) || got.Type != s.kind {
				t.Errorf("%s with %.10q behind its end: %v", s.name, more, err)
			}
		}
	}
}

// The memory that Clean takes depends on the file's size, whatever it claims.
func TestCleaningTakesLittleMemory(t *testing.T) {
	chunks := bytes.Repeat(pngChunk("aaaa", ""), (evidence.MaxFile-200)/12)
	small := pngOf(1, 1)
	manyChunks := append(append(bytes.Clone(small[:33]), chunks...), small[33:]...)
	page := []byte("<!--" + strings.Repeat("--><!--", (evidence.MaxFile-8)/7))
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"a PNG of a million chunks", manyChunks},
		{"comments and nothing else", page},
		{"tags that never end", bytes.Repeat([]byte("<!doctype["), evidence.MaxFile/10)},
		{"UTF-16", append([]byte("\xff\xfe"), bytes.Repeat([]byte("\x01\x4e"), evidence.MaxFile/2-1)...)},
		{"a JPEG of nothing but 0xff", append([]byte("\xff\xd8"), bytes.Repeat([]byte{0xff}, evidence.MaxFile-2)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = evidence.Clean(tt.data) // what it says is tested elsewhere
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 3*evidence.MaxFile { // what is soon let go of counts too
				t.Errorf("took %d MiB", took>>20)
			}
		})
	}
}

func TestErrorsDoNotQuoteTheFile(t *testing.T) {
	for _, data := range []string{
		"\xff\xd8\xff" + planted, "\x89PNG\r\n\x1a\n" + planted + planted, "GIF89a" + planted + planted,
		"RIFF\x20\x00\x00\x00WEBP" + planted + planted, "%PDF-1" + planted, planted + "\x00", "<svg>" + planted,
	} {
		if _, err := evidence.Clean([]byte(data)); err == nil || strings.Contains(err.Error(), planted) {
			t.Errorf("%v", err)
		}
	}
}

func TestTheFormAsksForWhatIsTaken(t *testing.T) {
	for _, s := range everything(t) {
		want := string(s.kind)
		if s.kind == evidence.MHTML {
			want = ".mhtml" // browsers know no type for it
		}
		if !slices.Contains(strings.Split(evidence.Accept, ","), want) {
			t.Errorf("%q is not asked for", want)
		}
		if s.kind.IsPicture() == s.kind.KeepsMetadata() && s.kind != evidence.Text {
			t.Errorf("%q is a picture that keeps metadata, or neither", s.kind)
		}
	}
}

// This program is a file that came from a real tool.
func TestAProgramIsRefused(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Clean(program[:1<<20]); !errors.Is(err, evidence.ErrType) {
		t.Error(err)
	}
}

func zipped(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("run.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("alert(1)")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdfAround(inside []byte) []byte {
	return append(append(bytes.Clone(pdf()[:9]), inside...), pdf()[9:]...)
}

func pngAround(inside []byte) []byte {
	return append(append(pngHeader(6, 6, 8, 0), pngChunk("IDAT", string(inside))...), pngChunk("IEND", "")...)
}

// pngOf claims a size.
func pngOf(w, h uint32) []byte {
	return append(append(pngHeader(w, h, 8, 0), pngChunk("IDAT", "little")...), pngChunk("IEND", "")...)
}

// wideGIF claims frames of a size.
func wideGIF(w, h uint16, frames int) []byte {
	size := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, w), h)
	b := append([]byte("GIF89a"), size...)
	b = append(b, 0, 0, 0)
	for range frames {
		b = append(append(append(b, ",\x00\x00\x00\x00"...), size...), "\x00\x02\x01\x00\x00"...)
	}
	return append(b, ';')
}

// afterMarker writes over what follows a marker of a JPEG and its length.
func afterMarker(t testing.TB, marker byte, text string) []byte {
	t.Helper()
	data := encodeJPEG(t, drawing(9, 9))
	copy(data[bytes.Index(data, []byte{0xff, marker})+4:], text)
	return data
}
