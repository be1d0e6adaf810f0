package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/internal/browserbench"
	"recourse/internal/testbench"
)

// said is what one person types in the journey.
type said struct {
	description, later, since, message, appeal, goesOn string // the reporter
	reply, reasons, again                              string // the moderators
}

func sayings() map[string]said {
	return map[string]said{
		"fr": {
			description: "Il m’écrit sous chacun de mes textes.\nIl a dit : « Tu verras bien. »", later: "Depuis l’été : ", since: "depuis l’été",
			message: "Il a écrit encore une fois ce matin.", appeal: "Un avertissement ne suffit pas.", goesOn: "Cela continue, ailleurs.",
			reply: "Merci, nous lisons aussi cela.", reasons: "Ces messages visent une personne.", again: "Nous maintenons l’avertissement.",
		},
		"ar": {
			description: "يكتب لي تحت كلّ منشور.\nقال: «سترَين».", later: "منذ الصيف: ", since: "منذ الصيف",
			message: "كتب لي مرّة أخرى هذا الصباح.", appeal: "التحذير لا يكفي.", goesOn: "ما زال ذلك مستمرًّا في مكان آخر.",
			reply: "شكرًا، نقرأ هذا أيضًا.", reasons: "هذه الرسائل تستهدف شخصًا.", again: "نُبقي على التحذير.",
		},
	}
}

// Someone reports, comes back, writes, reads a decision, has it looked at again
// and says that it did not stop: in a real browser, with the keyboard alone.
func TestTheWholeJourneyInABrowserByKeyboardAlone(t *testing.T) {
	s := up(t, dataFolder(t), "--community", likeDemo(t, "city", "ask_after: 1ms\n"))
	desk := newStateTable(t, s)
	// First, so that the next case of the queue is the one.
	t.Run("the moderator in a browser too", func(t *testing.T) {
		newTraveller(t, s, "fr", false).goAllTheWay(desk.browserDesk(t))
	})
	for _, lang := range []string{"fr", "ar"} {
		for _, noScript := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s,NoScript=%t", lang, noScript), func(t *testing.T) {
				newTraveller(t, s, lang, noScript).goAllTheWay(desk.apiDesk)
			})
		}
	}
}

// traveller is the reporter of the journey.
type traveller struct {
	keyboard

	intake string
	said   said
	words  map[string]string
}

func newTraveller(t *testing.T, s *service, lang string, noScript bool) traveller {
	t.Helper()
	return traveller{atIntake(t, s.at.Intake, lang, noScript), s.at.Intake, sayings()[lang], texts(t, lang)}
}

const (
	next  = ".buttons .send"
	again = "[aria-labelledby=line] button"
)

func (r traveller) goAllTheWay(moderate moderating) {
	r.t.Helper()
	r.report()
	receipt := r.readReceipt()
	r.enterReceipt(receipt)
	r.until("the moderators have it", r.words["milestone.opened"])

	r.write("[name=message]", r.said.message)
	r.sends("message")
	r.until("the message is there", r.said.message)
	moderate(r.t, receipt, r.said.reply, r.said.reasons)
	r.until("the reply is there", r.said.reply)
	r.until("the decision is there", r.said.reasons)
	r.Shows(r.words["action.warning"])

	r.open("[name=appeal]")
	r.write("[name=appeal]", r.said.appeal)
	r.sends("appeal")
	r.until("the appeal is there", r.words["milestone.appealed"])
	moderate(r.t, receipt, "", r.said.again)
	r.until("the second decision is there", r.said.again)

	r.write("[aria-labelledby=stopped] [name=outcome]", r.said.goesOn)
	r.sends("goes_on")
	r.until("it is open again", r.words["milestone.reopened"])
	for _, words := range []string{r.said.message, r.said.reply, r.said.reasons, r.said.appeal, r.said.again, r.said.goesOn} {
		r.Shows(words)
	}
}

