package conduct

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of a code of conduct's YAML. What it
// can't say, Parse checks.
func Schema() []byte { return append([]byte(nil), schema...) }
