package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/open"
	"recourse/moderation/conduct"
	"recourse/moderation/sketch"
)

// opened is a report that was decoded, opened and assessed, and is not stored
// yet.
type opened struct {
	msg       jetstream.Msg
	submitted event.Submitted
	replyKey  seal.PublicKey // of submitted
	kind      event.Kind
	consent   event.Consent
	plaintext []byte // of Content, as it was sealed
	sketch    sketch.Sketch
	code      conduct.Code // that the report is under
	view      conduct.View // its history is added in the transaction
	language  string       // BCP 47, as the reporter gave it

	cleared    bool               // a person looked at the account not long ago, and let it be
	assessment conduct.Assessment // made in the transaction
	joined     string             // why it is in a case that was there: a rule of its own; empty where it opened one
	firstLook  time.Time
}

// unreadable says why a message goes to QUARANTINE. It never quotes it.
type unreadable struct {
	reason event.Reason
	err    error
}

func (u unreadable) Error() string { return string(u.reason) + ": " + u.err.Error() }

func (u unreadable) Unwrap() error { return u.err }

// read decodes and opens one message: a new report, which it assesses, or what
// follows one. An unreadable error sends it to QUARANTINE; any other error may
// pass later.
func (w *Worker) read(ctx context.Context, msg jetstream.Msg) (o opened, f *followed, err error) {
	defer func() {
		if v := recover(); v != nil {
			// The value may quote content: its type and the stack say enough.
			w.log.Error("reading a message made the worker panic", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			err = unreadable{event.ReasonPanic, errors.New("panic")}
		}
	}()
	subject, err := event.ParseSubject(msg.Subject())
	if err != nil {
		return opened{}, nil, unreadable{event.ReasonSubject, err}
	}
	fault.Report("worker.read", subject.ID)
	switch {
	case subject.Event == event.ReportSubmitted:
		o, err = w.readReport(ctx, msg, subject)
	case slices.Contains(event.FollowUps(), subject.Event):
		f, err = w.readFollowUp(msg, subject)
	default:
		err = unreadable{event.ReasonUnknown, errors.New("the event is not known")}
	}
	return o, f, err
}

func (w *Worker) readReport(ctx context.Context, msg jetstream.Msg, subject event.Subject) (opened, error) {
	submitted, err := event.DecodeSubmitted(msg.Data())
	if err != nil {
		return opened{}, unreadable{event.ReasonDecode, err}
	}
	if submitted.Report != subject.ID || submitted.Community != subject.Community {
		return opened{}, unreadable{event.ReasonSubject, errors.New("subject and payload disagree")}
	}
	replyKey, err := seal.ParsePublicKey("receipt", submitted.ReplyKey)
	if err != nil {
		return opened{}, unreadable{event.ReasonDecode, err}
	}
	plaintext, content, err := w.open(submitted)
	if err != nil {
		return opened{}, err
	}
	if !bytes.Equal(content.Binding, submitted.Binding()) {
		return opened{}, unreadable{event.ReasonSubject, errors.New("the words belong to another message")}
	}
	code, err := w.code(ctx, submitted.Conduct)
	if err != nil {
		return opened{}, err
	}
	return opened{
		msg: msg, submitted: submitted, replyKey: replyKey, kind: content.Kind, consent: content.Consent,
		plaintext: plaintext, sketch: w.sketchOf(submitted.Community, content),
		code: code, view: w.look(code, content), language: content.Language,
	}, nil
}

func (w *Worker) open(s event.Submitted) ([]byte, event.Content, error) {
	plaintext, err := w.openEnvelope(seal.Context{Purpose: seal.PurposeModeration, Community: s.Community, Report: s.Report}, s.Moderation)
	if err != nil {
		return nil, event.Content{}, err
	}
	var content event.Content
	if err := event.DecodeStrict(plaintext, &content); err != nil {
		return nil, event.Content{}, unreadable{event.ReasonOpen, err}
	}
	if !content.Kind.Valid() {
		return nil, event.Content{}, unreadable{event.ReasonOpen, errors.New("the kind is not on the list")}
	}
	return plaintext, content, nil
}

// openEnvelope opens what is sealed to a community's moderation.
func (w *Worker) openEnvelope(c seal.Context, e seal.Envelope) ([]byte, error) {
	key, err := w.key(c.Community, e.KeyID)
	if errors.Is(err, keys.ErrNoKey) {
		return nil, unreadable{event.ReasonKey, err}
	}
	if err != nil {
		return nil, err
	}
	plaintext, err := key.Open(c, e)
	if err != nil {
		return nil, unreadable{event.ReasonOpen, err}
	}
	return plaintext, nil
}

// key returns a community's private key. Parsing one takes as long as opening
// with it, so it is done once.
func (w *Worker) key(community, id string) (open.PrivateKey, error) {
	name := community + " " + id
	w.mu.Lock()
	key, ok := w.opens[name]
	w.mu.Unlock()
	if ok {
		return key, nil
	}
	entry, err := w.ring.Find(keys.ModerationOpen, community, id)
	if err != nil {
		return open.PrivateKey{}, err
	}
	if key, err = open.Parse(entry.ID, entry.Key); err != nil {
		return open.PrivateKey{}, err
	}
	w.mu.Lock()
	w.opens[name] = key
	w.mu.Unlock()
	return key, nil
}

// code returns the code of conduct with this digest. Codes are content-
// addressed, so that one read serves for good; compiling one takes a while, so
// lanes that want the same at once wait for one of them.
func (w *Worker) code(ctx context.Context, digest string) (conduct.Code, error) {
	w.mu.Lock()
	code, ok := w.codes[digest]
	w.mu.Unlock()
	if ok {
		return code, nil
	}
	read, err, _ := w.reading.Do(digest, func() (any, error) {
		file, err := w.source.Conduct(ctx, digest)
		if err != nil {
			return nil, err
		}
		code, err := conduct.Parse(file)
		if err != nil {
			return nil, unreadable{event.ReasonConduct, err}
		}
		w.mu.Lock()
		w.codes[digest] = code
		w.mu.Unlock()
		return code, nil
	})
	if errors.Is(err, community.ErrNoConduct) {
		return conduct.Code{}, unreadable{event.ReasonConduct, err}
	}
	if err != nil {
		return conduct.Code{}, err
	}
	return read.(conduct.Code), nil //nolint:forcetypeassert // made above
}
