package evidence_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"recourse/internal/evidence"
)

// planted stands wherever metadata can stand; no clean picture holds it.
const planted = "PLANTED"

// A sample is a whole file full of metadata.
type sample struct {
	name string
	kind evidence.Type
	data []byte
}

func pictures(t testing.TB) []sample {
	t.Helper()
	return []sample{
		{"a JPEG in colour", evidence.JPEG, plantJPEG(encodeJPEG(t, drawing(33, 17)))},
		{"a JPEG in red, green and blue", evidence.JPEG, rgbJPEG(encodeJPEG(t, drawing(9, 9)))},
		{"a grey JPEG", evidence.JPEG, plantJPEG(encodeJPEG(t, image.NewGray(image.Rect(0, 0, 9, 9))))},
		{"a progressive JPEG", evidence.JPEG, plantJPEG(progressiveJPEG())},
		{"a PNG", evidence.PNG, plantPNG(encodePNG(t, drawing(20, 10)))},
		{"a PNG with a palette", evidence.PNG, plantPNG(encodePNG(t, paletted(10, 10)))},
		{"an animated PNG", evidence.PNG, animatedPNG(t)},
		{"a GIF", evidence.GIF, plantGIF(encodeGIF(t, 1))},
		{"an animated GIF", evidence.GIF, plantGIF(encodeGIF(t, 3))},
		{"a simple WebP", evidence.WebP, riff(webpChunk("VP8L", vp8l(7, 5)), webpChunk("XMP ", []byte(planted)))},
		{"a WebP with a lossy picture", evidence.WebP, riff(webpChunk("VP8 ", vp8(16, 16)))},
		{"an extended WebP", evidence.WebP, plantWebP(7, 5)},
		{"an animated WebP", evidence.WebP, animatedWebP(7, 5)},
	}
}

func words() []sample {
	utf16 := func(s string) []byte {
		data := []byte{0xff, 0xfe}
		for _, r := range s {
			data = append(data, byte(r), byte(r>>8))
		}
		return data
	}
	return []sample{
		{"plain words", evidence.Text, []byte("He writes every day. هو يكتب كل يوم 👩\u200d👧\n")},
		{"words with a byte order mark", evidence.Text, []byte("\xef\xbb\xbfwords")},
		{"words in UTF-16", evidence.Text, utf16("every day, كل يوم")},
		{"words in UTF-16, big-endian, with a pair of surrogates", evidence.Text, []byte("\xfe\xff\xd8\x3d\xdc\x69")},
		{"a script for a shell", evidence.Text, []byte("#!/bin/sh\necho hello\n")},
		{"messages in XML", evidence.Text, []byte(`<?xml version="1.0"?><!-- saved --><smses><sms body="hi"/></smses>`)},
		{"words about pages", evidence.Text, []byte("Look: <html><script>alert(1)</script>")},
		{"a page", evidence.HTML, []byte("\n<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">\n<p>hello<script>alert(1)</script>")},
		{"a page that was saved", evidence.HTML, []byte("<!-- saved from url=(0014)about:internet --><HTML><svg></svg></HTML>")},
		{"a page in XML", evidence.HTML, []byte(`<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"/>`)},
		{"a page in Latin-1", evidence.HTML, []byte("<html>caf\xe9</html>")},
		{"a page in UTF-16", evidence.HTML, utf16("<html>hello</html>")},
		{"a page with its pictures, with other line ends", evidence.MHTML, []byte("Content-Type: multipart/related; boundary=b\n\n--b\nA: b\r\n\r\nwords\n--b--\n")},
		{"a letter with enclosures", evidence.Text, []byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b--\n")},
		{"a page with its pictures", evidence.MHTML, mhtml()},
		{"a PDF", evidence.PDF, pdf()},
	}
}

func everything(t testing.TB) []sample {
	t.Helper()
	return append(pictures(t), words()...)
}

func drawing(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i / 7)
	}
	for x := range w {
		img.Set(x, h/2, color.RGBA{200, 20, byte(x), 255})
	}
	return img
}

func paletted(w, h int) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black, color.Transparent, color.RGBA{9, 99, 199, 255}})
	for i := range img.Pix {
		img.Pix[i] = byte(i % 4)
	}
	return img
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeGIF(t testing.TB, frames int) []byte {
	t.Helper()
	g := gif.GIF{LoopCount: 5}
	for i := range frames {
		g.Image = append(g.Image, paletted(8, 8+i))
		g.Delay = append(g.Delay, 10*i)
		g.Disposal = append(g.Disposal, gif.DisposalBackground)
	}
	g.Config.Width, g.Config.Height = 20, 20
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rgbJPEG has the colours as they are; only Adobe's segment says so.
func rgbJPEG(clean []byte) []byte {
	b := append([]byte{0xff, 0xd8}, jpegSegment(0xee, []byte("Adobe\x00\x64"+"host"+"\x00"))...)
	return append(b, clean[2:]...)
}

// progressiveJPEG is eight by eight grey pixels in two scans.
func progressiveJPEG() []byte {
	b := []byte{0xff, 0xd8}
	b = append(b, jpegSegment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...))...)
	b = append(b, jpegSegment(0xc2, []byte{8, 0, 8, 0, 8, 1, 1, 0x11, 0})...)
	oneCode := append([]byte{1}, make([]byte, 16)...) // a single code of one bit, for the symbol 0
	b = append(b, jpegSegment(0xc4, append([]byte{0x00}, oneCode...))...)
	b = append(b, jpegSegment(0xc4, append([]byte{0x10}, oneCode...))...)
	b = append(b, jpegSegment(0xda, []byte{1, 1, 0, 0, 0, 0})...)
	b = append(b, 0x7f)
	b = append(b, jpegSegment(0xfe, []byte(planted))...)
	b = append(b, jpegSegment(0xda, []byte{1, 1, 0, 1, 63, 0})...)
	return append(b, 0x7f, 0xff, 0xff, 0xd9)
}

