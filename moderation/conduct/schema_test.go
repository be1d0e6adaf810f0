package conduct_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"recourse/internal/event"
	"recourse/internal/testbench"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/examples"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(conduct.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, file string) error {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(document)
}

func TestTheSchemaTakesEveryCodeThatThereIs(t *testing.T) {
	s := compiledSchema(t)
	files := map[string]string{"house": house, "the test bench's": testbench.DemoConduct, "every effect": ruled("rules:\n" + everyEffect)}
	for _, name := range examples.Names() {
		b, err := examples.Read(name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(b)
	}
	if len(files) < 4 {
		t.Fatalf("only %d codes are found", len(files))
	}
	for name, file := range files {
		if err := valid(t, s, file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var everyEffect = rule("a", "report.account", `article: safety, priority: {level: high, reason: {en: Why., ar: لماذا.}}, queue: safety, language_team: true, `+
	`second_reader: true, tags: [t], group: [account, links], hide: true, hide_quota: 3, ask: where`) + "    shadow: true\n"

func TestTheSchemaAndParseRefuseTheSame(t *testing.T) {
	s := compiledSchema(t)
	whole := ruled("rules:\n" + everyEffect)
	parse(t, whole)
	for old, with := range map[string]string{
		`version: "3"`:                     "version: \"3\"\ncolour: red",
		"version: \"3\"\n":                 "",
		"languages: [en, ar]":              "languages: []",
		"languages: [en, ar]\n":            "languages: [en, ar, ar]\n",
		"queues: [general, safety":         "queues: [General, safety",
		"hide: true, hide_quota: 5}":       "hide: true, hide_quota: -5}",
		"{hide: true, hide_quota: 5}":      "{hide_quota: 5}",
		"id: where":                        "id: Where",
		"severity: 4":                      "severity: 5",
		"severity: 2\n":                    "severity: high\n",
		"first_look: 2h30m":                "first_look: 2d",
		"first_look: 48h":                  "first_look: soon",
		"[threat,":                         "[threats,",
		"    title: {en: Safety":           "    ladder: [shout]\n    title: {en: Safety",
		"title: {en: Names":                "weight: 3\n    title: {en: Names",
		says:                               "says: nothing",
		"when: 'report.account'":           "when: ''",
		"level: high":                      "level: higher",
		", reason: {en: Why., ar: لماذا.}": "",
		"tags: [t]":                        "tags: [A b]",
		"group: [account":                  "group: [text",
		"second_reader: true":              "second_reader: perhaps",
		"hide_quota: 3":                    "hide_quota: -3",
		"hide: true, hide_quota: 3":        "hide_quota: 3",
		"ask: where":                       "ban: true",
		"shadow: true":                     "shadow: 3",
	} {
		if strings.Count(whole, old) != 1 {
			t.Errorf("%q does not stand once in the file", old)
			continue
		}
		file := strings.Replace(whole, old, with, 1)
		if _, err := conduct.Parse([]byte(file)); err == nil {
			t.Errorf("%q for %q: Parse takes it", with, old)
		}
		if err := valid(t, s, file); err == nil {
			t.Errorf("%q for %q: the schema takes it", with, old)
		}
	}
}

// schemaNode is what this test reads of the schema.
type schemaNode struct {
	Description string                `json:"description"`
	Properties  map[string]schemaNode `json:"properties"`
	Defs        map[string]schemaNode `json:"$defs"`
	Items       *schemaNode           `json:"items"`
	Enum        []string              `json:"enum"`
}

func TestTheSchemaHasTheFieldsOfTheTypesAndSaysWhatEachIs(t *testing.T) {
	var root schemaNode
	if err := json.Unmarshal(conduct.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		node schemaNode
		of   reflect.Type
	}{
		{root, reflect.TypeFor[conduct.Code]()},
		{root.Properties["automation"], reflect.TypeFor[conduct.Automation]()},
		{root.Defs["question"], reflect.TypeFor[conduct.Question]()},
		{root.Defs["article"], reflect.TypeFor[conduct.Article]()},
		{root.Defs["rule"], reflect.TypeFor[conduct.Rule]()},
		{root.Defs["effects"], reflect.TypeFor[conduct.Effects]()},
		{root.Defs["effects"].Properties["priority"], reflect.TypeFor[conduct.Priority]()},
	} {
		fields := 0
		for f := range tt.of.Fields() {
			tag := f.Tag.Get("yaml")
			if tag == "" {
				continue
			}
			fields++
			if tt.node.Properties[tag].Description == "" {
				t.Errorf("the schema does not say what %s of a %s is", tag, tt.of.Name())
			}
		}
		if fields != len(tt.node.Properties) {
			t.Errorf("the schema has %d fields for a %s, which has %d", len(tt.node.Properties), tt.of.Name(), fields)
		}
	}
	article := root.Defs["article"].Properties
	if got := article["kinds"].Items.Enum; !slices.Equal(got, texts(event.Kinds())) {
		t.Errorf("the schema's kinds are %v", got)
	}
	if got := article["ladder"].Items.Enum; !slices.Equal(got, texts(event.Actions())) {
		t.Errorf("the schema's actions are %v", got)
	}
}

func texts[T ~string](values []T) []string {
	var all []string
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}
