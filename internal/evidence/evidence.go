// Package evidence says what an uploaded file is, whether it is taken, and
// returns it without its metadata. It is pure: bytes in, bytes out.
//
// It never decodes pixels and never decompresses anything. It walks a picture's
// container, checks every length, and writes again only the parts that a viewer
// needs, so the compressed picture stays as it was, byte for byte: evidence does
// not change, and memory stays at the file and one copy of it, whatever the
// file claims. A picture is whole when its container is whole up to the end
// marker. Whether the compressed data makes a sensible picture is left to the
// viewer: decoding takes up to a gigabyte for a large progressive JPEG, seconds
// for a few hundred kilobytes made for it, and Go's decoders refuse pictures
// that browsers show.
//
// What goes: EXIF with place and device, XMP, IPTC, comments, thumbnails, times,
// colour profiles, and whatever stands behind the end marker: appended archives
// and pages, the video of a motion photo, the rest of a picture that a faulty
// editor only seemed to crop. What stays: the orientation, written anew as the
// only thing in an EXIF block, the loop of an animation, and the few numbers
// that say how colours are meant. A colour profile (ICC) goes because a
// screenshot's can name the screen and its serial number; a picture with wide
// colours looks a little duller without it.
//
// What can't be cleaned is kept as it came, and [Type.KeepsMetadata] says so: a
// PDF names its author and the program that made it, a saved page may show who
// was signed in.
//
// What is taken may still be active: a saved page holds scripts, a PDF can. So
// files are evidence to be handed out, never pages to be shown: serve each as an
// attachment, named by [Type.FileName], with X-Content-Type-Options: nosniff and
// Content-Security-Policy: sandbox; only the four picture types may be shown in
// place, as images. SVG is refused: it is a program that looks like a picture.
// HEIC and AVIF are refused: their metadata is spread over items found by
// offsets, so that it can't be cut out safely without a large library, and most
// moderators' browsers don't show HEIC. Phones hand out a JPEG where the form
// asks for the types in [Accept].
package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Sizes in bytes.
const (
	MaxFile   = 20 << 20  // one file
	ChunkSize = 256 << 10 // the part of a file that travels as one message
)

// What a viewer may have to unpack.
const (
	MaxPixels          = 120_000_000   // of one picture; the largest phones make 108 million
	MaxSide            = 65_535        // pixels, as in JPEG
	MaxFrames          = 3_000         // of an animation
	MaxAnimationPixels = 2_000_000_000 // of all its frames
	maxScans           = 100           // passes over a progressive JPEG; usual are ten
)

// Accept lists what is taken, for a form's file field.
const Accept = "image/jpeg,image/png,image/webp,image/gif,application/pdf,text/plain,text/html,.mht,.mhtml"

// Errors of Clean, to be matched with errors.Is. They say more in their text and
// never quote the file.
var (
	ErrEmpty    = errors.New("the file is empty")
	ErrTooLarge = errors.New("the file is too large")
	ErrType     = errors.New("this type of file is not taken")
	ErrBroken   = errors.New("the file is damaged or incomplete")
	ErrBomb     = errors.New("the picture is too large once unpacked")
)

// Type is what a file was found to be, from its bytes and never from its name
// or what the client claimed.
type Type string

// The types that are taken.
const (
	JPEG  Type = "image/jpeg"
	PNG   Type = "image/png"
	WebP  Type = "image/webp"
	GIF   Type = "image/gif"
	PDF   Type = "application/pdf"
	Text  Type = "text/plain"        // UTF-8, or UTF-16 with its mark; kept as it came
	HTML  Type = "text/html"         // a saved page
	MHTML Type = "multipart/related" // a saved page with its pictures
)

// IsPicture tells whether t is one of the picture types.
func (t Type) IsPicture() bool { return t == JPEG || t == PNG || t == WebP || t == GIF }

// KeepsMetadata tells whether a file of this type is kept with what it may tell
// about the reporter, so that they can be told.
func (t Type) KeepsMetadata() bool { return t == PDF || t == HTML || t == MHTML }

// Cleaned is a file that is taken.
type Cleaned struct {
	Type Type
	Data []byte // may share memory with what was given to Clean
}

// Clean finds out what a file is and returns it without its metadata. Cleaning
// what is clean changes nothing.
func Clean(data []byte) (Cleaned, error) {
	switch {
	case len(data) == 0:
		return Cleaned{}, ErrEmpty
	case len(data) > MaxFile:
		return Cleaned{}, ErrTooLarge
	}
	cleaned, err := cleanAs(sniff(data), data)
	if err != nil {
		return Cleaned{}, err
	}
	if err := checkSecondMeaning(cleaned); err != nil {
		return Cleaned{}, err
	}
	return cleaned, nil
}

// sniff looks at the signature. Text is what has none; whether it is text is
// looked at later.
func sniff(data []byte) Type {
	is := func(signature string) bool { return bytes.HasPrefix(data, []byte(signature)) }
	switch {
	case is("\xff\xd8\xff"):
		return JPEG
	case is(pngSignature):
		return PNG
	case is("RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return WebP
	case is("GIF87a"), is("GIF89a"):
		return GIF
	case is("%PDF-"):
		return PDF
	default:
		return Text
	}
}

func cleanAs(t Type, data []byte) (cleaned Cleaned, err error) {
	cleaned.Type = t
	switch t {
	case JPEG:
		cleaned.Data, err = cleanJPEG(data)
	case PNG:
		cleaned.Data, err = cleanPNG(data)
	case WebP:
		cleaned.Data, err = cleanWebP(data)
	case GIF:
		cleaned.Data, err = cleanGIF(data)
	case PDF:
		cleaned.Data, err = cleanPDF(data)
	case Text, HTML, MHTML:
		return cleanText(data)
	}
	return cleaned, err
}

// checkSecondMeaning refuses a file that another program would read as something
// else: readers of ZIP (so of Office files and Java programs) look for the end of
// its directory near the end of the file, readers of PDF for its header in the
// first 1,024 bytes.
func checkSecondMeaning(c Cleaned) error {
	const zipTail = 22 + 65_535 // the directory's end, and the longest comment
	zipEnd := bytes.LastIndex(c.Data[max(0, len(c.Data)-zipTail):], []byte("PK\x05\x06"))
	if zipEnd >= 0 && bytes.Contains(c.Data, []byte("PK\x01\x02")) {
		return fmt.Errorf("%w: it is an archive as well", ErrType)
	}
	if c.Type != PDF && bytes.Contains(c.Data[:min(len(c.Data), 1024)], []byte("%PDF-")) {
		return fmt.Errorf("%w: a PDF begins inside of it", ErrType)
	}
	return nil
}

// FileName is Name with the ending of the type, for a download, so that nothing
// runs by a double click: text of any kind ends in ".txt", a saved page too,
// since opened from a disk nothing holds its scripts back. It may be a few
// characters longer than a Name.
func (t Type) FileName(name string) string {
	endings := []string{".txt"}
	switch t {
	case JPEG:
		endings = []string{".jpg", ".jpeg"}
	case PNG:
		endings = []string{".png"}
	case WebP:
		endings = []string{".webp"}
	case GIF:
		endings = []string{".gif"}
	case PDF:
		endings = []string{".pdf"}
	case Text, HTML, MHTML: // as above
	}
	name = Name(name)
	for _, ending := range endings {
		if strings.HasSuffix(strings.ToLower(name), ending) {
			return name
		}
	}
	return name + endings[0]
}

func broken(what string) error { return fmt.Errorf("%w: %s", ErrBroken, what) }
