package main

import (
	"fmt"

	"recourse/internal/browser"
)

const (
	next     = ".buttons .send" // the form's button
	takeCase = `form[action="/queue/next"] button`
	write    = `[formaction$="/messages"]`
	toTell   = ".phoned button.main"
)

// walk does things in a page one after another, with the keyboard, until one of
// them fails.
type walk struct {
	tab *browser.Tab
	err error
}

func (w *walk) write(selector, text string) {
	w.at(selector, func() error { return w.tab.Type(text) })
}

func (w *walk) press(selector string, keys ...string) {
	w.at(selector, func() error { return w.tab.Press(keys...) })
}

// follow presses a button that leads to a page with a status.
func (w *walk) follow(selector string, want int) {
	w.at(selector, func() error {
		v, err := w.tab.PressAndLoad("Enter")
		if err == nil && v.Status != want {
			err = fmt.Errorf("the next page has the status %d, want %d", v.Status, want)
		}
		return err
	})
}

func (w *walk) at(selector string, do func() error) {
	if w.err == nil {
		_, w.err = w.tab.TabTo(selector)
	}
	if w.err == nil {
		w.err = do()
	}
}

// The form's steps, each with those before it.

func chosen(tab *browser.Tab, _ scene) error { return toKind(tab).err }
func words(tab *browser.Tab, _ scene) error  { return toWords(tab).err }
func why(tab *browser.Tab, _ scene) error    { return toWhy(tab).err }
func you(tab *browser.Tab, _ scene) error    { return toYou(tab).err }
func check(tab *browser.Tab, _ scene) error  { return toCheck(tab).err }

func faults(tab *browser.Tab, _ scene) error {
	w := toWords(tab)
	w.follow(next, 422)
	return w.err
}

func sent(tab *browser.Tab, _ scene) error {
	w := toCheck(tab)
	w.follow("[name=go][value=send]", 200)
	return w.err
}

func toKind(tab *browser.Tab) *walk {
	w := &walk{tab: tab}
	w.write("[name=platform]", "forum")
	w.press("[name=kind]", "Space", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
	return w
}

func toWords(tab *browser.Tab) *walk {
	w := toKind(tab)
	w.follow(next, 200)
	return w
}

func toWhy(tab *browser.Tab) *walk {
	w := toWords(tab)
	w.write("[name=description]", "He wrote that he knows where I live, and that I will be sorry.\nكتب أنّه يعرف أين أسكن.")
	w.write("[name=links]", "https://forum.example/t/4711#12")
	w.write("[name=handle]", "@night_owl")
	w.write("[name=since]", "May")
	w.press("[name=frequency]", "Space", "ArrowDown")
	w.follow(next, 200)
	return w
}

func toYou(tab *browser.Tab) *walk {
	w := toWhy(tab)
	w.press("[name=grounds][value=gender]", "Space")
	w.press("[name=role]", "ArrowDown")
	w.follow(next, 200)
	return w
}

func toCheck(tab *browser.Tab) *walk {
	w := toYou(tab)
	w.write("[name=contact]", "me@mail.example")
	w.press("[name=do_not_tell_account]", "Space")
	w.follow(next, 200)
	return w
}

func enterReceipt(tab *browser.Tab, s scene) error { return enter(tab, s.receipt) }
func enterArabic(tab *browser.Tab, s scene) error  { return enter(tab, s.arabic) }

func enter(tab *browser.Tab, receipt string) error {
	w := &walk{tab: tab}
	w.write("[name=receipt]", receipt)
	w.follow("[name=receipt]", 200)
	return w.err
}

// takeNext takes the next case of the queue.
func takeNext(tab *browser.Tab, _ scene) error {
	w := &walk{tab: tab}
	w.follow(takeCase, 200)
	return w.err
}

// openHeld opens the case that was taken.
func openHeld(tab *browser.Tab, _ scene) error {
	w := &walk{tab: tab}
	w.follow(".held a", 200)
	return w.err
}

// reply takes the next case and writes to its reporter.
func reply(tab *browser.Tab, _ scene) error {
	w := &walk{tab: tab}
	w.follow(takeCase, 200)
	w.write("[name=text]", "We have seen it. Please send us the links, if you have them.")
	w.follow(write, 200)
	return w.err
}

// phone takes a report by phone.
func phone(tab *browser.Tab, _ scene) error {
	w := &walk{tab: tab}
	w.write("#kind", "Thr")
	w.write("#description", "They rang at night and said what would happen to me.")
	w.follow(toTell, 200)
	return w.err
}
