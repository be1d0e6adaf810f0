package helplines

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"recourse/internal/event"
)

// For returns the services of one country, or of Worldwide, emergency numbers
// first, then in the order of Kinds and of the file.
func (l *Lines) For(country string) []Line {
	var lines []Line
	for _, kind := range Kinds() {
		lines = append(lines, l.of(country, kind, lines)...)
	}
	return lines
}

// ForKind returns the services of a country that matter to a person who
// reports abuse of a kind, the most urgent first. Where a country has none of a
// sort, or no country is known, the worldwide ones stand in.
func (l *Lines) ForKind(country string, abuse event.Kind) []Line {
	var lines []Line
	for _, kind := range wanted(abuse) {
		found := l.of(country, kind, nil)
		if len(found) == 0 {
			found = l.of(Worldwide, kind, nil)
		}
		for _, line := range found {
			if !listed(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// of returns the services of a country and kind that are not in except.
func (l *Lines) of(country string, kind Kind, except []Line) []Line {
	var lines []Line
	for _, line := range l.all {
		if line.Country == country && slices.Contains(line.Kinds, kind) && !listed(except, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// listed tells lines apart as Parse does: no two of a country share a name.
func listed(lines []Line, line Line) bool {
	return slices.ContainsFunc(lines, func(other Line) bool {
		return other.Country == line.Country && other.ownName() == line.ownName()
	})
}

func (l Line) ownName() string { return l.Name[l.Languages[0]] }

// wanted says which kinds of help matter to a kind of abuse.
func wanted(abuse event.Kind) []Kind {
	switch abuse {
	case event.KindChildSexualAbuse:
		return []Kind{KindChildSexualAbuse, KindChildren, KindEmergency}
	case event.KindThreat, event.KindViolence, event.KindStalking:
		return []Kind{KindEmergency, KindViolence, KindCrisis}
	case event.KindIncitement:
		return []Kind{KindEmergency, KindHate, KindCrisis}
	case event.KindDoxxing:
		return []Kind{KindEmergency, KindOnlineAbuse, KindViolence}
	case event.KindSexualHarassment:
		return []Kind{KindSexualViolence, KindViolence, KindOnlineAbuse, KindCrisis}
	case event.KindNonConsensualImagery, event.KindDeepfake:
		return []Kind{KindOnlineAbuse, KindSexualViolence, KindViolence, KindCrisis}
	case event.KindHate:
		return []Kind{KindHate, KindLGBTIQ, KindOnlineAbuse, KindCrisis}
	default:
		return []Kind{KindOnlineAbuse, KindChildren, KindCrisis}
	}
}

// Guess returns the first country that one of the wishes names and that has
// services, or "". A wish is a country's code, such as KE, or a language tag
// with a region, such as fr-CA, or a whole Accept-Language header.
func (l *Lines) Guess(wishes ...string) string {
	known := l.Countries()
	for _, wish := range wishes {
		if code := strings.ToUpper(strings.TrimSpace(wish)); len(code) == 2 && code == wish && slices.Contains(known, code) {
			return code
		}
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil {
			continue // what a browser says wrongly is as good as nothing said
		}
		for _, tag := range tags {
			// Only a region that was said: fr alone is spoken in many countries.
			if region, sure := tag.Region(); sure == language.Exact && slices.Contains(known, region.String()) {
				return region.String()
			}
		}
	}
	return ""
}
