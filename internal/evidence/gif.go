package evidence

import (
	"encoding/binary"
	"slices"
)

type gifWalk struct {
	walk
	out    []byte
	frames animation
}

// cleanGIF keeps the frames, their timing and the loop. Comments, text and the
// blocks of programs go.
func cleanGIF(data []byte) ([]byte, error) {
	g := gifWalk{walk: walk{data}, out: make([]byte, 0, len(data))}
	screen, err := g.take(13)
	if err != nil {
		return nil, err
	}
	g.out = append(g.out, screen...)
	if err := g.colours(screen[10]); err != nil {
		return nil, err
	}
	for {
		kind, err := g.take(1)
		if err != nil {
			return nil, err
		}
		switch kind[0] {
		case 0x2c:
			err = g.frame()
		case 0x21:
			err = g.extension()
		case 0x3b:
			if g.frames.frames == 0 {
				return nil, broken("a GIF without a picture")
			}
			return append(g.out, 0x3b), nil
		default:
			return nil, broken("an unknown GIF block")
		}
		if err != nil {
			return nil, err
		}
	}
}

// colours keeps a table of colours, where the flags say that there is one.
func (g *gifWalk) colours(flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	table, err := g.take(3 << (1 + flags&7))
	g.out = append(g.out, table...)
	return err
}

// frame keeps one. Old files have frames that reach over the screen, and
// browsers show them, so such a frame is only bounded.
func (g *gifWalk) frame() error {
	head, err := g.take(9)
	if err != nil {
		return err
	}
	number := func(at int) int { return int(binary.LittleEndian.Uint16(head[at:])) }
	left, top, width, height := number(0), number(2), number(4), number(6)
	if err := g.frames.add(width, height); err != nil {
		return err
	}
	if err := checkSize(left+width, top+height); err != nil {
		return err
	}
	screen := func(at int) int { return max(1, int(binary.LittleEndian.Uint16(g.out[at:]))) }
	if err := checkSize(screen(6), screen(8)); err != nil {
		return err
	}
	g.out = append(append(g.out, 0x2c), head...)
	if err := g.colours(head[8]); err != nil {
		return err
	}
	codeSize, err := g.take(1)
	if err != nil {
		return err
	}
	g.out = append(g.out, codeSize...)
	return g.blocks(func(length byte, block []byte) { g.out = append(append(g.out, length), block...) })
}

// blocks hands over each block of data up to the empty one, and that one too.
func (g *gifWalk) blocks(each func(length byte, block []byte)) error {
	for {
		length, err := g.take(1)
		if err != nil {
			return err
		}
		block, err := g.take(int(length[0]))
		if err != nil {
			return err
		}
		each(length[0], block)
		if length[0] == 0 {
			return nil
		}
	}
}

// extension keeps a graphic control extension (delay, transparency) and the
// number of loops.
func (g *gifWalk) extension() error {
	label, err := g.take(1)
	if err != nil {
		return err
	}
	var program string
	index := -1
	return g.blocks(func(length byte, block []byte) {
		index++
		switch {
		case label[0] == 0xf9 && index == 0 && length == 4:
			g.out = append(append(append(g.out, 0x21, 0xf9, 4), block...), 0)
		case label[0] == 0xff && index == 0:
			program = string(block)
		case slices.Contains([]string{"NETSCAPE2.0", "ANIMEXTS1.0"}, program) && index == 1 && length == 3 && block[0] == 1:
			g.out = append(append(g.out, "\x21\xff\x0b"+program+"\x03"...), append(block, 0)...)
		}
	})
}