func jpegSegment(marker byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// exif is a block as a phone writes it: maker, orientation, place, thumbnail.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("MM")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II")
	}
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		if kind == 3 {
			b = order.AppendUint16(order.AppendUint16(b, uint16(value)), 0)
			return
		}
		b = order.AppendUint32(b, value)
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 3)
	entry(0x010f, 2, 8, 68)                  // Make
	entry(0x0112, 3, 1, uint32(orientation)) // Orientation
	entry(0x8825, 4, 1, 50)                  // the directory of the place
	b = order.AppendUint32(b, 0)             // at 46
	b = order.AppendUint16(b, 1)             // at 50
	entry(0x0012, 2, 8, 68)                  // GPSMapDatum
	b = order.AppendUint32(b, 0)             // at 64
	b = append(b, planted+"\x00"...)         // at 68
	return append(b, "\xff\xd8thumbnail "+planted+"\xff\xd9"...)
}

func plantJPEG(clean []byte) []byte {
	b := []byte{0xff, 0xd8}
	for _, s := range []struct {
		marker byte
		body   string
	}{
		{0xe0, "JFIF\x00\x01\x02\x01\x01\x2c\x01\x2c\x01\x01" + "\xab\xcd\xef"},
		{0xe0, "JFXX\x00\x10" + planted},
		{0xe1, exifPrefix + string(exif(binary.LittleEndian, 6))},
		{0xe1, exifPrefix + string(exif(binary.BigEndian, 3))},
		{0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + planted},
		{0xe2, "ICC_PROFILE\x00\x01\x01" + planted},
		{0xe2, "MPF\x00" + planted},
		{0xed, "Photoshop 3.0\x008BIM" + planted},
		{0xee, "Adobe\x00\x64\x80\x00\x00\x00\x01" + planted},
		{0xef, planted},
		{0xfe, planted},
	} {
		b = append(b, jpegSegment(s.marker, []byte(s.body))...)
	}
	b = append(b, clean[2:]...)
	return append(b, "\xff\xd8 the video of a motion photo "+planted...)
}

const exifPrefix = "Exif\x00\x00"

