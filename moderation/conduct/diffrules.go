package conduct

import (
	"strconv"
	"strings"

	"recourse/internal/register"
)

func (d *differ) rules() {
	for _, a := range d.from.Rules {
		b, stays := d.to.Rule(a.ID)
		about := "rule " + a.ID
		if !stays {
			d.sayf(about, register.Removed, "is taken out")
			continue
		}
		d.text(about, register.Words, "what it says", a.Says, b.Says)
		if before, after := strings.Join(strings.Fields(a.When), " "), strings.Join(strings.Fields(b.When), " "); before != after {
			d.sayf(about, register.Condition, "changes its condition from `%s` to `%s`", before, after)
		}
		d.effects(about, a.Then, b.Then)
		switch {
		case a.Shadow && !b.Shadow:
			d.sayf(about, register.Live, "takes effect: it only recorded before")
		case !a.Shadow && b.Shadow:
			d.sayf(about, register.Trial, "has no effect any more: it only records")
		}
	}
	for _, b := range d.to.Rules {
		if _, known := d.from.Rule(b.ID); known {
			continue
		}
		only := ""
		if b.Shadow {
			only = " It only records, and has no effect"
		}
		says := strings.TrimSuffix(b.Says.In("en", d.to.Languages), ".")
		d.sayf("rule "+b.ID, register.Added, "is new: “%s.” It does this: %s.%s", says, strings.Join(b.Then.words(), "; "), only)
	}
	d.order()
}

func (d *differ) effects(about string, a, b Effects) {
	d.list(about, register.Effects, "effects", a.words(), b.words())
	if a.Priority != nil && b.Priority != nil {
		d.text(about, register.Reason, "the reason of its priority", a.Priority.Reason, b.Priority.Reason)
	}
	if a.Hide && b.Hide {
		d.value(about, register.Quota, "how often it may hide in an hour", quota(a.HideQuota), quota(b.HideQuota))
	}
}

func quota(n int) string {
	if n == 0 {
		return "as often as the code says"
	}
	return strconv.Itoa(n)
}

// order says that rules of both codes stand in another order, which decides
// ties.
func (d *differ) order() {
	ids := func(c, other Code) []string {
		var ids []string
		for _, r := range c.Rules {
			if _, both := other.Rule(r.ID); both {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
	d.list("the code", register.Order, "rules", ids(d.from, d.to), ids(d.to, d.from))
}
