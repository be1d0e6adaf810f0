package evidence

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

type pngWalk struct {
	walk
	out           []byte
	width, height int
	paletted      bool
	seen          map[string]bool // the chunks that were looked at
	last          string          // the one before
	ended         bool

	announced uint32 // frames that acTL promises
	frames    animation
}

// cleanPNG keeps the chunks that a viewer needs, an animation's (APNG) among
// them, and drops all others.
func cleanPNG(data []byte) ([]byte, error) {
	p := pngWalk{
		walk: walk{data[len(pngSignature):]},
		out:  append(make([]byte, 0, len(data)+64), pngSignature...),
		seen: map[string]bool{},
	}
	for !p.ended {
		if err := p.chunk(); err != nil {
			return nil, err
		}
	}
	return p.out, nil
}

// pngChunk is what is known about a kind of chunk that is kept.
type pngChunk struct {
	maxSize  int
	repeated bool
}

func pngKept(name string) (pngChunk, bool) {
	switch name {
	case "IHDR":
		return pngChunk{maxSize: 13}, true
	case "PLTE":
		return pngChunk{maxSize: 3 * 256}, true
	case "tRNS":
		return pngChunk{maxSize: 256}, true
	case "IDAT", "fdAT":
		return pngChunk{maxSize: MaxFile, repeated: true}, true
	case "IEND":
		return pngChunk{}, true
	case "sRGB":
		return pngChunk{maxSize: 1}, true
	case "gAMA", "cICP":
		return pngChunk{maxSize: 4}, true
	case "acTL":
		return pngChunk{maxSize: 8}, true
	case "fcTL":
		return pngChunk{maxSize: 26, repeated: true}, true
	default:
		return pngChunk{}, false
	}
}

func (p *pngWalk) chunk() error {
	head, err := p.take(8)
	if err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head)
	if size > math.MaxInt32 {
		return broken("a PNG chunk is too long")
	}
	body, err := p.take(int(size))
	if err != nil {
		return err
	}
	sum, err := p.take(4)
	if err != nil {
		return err
	}
	name := string(head[4:])
	if (len(p.seen) == 0) != (name == "IHDR") {
		return broken("the order of the PNG's chunks")
	}
	defer func() { p.last = name }()
	kind, kept := pngKept(name)
	switch {
	case name == "eXIf" && !p.seen["eXIf"]:
		if o := orientation(body); o != upright {
			p.out = appendPNGChunk(p.out, name, orientationOnly(o))
		}
		p.seen[name] = true
		return nil
	case !kept && head[4]&0x20 == 0: // an upper-case letter: no viewer may pass over it
		return broken("an unknown PNG chunk")
	case !kept:
		return nil
	case len(body) > kind.maxSize, p.seen[name] && !kind.repeated:
		return broken("a PNG chunk that is too long or stands there twice")
	case pngSum(name, body) != binary.BigEndian.Uint32(sum):
		return broken("a PNG chunk's checksum")
	}
	if err := p.look(name, body); err != nil {
		return err
	}
	p.out = appendPNGChunk(p.out, name, body)
	p.seen[name] = true
	return nil
}

// look checks what must be known about a chunk that is kept.
func (p *pngWalk) look(name string, body []byte) error {
	switch name {
	case "IHDR":
		return p.header(body)
	case "PLTE":
		if len(body) == 0 || len(body)%3 != 0 || p.seen["IDAT"] {
			return broken("the PNG's palette")
		}
	case "IDAT":
		if p.seen["IDAT"] && p.last != "IDAT" || p.paletted && !p.seen["PLTE"] {
			return broken("the order of the PNG's chunks")
		}
	case "acTL":
		if len(body) != 8 || p.seen["IDAT"] {
			return broken("the PNG's animation")
		}
		p.announced = binary.BigEndian.Uint32(body)
	case "fcTL":
		return p.frame(body)
	case "fdAT":
		if p.last != "fcTL" && p.last != "fdAT" || !p.seen["IDAT"] {
			return broken("the PNG's animation")
		}
	case "IEND":
		if !p.seen["IDAT"] || int64(p.announced) != int64(p.frames.frames) {
			return broken("a PNG without a picture, or of another number of frames than it says")
		}
		p.ended = true
	}
	return nil
}

func (p *pngWalk) header(body []byte) error {
	if len(body) != 13 {
		return broken("the PNG's header")
	}
	width, height := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	if width > math.MaxInt32 || height > math.MaxInt32 {
		return broken("the PNG's size")
	}
	p.width, p.height = int(width), int(height)
	depth, colour := body[8], body[9]
	p.paletted = colour == 3
	valid := map[byte][]byte{0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
	for _, d := range valid[colour] {
		if d == depth && body[10] == 0 && body[11] == 0 && body[12] <= 1 {
			return checkSize(p.width, p.height)
		}
	}
	return broken("the PNG's header")
}

// frame checks a frame of an animation: it must lie within the picture.
func (p *pngWalk) frame(body []byte) error {
	if len(body) != 26 {
		return broken("the PNG's animation")
	}
	number := func(at int) int64 { return int64(binary.BigEndian.Uint32(body[at:])) }
	width, height := number(4), number(8)
	if width+number(12) > int64(p.width) || height+number(16) > int64(p.height) {
		return broken("a frame outside of the PNG")
	}
	return p.frames.add(int(width), int(height))
}

func pngSum(name string, body []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte(name)), crc32.IEEETable, body)
}

// appendPNGChunk takes a body that fits into a file.
func appendPNGChunk(out []byte, name string, body []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(body))) //nolint:gosec // bounded, see above
	out = append(out, name...)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, pngSum(name, body))
}
