package reporter

import (
	"fmt"
	"slices"
	"strings"

	"recourse/internal/web"
)

// rule is what a field broke. The form looks up its words in the page's
// language as `error.<rule>`; the API says it in English.
type rule string

const (
	ruleRequired     rule = "required"
	ruleWrongType    rule = "wrong_type"    // JSON only
	ruleUnknownField rule = "unknown_field" // JSON only
	ruleGivenTwice   rule = "given_twice"
	ruleNotOnList    rule = "not_on_list"
	ruleRepeated     rule = "repeated" // in a list without repeats
	ruleTooLong      rule = "too_long"
	ruleTooMany      rule = "too_many"
	ruleCharacters   rule = "characters"
	ruleLanguage     rule = "language"
	ruleClientOnly   rule = "client_only"
	ruleKeyForm      rule = "key_form"
	ruleKeyShort     rule = "key_short"
	ruleReceipt      rule = "receipt"  // not the form of a receipt
	ruleMistyped     rule = "mistyped" // the form, and a wrong letter in it

	// Of evidence over the API.
	ruleFileID          rule = "file_id"
	ruleChunk           rule = "chunk"
	ruleChunkOrManifest rule = "chunk_or_manifest"
	ruleDigest          rule = "digest"
	ruleNumber          rule = "number"
)

// fault is what is wrong with one field. It never holds what was sent.
type fault struct {
	Field string // a path, such as links[2] or account.handle
	Rule  rule
	Max   int      // of too_long, in characters, and too_many
	Want  []string // of not_on_list: the list; of wrong_type: the type
}

// maxFaults bounds an answer: a body can hold thousands of unknown fields.
const maxFaults = 64

// faults collects what is wrong, at most one fault a field: whatever follows
// from a first one would only confuse.
type faults []fault

func (fs *faults) add(f fault) {
	if len(*fs) < maxFaults && !fs.at(f.Field) {
		*fs = append(*fs, f)
	}
}

func (fs *faults) at(field string) bool {
	return slices.ContainsFunc(*fs, func(f fault) bool { return f.Field == field })
}

// problem is the API's answer.
func (fs *faults) problem() web.Problem {
	errs := make([]web.FieldError, 0, len(*fs))
	for _, f := range *fs {
		errs = append(errs, web.FieldError{Field: f.Field, Detail: f.detail()})
	}
	return *web.Invalid(errs...)
}

func (f fault) detail() string {
	switch f.Rule {
	case ruleRequired:
		return "is required"
	case ruleWrongType:
		return "has the wrong type: expected " + strings.Join(f.Want, " or ")
	case ruleUnknownField:
		return "is not a field of this call"
	case ruleGivenTwice:
		return "is given more than once"
	case ruleNotOnList:
		return "is not one of: " + strings.Join(f.Want, ", ")
	case ruleRepeated:
		return "repeats an earlier one"
	case ruleTooLong:
		return fmt.Sprintf("is longer than %d characters", f.Max)
	case ruleTooMany:
		return fmt.Sprintf("has more than %d entries", f.Max)
	case ruleCharacters:
		return "holds a control character, or half of a surrogate pair"
	case ruleLanguage:
		return "is not a well-formed BCP 47 language tag"
	case ruleClientOnly:
		return "may only be sent by a client with a key of this community (Authorization: Bearer)"
	case ruleKeyForm:
		return "must be one header of 1 to 255 visible ASCII characters"
	case ruleKeyShort:
		return "must have at least 16 characters from a client without a key of its own, or two strangers could share a receipt"
	case ruleFileID:
		return "must be 32 hexadecimal digits, chosen by you: the same for every part of the file"
	case ruleChunk:
		return fmt.Sprintf("must be base64 of 1 to %d bytes", f.Max)
	case ruleChunkOrManifest:
		return "must be there in a chunk, and not beside a manifest"
	case ruleDigest:
		return "must be 64 hexadecimal digits: SHA-256 of the file"
	case ruleNumber:
		return fmt.Sprintf("must be a whole number from 0 to %d", f.Max)
	case ruleReceipt:
		return "is not a receipt: a receipt has 26 letters and digits"
	case ruleMistyped:
		return "is mistyped: one of its letters or digits is wrong"
	default:
		return "is not valid"
	}
}

// element names an entry of a list.
func element(field string, index int) string { return fmt.Sprintf("%s[%d]", field, index) }
