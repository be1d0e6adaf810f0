package register

// Change is one difference from the code before.
type Change struct {
	About Subject  `json:"about"`
	ID    string   `json:"id,omitempty"` // of the article, rule or question; a lexicon's file
	What  What     `json:"what"`
	From  []string `json:"from,omitempty"` // where it is a list of codes, a number or a time span
	To    []string `json:"to,omitempty"`
	Says  string   `json:"says"` // in English
}

// Subject is what a change is about.
type Subject string

// What a change can be about.
const (
	AboutCode     Subject = "code"
	AboutArticle  Subject = "article"
	AboutRule     Subject = "rule"
	AboutQuestion Subject = "question"
	AboutLexicon  Subject = "lexicon"
)

// Subjects returns everything that a change can be about.
func Subjects() []Subject {
	return []Subject{AboutCode, AboutArticle, AboutRule, AboutQuestion, AboutLexicon}
}

// What is what changes of something.
type What string

// What can change.
const (
	Added     What = "added"
	Removed   What = "removed"
	Title     What = "title"
	Version   What = "version"
	Languages What = "languages"
	Queues    What = "queues"
	Hiding    What = "hiding"    // whether, or how often, rules may hide
	Order     What = "order"     // of rules
	Words     What = "words"     // the text of an article or question, what a rule says
	Kinds     What = "kinds"     // that an article takes
	Severity  What = "severity"  //
	FirstLook What = "deadline"  // for a first look
	Ladder    What = "ladder"    //
	Condition What = "condition" // when a rule applies
	Effects   What = "effects"   // what a rule may do
	Reason    What = "reason"    // of a priority
	Quota     What = "quota"     // of a rule that hides
	Live      What = "live"      // a rule takes effect
	Trial     What = "trial"     // a rule has no effect any more, and records
	Terms     What = "terms"     // of a lexicon
)

// Changed returns everything that can change.
func Changed() []What {
	return []What{
		Added, Removed, Title, Version, Languages, Queues, Hiding, Order, Words, Kinds, Severity, FirstLook, Ladder, Condition, Effects,
		Reason, Quota, Live, Trial, Terms,
	}
}
