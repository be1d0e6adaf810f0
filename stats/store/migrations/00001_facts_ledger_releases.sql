-- +goose Up

-- What statistics know. The role recourse_stats works here; whoever serves the
-- public has the role recourse_portal and reads the schema `released` alone.
CREATE SCHEMA stats;
CREATE SCHEMA released;

-- What is known of a report until it is counted; afterwards only that it was.
-- Its two halves come from REPORTS and from CASES, in any order, and each is
-- NULL until it is there. All columns hold codes, none what a person wrote.
CREATE TABLE stats.report (
    report_id uuid PRIMARY KEY,
    community text NOT NULL,

    kind        text,
    grounds     text[],
    gender      text,
    age_band    text,
    role        text,
    language    text,
    participant bytea, -- keyed pseudonym of the reporter; NULL for who reports without one
    account     bytea, -- keyed pseudonym of the reported account

    action        text, -- of the first decision in effect
    article       text,
    automated     boolean,
    decided_at    timestamptz,
    case_sequence integer,

    counted boolean NOT NULL DEFAULT false
);
CREATE INDEX report_waiting ON stats.report (community, decided_at)
    WHERE NOT counted AND kind IS NOT NULL AND decided_at IS NOT NULL;
CREATE INDEX report_taken ON stats.report (community) WHERE counted AND kind IS NOT NULL;

-- A report that was counted, without its id: frozen, once, in the release that
-- counted it.
CREATE TABLE stats.fact (
    community text NOT NULL,
    release   integer NOT NULL,
    kind      text NOT NULL,
    grounds   text[] NOT NULL,
    gender    text NOT NULL,
    age_band  text NOT NULL,
    role      text NOT NULL,
    language  text NOT NULL,
    action    text NOT NULL,
    article   text NOT NULL,
    automated boolean NOT NULL
);
CREATE INDEX fact_release ON stats.fact (community, release);

-- The privacy budget: a row is written before anything is sampled, and none is
-- ever changed or taken back. `spent` is what the community has spent in the
-- year, this row included, so that the check refuses to overspend; the primary
-- key lets one row alone be the next.
CREATE TABLE stats.ledger (
    community   text NOT NULL,
    number      integer NOT NULL CHECK (number > 0), -- of the release that it pays for
    year        integer NOT NULL,
    request     text NOT NULL,         -- what was asked for, as JSON
    digest      bytea NOT NULL UNIQUE, -- SHA-256 of request
    rho         numeric(18, 12) NOT NULL CHECK (rho > 0),
    spent       numeric(18, 12) NOT NULL,
    budget      numeric(18, 12) NOT NULL,
    reserved_at timestamptz NOT NULL,
    PRIMARY KEY (community, number),
    CHECK (spent >= rho AND spent <= budget)
);

CREATE TABLE released.release (
    community    text NOT NULL,
    number       integer NOT NULL,
    period_from  timestamptz, -- NULL for the first
    period_until timestamptz NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (community, number),
    FOREIGN KEY (community, number) REFERENCES stats.ledger
);

-- Files as they are served, byte for byte.
CREATE TABLE released.file (
    community  text NOT NULL,
    number     integer NOT NULL,
    name       text NOT NULL,
    media_type text NOT NULL,
    sha256     bytea NOT NULL,
    content    bytea NOT NULL,
    PRIMARY KEY (community, number, name),
    FOREIGN KEY (community, number) REFERENCES released.release
);

GRANT USAGE ON SCHEMA stats TO recourse_stats;
GRANT USAGE ON SCHEMA released TO recourse_stats, recourse_portal;
GRANT SELECT, INSERT, UPDATE ON stats.report TO recourse_stats;
GRANT SELECT, INSERT ON stats.fact, stats.ledger TO recourse_stats;
GRANT SELECT, INSERT ON released.release, released.file TO recourse_stats;
GRANT SELECT ON released.release, released.file TO recourse_portal;

-- +goose Down
DROP SCHEMA released CASCADE;
DROP SCHEMA stats CASCADE;
