package console

import (
	"errors"
	"net/url"
	"slices"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/access"
)

// filter chooses among open cases. What is empty chooses nothing.
type filter struct {
	Community string     `json:"community"`
	Kind      event.Kind `json:"kind"`
	Queue     string     `json:"queue"`
	Language  string     `json:"language"`
	Tag       string     `json:"tag"`

	spared []event.Kind // that "next" does not give, for the moderator's sake
}

var (
	errNotYours = errors.New("is not a community of yours")
	errNoKind   = errors.New("is not a kind of report")
)

// filterOf reads a filter from a query or a form. All of it are codes: nothing
// that a person wrote stands in the address.
func filterOf(v url.Values) (filter, error) {
	f := filter{
		Community: v.Get("community"), Kind: event.Kind(v.Get("kind")), Queue: v.Get("queue"), Language: v.Get("language"), Tag: v.Get("tag"),
	}
	return f, f.check()
}

func (f filter) check() error {
	if f.Kind != "" && !slices.Contains(event.Kinds(), f.Kind) {
		return fieldErrors{moderation.FieldError{Field: "kind", Err: errNoKind}}
	}
	return nil
}

// communities are those of the moderator that f lets through.
func (f filter) communities(m moderator) ([]string, error) {
	switch {
	case f.Community == "":
		return m.where(access.QueueSee), nil
	case !m.may(access.QueueSee, f.Community):
		return nil, fieldErrors{{Field: "community", Err: errNotYours}}
	default:
		return []string{f.Community}, nil
	}
}

func (f filter) sparedKinds() []string {
	kinds := make([]string, len(f.spared))
	for i, kind := range f.spared {
		kinds[i] = string(kind)
	}
	return kinds
}

// filterPart is one part of a filter, as a form and an address have it.
type filterPart struct{ Name, Value string }

// Fields are the parts that are set.
func (f filter) Fields() []filterPart {
	all := []filterPart{
		{"community", f.Community}, {"kind", string(f.Kind)}, {"queue", f.Queue}, {"language", f.Language}, {"tag", f.Tag},
	}
	return slices.DeleteFunc(all, func(p filterPart) bool { return p.Value == "" })
}

// address is the queue's with the filter.
func (f filter) address(more ...filterPart) string {
	v := url.Values{}
	for _, p := range append(f.Fields(), more...) {
		v.Set(p.Name, p.Value)
	}
	if len(v) == 0 {
		return "/queue"
	}
	return "/queue?" + v.Encode()
}