// report goes through the five steps, back and forth.
func (r traveller) report() {
	r.t.Helper()
	r.visit(r.intake + "/c/city/report")
	r.write("[name=platform]", "forum")
	r.choose("kind", "harassment")
	r.at(r.follow(next), http.StatusOK, 2)

	// Without words it does not go on, and the summary leads to their field.
	r.at(r.follow(next), http.StatusUnprocessableEntity, 2)
	r.to(".summary a")
	r.Press("Enter")
	testbench.Eventually(r.t, 5*time.Second, "the words have the focus", func() bool { return r.on("[name=description]") })
	r.write("[name=description]", r.said.description)
	r.write("[name=links]", "https://forum.example/t/1\nhttps://forum.example/t/2")
	r.write("[name=handle]", "@someone")
	r.choose("frequency", "often")
	r.toBy("Shift+Tab", "[name=since]")
	r.Type(r.said.since)
	r.at(r.enter(), http.StatusOK, 3) // Enter in a line goes on

	r.to("[name=grounds][value=gender]")
	r.Press("Space")
	r.choose("role", "target")
	r.at(r.follow(next), http.StatusOK, 4)
	r.at(r.follow(`[name=go][value="3"]`), http.StatusOK, 3)
	r.to("[name=grounds][value=gender]:checked")
	r.to("[name=grounds][value=religion]")
	r.Press("Space")
	r.to("[name=role][value=target]:checked")
	r.at(r.follow(next), http.StatusOK, 4)
	r.write("[name=contact]", "someone@example.org")
	r.choose("gender", "woman")
	r.choose("age_band", "25-34")
	r.to("[name=do_not_tell_account]")
	r.Press("Space")
	r.at(r.follow(next), http.StatusOK, 5)
	r.holds(r.said.description)

	// One change; the rest is as it was.
	r.at(r.follow(`.part [name=go][value="2"]`), http.StatusOK, 2)
	r.write("[name=description]", r.said.later)
	for step := 3; step <= 5; step++ {
		r.at(r.follow(next), http.StatusOK, step)
	}
	r.holds(r.said.later + r.said.description)
	v := r.follow(`[name=go][value=send]`)
	if v.Status != http.StatusOK {
		r.t.Fatalf("sending: the status is %d, want 200", v.Status)
	}
}

// at wants a step of the form.
func (r traveller) at(v browserbench.Visit, status, step int) {
	r.t.Helper()
	var shown string
	r.Eval(`document.querySelector("#report [name=step]")?.value ?? ""`, &shown)
	if v.Status != status || shown != strconv.Itoa(step) {
		r.t.Fatalf("it leads to step %q with the status %d, want %d with %d:\n%s", shown, v.Status, step, status, r.Text())
	}
}

// holds wants everything that was typed on the last step.
func (r traveller) holds(description string) {
	r.t.Helper()
	for _, words := range []string{
		"forum", r.words["kind.harassment"], description, "https://forum.example/t/1", "https://forum.example/t/2", "@someone", r.said.since,
		r.words["frequency.often"], r.words["ground.gender"], r.words["ground.religion"], r.words["role.target"], "someone@example.org",
		r.words["gender.woman"], r.words["consent.do_not_tell_account"],
	} {
		if words == "" {
			r.t.Error("a text of the page has no words")
		}
		r.Shows(words)
	}
}

// readReceipt reads the receipt from the page and goes on to where it is typed.
func (r traveller) readReceipt() string {
	r.t.Helper()
	var receipt string
	r.Eval(`document.querySelector(".receipt").innerText`, &receipt)
	if len(receipt) < 20 || strings.Contains(r.Text(), r.said.description) {
		r.t.Fatalf("the receipt's page shows the receipt %q:\n%s", receipt, r.Text())
	}
	r.follow(`main a[href^="/status"]`)
	return strings.TrimSpace(receipt)
}

// enterReceipt types it wrongly first.
func (r traveller) enterReceipt(receipt string) {
	r.t.Helper()
	r.to("[name=receipt]")
	r.Type(receipt[:len(receipt)-1])
	if v := r.enter(); v.Status < http.StatusBadRequest {
		r.t.Errorf("half a receipt gets the status %d", v.Status)
	}
	testbench.Eventually(r.t, 5*time.Second, "the receipt's field has the focus", func() bool { return r.on("[name=receipt][aria-invalid]") })
	r.Press("End")
	r.Type(receipt[len(receipt)-1:])
	if v := r.enter(); v.Status != http.StatusOK || strings.Contains(v.URL, receipt[:5]) {
		r.t.Fatalf("the receipt leads to %s with the status %d", v.URL, v.Status)
	}
}

// sends presses one of the buttons on the receipt's page.
func (r traveller) sends(do string) {
	r.t.Helper()
	if v := r.follow("[name=do][value=" + do + "]"); v.Status != http.StatusOK {
		r.t.Fatalf("%s: the status is %d, want 200:\n%s", do, v.Status, r.Text())
	}
	if !r.on(".summary.sent") {
		r.t.Errorf("%s: the page does not say that it was sent", do)
	}
}

// until has the page shown again until it has some words.
func (r traveller) until(what, words string) {
	r.t.Helper()
	if words == "" {
		r.t.Fatalf("%s: there are no words for it", what)
	}
	defer func() {
		if r.t.Failed() {
			r.t.Logf("the page shows:\n%s", r.Text())
		}
	}()
	testbench.Eventually(r.t, 20*time.Second, what, func() bool {
		if shown := r.Text(); strings.Contains(shown[strings.IndexByte(shown, '\n'):], words) && !r.typed(words) {
			return true
		}
		r.follow(again)
		return false
	})
}

// typed reports whether words stand in a field, not yet sent.
func (r traveller) typed(words string) bool {
	r.t.Helper()
	var values []string
	r.Eval(`[...document.querySelectorAll("textarea")].map((e) => e.value)`, &values)
	return strings.Contains(strings.Join(values, "\n"), words)
}
