package evidence

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	jpegSOF0  = 0xc0 // baseline
	jpegSOF1  = 0xc1 // extended
	jpegSOF2  = 0xc2 // progressive
	jpegDHT   = 0xc4
	jpegSOF15 = 0xcf
	jpegRST0  = 0xd0
	jpegRST7  = 0xd7
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegDQT   = 0xdb
	jpegDRI   = 0xdd
	jpegAPP0  = 0xe0
	jpegAPP1  = 0xe1
	jpegAPP14 = 0xee
	jpegAPP15 = 0xef
	jpegCOM   = 0xfe
)

// jpegHeadRoom is more than jpegWalk.head ever takes.
const jpegHeadRoom = 128

type jpegWalk struct {
	walk
	out    []byte // jpegHeadRoom bytes for the head, then what is kept
	framed bool   // the picture's size was read
	scans  int

	jfif        bool
	adobe       bool
	transform   byte // Adobe's, without which colours come out wrong
	exif        bool // the first block was read
	orientation byte
}

// cleanJPEG keeps the tables, the frame and the scans as they are. Of the APPn
// segments it keeps what a viewer needs, and writes that anew at the start.
func cleanJPEG(data []byte) ([]byte, error) {
	j := jpegWalk{
		walk:        walk{data[2:]},
		out:         make([]byte, jpegHeadRoom, jpegHeadRoom+len(data)),
		orientation: upright,
	}
	for {
		marker, err := j.marker()
		if err != nil {
			return nil, err
		}
		if marker == jpegEOI {
			break
		}
		if err := j.segment(marker); err != nil {
			return nil, err
		}
	}
	if j.scans == 0 {
		return nil, broken("a JPEG without a picture")
	}
	j.out = append(j.out, 0xff, jpegEOI)
	head := j.head()
	start := jpegHeadRoom - len(head)
	copy(j.out[start:], head)
	return j.out[start:], nil
}

// marker reads 0xff, as often as it stands there, and the marker's code.
func (j *jpegWalk) marker() (byte, error) {
	lead, err := j.take(1)
	if err != nil {
		return 0, err
	}
	if lead[0] != 0xff {
		return 0, broken("a JPEG segment is not where it should be")
	}
	for {
		code, err := j.take(1)
		if err != nil {
			return 0, err
		}
		if code[0] != 0xff {
			return code[0], nil
		}
	}
}

func (j *jpegWalk) segment(marker byte) error {
	size, err := j.take(2)
	if err != nil {
		return err
	}
	body, err := j.take(int(binary.BigEndian.Uint16(size)) - 2)
	if err != nil {
		return err
	}
	switch {
	case marker == jpegDHT || marker == jpegDQT || marker == jpegDRI:
		j.keep(marker, body)
	case marker == jpegSOF0 || marker == jpegSOF1 || marker == jpegSOF2:
		return j.frame(marker, body)
	case marker > jpegSOF2 && marker <= jpegSOF15:
		return fmt.Errorf("%w: a JPEG of a kind that browsers don't show", ErrType)
	case marker == jpegSOS:
		return j.scan(body)
	case marker >= jpegAPP0 && marker <= jpegAPP15:
		j.application(marker, body)
	case marker == jpegCOM: // goes
	default:
		return broken("an unknown JPEG segment")
	}
	return nil
}

func (j *jpegWalk) keep(marker byte, body []byte) {
	j.out = appendJPEGSegment(j.out, marker, body)
}

func (j *jpegWalk) frame(marker byte, body []byte) error {
	if j.framed || len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return broken("the frame of the JPEG")
	}
	precision, components := body[0], body[5]
	if precision != 8 || components != 1 && components != 3 && components != 4 {
		return fmt.Errorf("%w: a JPEG of a kind that browsers don't show", ErrType)
	}
	j.framed = true
	j.keep(marker, body)
	return checkSize(int(binary.BigEndian.Uint16(body[3:])), int(binary.BigEndian.Uint16(body[1:])))
}

// scan keeps a scan's header and its compressed data, which ends at the first
// marker that is not a restart.
func (j *jpegWalk) scan(header []byte) error {
	if !j.framed {
		return broken("a JPEG scan before the frame")
	}
	j.scans++
	if j.scans > maxScans {
		return fmt.Errorf("%w: more than %d scans", ErrBomb, maxScans)
	}
	j.keep(jpegSOS, header)
	for i := 0; ; i++ {
		found := bytes.IndexByte(j.rest[i:], 0xff)
		if found < 0 {
			return broken("a JPEG scan does not end")
		}
		i += found
		end := i
		for i < len(j.rest) && j.rest[i] == 0xff {
			i++
		}
		if i == len(j.rest) {
			return broken("a JPEG scan does not end")
		}
		if code := j.rest[i]; code == 0 || code >= jpegRST0 && code <= jpegRST7 {
			continue
		}
		if end == 0 {
			return broken("a JPEG scan is empty")
		}
		j.out = append(j.out, j.rest[:end]...)
		j.rest = j.rest[end:]
		return nil
	}
}

// application remembers what of an APPn segment the picture's looks depend on,
// as libjpeg reads it: up to the first scan, and JFIF only in its full length.
func (j *jpegWalk) application(marker byte, body []byte) {
	switch {
	case j.scans > 0: // too late to matter
	case marker == jpegAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
		j.jfif = true
	case marker == jpegAPP1 && bytes.HasPrefix(body, []byte(exifPrefix)) && !j.exif:
		j.exif = true
		j.orientation = orientation(body)
	case marker == jpegAPP14 && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
		j.adobe = true
		j.transform = body[11]
	}
}

func (j *jpegWalk) head() []byte {
	head := []byte{0xff, 0xd8}
	if j.jfif { // version 1.1, square pixels, no thumbnail
		head = appendJPEGSegment(head, jpegAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	}
	if j.orientation != upright {
		head = appendJPEGSegment(head, jpegAPP1, append([]byte(exifPrefix), orientationOnly(j.orientation)...))
	}
	if j.adobe { // version 100, no flags
		head = appendJPEGSegment(head, jpegAPP14, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), j.transform))
	}
	return head
}

// appendJPEGSegment takes a body of at most 65,533 bytes, as every segment's is.
func appendJPEGSegment(out []byte, marker byte, body []byte) []byte {
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2)) //nolint:gosec // bounded, see above
	return append(out, body...)
}
