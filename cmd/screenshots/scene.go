package main

import (
	"context"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/internal/instance"
)

const community = "demo"

// scene is what the pages have to show.
type scene struct {
	receipt string // of a report that was decided
}

// setScene sends a report that is decided, then some that wait. All of them are
// invented.
func setScene(ctx context.Context, i *instance.Instance) (scene, error) {
	first, err := send(ctx, i, instance.Report{
		Kind: event.KindThreat, Description: "He wrote that he knows where I live, and that I will be sorry.",
		Account: event.Account{Platform: "forum", Handle: "@night_owl"}, Role: event.RoleTarget,
	})
	if err != nil {
		return scene{}, err
	}
	if err := decide(ctx, i); err != nil {
		return scene{}, err
	}
	if err := reached(ctx, i, first, event.MilestoneDecided); err != nil {
		return scene{}, err
	}
	waiting := []instance.Report{
		{
			Kind: event.KindHarassment, Description: "Under everything I post she answers with the same mocking picture, for three weeks now.",
			Links:   []string{"https://forum.example/t/4711#12", "https://forum.example/t/4718#3"},
			Account: event.Account{Platform: "forum", Handle: "@lamp_post"}, Role: event.RoleTarget,
		},
		{
			Kind: event.KindHate, Description: "This account tells people of my faith to leave the choir.",
			Account: event.Account{Platform: "chat", Handle: "@second_tenor"}, Role: event.RoleWitness,
			Grounds: []event.Ground{event.GroundReligion},
		},
		{
			Kind: event.KindDoxxing, Description: "نشر رقم هاتفي وعنوان عملي في مجموعة مفتوحة.", Language: "ar",
			Account: event.Account{Platform: "chat", Handle: "@open_door"}, Role: event.RoleTarget,
		},
	}
	for _, r := range waiting {
		if _, err := send(ctx, i, r); err != nil {
			return scene{}, err
		}
	}
	return scene{receipt: first}, nil
}

// send sends a report and waits until it is in a case.
func send(ctx context.Context, i *instance.Instance, r instance.Report) (receipt string, err error) {
	r.Community = community
	sent, err := i.Report(ctx, r, "")
	if err != nil {
		return "", err
	}
	return sent.Receipt, reached(ctx, i, sent.Receipt, event.MilestoneOpened)
}

// decide has another moderator than the browser's decide the only case.
func decide(ctx context.Context, i *instance.Instance) error {
	m, err := i.AddModerator(ctx, "Sam", community)
	if err != nil {
		return err
	}
	c, err := m.ClaimNext(ctx)
	if err != nil {
		return err
	}
	return m.Decide(ctx, c.ID, instance.Decision{
		Version: c.Version, Action: event.ActionSuspend, Article: c.Article,
		Reasons: "The message says that its writer knows where you live, and announces harm. The account is suspended for a month.",
	}, "")
}

// reached waits until a receipt shows a milestone.
func reached(ctx context.Context, i *instance.Instance, receipt string, m event.Milestone) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := i.Status(ctx, receipt)
		if err != nil || status.Reached(m) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting until a report is %s: %w", m, ctx.Err())
		}
	}
}
