package reporter

import (
	"slices"
	"strconv"
	"strings"
)

// The steps of the form, in the order in which it asks.
const (
	stepWhat = 1 + iota
	stepWords
	stepGround
	stepYou
	stepCheck // shows everything, and sends it
)

// goSend is what the last step's button sends. A form without any step button,
// as a script posts it, is sent at once too.
const goSend = "send"

// inputsOf returns what a step asks for.
func inputsOf(step int) []string {
	switch step {
	case stepWhat:
		return []string{inputPlatform, inputKind}
	case stepWords:
		return []string{inputDescription, inputLinks, inputHandle, inputSince, inputFrequency}
	case stepGround:
		return []string{inputGrounds, inputRole}
	case stepYou:
		return []string{inputContact, inputGender, inputAgeBand, inputNotTold, inputNotBeyond}
	default:
		return nil
	}
}

// allInputs returns what all steps ask for.
func allInputs() []string {
	var all []string
	for step := stepWhat; step < stepCheck; step++ {
		all = append(all, inputsOf(step)...)
	}
	return all
}

// stepOf returns the step that asks for a field, or 0.
func stepOf(field string) int {
	name, _, _ := strings.Cut(field, "[")
	input := inputOf(name)
	for step := stepWhat; step < stepCheck; step++ {
		if input != "" && slices.Contains(inputsOf(step), input) {
			return step
		}
	}
	return 0
}

// stepNamed reads the number of a step.
func stepNamed(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= stepWhat && n <= stepCheck
}

// wanted returns the step that a form asks for, or false where it is to be
// sent. A step that is none stays where it was.
func wanted(goTo, from string) (int, bool) {
	if goTo == "" || goTo == goSend {
		return stepCheck, false
	}
	if step, ok := stepNamed(goTo); ok {
		return step, true
	}
	return current(from), true
}

// current reads the step that was sent, the first where it is none.
func current(from string) int {
	if step, ok := stepNamed(from); ok {
		return step
	}
	return stepWhat
}

// before returns the first step before another that holds a fault, and what is
// wrong on it. It is 0 where all is well.
func (fs *faults) before(step int) (int, faults) {
	first := step
	for _, f := range *fs {
		if at := stepOf(f.Field); at > 0 {
			first = min(first, at)
		}
	}
	if first == step {
		return 0, nil
	}
	return first, slices.DeleteFunc(slices.Clone(*fs), func(f fault) bool { return stepOf(f.Field) != first })
}

// given returns what was typed or chosen for an input.
func (d draft) given(input string) []string {
	var one string
	switch input {
	case inputGrounds:
		return d.Grounds
	case inputLinks:
		one = strings.Join(d.Links, "\n")
	case inputKind:
		one = d.Kind
	case inputDescription:
		one = d.Description
	case inputPlatform:
		one = d.Platform
	case inputHandle:
		one = d.Handle
	case inputSince:
		one = d.Since
	case inputFrequency:
		one = d.Frequency
	case inputRole:
		one = d.Role
	case inputContact:
		one = d.Contact
	case inputGender:
		one = d.Gender
	case inputAgeBand:
		one = d.AgeBand
	case inputNotTold:
		one = yes(d.Consent.DoNotTellAccount)
	case inputNotBeyond:
		one = yes(d.Consent.NotBeyondCommunity)
	}
	if one == "" {
		return nil
	}
	return []string{one}
}

// value is what was typed or chosen for an input of one value, or "".
func (d draft) value(input string) string { return strings.Join(d.given(input), "\n") }

func yes(chosen bool) string {
	if chosen {
		return "1"
	}
	return ""
}
