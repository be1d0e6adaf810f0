-- +goose Up

-- What the rules of a code of conduct lead to.
ALTER TABLE moderation.rule_fired
    ADD COLUMN shadow boolean NOT NULL DEFAULT false,  -- it only records
    ADD COLUMN error text NOT NULL DEFAULT '',         -- the sort of failure of its condition; it had no effect then
    ADD COLUMN because text[] NOT NULL DEFAULT '{}';   -- names of the variables whose value made it fire

ALTER TABLE moderation.report
    ADD COLUMN language text NOT NULL DEFAULT 'und',   -- detected in its words
    ADD COLUMN findings bytea;                         -- where words and personal data were found: sealed like content

ALTER TABLE moderation.cases
    ADD COLUMN queue text NOT NULL DEFAULT 'general',
    ADD COLUMN language text NOT NULL DEFAULT 'und',   -- of its first report
    ADD COLUMN language_team boolean NOT NULL DEFAULT false, -- for moderators who read language
    ADD COLUMN second_reader boolean NOT NULL DEFAULT false, -- a second person consents before a decision takes effect
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN hidden_since timestamptz,               -- a rule hid what was reported until a person has looked
    ADD COLUMN shown_at timestamptz;                   -- a person looked and showed it again: no rule hides it any more

-- What moderators read: BCP 47 base languages. Empty: not said.
ALTER TABLE moderation.membership ADD COLUMN languages text[] NOT NULL DEFAULT '{}';

-- How often a rule hid something in an hour: its circuit breaker.
CREATE TABLE moderation.rule_hour (
    community text NOT NULL,
    rule      text NOT NULL,
    hour      timestamptz NOT NULL,
    hidden    integer NOT NULL,
    PRIMARY KEY (community, rule, hour)
);

GRANT SELECT (queue, language, language_team, second_reader, tags, hidden_since, shown_at),
    UPDATE (article, queue, language, language_team, second_reader, tags, hidden_since) ON moderation.cases TO recourse_worker;
GRANT UPDATE (language, findings) ON moderation.report TO recourse_worker;
GRANT SELECT, INSERT, UPDATE ON moderation.rule_hour TO recourse_worker;
-- How often an account was acted on before: no reasons, nothing of who decided.
GRANT SELECT (case_id, case_version, action, decided_at) ON moderation.decision TO recourse_worker;

GRANT UPDATE (hidden_since, shown_at) ON moderation.cases TO recourse_console;
GRANT SELECT (hour), DELETE ON moderation.rule_hour TO recourse_janitor;

-- +goose Down
DROP TABLE moderation.rule_hour;
ALTER TABLE moderation.membership DROP COLUMN languages;
ALTER TABLE moderation.cases DROP COLUMN queue, DROP COLUMN language, DROP COLUMN language_team, DROP COLUMN second_reader,
    DROP COLUMN tags, DROP COLUMN hidden_since, DROP COLUMN shown_at;
ALTER TABLE moderation.report DROP COLUMN language, DROP COLUMN findings;
ALTER TABLE moderation.rule_fired DROP COLUMN shadow, DROP COLUMN error, DROP COLUMN because;
