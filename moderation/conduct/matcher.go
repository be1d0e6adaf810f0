package conduct

import "recourse/moderation/words"

// Matcher returns what finds the words of the code's lexicons, or nil where it
// has none.
func (c Code) Matcher() *words.Matcher {
	if c.engine == nil {
		return nil
	}
	return c.engine.matcher
}
