package reporter_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// opened sends a report and publishes what a worker would: its first status.
func (b *bench) openedReport(change func(*event.Status)) (sent, receipt.Receipt) {
	b.Helper()
	ack := b.acknowledged(b.report(minimal()))
	secret := b.parse(ack.Receipt)
	status := event.Status{Report: ack.ID, Stage: event.StageOpen, Milestones: []event.MilestoneAt{
		{Name: event.MilestoneReceived, At: today()}, {Name: event.MilestoneOpened, At: today()},
	}}
	if change != nil {
		change(&status)
	}
	b.putStatus(secret, status)
	return ack, secret
}

// parts are what REPORTS holds of a report's files, opened.
func (b *bench) parts(id event.ID) []event.EvidencePart {
	b.Helper()
	var all []event.EvidencePart
	for _, msg := range b.nats.Messages(b, event.StreamReports) {
		s, err := event.ParseSubject(msg.Subject)
		if err != nil || s.Event != event.ReportEvidence || s.ID != id {
			continue
		}
		up, err := event.DecodeFollowUp(msg.Data)
		if err != nil {
			b.Fatal(err)
		}
		plain, err := b.nats.OpenKey(b, keys.ModerationOpen, "demo").Open(
			seal.Context{Purpose: seal.PurposeEvidence, Community: "demo", Report: id}, up.Moderation)
		if err != nil {
			b.Fatal(err)
		}
		part, err := event.DecodeEvidencePart(plain)
		if err != nil || !bytes.Equal(part.Binding, up.Binding()) {
			b.Fatalf("%v; a part is not bound to its message", err)
		}
		all = append(all, part)
	}
	return all
}

func (b *bench) evidence(body map[string]any) answer {
	b.Helper()
	return b.do(http.MethodPost, "/v1/evidence", "application/json", toJSON(b, body))
}

