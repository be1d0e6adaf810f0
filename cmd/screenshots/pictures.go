package main

import (
	"fmt"

	"recourse/internal/browser"
	"recourse/internal/instance"
)

// picture is one file, <name>.png, of the full page.
type picture struct {
	name    string
	at      func(*instance.Instance) string // the address without a path
	path    string
	options browser.Options
	then    func(*browser.Tab, scene) error // on the page, before the picture; may be nil
}

// pictures are made in this order in one tab, in which a moderator is signed in
// to the console.
func pictures() []picture {
	const (
		wide   = 900 // pixels
		narrow = browser.Narrow
	)
	return []picture{
		{"form", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, nil},
		{"form-ar", intake, "/c/demo/report", browser.Options{Language: "ar", Width: wide}, nil},
		{"form-dark", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide, Dark: true}, nil},
		{"form-narrow", intake, "/c/demo/report", browser.Options{Language: "en", Width: narrow, Height: 640}, nil},
		{"conduct", intake, "/c/demo/conduct", browser.Options{Language: "en", Width: wide}, nil},
		{"status-ask", intake, "/status", browser.Options{Language: "en", Width: wide}, nil},
		{"status", intake, "/status", browser.Options{Language: "en", Width: wide}, enterReceipt},
		{"status-narrow", intake, "/status", browser.Options{Language: "en", Width: narrow, Height: 640}, enterReceipt},
		{"queue", console, "/queue", browser.Options{Language: "en", Width: 1280}, nil},
		{"queue-dark", console, "/queue", browser.Options{Language: "en", Width: 1280, Dark: true}, nil},
		{"case", console, "/queue", browser.Options{Language: "en", Width: 1280}, takeNext},
	}
}

func intake(i *instance.Instance) string  { return i.Intake }
func console(i *instance.Instance) string { return i.Console }

// enterReceipt asks what became of the report that was decided.
func enterReceipt(tab *browser.Tab, s scene) error {
	if _, err := tab.TabTo("[name=receipt]"); err != nil {
		return err
	}
	if err := tab.Type(s.receipt); err != nil {
		return err
	}
	return goOn(tab)
}

// takeNext takes the next case of the queue.
func takeNext(tab *browser.Tab, _ scene) error {
	if _, err := tab.TabTo(`form[action="/queue/next"] button`); err != nil {
		return err
	}
	return goOn(tab)
}

func goOn(tab *browser.Tab) error {
	v, err := tab.PressAndLoad("Enter")
	if err == nil && v.Status >= 400 {
		err = fmt.Errorf("the next page has the status %d", v.Status)
	}
	return err
}