func pngChunk(name, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(b, name+body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func plantPNG(clean []byte) []byte {
	const header = 8 + 25
	b := bytes.Clone(clean[:header])
	for _, c := range [][2]string{
		{"gAMA", "\x00\x00\xb1\x8f"},
		{"iCCP", "screen\x00\x00" + planted},
		{"tEXt", "Author\x00" + planted},
		{"zTXt", "Comment\x00\x00" + planted},
		{"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + planted},
		{"eXIf", string(exif(binary.BigEndian, 8))},
		{"eXIf", string(exif(binary.BigEndian, 7))},
		{"tIME", "\x07\xea\x0b\x18\x12\x2d\x15"},
		{"pHYs", "\x00\x00\x16\x25\x00\x00\x16\x25\x01"},
		{"prVt", planted},
	} {
		b = append(b, pngChunk(c[0], c[1])...)
	}
	b = append(b, clean[header:]...)
	return append(b, "what was cropped "+planted...)
}

// pngBody returns a PNG's IDAT.
func pngBody(data []byte) string {
	at := bytes.Index(data, []byte("IDAT"))
	return string(data[at+4 : at+4+int(binary.BigEndian.Uint32(data[at-4:]))])
}

func pngHeader(w, h uint32, depth, colour byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, depth, colour, 0, 0, 0)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", string(b))...)
}

func frameControl(number, w, h, x, y uint32) string {
	var b []byte
	for _, n := range []uint32{number, w, h, x, y} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(append(b, 0, 1, 0, 10, 0, 0))
}

func animatedPNG(t testing.TB) []byte {
	t.Helper()
	body := pngBody(encodePNG(t, image.NewGray(image.Rect(0, 0, 6, 6))))
	b := pngHeader(6, 6, 8, 0)
	b = append(b, pngChunk("tEXt", planted)...)
	b = append(b, pngChunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00")...)
	b = append(b, pngChunk("fcTL", frameControl(0, 6, 6, 0, 0))...)
	b = append(b, pngChunk("IDAT", body)...)
	b = append(b, pngChunk("fcTL", frameControl(1, 6, 6, 0, 0))...)
	b = append(b, pngChunk("fdAT", "\x00\x00\x00\x02"+body)...)
	return append(b, pngChunk("IEND", "")...)
}

// gifStart is where a GIF's blocks begin.
func gifStart(data []byte) int {
	if flags := data[10]; flags&0x80 != 0 {
		return 13 + 3<<(1+flags&7)
	}
	return 13
}

func plantGIF(clean []byte) []byte {
	tables := gifStart(clean)
	b := bytes.Clone(clean[:tables])
	b = append(b, "\x21\xfe\x07"+planted+"\x00"...)
	b = append(b, "\x21\xff\x0bXMP DataXMP<x>"+planted+"\x01"...) // not in blocks: what follows ends it, wherever a reader lands
	for i := 255; i >= 0; i-- {
		b = append(b, byte(i))
	}
	b = append(b, 0)
	b = append(b, "\x21\x01\x0c123456789012\x07"+planted+"\x00"...)
	b = append(b, clean[tables:]...)
	return append(b, "<script>"+planted+"</script>"...)
}

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func webpChunk(name string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	b = append(b, body...)
	return append(b, make([]byte, len(body)%2)...)
}

// vp8l is a lossless picture of one colour: five codes of one symbol each, so
// that no pixel takes a bit.
func vp8l(w, h int) []byte {
	var bits uint64
	n := 0
	var b []byte
	put := func(value uint64, count int) {
		bits |= value << n
		for n += count; n >= 8; n -= 8 {
			b = append(b, byte(bits))
			bits >>= 8
		}
	}
	put(0x2f, 8)
	put(uint64(w-1), 14)
	put(uint64(h-1), 14)
	put(0, 4+1+1+1) // no alpha, version 0, no transform, no colour cache, one group of codes
	for _, symbol := range []uint64{90, 180, 45, 255} {
		put(1, 1) // simple
		put(0, 1) // one symbol
		put(1, 1) // of eight bits
		put(symbol, 8)
	}
	put(1, 4) // no distance: simple, one symbol, of one bit, 0
	put(0, 8)
	return append(b, 0)
}

// vp8 is a lossy picture; what it shows is up to the decoder.
func vp8(w, h uint16) []byte {
	b := []byte{0x10 | 40<<5&0xe0, 40 >> 3, 0, 0x9d, 0x01, 0x2a}
	b = binary.LittleEndian.AppendUint16(b, w)
	b = binary.LittleEndian.AppendUint16(b, h)
	b = append(b, make([]byte, 40)...) // the first partition, with every setting at 0
	for i := range 200 {
		b = append(b, byte(i*37))
	}
	return b
}

func vp8x(flags byte, w, h int) []byte {
	return webpChunk("VP8X", []byte{
		flags, 0, 0, 0,
		byte(w - 1), byte((w - 1) >> 8), byte((w - 1) >> 16), byte(h - 1), byte((h - 1) >> 8), byte((h - 1) >> 16),
	})
}

func plantWebP(w, h int) []byte {
	b := riff(
		vp8x(0x2c, w, h),
		webpChunk("ICCP", []byte(planted)),
		webpChunk("VP8L", vp8l(w, h)),
		webpChunk("EXIF", append([]byte(exifPrefix), exif(binary.LittleEndian, 5)...)),
		webpChunk("XMP ", []byte(planted)),
		webpChunk("SECR", []byte(planted)),
	)
	return append(b, planted...)
}

func webpFrame(w, h int) []byte {
	body := []byte{0, 0, 0, 0, 0, 0, byte(w - 1), 0, 0, byte(h - 1), 0, 0, 50, 0, 0, 0}
	body = append(body, webpChunk("VP8L", vp8l(w, h))...)
	return webpChunk("ANMF", append(body, webpChunk("SECR", []byte(planted))...))
}

func animatedWebP(w, h int) []byte {
	return riff(vp8x(0x02, w, h), webpChunk("ANIM", make([]byte, 6)), webpFrame(w, h), webpFrame(w-1, h), webpChunk("XMP ", []byte(planted)))
}

func pdf() []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
		"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\nstartxref\n95\n%%EOF\n")
}

func mhtml() []byte {
	return []byte("From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: A page\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"----Part--x----\"\r\n\r\n\r\n" +
		"------Part--x----\r\nContent-Type: text/html\r\n\r\n<html><script>alert(1)</script></html>\r\n" +
		"------Part--x----\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\r\n------Part--x------\r\n")
}
