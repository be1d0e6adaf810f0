package backtest

// What of a case can change.
const (
	WhatArticle      = "article"
	WhatPriority     = "priority"
	WhatQueue        = "queue"
	WhatSecondReader = "second_reader"
	WhatHidden       = "hidden"
)

// Whats returns every sort of change, in the order in which they are shown.
func Whats() []string {
	return []string{WhatArticle, WhatPriority, WhatQueue, WhatSecondReader, WhatHidden}
}

// Move is how one thing changes: from an article or queue to another; a
// priority to "higher" or "lower"; the others to "yes" or "no".
type Move struct {
	What string `json:"what"`
	From string `json:"from,omitempty"`
	To   string `json:"to"`
}

// MoveCount is in how many cases a move happens, be it in one of their reports.
type MoveCount struct {
	Move

	Cases int `json:"cases"`
}

func movesOf(before, after Outcome) []Move {
	if before == after {
		return nil
	}
	var moves []Move
	if before.Article != after.Article {
		moves = append(moves, Move{WhatArticle, before.Article, after.Article})
	}
	if before.Priority != after.Priority {
		to := "lower"
		if after.Priority > before.Priority {
			to = "higher"
		}
		moves = append(moves, Move{WhatPriority, "", to})
	}
	if before.Queue != after.Queue {
		moves = append(moves, Move{WhatQueue, before.Queue, after.Queue})
	}
	if before.SecondReader != after.SecondReader {
		moves = append(moves, Move{WhatSecondReader, "", yesNo(after.SecondReader)})
	}
	if before.Hidden != after.Hidden {
		moves = append(moves, Move{WhatHidden, "", yesNo(after.Hidden)})
	}
	return moves
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s *Sums) count(m Move) {
	for i := range s.Moves {
		if s.Moves[i].Move == m {
			s.Moves[i].Cases++
			return
		}
	}
	s.Moves = append(s.Moves, MoveCount{m, 1})
}
