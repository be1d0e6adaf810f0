package sketch

import (
	"crypto/aes"
	"encoding/binary"
	"math"
)

// A text's shingles are its runs of four letters. MinHash (Broder, 1997) keeps
// for each of several random orders of all shingles the text's first; two texts
// agree in as large a part of them as they share shingles (Jaccard). Bands of a
// few each (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4)
// find texts that may be alike by equality: at four fifths shared 98 of 100
// such pairs meet in a band, at a half 40, at a fifth 1.
const (
	shingle   = 4 // letters: 16 bytes, one block of AES
	orders    = 32
	bandWidth = 4
	bandCount = orders / bandWidth
)

// minLetters is the shortest text that is compared at all.
const minLetters = 20

// longLetters is from where a text says by itself what it is about.
const longLetters = 200

// Text is the sketch of a text. The zero value is alike to nothing.
type Text struct {
	Bands     []int64 // bandCount; alike texts of one kind about one account share one nearly always
	Signature []byte  // 2 bytes an order
	long      bool
}

// text makes the sketch. AES, keyed by community and scope, puts each shingle at
// a random place, from which its places in all orders follow. Texts under
// different scopes can't be compared.
func (k Key) text(scope, s string) Text {
	all := letters(s)
	if len(all) < minLetters {
		return Text{}
	}
	shingles, err := aes.NewCipher(k.mac("shingles", scope))
	if err != nil {
		return Text{} // never: a MAC has the size of a key
	}
	var first [orders]uint64
	for i := range first {
		first[i] = math.MaxUint64
	}
	var block [16]byte
	for i := 0; i+shingle <= len(all); i++ {
		for j, r := range all[i : i+shingle] {
			binary.BigEndian.PutUint32(block[4*j:], uint32(r)) //nolint:gosec // a rune is at most 21 bits
		}
		shingles.Encrypt(block[:], block[:])
		a, b := binary.BigEndian.Uint64(block[:8]), binary.BigEndian.Uint64(block[8:])|1
		for o := range first {
			a += b // Kirsch and Mitzenmacher, 2006: two hashes make as many as are wanted
			first[o] = min(first[o], mix(a))
		}
	}
	t := Text{long: len(all) >= longLetters, Signature: make([]byte, 2*orders)}
	for o, h := range first {
		binary.BigEndian.PutUint16(t.Signature[2*o:], uint16(h)) //nolint:gosec // the low bits are as random as any
	}
	for band := range bandCount {
		rows := t.Signature[2*band*bandWidth : 2*(band+1)*bandWidth]
		t.Bands = append(t.Bands, k.number("band", scope+string(rune('0'+band))+string(rows)))
	}
	return t
}

// mix is the last step of SplitMix64 (Steele, Lea, Flood, 2014): without it the
// orders of one shingle would go up together.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Shared estimates which part of their shingles two texts share, from their
// signatures: 0 to 1, with a standard error of a twelfth at most. 0 where one
// of them has none.
func Shared(a, b []byte) float64 {
	if len(a) != 2*orders || len(b) != 2*orders {
		return 0
	}
	same := 0
	for o := range orders {
		if a[2*o] == b[2*o] && a[2*o+1] == b[2*o+1] {
			same++
		}
	}
	return float64(same) / orders
}

// Alike says whether a report is about the same thing as an earlier one with
// which it shares a band, from that one's signature. Where both name the same
// account, alike words are enough. Where neither names one, nothing but the
// words tells: they must be many, and nearly the same.
func (s Sketch) Alike(signature []byte) bool {
	shared := Shared(s.Text.Signature, signature)
	if s.Account != 0 {
		return shared >= 0.7
	}
	return s.Text.long && shared >= 0.85
}
