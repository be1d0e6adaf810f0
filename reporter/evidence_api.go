package reporter

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/evidence"
	"recourse/internal/web"
)

// Fields of POST /v1/evidence.
const (
	fieldFile     = "file"
	fieldIndex    = "index"
	fieldData     = "data"
	fieldManifest = "manifest"

	// One chunk in base64, and its overhead.
	maxEvidenceBody = (event.EvidenceChunk+2)/3*4 + 4<<10
)

// postEvidence is POST /v1/evidence: a chunk of a file, or, after all of them,
// its manifest. Each can be sent again; POST /v1/status tells which are there.
func (i *Intake) postEvidence(c *gin.Context) {
	allowSlow(c)
	var body json.RawMessage
	if p := web.ReadJSON(c, maxEvidenceBody, &body); p != nil {
		web.WriteProblem(c, *p)
		return
	}
	var fs faults
	o, ok := openObject(body, "", &fs, fieldReceipt, fieldFile, fieldIndex, fieldData, fieldManifest)
	if !ok {
		web.WriteProblem(c, web.Problem{Status: http.StatusBadRequest, Detail: "The body must be one JSON object."})
		return
	}
	secret := o.receipt()
	part := o.part()
	if len(fs) > 0 {
		web.WriteProblem(c, fs.problem())
		return
	}
	owner, err := i.ownerOf(c.Request.Context(), secret, part.File)
	if err == nil {
		err = i.storePart(c.Request.Context(), owner, part)
	}
	if err != nil {
		i.refuseReceipt(c, err)
		return
	}
	c.JSON(http.StatusCreated, taken{ID: part.File})
}

// part reads a chunk or a manifest.
func (o object) part() event.EvidencePart {
	p := event.EvidencePart{}
	id, err := event.ParseID(o.text(fieldFile))
	if err != nil || id.IsZero() {
		o.faults.add(fault{Field: fieldFile, Rule: ruleFileID})
	}
	p.File = id
	_, hasData := o.value(fieldData)
	_, hasManifest := o.value(fieldManifest)
	switch {
	case hasData == hasManifest:
		o.faults.add(fault{Field: fieldData, Rule: ruleChunkOrManifest})
	case hasManifest:
		p.Manifest = o.object(fieldManifest, "name", "size", "sha256").manifest()
	default:
		p.Index = o.number(fieldIndex, event.EvidenceChunks-1)
		p.Data, err = base64.StdEncoding.DecodeString(o.text(fieldData))
		if err != nil || len(p.Data) == 0 || len(p.Data) > event.EvidenceChunk {
			o.faults.add(fault{Field: fieldData, Rule: ruleChunk, Max: event.EvidenceChunk})
		}
	}
	return p
}

func (o object) manifest() *event.Manifest {
	digest, err := hex.DecodeString(o.text("sha256"))
	if err != nil || len(digest) != 32 {
		o.faults.add(fault{Field: o.path + "sha256", Rule: ruleDigest})
	}
	size := o.number("size", event.EvidenceMax)
	if size < 1 {
		o.faults.add(fault{Field: o.path + "size", Rule: ruleRequired})
	}
	return &event.Manifest{
		Name: evidence.Name(o.text("name")), Size: size, Chunks: (size + event.EvidenceChunk - 1) / event.EvidenceChunk,
		Digest: digest, Sent: bytes.Clone(digest),
	}
}

// number returns a member that is a whole number from 0 to most.
func (o object) number(name string, most int) int {
	raw, ok := o.value(name)
	if !ok {
		o.faults.add(fault{Field: o.path + name, Rule: ruleRequired})
		return 0
	}
	var n int
	if err := json.Unmarshal(raw, &n); err != nil || n < 0 || n > most {
		o.faults.add(fault{Field: o.path + name, Rule: ruleNumber, Max: most})
		return 0
	}
	return n
}
