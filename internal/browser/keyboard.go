package browser

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Press presses keys one after another: a character, or a name such as "Tab",
// "Enter", "Space" or "ArrowDown", with modifiers before it as in "Shift+Tab".
func (t *Tab) Press(keys ...string) error {
	press, err := pressing(keys)
	if err != nil {
		return err
	}
	return t.do("pressing "+strings.Join(keys, ", "), func(ctx context.Context, s *chromedp.Target) error {
		_, err := press(ctx, s)
		return err
	})
}

// PressAndLoad presses keys that lead to another page, and waits until that
// page is there.
func (t *Tab) PressAndLoad(keys ...string) (Visit, error) {
	press, err := pressing(keys)
	if err != nil {
		return Visit{}, err
	}
	doing := "pressing " + strings.Join(keys, ", ") + " and waiting for the next page"
	return t.load(doing, func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, press)
	})
}

// Type types a text key by key. A line break is the Enter key, so it belongs in
// a field of several lines only.
func (t *Tab) Type(text string) error {
	return t.do("typing", func(ctx context.Context, s *chromedp.Target) error {
		_, err := chromedp.KeyEvent(text)(ctx, s)
		return err
	})
}

func pressing(keys []string) (chromedp.Action[chromedp.Void], error) {
	var steps []chromedp.Action[chromedp.Void]
	for _, name := range keys {
		names := strings.Split(name, "+")
		var modifiers []chromedp.Modifier
		for _, m := range names[:len(names)-1] {
			modifier, ok := modifierOf(m)
			if !ok {
				return nil, fmt.Errorf("the key %q: there is no modifier %q", name, m)
			}
			modifiers = append(modifiers, modifier)
		}
		key, ok := keyOf(names[len(names)-1])
		if !ok {
			return nil, fmt.Errorf("there is no key %q", name)
		}
		steps = append(steps, chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
	}
	return chromedp.Steps(steps...), nil
}

func modifierOf(name string) (chromedp.Modifier, bool) {
	switch name {
	case "Shift":
		return chromedp.ModifierShift, true
	case "Ctrl":
		return chromedp.ModifierCtrl, true
	case "Alt":
		return chromedp.ModifierAlt, true
	default:
		return chromedp.ModifierNone, false
	}
}

func keyOf(name string) (string, bool) {
	switch name {
	case "Tab":
		return kb.Tab, true
	case "Enter":
		return kb.Enter, true
	case "Space":
		return " ", true
	case "Escape":
		return kb.Escape, true
	case "Backspace":
		return kb.Backspace, true
	case "Delete":
		return kb.Delete, true
	case "Home":
		return kb.Home, true
	case "End":
		return kb.End, true
	case "PageUp":
		return kb.PageUp, true
	case "PageDown":
		return kb.PageDown, true
	case "ArrowUp":
		return kb.ArrowUp, true
	case "ArrowDown":
		return kb.ArrowDown, true
	case "ArrowLeft":
		return kb.ArrowLeft, true
	case "ArrowRight":
		return kb.ArrowRight, true
	default:
		return name, utf8.RuneCountInString(name) == 1
	}
}
