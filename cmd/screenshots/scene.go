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
	receipt string // of a report that was talked about and decided
	arabic  string // of another, in Arabic
}

// talk is a report, what its reporter wrote later and what came back.
type talk struct {
	report                  instance.Report
	message, reply, reasons string
}

func talks() []talk {
	return []talk{
		{
			report: instance.Report{
				Kind: event.KindThreat, Description: "He wrote that he knows where I live, and that I will be sorry.",
				Account: event.Account{Platform: "forum", Handle: "@night_owl"}, Role: event.RoleTarget,
			},
			message: "He has written again, under another name: @night_owl_2.",
			reply:   "Thank you. We look at both accounts. Can you still see the first message?",
			reasons: "The message says that its writer knows where you live, and announces harm. The account is suspended for a month.",
		},
		{
			report: instance.Report{
				Kind: event.KindThreat, Description: "كتب أنّه يعرف أين أسكن، وأنّني سأندم.", Language: "ar",
				Account: event.Account{Platform: "forum", Handle: "@night_owl"}, Role: event.RoleTarget,
			},
			message: "كتب مرّة أخرى باسم آخر: @night_owl_2.",
			reply:   "شكرًا لكم. ننظر في الحسابين معًا. هل ما زالت الرسالة الأولى ظاهرة لديكم؟",
			reasons: "تقول الرسالة إنّ كاتبها يعرف أين تسكنون، وتتوعّد بالأذى. أُوقف الحساب مدّة شهر.",
		},
	}
}

// setScene sends reports that are decided, then some that wait. All of them are
// invented.
func setScene(ctx context.Context, i *instance.Instance) (scene, error) {
	m, err := i.AddModerator(ctx, "Sam", community) // another than the browser's
	if err != nil {
		return scene{}, err
	}
	var receipts []string
	for _, t := range talks() {
		receipt, err := have(ctx, i, m, t)
		if err != nil {
			return scene{}, err
		}
		receipts = append(receipts, receipt)
	}
	waiting := []instance.Report{
		{
			Kind: event.KindThreat,
			Description: "In the group he wrote: “I will k1ll you, you 1 d 1 o t.” Under it he put my number, +254 712 345 678, " +
				"and that I live at 12 Harbour Street.",
			Links:   []string{"https://chat.example/g/81"},
			Account: event.Account{Platform: "chat", Handle: "@corner_shop"}, Role: event.RoleTarget, Language: "fr",
		},
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
	return scene{receipt: receipts[0], arabic: receipts[1]}, nil
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

// have has a talk, about the only case that waits, and decides it.
func have(ctx context.Context, i *instance.Instance, m *instance.Moderator, t talk) (receipt string, err error) {
	if receipt, err = send(ctx, i, t.report); err != nil {
		return "", err
	}
	if err := i.Message(ctx, receipt, t.message); err != nil {
		return "", err
	}
	if err := shown(ctx, i, receipt, "written about", func(s instance.Status) bool { return len(s.Messages) == 1 }); err != nil {
		return "", err
	}
	c, err := m.ClaimNext(ctx)
	if err != nil {
		return "", err
	}
	if err := m.Write(ctx, c.ID, c.Reports[0].ID, t.reply); err != nil {
		return "", err
	}
	if err := shown(ctx, i, receipt, "talked about", func(s instance.Status) bool { return len(s.Messages) == 2 }); err != nil {
		return "", err
	}
	if c, err = m.Open(ctx, c.ID); err != nil { // a message makes it another version
		return "", err
	}
	err = m.Decide(ctx, c.ID, instance.Decision{Version: c.Version, Action: event.ActionSuspend, Article: c.Article, Reasons: t.reasons}, "")
	if err != nil {
		return "", err
	}
	return receipt, reached(ctx, i, receipt, event.MilestoneDecided)
}

// reached waits until a receipt shows a milestone.
func reached(ctx context.Context, i *instance.Instance, receipt string, m event.Milestone) error {
	return shown(ctx, i, receipt, string(m), func(s instance.Status) bool { return s.Reached(m) })
}

// shown waits until a receipt shows something.
func shown(ctx context.Context, i *instance.Instance, receipt, what string, done func(instance.Status) bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := i.Status(ctx, receipt)
		if err != nil || done(status) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting until a report is %s: %w", what, ctx.Err())
		}
	}
}
