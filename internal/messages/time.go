package messages

import (
	"strconv"
	"time"
)

// The keys of the messages that dates and spans are made of. A catalogue has
// them if its service writes dates or spans.
const (
	keyDateAndTime = "date.format"
	keyDay         = "date.day"
	keyFirstDay    = "date.first_day" // how the first of a month is written, as 1er
	keyMonth       = "month."
	keySpan        = "span."
	keyUntil       = "until."
	keyPassed      = "until.passed"
)

// DateKeys are the messages that Date and Day need.
func DateKeys() []string {
	keys := []string{keyDateAndTime, keyDay, keyFirstDay}
	for month := time.January; month <= time.December; month++ {
		keys = append(keys, keyMonth+strconv.Itoa(int(month)))
	}
	return keys
}

// SpanKeys are the messages that Span and Until need.
func SpanKeys() []string {
	keys := []string{keyPassed}
	for _, u := range units() {
		keys = append(keys, keySpan+u.name, keyUntil+u.name)
	}
	return keys
}

// Date writes a day and a time of day, in UTC.
func (l *Language) Date(at time.Time) (string, error) { return l.date(keyDateAndTime, at) }

// Day writes a day, in UTC.
func (l *Language) Day(at time.Time) (string, error) { return l.date(keyDay, at) }

func (l *Language) date(key string, at time.Time) (string, error) {
	at = at.UTC()
	day := strconv.Itoa(at.Day())
	if at.Day() == 1 {
		var err error
		if day, err = l.Text(keyFirstDay); err != nil {
			return "", err
		}
	}
	month, err := l.Text(keyMonth + strconv.Itoa(int(at.Month())))
	if err != nil {
		return "", err
	}
	return l.Text(key, "day", day, "month", month, "year", strconv.Itoa(at.Year()), "time", at.Format("15:04"))
}

type unit struct {
	name   string
	length time.Duration
	from   time.Duration // what Until writes in this unit
}

// units are those of spans, the longest first. A month has no fixed length.
func units() []unit {
	const day = 24 * time.Hour
	return []unit{
		{"weeks", 7 * day, 21 * day},
		{"days", day, 2 * day},
		{"hours", time.Hour, time.Hour},
		{"minutes", time.Minute, 0},
	}
}

// Span writes how long something takes, such as 3 weeks, in the longest unit
// that divides it: 36 hours stay 36 hours. What is less than a minute counts as
// one.
func (l *Language) Span(d time.Duration) (string, error) {
	d = max(d.Abs(), time.Minute).Truncate(time.Minute)
	for _, u := range units() {
		if d%u.length == 0 {
			return l.Text(keySpan+u.name, "count", int(d/u.length))
		}
	}
	panic("messages: every span is a number of minutes")
}

// Until writes how long it is from now to a deadline, such as in 2 hours. It
// rounds down, so that nobody counts on time that is not there.
func (l *Language) Until(now, deadline time.Time) (string, error) {
	d := deadline.Sub(now)
	if d <= 0 {
		return l.Text(keyPassed)
	}
	d = max(d, time.Minute)
	for _, u := range units() {
		if d >= u.from {
			return l.Text(keyUntil+u.name, "count", int(d/u.length))
		}
	}
	panic("messages: the last unit takes every span")
}
