package event

import "slices"

// Kind says what happened. The list is fixed, public and versioned;
// communities map their articles onto it so that figures compare.
type Kind string

// The kinds, in the order in which forms and tables show them.
const (
	KindHarassment           Kind = "harassment"
	KindAbusiveLanguage      Kind = "abusive_language"
	KindCyberbullying        Kind = "cyberbullying"
	KindStalking             Kind = "stalking"
	KindThreat               Kind = "threat"
	KindViolence             Kind = "violence"
	KindHate                 Kind = "hate"
	KindSexualHarassment     Kind = "sexual_harassment"
	KindNonConsensualImagery Kind = "non_consensual_imagery"
	KindChildSexualAbuse     Kind = "child_sexual_abuse"
	KindDeepfake             Kind = "deepfake"
	KindDoxxing              Kind = "doxxing"
	KindImpersonation        Kind = "impersonation"
	KindCatfishing           Kind = "catfishing"
	KindIncitement           Kind = "incitement"
	KindBrigading            Kind = "brigading"
	KindOther                Kind = "other"
)

// Kinds returns every kind in its public order.
func Kinds() []Kind {
	return []Kind{
		KindHarassment, KindAbusiveLanguage, KindCyberbullying, KindStalking, KindThreat, KindViolence,
		KindHate, KindSexualHarassment, KindNonConsensualImagery, KindChildSexualAbuse, KindDeepfake,
		KindDoxxing, KindImpersonation, KindCatfishing, KindIncitement, KindBrigading, KindOther,
	}
}

// Valid reports whether k is on the list.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Ground says why the target was picked.
type Ground string

// The grounds.
const (
	GroundGender            Ground = "gender"
	GroundGenderIdentity    Ground = "gender_identity"
	GroundSexualOrientation Ground = "sexual_orientation"
	GroundRaceEthnicity     Ground = "race_ethnicity"
	GroundReligion          Ground = "religion"
	GroundDisability        Ground = "disability"
	GroundAge               Ground = "age"
	GroundMigrationStatus   Ground = "migration_status"
	GroundPoliticalView     Ground = "political_view"
	GroundCivicRole         Ground = "civic_role"
	GroundNone              Ground = "none"
	GroundUnknown           Ground = "unknown"
)

// Grounds returns every ground in its public order.
func Grounds() []Ground {
	return []Ground{
		GroundGender, GroundGenderIdentity, GroundSexualOrientation, GroundRaceEthnicity, GroundReligion,
		GroundDisability, GroundAge, GroundMigrationStatus, GroundPoliticalView, GroundCivicRole,
		GroundNone, GroundUnknown,
	}
}

// Valid reports whether g is on the list.
func (g Ground) Valid() bool { return slices.Contains(Grounds(), g) }

// Gender is what the reporter says of herself or himself, for statistics only.
type Gender string

// The genders.
const (
	GenderWoman         Gender = "woman"
	GenderMan           Gender = "man"
	GenderNonBinary     Gender = "non_binary"
	GenderSelfDescribed Gender = "self_described"
	GenderUnknown       Gender = "unknown"
)

// Genders returns every gender in its public order.
func Genders() []Gender {
	return []Gender{GenderWoman, GenderMan, GenderNonBinary, GenderSelfDescribed, GenderUnknown}
}

// Valid reports whether g is on the list.
func (g Gender) Valid() bool { return slices.Contains(Genders(), g) }

// AgeBand is the reporter's age in bands, for statistics only.
type AgeBand string

// The age bands.
const (
	AgeUnder18 AgeBand = "under_18"
	Age18To24  AgeBand = "18-24"
	Age25To34  AgeBand = "25-34"
	Age35To44  AgeBand = "35-44"
	Age45To54  AgeBand = "45-54"
	Age55To64  AgeBand = "55-64"
	Age65Up    AgeBand = "65+"
	AgeUnknown AgeBand = "unknown"
)

// AgeBands returns every age band in its public order.
func AgeBands() []AgeBand {
	return []AgeBand{AgeUnder18, Age18To24, Age25To34, Age35To44, Age45To54, Age55To64, Age65Up, AgeUnknown}
}

// Valid reports whether a is on the list.
func (a AgeBand) Valid() bool { return slices.Contains(AgeBands(), a) }

// Role says who reports.
type Role string

// The roles.
const (
	RoleTarget   Role = "target"
	RoleWitness  Role = "witness"
	RoleAlly     Role = "ally"
	RoleOperator Role = "operator"
)

// Roles returns every role in its public order.
func Roles() []Role { return []Role{RoleTarget, RoleWitness, RoleAlly, RoleOperator} }

// Valid reports whether r is on the list.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Frequency says how often it happened.
type Frequency string

// The frequencies.
const (
	FrequencyOnce    Frequency = "once"
	FrequencySeveral Frequency = "several"
	FrequencyOften   Frequency = "often" // and it goes on
	FrequencyUnknown Frequency = "unknown"
)

// Frequencies returns every frequency in its public order.
func Frequencies() []Frequency {
	return []Frequency{FrequencyOnce, FrequencySeveral, FrequencyOften, FrequencyUnknown}
}

// Valid reports whether f is on the list.
func (f Frequency) Valid() bool { return slices.Contains(Frequencies(), f) }

// Action is a corrective action, what a decision does.
type Action string

// The corrective actions, from the lightest to the heaviest.
const (
	ActionNone     Action = "none"
	ActionNotice   Action = "notice"
	ActionWarning  Action = "warning"
	ActionLabel    Action = "label"
	ActionHide     Action = "hide"
	ActionRemove   Action = "remove"
	ActionRestrict Action = "restrict"
	ActionSuspend  Action = "suspend"
	ActionBan      Action = "ban"
	ActionRefer    Action = "refer"
)

// Actions returns every corrective action, the lightest first.
func Actions() []Action {
	return []Action{
		ActionNone, ActionNotice, ActionWarning, ActionLabel, ActionHide, ActionRemove, ActionRestrict,
		ActionSuspend, ActionBan, ActionRefer,
	}
}

// Valid reports whether a is on the list.
func (a Action) Valid() bool { return slices.Contains(Actions(), a) }

// Milestone is a step that the reporter sees.
type Milestone string

// The milestones.
const (
	MilestoneReceived  Milestone = "received"
	MilestoneOpened    Milestone = "opened"
	MilestoneDecided   Milestone = "decided"
	MilestoneAppealed  Milestone = "appealed"
	MilestoneReopened  Milestone = "reopened" // it did not stop
	MilestoneClosed    Milestone = "closed"
	MilestoneWithdrawn Milestone = "withdrawn" // by the reporter: its content is gone
)

// Milestones returns every milestone in the usual order.
func Milestones() []Milestone {
	return []Milestone{
		MilestoneReceived, MilestoneOpened, MilestoneDecided, MilestoneAppealed, MilestoneReopened, MilestoneClosed,
		MilestoneWithdrawn,
	}
}
