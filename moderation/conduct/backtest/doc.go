// Package backtest compares what two codes of conduct say of past reports, and
// each rule of the newer one with what moderators decided. It is pure: whoever
// reads reports hands judgements in and gets sums out, which hold ids of cases,
// names from codes and counts, and nothing that a person wrote.
package backtest
