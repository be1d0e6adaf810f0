package main

import (
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
		{"form-chosen", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, chosen},
		{"form-words", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, words},
		{"form-words-ar-narrow", intake, "/c/demo/report", browser.Options{Language: "ar", Width: narrow, Height: 640}, words},
		{"form-faults", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, faults},
		{"form-why", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, why},
		{"form-you", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, you},
		{"form-you-ar-dark", intake, "/c/demo/report", browser.Options{Language: "ar", Width: wide, Dark: true}, you},
		{"form-check", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, check},
		{"form-check-ar", intake, "/c/demo/report", browser.Options{Language: "ar", Width: wide}, check},
		{"form-check-narrow", intake, "/c/demo/report", browser.Options{Language: "en", Width: narrow, Height: 640}, check},
		{"receipt", intake, "/c/demo/report", browser.Options{Language: "en", Width: wide}, sent},
		{"receipt-ar-narrow", intake, "/c/demo/report", browser.Options{Language: "ar", Width: narrow, Height: 640}, sent},
		{"conduct", intake, "/c/demo/conduct", browser.Options{Language: "en", Width: wide}, nil},
		{"help", intake, "/help?country=KE", browser.Options{Language: "en", Width: wide}, nil},
		{"help-ar-narrow", intake, "/help?country=EG", browser.Options{Language: "ar", Width: narrow, Height: 640}, nil},
		{"status-ask", intake, "/status", browser.Options{Language: "en", Width: wide}, nil},
		{"status", intake, "/status", browser.Options{Language: "en", Width: wide}, enterReceipt},
		{"status-ar", intake, "/status", browser.Options{Language: "ar", Width: wide}, enterArabic},
		{"status-dark", intake, "/status", browser.Options{Language: "en", Width: wide, Dark: true}, enterReceipt},
		{"status-narrow", intake, "/status", browser.Options{Language: "en", Width: narrow, Height: 640}, enterReceipt},
		{"queue", console, "/queue", browser.Options{Language: "en", Width: 1280}, nil},
		{"queue-dark", console, "/queue", browser.Options{Language: "en", Width: 1280, Dark: true}, nil},
		{"queue-narrow", console, "/queue", browser.Options{Language: "en", Width: narrow, Height: 640}, nil},
		{"case", console, "/queue", browser.Options{Language: "en", Width: 1280}, takeNext},
		{"case-dark", console, "/queue", browser.Options{Language: "en", Width: 1280, Dark: true}, openHeld},
		{"case-narrow", console, "/queue", browser.Options{Language: "en", Width: narrow, Height: 640}, openHeld},
		{"case-forced", console, "/queue", browser.Options{Language: "en", Width: 1280, ForcedColors: true}, openHeld},
		{"case-reply", console, "/queue", browser.Options{Language: "en", Width: 1280}, reply},
		{"phone", console, "/reports/new", browser.Options{Language: "en", Width: 1280}, nil},
		{"phone-narrow-dark", console, "/reports/new", browser.Options{Language: "en", Width: narrow, Height: 640, Dark: true}, nil},
		{"phone-receipt", console, "/reports/new", browser.Options{Language: "en", Width: 1280}, phone},
	}
}

func intake(i *instance.Instance) string  { return i.Intake }
func console(i *instance.Instance) string { return i.Console }

// enterReceipt asks what became of the report that was decided.
