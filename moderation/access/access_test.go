package access_test

import (
	"slices"
	"testing"

	"recourse/moderation/access"
)

func TestASeniorMayWhatAModeratorMay(t *testing.T) {
	for _, a := range access.Actions() {
		if access.Allowed([]access.Role{access.Moderator}, a) && !access.Allowed([]access.Role{access.Senior}, a) {
			t.Errorf("a moderator may %s, a senior may not", a)
		}
	}
}

func TestEachActionIsSomebodys(t *testing.T) {
	for _, a := range access.Actions() {
		if !slices.ContainsFunc(access.Roles(), func(r access.Role) bool { return access.Allowed([]access.Role{r}, a) }) {
			t.Errorf("nobody may %s", a)
		}
		if access.Allowed(nil, a) || access.Allowed([]access.Role{"stranger"}, a) {
			t.Errorf("who has no role may %s", a)
		}
	}
}

func TestWhoSeesNoCaseSeesNoneOfItsParts(t *testing.T) {
	for _, r := range []access.Role{access.Custodian, access.Auditor, access.Admin} {
		for _, a := range []access.Action{access.QueueSee, access.CaseSee, access.EvidenceOpen, access.CaseMessage, access.CaseDecide} {
			if access.Allowed([]access.Role{r}, a) {
				t.Errorf("a %s may %s", r, a)
			}
		}
	}
}
