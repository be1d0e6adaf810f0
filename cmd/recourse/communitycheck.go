package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/text"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/examples"
)

// Limits of a community file. Texts are in characters; what stands above the
// form is part of its first visit.
const (
	maxTitle    = 100
	maxIntro    = 600
	maxNotice   = 1000
	maxAskAfter = 365 * 24 * time.Hour
)

// exampleConduct stands before the name of one of the codes of conduct that
// come with this program, in place of a file of the community's own.
const exampleConduct = "example:"

// check applies every rule to a file that was read, and reads what stands
// beside it, in dir.
func (d *draft) check(fsys fs.FS, dir string) error {
	f := &d.file
	if !event.ValidCommunity(f.Name) {
		return wrong("name", "use 1 to 40 lowercase letters, digits and inner hyphens")
	}
	if err := checkLanguages(f.Languages); err != nil {
		return err
	}
	if err := checkText("title", f.Title, f.Languages, maxTitle, text.CleanLine); err != nil {
		return err
	}
	if err := checkKinds(f.Kinds); err != nil {
		return err
	}
	if region, err := language.ParseRegion(f.Country); f.Country != "" && (err != nil || !region.IsCountry() || region.String() != f.Country) {
		return wrong("country", "use a country's two capital letters, such as KE (ISO 3166-1)")
	}
	if f.Intro != nil {
		if err := checkText("intro", f.Intro, f.Languages, maxIntro, text.Clean); err != nil {
			return err
		}
	}
	if f.Paused != nil {
		if err := checkText("paused", f.Paused, f.Languages, maxNotice, text.Clean); err != nil {
			return err
		}
	}
	if field, err := community.Colours(f.Colours).Check(); err != nil {
		return fieldError{field: "colours." + field, err: err}
	}
	if err := d.checkTimes(); err != nil {
		return err
	}
	care, err := f.Care.check()
	if err != nil {
		return err
	}
	d.care = care
	if err := checkRateLimit(f.RateLimit); err != nil {
		return err
	}
	if f.Logo != "" {
		b, err := besides(fsys, dir, f.Logo)
		if err == nil {
			d.logo, err = community.ReadLogo(b)
		}
		if err != nil {
			return fieldError{field: "logo", err: err}
		}
	}
	return d.readConduct(fsys, dir)
}

func (d *draft) readConduct(fsys fs.FS, dir string) error {
	if d.file.Conduct == "" {
		return wrong("conduct", "is missing: name the file of the code of conduct beside this one, or begin with "+exampleConduct+"civic")
	}
	read := func(name string) ([]byte, error) { return besides(fsys, dir, name) }
	name, example := strings.CutPrefix(d.file.Conduct, exampleConduct)
	if example {
		if !slices.Contains(examples.Names(), name) {
			return wrong("conduct", "there is no example %q: there are %s", name, strings.Join(examples.Names(), ", "))
		}
		read, name = examples.Read, name+".yaml"
	}
	b, err := conduct.Load(read, name)
	if err == nil {
		d.code, err = conduct.Parse(b)
	}
	if problems, ok := errors.AsType[conduct.Problems](err); ok {
		first := problems.Named(d.file.Conduct)[0]
		err = fmt.Errorf("%s: %w: %s (for all of it: recourse conduct check %[1]s)", d.file.Conduct, conduct.ErrCode, first)
	}
	if err != nil {
		return fieldError{field: "conduct", err: err}
	}
	for _, lang := range d.file.Languages {
		if d.code.Title[lang] == "" {
			return wrong("conduct", "%s: the code of conduct has no texts in %q", d.file.Conduct, lang)
		}
	}
	d.conduct = b
	return nil
}

// besides reads a file that a community file names.
func besides(fsys fs.FS, dir, name string) ([]byte, error) {
	b, err := fs.ReadFile(fsys, path.Join(dir, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s beside this one", name)
	case errors.Is(err, fs.ErrInvalid):
		return nil, fmt.Errorf("%s is no file beside this one: give its name alone", name)
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return b, nil
}

func checkLanguages(tags []string) error {
	if len(tags) == 0 {
		return wrong("languages", "name at least one, such as [en]")
	}
	for n, tag := range tags {
		field := fmt.Sprintf("languages[%d]", n)
		if _, err := language.Parse(tag); err != nil {
			return wrong(field, "%q is not a language: use its BCP 47 tag, such as fr or pt-BR", tag)
		}
		if slices.Contains(tags[:n], tag) {
			return wrong(field, "%q stands twice: take one out", tag)
		}
	}
	return nil
}

// checkText cleans a text that every language of the community must have.
func checkText(field string, t community.Text, languages []string, maxChars int, clean func(string, int) (string, error)) error {
	if t == nil {
		return wrong(field, "is missing: give it in %s", strings.Join(languages, ", "))
	}
	for _, lang := range languages {
		s, err := clean(t[lang], maxChars)
		if err != nil {
			return wrong(field+"."+lang, "%w", err)
		}
		if s == "" {
			return wrong(field+"."+lang, "has no text in %q: a text is given in all of the community's languages (%s) or left out",
				lang, strings.Join(languages, ", "))
		}
		t[lang] = s
	}
	for lang := range t {
		if !slices.Contains(languages, lang) {
			return wrong(field+"."+lang, "%q is not one of the community's languages (%s): add it there or take the text out",
				lang, strings.Join(languages, ", "))
		}
	}
	return nil
}

func checkKinds(kinds []event.Kind) error {
	if kinds == nil {
		return nil
	}
	for n, k := range kinds {
		field := fmt.Sprintf("kinds[%d]", n)
		if !k.Valid() {
			return wrong(field, "%q is not on the public list: %v", k, event.Kinds())
		}
		if slices.Contains(kinds[:n], k) {
			return wrong(field, "%q stands twice: take one out", k)
		}
	}
	if !slices.Contains(kinds, event.KindOther) {
		return wrong("kinds", "%q is missing: add it, for whoever finds nothing that fits", event.KindOther)
	}
	return nil
}

func (d *draft) checkTimes() error {
	f := d.file
	if f.Opens != "" {
		day, err := time.Parse(time.DateOnly, f.Opens)
		if err != nil {
			day, err = time.Parse(time.RFC3339, f.Opens)
		}
		if err != nil {
			return wrong("opens", "%q is not a time: write 2026-12-01, which begins at 00:00 UTC, or 2026-12-01T08:00:00+01:00", f.Opens)
		}
		d.opens = day.UTC()
	}
	if f.AskAfter != "" {
		after, err := time.ParseDuration(f.AskAfter)
		if err != nil || after <= 0 || after > maxAskAfter {
			return wrong("ask_after", "%q is not a time span up to a year: write it in hours, such as 504h for three weeks", f.AskAfter)
		}
		d.askAfter = after
	}
	return nil
}

func checkRateLimit(r fileRateLimit) error {
	for _, limit := range []struct {
		field string
		value int
	}{
		{"reports_per_hour", r.ReportsPerHour},
		{"follow_ups_per_hour", r.FollowUpsPerHour},
		{"wrong_receipts_per_hour", r.WrongReceiptsPerHour},
	} {
		if limit.value < 0 {
			return wrong("rate_limit."+limit.field, "is less than nothing: use 1 or more, or leave it out for no limit")
		}
	}
	return nil
}
