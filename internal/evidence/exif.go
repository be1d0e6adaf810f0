package evidence

import (
	"bytes"
	"encoding/binary"
)

// exifPrefix stands before EXIF in a JPEG, and with some programs in a WebP.
const exifPrefix = "Exif\x00\x00"

const upright = 1

// orientation finds how a picture is to be turned, 1 to 8 as in EXIF; upright
// where an EXIF block does not say, or can't be read: no viewer turns it then.
func orientation(exif []byte) byte {
	exif = bytes.TrimPrefix(exif, []byte(exifPrefix))
	if len(exif) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if exif[0] == 'I' {
		order = binary.LittleEndian
	}
	mark := string(exif[:2])
	first := int64(order.Uint32(exif[4:]))
	if mark != "II" && mark != "MM" || order.Uint16(exif[2:]) != 42 || first+2 > int64(len(exif)) {
		return upright
	}
	directory := exif[first:]
	count := int(order.Uint16(directory))
	for entries := directory[2:]; count > 0 && len(entries) >= 12; count-- {
		const tag, short = 0x0112, 3
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 {
			if value := order.Uint16(entries[8:]); upright <= value && value <= 8 {
				return byte(value)
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

// orientationOnly is an EXIF block that holds an orientation and nothing else.
func orientationOnly(o byte) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8, // big-endian, the directory at 8
		0, 1, // one entry: tag, type SHORT, count 1, value
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0,
		0, 0, 0, 0, // no other directory
	}
}
