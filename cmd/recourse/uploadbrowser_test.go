package main

import (
	"bytes"
	"context"
	"encoding/base64"
	bin "encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"recourse/internal/browserbench"
	"recourse/internal/event"
)

// A real browser sends a picture of several parts from the receipt's page, and
// takes out of it what tells of the device before it leaves.
func TestABrowserSendsAFileInPartsWithoutItsMetadata(t *testing.T) {
	s := up(t, dataFolder(t))
	table := newStateTable(t, s)
	r := table.reportAt(event.StageOpen)

	plain := noise(t, 400)
	told := append(append(bytes.Clone(plain[:33]), textChunk("Comment", "MARKER-device")...), plain[33:]...)
	tab := browserbench.Open(t, browserbench.Options{Language: "en"})
	tab.Visit(s.at.Intake + "/status")
	tab.TabTo(`[name=receipt]`)
	tab.Type(r.Receipt)
	tab.PressAndLoad("Enter")
	tab.Eval(`(() => {
		const bytes = Uint8Array.from(atob("`+base64.StdEncoding.EncodeToString(told)+`"), (c) => c.charCodeAt(0));
		const list = new DataTransfer();
		list.items.add(new File([bytes], "shot.png", {type: "image/png"}));
		document.getElementById("files").files = list.files;
	})()`, nil)
	tab.TabTo(`button[value=files]`)
	tab.PressAndLoad("Enter")
	calls := 0
	for _, req := range tab.Requests() {
		if strings.HasSuffix(req.URL, "/v1/evidence") {
			calls++
		}
	}
	if want := (len(plain)+event.EvidenceChunk-1)/event.EvidenceChunk + 1; calls != want {
		t.Errorf("the browser sends %d parts, want %d", calls, want)
	}

	r.wait("the file is stored", func(st tableStatus) bool {
		return len(st.Evidence) == 1 && st.Evidence[0].State == event.EvidenceStored
	})
	var size, parts int
	err := table.pool.QueryRow(context.WithoutCancel(t.Context()), `SELECT size, (SELECT count(*) FROM moderation.evidence_chunk)
		FROM moderation.evidence WHERE report_id = $1 AND media_type = 'image/png'`, r.ID).Scan(&size, &parts)
	if err != nil || size != len(plain) || parts < 2 {
		t.Errorf("%d bytes in %d parts are stored, %v; want %s without the comment, in a few", size, parts, err, strconv.Itoa(len(plain)))
	}
	tab.Visit(s.at.Intake + "/status")
	tab.TabTo(`[name=receipt]`)
	tab.Type(r.Receipt)
	tab.PressAndLoad("Enter")
	tab.Shows("Is with the moderators.")
}

// noise is a picture that does not compress.
func noise(t *testing.T, side int) []byte {
	t.Helper()
	n := rand.New(rand.NewPCG(3, 4))
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, color.NRGBA{byte(n.Uint32()), byte(n.Uint32()), byte(n.Uint32()), 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func textChunk(key, text string) []byte {
	body := append([]byte("tEXt"), key+"\x00"+text...)
	chunk := bin.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = append(chunk, body...)
	return bin.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
}
