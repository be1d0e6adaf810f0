-- +goose Up

-- One schema and role per service. Roles and their passwords are made before
-- this by `recourse migrate`; here each gets the least it works with.
CREATE SCHEMA moderation;
CREATE SCHEMA notify;
CREATE SCHEMA janitor;

CREATE TABLE moderation.moderator (
    id         uuid PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (name <> ''),
    created_at timestamptz NOT NULL
);

CREATE TABLE moderation.membership (
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    community    text NOT NULL,
    PRIMARY KEY (moderator_id, community)
);

-- Only hashes of tokens are stored: who reads this table can't sign in.
CREATE TABLE moderation.sign_in_link (
    token_hash   bytea PRIMARY KEY,
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    expires_at   timestamptz NOT NULL
);

CREATE TABLE moderation.session (
    token_hash   bytea PRIMARY KEY,
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);

CREATE TABLE moderation.cases (
    id             uuid PRIMARY KEY,
    community      text NOT NULL,
    state          text NOT NULL CHECK (state IN ('open', 'closed')),
    version        integer NOT NULL CHECK (version > 0), -- raised by every change that a decision must have seen
    kind           text NOT NULL,
    article        text NOT NULL, -- suggested by the code of conduct
    conduct        text NOT NULL, -- digest of the code in force when it was reported
    priority       integer NOT NULL,
    opened_at      timestamptz NOT NULL,
    first_look_due timestamptz NOT NULL,
    closed_at      timestamptz,
    claimed_by     uuid REFERENCES moderation.moderator,
    claimed_until  timestamptz,
    CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX cases_queue ON moderation.cases (community, priority DESC, first_look_due, id) WHERE state = 'open';
CREATE INDEX cases_claimed ON moderation.cases (claimed_by) WHERE claimed_by IS NOT NULL;

-- The id comes from the receipt: unique(id) is what decides that a report,
-- however often it is delivered, is there once.
CREATE TABLE moderation.report (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES moderation.cases,
    community   text NOT NULL,
    conduct     text NOT NULL,
    received_at timestamptz NOT NULL,
    opened_at   timestamptz NOT NULL,
    status_key  text NOT NULL,
    reply_key   bytea NOT NULL,
    version     integer NOT NULL CHECK (version > 0), -- of its status record
    content     bytea NOT NULL                        -- sealed at rest under its data key
);
CREATE INDEX report_case ON moderation.report (case_id);

-- A random key per report or case, wrapped by the community's key of the month
-- (which is not in PostgreSQL). Deleting the row erases what it sealed.
CREATE TABLE moderation.data_key (
    owner     uuid PRIMARY KEY, -- a report or a case
    community text NOT NULL,
    month     text NOT NULL,
    wrapped   bytea NOT NULL
);

CREATE TABLE moderation.milestone (
    report_id uuid NOT NULL REFERENCES moderation.report,
    version   integer NOT NULL, -- the report's version that it made
    name      text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (report_id, version, name)
);

CREATE TABLE moderation.rule_fired (
    report_id uuid NOT NULL REFERENCES moderation.report,
    rule      text NOT NULL,
    conduct   text NOT NULL,
    effect    text NOT NULL,
    PRIMARY KEY (report_id, rule)
);

CREATE TABLE moderation.decision (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES moderation.cases,
    case_version integer NOT NULL, -- the version that it made
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    action       text NOT NULL,
    article      text NOT NULL,
    conduct      text NOT NULL,
    automated    boolean NOT NULL DEFAULT false,
    reasons      bytea NOT NULL, -- sealed at rest under the case's data key
    decided_at   timestamptz NOT NULL,
    UNIQUE (case_id, case_version)
);

-- What is told to a reporter: sealed to the receipt when it was written.
-- Moderation's own copy of a statement of reasons is its decision's.
CREATE TABLE moderation.message (
    id          uuid PRIMARY KEY,
    report_id   uuid NOT NULL REFERENCES moderation.report,
    decision_id uuid REFERENCES moderation.decision,
    at          timestamptz NOT NULL,
    sealed      jsonb NOT NULL -- an envelope
);
CREATE INDEX message_report ON moderation.message (report_id);

-- What is to be published: a case event (subject and payload), or the status of
-- a report (report_id). The relay publishes and marks; the janitor empties.
CREATE TABLE moderation.outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    uuid NOT NULL,
    message_id text,
    subject    text,
    payload    jsonb,
    report_id  uuid,
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    CHECK ((subject IS NOT NULL AND payload IS NOT NULL AND message_id IS NOT NULL AND report_id IS NULL)
        OR (subject IS NULL AND payload IS NULL AND message_id IS NULL AND report_id IS NOT NULL))
);
CREATE INDEX outbox_unsent ON moderation.outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON moderation.outbox (sent_at) WHERE sent_at IS NOT NULL;

