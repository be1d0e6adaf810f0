package bus_test

import (
	"testing"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

func TestReportsAreCountedOnceByTheirID(t *testing.T) {
	b := testbench.NATS(t)
	intake := b.JS(t, keys.Intake)
	one, two := event.NewID(), event.NewID()
	for _, subject := range []string{
		event.ReportSubject(event.ReportSubmitted, "demo", one).String(),
		event.ReportSubject(event.ReportSubmitted, "demo", one).String(),
		event.ReportSubject(event.ReportSubmitted, "lyon", two).String(),
		event.ReportSubject("amended", "demo", event.NewID()).String(),
		"reports.submitted.demo.no-report",
		"reports.submitted.No-Community." + event.NewID().String(),
	} {
		if _, err := intake.Publish(t.Context(), subject, nil); err != nil {
			t.Fatal(err)
		}
	}
	got, err := bus.ReportIDs(t.Context(), b.JS(t, keys.Admin), "REPORTS", bus.SubmittedReports)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[one] != "reports.submitted.demo."+one.String() || got[two] != "reports.submitted.lyon."+two.String() {
		t.Errorf("ReportIDs returns %v, want the two submitted", got)
	}
	if got, err := bus.ReportIDs(t.Context(), b.JS(t, keys.Admin), "QUARANTINE", bus.QuarantinedReports); err != nil || len(got) != 0 {
		t.Errorf("of an empty stream: %v, %v", got, err)
	}
	for _, subject := range []string{event.QuarantineSubject("demo", one), event.QuarantineUnnamed(7), "quarantine.No-Community." + two.String()} {
		if _, err := b.JS(t, keys.Worker).Publish(t.Context(), subject, nil); err != nil {
			t.Fatal(err)
		}
	}
	got, err = bus.ReportIDs(t.Context(), b.JS(t, keys.Admin), "QUARANTINE", bus.QuarantinedReports)
	if err != nil || len(got) != 1 || got[one] != "quarantine.demo."+one.String() {
		t.Errorf("of QUARANTINE: %v, %v; want the one whose name is well formed", got, err)
	}
	if _, err := bus.ReportIDs(t.Context(), b.JS(t, keys.Admin), "NOWHERE", ">"); err == nil {
		t.Error("of no stream: no error")
	}
}
