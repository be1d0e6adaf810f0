package event

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"recourse/internal/evidence"
)

// Sizes of evidence, in bytes.
const (
	EvidenceChunk = evidence.ChunkSize // of one part's data; the last one may be smaller
	EvidenceMax   = evidence.MaxFile   // of one file
)

// Limits of a report's evidence.
const (
	EvidenceFiles  = 20                                                // files
	EvidenceChunks = (EvidenceMax + EvidenceChunk - 1) / EvidenceChunk // parts of one file
)

// EvidencePart is what one message `reports.evidence.…` carries of a file: a
// chunk, or, after all of them, the manifest. Its plaintext is the length of the
// head in 4 bytes, big endian, the head in JSON, and the chunk's bytes.
type EvidencePart struct {
	File     ID        `json:"file"` // chosen by the uploader: the same file sent again has the same
	Index    int       `json:"index"`
	Manifest *Manifest `json:"manifest,omitempty"`
	Binding  []byte    `json:"binding"` // FollowUp.Binding of the message that carries it

	Data []byte `json:"-"`
}

// Manifest closes a file.
type Manifest struct {
	Name   string `json:"name"`   // as the reporter's device calls it, cleaned
	Size   int    `json:"size"`   // of all chunks, in bytes
	Chunks int    `json:"chunks"` //
	Digest []byte `json:"digest"` // SHA-256 of all chunks
	Sent   []byte `json:"sent"`   // SHA-256 of the bytes as they were sent to the intake: another one where it took metadata out
}

// Kind is "chunk" or "manifest".
func (p EvidencePart) Kind() string {
	if p.Manifest != nil {
		return "manifest"
	}
	return "chunk"
}

const headPrefix = 4

// Encode returns the plaintext.
func (p EvidencePart) Encode() ([]byte, error) {
	head, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encoding a part of evidence: %w", err)
	}
	out := make([]byte, headPrefix, headPrefix+len(head)+len(p.Data))
	binary.BigEndian.PutUint32(out, uint32(len(head))) //nolint:gosec // a few hundred bytes
	return append(append(out, head...), p.Data...), nil
}

// DecodeEvidencePart reads a plaintext strictly.
func DecodeEvidencePart(plain []byte) (EvidencePart, error) {
	if len(plain) < headPrefix {
		return EvidencePart{}, fmt.Errorf("%w: it has no head", ErrDecode)
	}
	size := int64(binary.BigEndian.Uint32(plain))
	if size > int64(len(plain)-headPrefix) {
		return EvidencePart{}, fmt.Errorf("%w: its head is cut off", ErrDecode)
	}
	var p EvidencePart
	if err := DecodeStrict(plain[headPrefix:headPrefix+size], &p); err != nil {
		return EvidencePart{}, err
	}
	p.Data = plain[headPrefix+size:]
	m := p.Manifest
	switch {
	case p.File.IsZero(), p.Index < 0, p.Index >= EvidenceChunks, len(p.Data) > EvidenceChunk:
		return EvidencePart{}, fmt.Errorf("%w: the part is out of bounds", ErrDecode)
	case m == nil && len(p.Data) == 0, m != nil && len(p.Data) > 0:
		return EvidencePart{}, fmt.Errorf("%w: a part is a chunk or a manifest", ErrDecode)
	case m != nil && (m.Size < 1 || m.Size > EvidenceMax || m.Chunks != (m.Size+EvidenceChunk-1)/EvidenceChunk):
		return EvidencePart{}, fmt.Errorf("%w: the manifest's sizes disagree", ErrDecode)
	}
	return p, nil
}

// EvidenceSize is the padded size of a part's plaintext, so that all full chunks
// are of one size; smaller ones are padded as other envelopes are.
const EvidenceSize = EvidenceChunk + 1<<10
