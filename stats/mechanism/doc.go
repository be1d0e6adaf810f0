// Package mechanism puts noise on counts, and says what that costs and how
// large the errors are. Published statistics are private because of the noise
// alone, so all that makes or prices it stands here, without a database, a
// network or a clock, where every line can be tested against the mathematics.
//
// It holds one mechanism: a table of counts in which one row changes one cell
// by one, and each cell gets independent discrete Gaussian noise. A privacy
// unit with at most k rows moves the table by k in the L2 norm at most, so a
// variance parameter s² costs k²/(2s²) in zCDP (Canonne, Kamath and Steinke,
// "The Discrete Gaussian for Differential Privacy", arXiv 2004.00010, called
// "the paper" below).
//
// It owns the sampler, the choice of s², the exact cost, and what is said of
// errors and epsilon. It must never
//
//   - let a float touch a count, a variance or a cost: rounding betrays counts;
//   - take randomness from anywhere but the reader that it was given;
//   - keep, log or return a count without its noise, also in an error;
//   - measure the same counts again for one cost: a second draw is a second
//     release.
//
// How long a draw takes depends on its value, as with any exact sampler of this
// kind. So measure in batches, away from requests: nobody outside may be able to
// time one cell.
package mechanism
