package main

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"recourse/internal/instance"
)

// send sends every report until it is acknowledged.
func (d *demo) send(ctx context.Context) error {
	bar := d.display.Begin("sending", len(d.planned))
	defer bar.End()
	var mu sync.Mutex // over d.acknowledged and d.outcome
	g, sending := errgroup.WithContext(ctx)
	g.SetLimit(d.Clients)
	for _, p := range d.planned {
		if sending.Err() != nil {
			break
		}
		g.Go(func() error {
			s := sender{instance: d.instance, planned: p}
			ack, err := s.send(sending)
			mu.Lock()
			defer mu.Unlock()
			d.outcome.Requests += s.requests
			if err != nil {
				return err
			}
			if _, known := d.acknowledged[ack.ID]; known {
				return fmt.Errorf("two different reports were acknowledged with the id %s", ack.ID)
			}
			d.acknowledged[ack.ID] = acknowledged{receipt: ack.Receipt, report: p.report}
			d.outcome.Acknowledged++
			if p.form {
				d.outcome.Form++
			}
			if p.twice {
				d.outcome.SentAgain++
			}
			bar.Add()
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// sender sends one report and counts how often it had to.
type sender struct {
	instance *instance.Instance
	planned  planned
	requests int
}

func (s *sender) send(ctx context.Context) (instance.Acknowledgement, error) {
	if s.planned.form {
		form, err := persist(ctx, func(ctx context.Context) (*instance.Form, error) {
			return s.instance.OpenForm(ctx, community, s.planned.report.Language)
		})
		if err != nil {
			return instance.Acknowledgement{}, err
		}
		return s.persist(ctx, func(ctx context.Context) (instance.Acknowledgement, error) { return form.Send(ctx, s.planned.report) })
	}
	post := func(ctx context.Context) (instance.Acknowledgement, error) {
		return s.instance.Report(ctx, s.planned.report, s.planned.key)
	}
	ack, err := s.persist(ctx, post)
	if err != nil || !s.planned.twice {
		return ack, err
	}
	again, err := s.persist(ctx, post)
	if err == nil && again != ack {
		err = fmt.Errorf("sent again with the same key, the report %s got another id or receipt, of %s", ack.ID, again.ID)
	}
	return ack, err
}

func (s *sender) persist(
	ctx context.Context, post func(context.Context) (instance.Acknowledgement, error),
) (instance.Acknowledgement, error) {
	return persist(ctx, func(ctx context.Context) (instance.Acknowledgement, error) {
		s.requests++
		return post(ctx)
	})
}