func TestAPartOverTheAPIIsSealedAndTakenOnce(t *testing.T) {
	b := setup(t)
	ack, _ := b.openedReport(nil)
	file := event.NewID().String()
	chunk := map[string]any{"receipt": ack.Receipt, "file": file, "index": 0, "data": base64.StdEncoding.EncodeToString([]byte(marker))}
	for range 2 {
		if a := b.evidence(chunk); a.status != http.StatusCreated {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
	}
	digest := sha256.Sum256([]byte(marker))
	manifest := map[string]any{"receipt": ack.Receipt, "file": file, "manifest": map[string]any{
		"name": `C:\x\` + marker + ".txt", "size": len(marker), "sha256": hex.EncodeToString(digest[:]),
	}}
	if a := b.evidence(manifest); a.status != http.StatusCreated {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	parts := b.parts(ack.ID)
	if len(parts) != 2 || string(parts[0].Data) != marker || parts[1].Manifest == nil || parts[1].Manifest.Name != marker+".txt" {
		t.Errorf("REPORTS holds %+v, want the chunk once and its manifest", parts)
	}
	b.nothingTold(ack.Receipt)
}

func TestABadPartIsToldAtItsField(t *testing.T) {
	b := setup(t)
	ack, _ := b.openedReport(nil)
	file := event.NewID().String()
	long := base64.StdEncoding.EncodeToString(make([]byte, event.EvidenceChunk+1))
	for name, c := range map[string]struct {
		body  map[string]any
		field string
	}{
		"no file":           {map[string]any{"index": 0, "data": "YQ=="}, "file"},
		"no index":          {map[string]any{"file": file, "data": "YQ=="}, "index"},
		"an index too high": {map[string]any{"file": file, "index": 80, "data": "YQ=="}, "index"},
		"no base64":         {map[string]any{"file": file, "index": 0, "data": "%"}, "data"},
		"an empty chunk":    {map[string]any{"file": file, "index": 0, "data": ""}, "data"},
		"a chunk too long":  {map[string]any{"file": file, "index": 0, "data": long}, "data"},
		"both":              {map[string]any{"file": file, "data": "YQ==", "manifest": map[string]any{}}, "data"},
		"neither":           {map[string]any{"file": file}, "data"},
		"no digest":         {map[string]any{"file": file, "manifest": map[string]any{"name": "a", "size": 1}}, "manifest.sha256"},
		"too large":         {map[string]any{"file": file, "manifest": map[string]any{"size": 20<<20 + 1, "sha256": strings.Repeat("0", 64)}}, "manifest.size"},
		"an unknown member": {map[string]any{"file": file, "index": 0, "data": "YQ==", "name": marker}, "name"},
	} {
		c.body["receipt"] = ack.Receipt
		a := b.evidence(c.body)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `"field":"`+c.field+`"`) || strings.Contains(a.body, marker) {
			t.Errorf("%s: status %d: %s, want 422 at %s", name, a.status, a.body, c.field)
		}
	}
	if parts := b.parts(ack.ID); len(parts) != 0 {
		t.Errorf("%d parts are stored", len(parts))
	}
}

func TestNoFileIsTakenWhereNoneMayBe(t *testing.T) {
	b := setup(t)
	chunk := func(typed string) map[string]any {
		return map[string]any{"receipt": typed, "file": event.NewID().String(), "index": 0, "data": "YQ=="}
	}
	for name, change := range map[string]func(*event.Status){
		"of abused children":    func(s *event.Status) { s.NoFiles = true },
		"of a withdrawn report": func(s *event.Status) { s.Stage = event.StageWithdrawn },
		"of too many": func(s *event.Status) {
			for range event.EvidenceFiles {
				s.Evidence = append(s.Evidence, event.EvidenceFile{ID: event.NewID(), State: event.EvidenceStored})
			}
		},
	} {
		ack, _ := b.openedReport(change)
		if a := b.evidence(chunk(ack.Receipt)); a.status != http.StatusConflict {
			t.Errorf("%s: status %d: %s, want 409", name, a.status, a.body)
		}
		if parts := b.parts(ack.ID); len(parts) != 0 {
			t.Errorf("%s: %d parts are stored", name, len(parts))
		}
	}
	ack := b.acknowledged(b.report(minimal()))
	if a := b.evidence(chunk(ack.Receipt)); a.status != http.StatusConflict {
		t.Errorf("before it is opened: status %d, want 409", a.status)
	}
	if a := b.evidence(chunk(receipt.New().Reveal())); a.status != http.StatusNotFound {
		t.Errorf("an unknown receipt: status %d, want 404", a.status)
	}
}

// multipartForm is the page's form with files.
func multipartForm(t testing.TB, fields map[string]string, files map[string][]byte) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		part, err := w.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func (b *bench) upload(fields map[string]string, files map[string][]byte) answer {
	b.Helper()
	fields["do"], fields["again"], fields["language"] = "files", "1", "en"
	contentType, body := multipartForm(b, fields, files)
	return b.do(http.MethodPost, "/status", contentType, body)
}

func TestAFileFromThePageIsCleanedBeforeItIsSealed(t *testing.T) {
	b := setup(t)
	ack, _ := b.openedReport(nil)
	var clean bytes.Buffer
	if err := png.Encode(&clean, image.NewGray(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	told := append(append(bytes.Clone(clean.Bytes()[:33]), []byte("\x00\x00\x00\x08tEXtGPS\x00here\x85\x8f\x1f\x52")...), clean.Bytes()[33:]...)
	a := b.upload(map[string]string{"receipt": ack.Receipt, "message": "Still here."}, map[string][]byte{"shot.png": told})
	if a.status != http.StatusOK || !strings.Contains(a.body, "Still here.") {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	parts := b.parts(ack.ID)
	sentDigest := sha256.Sum256(told)
	if len(parts) != 2 || !bytes.Equal(parts[0].Data, clean.Bytes()) || parts[1].Manifest == nil ||
		!bytes.Equal(parts[1].Manifest.Sent, sentDigest[:]) || parts[1].Manifest.Name != "shot.png" {
		t.Errorf("REPORTS holds %+v, want the picture without its comment, and the digest of what was sent", parts)
	}
	// The same again is the same.
	b.upload(map[string]string{"receipt": ack.Receipt}, map[string][]byte{"shot.png": told})
	if again := b.parts(ack.ID); len(again) != 2 {
		t.Errorf("sent twice it is %d parts, want 2", len(again))
	}
	b.nothingTold(ack.Receipt, "shot.png")
}

func TestAFileThatIsNotTakenIsToldBesideTheInputAndNothingTypedIsLost(t *testing.T) {
	b := setup(t)
	ack, _ := b.openedReport(nil)
	for name, c := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"none":      {nil, "Choose a file first."},
		"an SVG":    {map[string][]byte{"a<b>.png": []byte("<svg onload=alert(1)>")}, "a_b_.png</bdi>: Files of this type are not taken."},
		"empty":     {map[string][]byte{"../../x.txt": {}}, "x.txt</bdi>: It was empty."},
		"too large": {map[string][]byte{"a.txt": bytes.Repeat([]byte("a"), 5<<20+1)}, "It was too large."},
		"turned":    {map[string][]byte{"\u202etxt.exe": []byte("MZ\x90\x00\x03")}, "txt.exe</bdi>: Files of this type are not taken."},
	} {
		a := b.upload(map[string]string{"receipt": ack.Receipt, "message": marker}, c.files)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.want) || !strings.Contains(a.body, marker) ||
			strings.Contains(a.body, "\u202e") {
			at := strings.Index(a.body, "files-error")
			t.Errorf("%s: status %d, want 422 with %q and what was typed: %.300s", name, a.status, c.want, a.body[max(0, at):])
		}
		checkDocument(t, a.body)
	}
	if parts := b.parts(ack.ID); len(parts) != 0 {
		t.Errorf("%d parts are stored", len(parts))
	}
	b.nothingTold(ack.Receipt)
}

// Whatever bytes are posted to the calls that take a receipt, the answer is no
// error of the server, and quotes nothing.
func FuzzFollowUp(f *testing.F) {
	h := served(f)
	secret := receipt.New().Reveal()
	paths := []string{"/v1/messages", "/v1/amendments", "/v1/appeals", "/v1/consents", "/v1/outcomes", "/v1/withdrawals", "/v1/evidence", "/v1/status"}
	for n := range paths {
		f.Add(byte(n), `{"receipt": "`+secret+`", "text": "words", "stopped": true, "do_not_tell_account": false}`)
		f.Add(byte(n), `{"receipt": "`+secret+`", "file": "00112233445566778899aabbccddeeff", "index": 1e3, "data": "YQ=="}`)
		f.Add(byte(n), `{"receipt": null, "manifest": {"size": -1, "sha256": 5, "name": "\ud800"}}`)
	}
	f.Fuzz(func(t *testing.T, which byte, body string) {
		w := post(t, h, paths[int(which)%len(paths)], "application/json", body)
		if w.Code >= 400 && w.Code < 500 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}

// Whatever is posted as the receipt's page with files, the answer is a page.
func FuzzFiles(f *testing.F) {
	h := served(f)
	contentType, body := multipartForm(f, map[string]string{"receipt": receipt.New().Reveal(), "do": "files"}, map[string][]byte{"a.png": []byte("\x89PNG")})
	boundary := strings.TrimPrefix(contentType, "multipart/form-data; boundary=")
	f.Add(boundary, body)
	f.Add(boundary, strings.ReplaceAll(body, `filename="a.png"`, `filename="../\x00\u202ea"; filename*=UTF-8''%00`))
	f.Add("x", "--x\r\n\r\n--x--")
	f.Add("x", "--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n")
	f.Fuzz(func(t *testing.T, boundary, body string) {
		if strings.ContainsAny(boundary, "\r\n\x00") {
			return
		}
		w := post(t, h, "/status", "multipart/form-data; boundary="+boundary, body)
		if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("status %d of type %s", w.Code, got)
		}
	})
}
