package main

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"recourse/internal/instance"
)

func TestWhatMayPassLaterIsTriedAgainForAWhile(t *testing.T) {
	t.Parallel()
	away := &instance.RefusedError{Status: http.StatusServiceUnavailable, RetryAfter: 2 * time.Second}
	lost := &instance.LostError{Err: errors.New("the connection broke")}
	wrong := &instance.RefusedError{Status: http.StatusUnprocessableEntity}
	tests := []struct {
		name  string
		fails func(attempt int) error
		want  error
		tries int
		least time.Duration
	}{
		{"at once", func(int) error { return nil }, nil, 1, 0},
		{"after a 503 and a lost answer", func(n int) error { return []error{away, lost, nil}[n] }, nil, 3, 2 * time.Second},
		{"not where it is wrong", func(int) error { return wrong }, wrong, 1, 0},
		{"not for ever", func(int) error { return lost }, lost, mostAttempts, leastPause},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tries, begun := 0, time.Now()
				got, err := persist(t.Context(), func(context.Context) (int, error) {
					tries++
					return tries, tt.fails(tries - 1)
				})
				if !errors.Is(err, tt.want) || tries != tt.tries || got != tries {
					t.Errorf("%d tries give %d, %v; want %d tries, %v", tries, got, err, tt.tries, tt.want)
				}
				if took := time.Since(begun); took < tt.least || took > mostAttempts*mostPause {
					t.Errorf("it took %s, want %s or more", took, tt.least)
				}
			})
		})
	}
}

func TestNothingIsTriedAgainOnceItIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		_, err := persist(ctx, func(context.Context) (int, error) {
			tries++
			cancel()
			return 0, &instance.LostError{Err: errors.New("the connection broke")}
		})
		if !errors.Is(err, context.Canceled) || tries != 1 {
			t.Errorf("%d tries, %v; want one, and that it was given up", tries, err)
		}
	})
}
