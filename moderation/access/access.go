// Package access says who may do what in the console: one table of roles and
// actions. A role belongs to a person in one community.
package access

import "slices"

// Role is what a person does for a community.
type Role string

// The roles. The operator, who gives commands on the server, has none here.
const (
	Moderator Role = "moderator" // works on cases
	Senior    Role = "senior"    // what moderators do, and what needs experience
	Custodian Role = "custodian" // opens a reporter's contact, with a reason, and sees no case
	Auditor   Role = "auditor"   // reads the audit log, and no content
	Admin     Role = "admin"     // says who works in the community, and sees no content
)

// Roles returns every role.
func Roles() []Role { return []Role{Moderator, Senior, Custodian, Auditor, Admin} }

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Action is something that the console lets some people do and others not.
type Action string

// The actions, named as the audit log names one that was denied.
const (
	QueueSee     Action = "queue.see"     // what waits: no content
	CaseSee      Action = "case.see"      // all of a case but its files
	CaseClaim    Action = "case.claim"    // and give it back
	CaseDecide   Action = "case.decide"   // propose, consent, refuse, take a report out
	CaseMessage  Action = "case.message"  // write to a reporter
	CaseRead     Action = "case.read"     // mark what is new as read
	CaseShow     Action = "case.show"     // end that a rule hides it
	EvidenceOpen Action = "evidence.open" // one file
	ReportTake   Action = "report.take"   // by phone or at a counter
)

// Actions returns every action.
func Actions() []Action {
	return []Action{QueueSee, CaseSee, CaseClaim, CaseDecide, CaseMessage, CaseRead, CaseShow, EvidenceOpen, ReportTake}
}

// Allowed reports whether one of the roles may do a.
func Allowed(roles []Role, a Action) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(r.may(), a) })
}

// may is the table.
func (r Role) may() []Action {
	switch r {
	case Moderator:
		return []Action{QueueSee, CaseSee, CaseClaim, CaseDecide, CaseMessage, CaseRead, CaseShow, EvidenceOpen, ReportTake}
	case Senior:
		return Moderator.may()
	case Custodian, Auditor, Admin:
		return nil
	default:
		return nil
	}
}

// Having returns the roles that may do a.
func Having(a Action) []Role {
	return slices.DeleteFunc(Roles(), func(r Role) bool { return !slices.Contains(r.may(), a) })
}
