package conduct

import "recourse/internal/register"

// assessmentOf says what the automation means for people.
func assessmentOf(d register.Document) register.Assessment {
	does := map[register.EffectKind]bool{}
	looksAt := map[register.Data]bool{register.DataAnswers: true} // the kind, whatever the rules are
	a := register.Assessment{Recourse: register.AllRecourse()}
	for _, r := range d.Rules {
		for _, data := range r.Data {
			looksAt[data] = true
		}
		if r.Shadow {
			a.Trials++
			continue
		}
		for _, e := range r.Effects {
			does[e.What] = true
		}
	}
	for _, l := range d.Lexicons {
		a.Terms += l.Terms
		a.Reclaimed += l.Reclaimed
	}
	a.Automated, a.Data = inOrder(register.EffectKinds(), does), inOrder(register.AllData(), looksAt)
	hides := does[register.EffectHide]
	a.Affected = inOrder(register.AllAffected(), map[register.Affected]bool{
		register.AffectedReporters: true, register.AffectedAsked: does[register.EffectAsk], register.AffectedAccounts: true,
		register.AffectedHidden: hides,
	})
	a.Oversight = inOrder(register.AllOversight(), map[register.Oversight]bool{
		register.OversightDecides: true, register.OversightCrowd: true, register.OversightFailure: true,
		register.OversightSecondReader: does[register.EffectSecondReader], register.OversightQuota: hides,
	})
	return a
}
