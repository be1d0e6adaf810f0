package evidence

import (
	"encoding/binary"
	"math"
)

// The flags of a VP8X chunk that are kept or set.
const (
	webpAnimated = 0x02
	webpExif     = 0x08
	webpAlpha    = 0x10
)

type webpWalk struct {
	out           []byte
	width, height int
	extended      bool // it begins with VP8X
	animated      bool
	pictures      int // outside of frames
	alpha         bool
	orientation   byte
	frames        animation
}

// cleanWebP keeps the picture, or the frames, with their transparency.
func cleanWebP(data []byte) ([]byte, error) {
	w := webpWalk{out: append(make([]byte, 0, len(data)+64), data[:12]...)}
	size := int64(binary.LittleEndian.Uint32(data[4:]))
	if size < 4 || size > int64(len(data)-8) {
		return nil, broken("it ends too early")
	}
	inside := walk{data[12 : 8+size]}
	for first := true; len(inside.rest) > 0; first = false {
		name, body, err := nextWebPChunk(&inside)
		if err != nil {
			return nil, err
		}
		if err := w.chunk(name, body, first); err != nil {
			return nil, err
		}
	}
	if w.animated && w.frames.frames == 0 || !w.animated && w.pictures != 1 {
		return nil, broken("a WebP without a picture")
	}
	if w.extended {
		w.finish()
	}
	binary.LittleEndian.PutUint32(w.out[4:], uint32(len(w.out)-8)) //nolint:gosec // hardly longer than what came
	return w.out, nil
}

// nextWebPChunk returns a chunk's name and what is in it.
func nextWebPChunk(w *walk) (name string, body []byte, err error) {
	head, err := w.take(8)
	if err != nil {
		return "", nil, err
	}
	size := binary.LittleEndian.Uint32(head[4:])
	if size > math.MaxInt32 {
		return "", nil, broken("a WebP chunk is too long")
	}
	body, err = w.take(int(size))
	if err != nil {
		return "", nil, err
	}
	_, err = w.take(int(size & 1)) // chunks begin at even places
	return string(head[:4]), body, err
}

func appendWebPChunk(out []byte, name string, body []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body))) //nolint:gosec // it fits into a file
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func (w *webpWalk) chunk(name string, body []byte, first bool) error {
	if !first && !w.extended {
		return nil // a viewer stops after the picture
	}
	switch name {
	case "VP8X":
		if !first || len(body) != 10 {
			return broken("the WebP's header")
		}
		w.extended = true
		w.animated = body[0]&webpAnimated != 0
		w.width, w.height = 1+webpNumber(body[4:]), 1+webpNumber(body[7:])
		w.out = appendWebPChunk(w.out, name, append([]byte{body[0] & (webpAnimated | webpAlpha), 0, 0, 0}, body[4:]...))
		return checkSize(w.width, w.height)
	case "VP8 ", "VP8L":
		return w.picture(name, body)
	case "ALPH":
		if !w.extended || w.animated || w.alpha || w.pictures > 0 {
			return broken("the WebP's transparency")
		}
		w.alpha = true
		w.out = appendWebPChunk(w.out, name, body)
	case "ANIM":
		if !w.animated || len(body) != 6 || w.frames.frames > 0 {
			return broken("the WebP's animation")
		}
		w.out = appendWebPChunk(w.out, name, body)
	case "ANMF":
		return w.frame(body)
	case "EXIF":
		if w.orientation == 0 {
			w.orientation = orientation(body)
		}
	}
	return nil
}

// picture keeps one that is no frame.
func (w *webpWalk) picture(name string, body []byte) error {
	width, height, err := webpSize(name, body)
	if err != nil {
		return err
	}
	if w.animated || w.pictures > 0 || w.extended && (width != w.width || height != w.height) {
		return broken("the WebP's picture")
	}
	w.pictures++
	w.out = appendWebPChunk(w.out, name, body)
	return checkSize(width, height)
}

// frame keeps a frame of an animation with nothing but its picture.
func (w *webpWalk) frame(body []byte) error {
	if !w.animated || len(body) < 16 {
		return broken("the WebP's animation")
	}
	width, height := 1+webpNumber(body[6:]), 1+webpNumber(body[9:])
	if 2*webpNumber(body)+width > w.width || 2*webpNumber(body[3:])+height > w.height {
		return broken("a frame outside of the WebP")
	}
	kept := append(make([]byte, 0, len(body)), body[:16]...)
	pictures, alphas := 0, 0
	for inside := (walk{body[16:]}); len(inside.rest) > 0; {
		name, part, err := nextWebPChunk(&inside)
		if err != nil {
			return err
		}
		switch name {
		case "ALPH":
			alphas++
		case "VP8 ", "VP8L":
			pictures++
			if gotWidth, gotHeight, err := webpSize(name, part); err != nil || gotWidth != width || gotHeight != height {
				return broken("a frame of the WebP")
			}
		default:
			continue
		}
		kept = appendWebPChunk(kept, name, part)
	}
	if pictures != 1 || alphas > 1 {
		return broken("a frame of the WebP")
	}
	w.out = appendWebPChunk(w.out, "ANMF", kept)
	return w.frames.add(width, height)
}

// finish writes the orientation, and says in the header that it is there.
func (w *webpWalk) finish() {
	if w.orientation > upright {
		const flagsAt = 20
		w.out[flagsAt] |= webpExif
		w.out = appendWebPChunk(w.out, "EXIF", orientationOnly(w.orientation))
	}
}

// webpSize reads a picture's width and height from its own header.
func webpSize(name string, body []byte) (width, height int, err error) {
	switch {
	case name == "VP8 " && len(body) > 10 && body[0]&1 == 0 && string(body[3:6]) == "\x9d\x01\x2a":
		return int(binary.LittleEndian.Uint16(body[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(body[8:]) & 0x3fff), nil
	case name == "VP8L" && len(body) > 5 && body[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(body[1:])
		return 1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff), nil
	default:
		return 0, 0, broken("the WebP's picture")
	}
}

// webpNumber reads a number of three bytes.
func webpNumber(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
