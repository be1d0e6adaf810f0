package browser

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// smaller encodes a picture with a palette of the 256 colours that it has most
// of, which takes about a third. The plain areas of a page keep their exact
// colours; of the soft edges of letters the rarest get the nearest one.
func smaller(picture []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	bounds := full.Bounds()
	times := map[color.RGBA]int{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			times[rgba(full, x, y)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(times), func(a, b color.RGBA) int {
		// The order of the same number is fixed, so that the same page gives the same file.
		return cmp.Or(times[b]-times[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B), cmp.Compare(a.A, b.A))
	})
	var palette color.Palette
	for _, c := range most[:min(len(most), 256)] {
		palette = append(palette, c)
	}
	index := make(map[color.RGBA]uint8, len(most))
	for _, c := range most {
		index[c] = uint8(palette.Index(c)) //nolint:gosec // at most 256 colours
	}
	paletted := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			paletted.SetColorIndex(x, y, index[rgba(full, x, y)])
		}
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&small, paletted)
	return small.Bytes(), err
}

// rgba is a pixel's colour. Pictures of pages have no transparent ones.
func rgba(picture image.Image, x, y int) color.RGBA {
	return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) //nolint:forcetypeassert // the model's own type
}
