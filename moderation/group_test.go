package moderation_test

import (
	"testing"

	"recourse/moderation"
)

func TestManyReportsRaiseACaseWithinItsLevelAndNoFurther(t *testing.T) {
	for _, tt := range []struct{ priority, reports, want int }{
		{200, 0, 200},
		{200, 1, 200},
		{200, 2, 201},
		{207, 3, 202}, // of a case that had eight, some of them withdrawn
		{200, 50, 249},
		{200, 1_000_000, 249},
		{250, 1, 250},
	} {
		if got := moderation.PriorityOf(tt.priority, tt.reports); got != tt.want {
			t.Errorf("%d reports of priority %d have %d, want %d", tt.reports, tt.priority, got, tt.want)
		}
	}
}
