package main

import (
	"context"
	"runtime"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// benchSealing is how many reports a second every core together could seal if
// they did nothing else: three envelopes and a receipt's key pair each. No
// intake on this machine acknowledges more.
func benchSealing(ctx context.Context, l *lab, f flags) (result, error) {
	admin, err := l.keys.Ring(keys.Admin)
	if err != nil {
		return result{}, err
	}
	var to []seal.PublicKey
	for _, p := range []keys.Purpose{keys.ModerationPublic, keys.ContactPublic, keys.StatisticsPublic} {
		entry, err := admin.Find(p, "demo", "")
		if err != nil {
			return result{}, err
		}
		key, err := seal.ParsePublicKey(entry.ID, entry.Key)
		if err != nil {
			return result{}, err
		}
		to = append(to, key)
	}
	one := func(int) error {
		r := receipt.New()
		if _, err := r.PublicKey(); err != nil {
			return err
		}
		for i, padding := range []seal.Padding{seal.Buckets(), seal.Exactly(event.ContactSize), seal.Exactly(event.DimensionsSize)} {
			here := seal.Context{Purpose: seal.PurposeModeration, Community: "demo", Report: r.ReportID()}
			if _, err := seal.Seal(to[i], here, []byte(aReport), padding); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	var rates []float64
	for range f.Rounds {
		ran, err := underLoad(runtime.GOMAXPROCS(0), min(f.Span, time.Second), one)
		if err != nil {
			return result{}, err
		}
		rates = append(rates, ran.rate)
	}
	return measured("intake: reports that all cores could seal, doing nothing else", "/s", rates), nil
}
