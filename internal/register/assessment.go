package register

// Assessment is what the automation means for people, made from the code.
type Assessment struct {
	Automated []EffectKind `json:"automated"` // what rules in effect do; ordering by kind and severity always is
	Trials    int          `json:"trials"`    // rules that only record
	Affected  []Affected   `json:"affected"`
	Data      []Data       `json:"data"`      // what any rule looks at, trials included
	Terms     int          `json:"terms"`     // of the lexicons, all together
	Reclaimed int          `json:"reclaimed"` // of them, also used by the group that they name
	Oversight []Oversight  `json:"oversight"`
	Recourse  []Recourse   `json:"recourse"`
}

// Affected is who may feel what a machine does.
type Affected string

// Who may be affected.
const (
	AffectedReporters Affected = "reporters" // how soon the report is read
	AffectedAsked     Affected = "asked"     // a reporter gets an automatic question
	AffectedAccounts  Affected = "accounts"  // the report on an account is ordered and tagged
	AffectedHidden    Affected = "hidden"    // what an account posted can be hidden before a person looks
)

// AllAffected returns everybody.
func AllAffected() []Affected {
	return []Affected{AffectedReporters, AffectedAsked, AffectedAccounts, AffectedHidden}
}

// Oversight is what keeps people in charge. All but the last two hold of every
// code: the program lets no code do otherwise.
type Oversight string

// What keeps people in charge.
const (
	OversightDecides      Oversight = "person_decides" // no machine closes a case or acts on an account
	OversightCrowd        Oversight = "crowd"          // the number of reports alone never acts on anybody
	OversightFailure      Oversight = "failure"        // a rule that fails has no effect, and the case says so
	OversightSecondReader Oversight = "second_reader"
	OversightQuota        Oversight = "quota" // hiding stops by itself when it happens often
)

// AllOversight returns everything.
func AllOversight() []Oversight {
	return []Oversight{OversightDecides, OversightCrowd, OversightFailure, OversightSecondReader, OversightQuota}
}

// Recourse is how somebody can object.
type Recourse string

// How somebody can object.
const (
	RecourseReasons Recourse = "reasons" // each decision states its reasons
	RecourseAppeal  Recourse = "appeal"  // and can be looked at again
)

// AllRecourse returns every way.
func AllRecourse() []Recourse { return []Recourse{RecourseReasons, RecourseAppeal} }
