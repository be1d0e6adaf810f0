package reporter

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal/receipt"
)

// submission is a report that keeps every rule, ready to be sent.
type submission struct {
	community community.Bundle
	report    report
	client    client
	route     string       // by which it came
	key       string       // idempotency key, or ""
	network   netip.Prefix // from which it came; the zero Prefix where no limit by address may hold
}

// submit seals and publishes a report, and returns its receipt once it is
// stored. It is the one way in, for the API and the form. Its errors match
// errAway, errClosed, errTooLarge and limitedError, and never quote the report.
func (i *Intake) submit(ctx context.Context, s submission) (receipt.Receipt, error) {
	r := receipt.New()
	if s.key != "" {
		counted := s.report
		if s.route == formRoute {
			// The page's language: switching it must not make another report of
			// one that is sent again.
			counted.Language = ""
		}
		canonical, err := counted.canonical()
		if err != nil {
			return receipt.Receipt{}, err
		}
		r = i.secrets.receiptOf(s.client.identity(), s.community.Name, s.route, s.key, canonical)
	}
	if err := i.mayTake(ctx, s, r); err != nil {
		return receipt.Receipt{}, err
	}
	if err := i.allowReport(ctx, s, r.ReportID()); err != nil {
		return receipt.Receipt{}, err
	}
	message, err := i.secrets.sealReport(s.community, s.report, s.client.name, r, i.now())
	if err != nil {
		return receipt.Receipt{}, err
	}
	payload, err := json.Marshal(message)
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("encoding a report's message: %w", err)
	}
	// A browser that goes away halfway, as a double click makes it, does not
	// leave the report undecided.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), natsTimeout)
	defer cancel()
	if err := i.publisher.publish(ctx, event.ReportSubject(event.ReportSubmitted, message.Community, message.Report), payload); err != nil {
		return receipt.Receipt{}, err
	}
	i.counters.acknowledged.Inc()
	return r, nil
}
