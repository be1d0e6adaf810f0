-- +goose Up

-- What reporters do later, with their receipts.
ALTER TABLE moderation.cases
    ADD COLUMN again text NOT NULL DEFAULT '' CHECK (again IN ('', 'appeal', 'outcome')), -- why a decided case is open again
    ADD COLUMN unread_since timestamptz; -- something came since it was closed, and no moderator has read it
CREATE INDEX cases_unread ON moderation.cases (community, unread_since) WHERE unread_since IS NOT NULL;

-- A withdrawn report stays as a tombstone: its row stops a replay, its content
-- is empty and its data key deleted.
ALTER TABLE moderation.report
    ADD COLUMN do_not_tell_account boolean NOT NULL DEFAULT false,
    ADD COLUMN not_beyond_community boolean NOT NULL DEFAULT false,
    ADD COLUMN stopped boolean, -- the answer to "did it stop?" since the last decision
    ADD COLUMN withdrawn_at timestamptz;

-- A report that was withdrawn before anybody could read it, as from quarantine.
CREATE TABLE moderation.tombstone (
    report_id    uuid PRIMARY KEY,
    community    text NOT NULL,
    status_key   text NOT NULL,
    reply_key    bytea NOT NULL,
    withdrawn_at timestamptz NOT NULL
);

CREATE TABLE moderation.follow_up (
    id        uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES moderation.report,
    event     text NOT NULL,
    effect    text NOT NULL,
    at        timestamptz NOT NULL, -- when it was sent
    stored_at timestamptz NOT NULL,
    sequence  bigint NOT NULL,      -- in REPORTS: of two changes of consent the later one holds, however late the earlier comes
    content   bytea                 -- sealed at rest under a data key of its own; NULL where the report was withdrawn
);
CREATE INDEX follow_up_report ON moderation.follow_up (report_id, at);

-- Moderation's own copy of a reply, under the case's data key. The reporter's is
-- sealed to the receipt.
ALTER TABLE moderation.message
    ADD COLUMN moderator_id uuid REFERENCES moderation.moderator,
    ADD COLUMN copy bytea,
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY; -- in the order in which they were written

-- What is to be deleted from the streams, and when that was done.
CREATE TABLE janitor.erasure (
    report_id uuid PRIMARY KEY,
    community text NOT NULL,
    asked_at  timestamptz NOT NULL,
    done_at   timestamptz
);
CREATE INDEX erasure_due ON janitor.erasure (asked_at) WHERE done_at IS NULL;

GRANT SELECT (id, community, state, version, article, conduct, again, first_look_due, closed_at, claimed_by, claimed_until,
    unread_since) ON moderation.cases TO recourse_worker;
GRANT UPDATE (state, version, again, first_look_due, closed_at, claimed_by, claimed_until, unread_since)
    ON moderation.cases TO recourse_worker;
GRANT SELECT (do_not_tell_account, not_beyond_community, stopped, withdrawn_at) ON moderation.report TO recourse_worker;
GRANT UPDATE (version, content, do_not_tell_account, not_beyond_community, stopped, withdrawn_at) ON moderation.report TO recourse_worker;
GRANT SELECT (id, report_id, event, sequence), INSERT, UPDATE (content) ON moderation.follow_up TO recourse_worker;
GRANT SELECT (owner), DELETE ON moderation.data_key TO recourse_worker;
GRANT SELECT (report_id), DELETE ON moderation.rule_fired TO recourse_worker;
GRANT INSERT, DELETE ON moderation.message TO recourse_worker;
GRANT SELECT, INSERT ON moderation.tombstone TO recourse_worker;
GRANT SELECT (report_id), DELETE ON notify.contact TO recourse_worker;
GRANT USAGE ON SCHEMA janitor TO recourse_worker;
GRANT SELECT (report_id, asked_at), INSERT, UPDATE (asked_at, done_at) ON janitor.erasure TO recourse_worker;

GRANT SELECT ON moderation.follow_up TO recourse_console;
GRANT UPDATE (again, unread_since) ON moderation.cases TO recourse_console;
GRANT UPDATE (stopped) ON moderation.report TO recourse_console;

GRANT SELECT (report_id) ON moderation.tombstone TO recourse_janitor;
GRANT SELECT, UPDATE (done_at) ON janitor.erasure TO recourse_janitor;

-- +goose Down
DROP TABLE janitor.erasure;
DROP TABLE moderation.follow_up;
DROP TABLE moderation.tombstone;
ALTER TABLE moderation.message DROP COLUMN moderator_id, DROP COLUMN copy, DROP COLUMN number;
ALTER TABLE moderation.report
    DROP COLUMN do_not_tell_account, DROP COLUMN not_beyond_community, DROP COLUMN stopped, DROP COLUMN withdrawn_at;
ALTER TABLE moderation.cases DROP COLUMN again, DROP COLUMN unread_since;