-- Counted attempts at messages that were delivered more than once.
CREATE TABLE moderation.attempt (
    stream   text NOT NULL,
    sequence bigint NOT NULL,
    attempts integer NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (stream, sequence)
);

-- Entries hold ids and salted hashes only, so that erasing and append-only
-- live together.
CREATE TABLE moderation.audit (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    actor     uuid NOT NULL,
    action    text NOT NULL,
    case_id   uuid,
    report_id uuid,
    salt      bytea NOT NULL,
    digest    bytea NOT NULL -- SHA-256 of salt and what was decided or seen
);
CREATE INDEX audit_case ON moderation.audit (case_id);

-- Contact stays sealed to a key that moderation does not have.
CREATE TABLE notify.contact (
    report_id   uuid PRIMARY KEY,
    community   text NOT NULL,
    received_at timestamptz NOT NULL,
    sealed      jsonb NOT NULL -- an envelope
);

-- Ids of reports whose messages were purged from REPORTS, so that what was
-- acknowledged can always be counted.
CREATE TABLE janitor.purged_report (
    report_id uuid PRIMARY KEY,
    purged_at timestamptz NOT NULL,
    dropped   boolean NOT NULL DEFAULT false -- by an operator, out of quarantine
);

GRANT USAGE ON SCHEMA moderation TO recourse_worker, recourse_console, recourse_janitor;
GRANT USAGE ON SCHEMA notify TO recourse_worker, recourse_notify;
GRANT USAGE ON SCHEMA janitor TO recourse_janitor;

GRANT INSERT ON moderation.cases, moderation.report, moderation.data_key, moderation.milestone,
    moderation.rule_fired, moderation.outbox TO recourse_worker;
GRANT SELECT (id, case_id, community, status_key, reply_key, version) ON moderation.report TO recourse_worker;
GRANT SELECT ON moderation.milestone, moderation.outbox TO recourse_worker;
GRANT UPDATE (sent_at) ON moderation.outbox TO recourse_worker;
GRANT SELECT ON moderation.message TO recourse_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON moderation.attempt TO recourse_worker;
GRANT INSERT ON notify.contact TO recourse_worker;

GRANT SELECT ON moderation.moderator, moderation.membership, moderation.cases, moderation.report,
    moderation.data_key, moderation.milestone, moderation.rule_fired, moderation.decision,
    moderation.message TO recourse_console;
GRANT SELECT, INSERT, DELETE ON moderation.session TO recourse_console;
GRANT SELECT, DELETE ON moderation.sign_in_link TO recourse_console;
GRANT UPDATE (state, version, closed_at, claimed_by, claimed_until) ON moderation.cases TO recourse_console;
GRANT UPDATE (version) ON moderation.report TO recourse_console;
GRANT INSERT ON moderation.data_key, moderation.decision, moderation.message, moderation.milestone,
    moderation.outbox, moderation.audit TO recourse_console;

GRANT SELECT (id) ON moderation.report TO recourse_janitor;
GRANT SELECT (id, sent_at), DELETE ON moderation.outbox TO recourse_janitor;
GRANT SELECT (expires_at), DELETE ON moderation.session, moderation.sign_in_link TO recourse_janitor;
GRANT SELECT (last_at), DELETE ON moderation.attempt TO recourse_janitor;
GRANT SELECT, INSERT ON janitor.purged_report TO recourse_janitor;

GRANT SELECT ON notify.contact TO recourse_notify;

-- +goose Down
DROP SCHEMA janitor CASCADE;
DROP SCHEMA notify CASCADE;
DROP SCHEMA moderation CASCADE;
