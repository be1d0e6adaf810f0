-- +goose Up

-- A file that is being uploaded: its chunks wait here, sealed at rest under the
-- file's own data key, until the manifest is there. The janitor deletes what is
-- not finished after a day.
CREATE TABLE moderation.upload (
    file_id   uuid NOT NULL,
    report_id uuid NOT NULL REFERENCES moderation.report,
    community text NOT NULL,
    month     text NOT NULL,
    wrapped   bytea NOT NULL,
    began_at  timestamptz NOT NULL,
    manifest  bytea,  -- where it came before the last chunk: sealed under the same key
    sequence  bigint, -- of the manifest in REPORTS
    PRIMARY KEY (report_id, file_id)
);
CREATE INDEX upload_began ON moderation.upload (began_at);

CREATE TABLE moderation.upload_chunk (
    report_id uuid NOT NULL,
    file_id   uuid NOT NULL,
    index     integer NOT NULL,
    sequence  bigint NOT NULL, -- in REPORTS
    sealed    bytea NOT NULL,
    PRIMARY KEY (report_id, file_id, index),
    FOREIGN KEY (report_id, file_id) REFERENCES moderation.upload ON DELETE CASCADE
);

-- A file that is there whole and without its metadata, or why it was refused.
CREATE TABLE moderation.evidence (
    id        uuid NOT NULL UNIQUE, -- owner of its data key
    file_id   uuid NOT NULL,        -- as the uploader calls it
    report_id uuid NOT NULL REFERENCES moderation.report,
    state     text NOT NULL CHECK (state IN ('stored', 'refused')),
    reason    text NOT NULL DEFAULT '', -- of refused: a code
    media_type text NOT NULL DEFAULT '', -- as found in its bytes
    size      integer NOT NULL DEFAULT 0,
    at        timestamptz NOT NULL,
    details   bytea, -- name and digests, sealed at rest; NULL where it was refused or withdrawn
    PRIMARY KEY (report_id, file_id)
);

CREATE TABLE moderation.evidence_chunk (
    evidence_id uuid NOT NULL REFERENCES moderation.evidence (id),
    index       integer NOT NULL,
    sealed      bytea NOT NULL,
    PRIMARY KEY (evidence_id, index)
);

-- Messages of REPORTS that hold a part of a file which is stored, or refused: the
-- janitor deletes them, so that they take no room and are nowhere twice.
CREATE TABLE janitor.spent_part (
    sequence  bigint NOT NULL,
    report_id uuid NOT NULL,
    community text NOT NULL,
    PRIMARY KEY (report_id, sequence)
);

GRANT SELECT (report_id, sequence), INSERT ON janitor.spent_part TO recourse_worker;
GRANT SELECT, DELETE ON janitor.spent_part TO recourse_janitor;

GRANT SELECT, INSERT, DELETE, UPDATE (manifest, sequence) ON moderation.upload TO recourse_worker;
GRANT SELECT, INSERT, DELETE ON moderation.upload_chunk TO recourse_worker;
GRANT SELECT (id, file_id, report_id, state, reason, at), INSERT, UPDATE (details, media_type, size) ON moderation.evidence TO recourse_worker;
GRANT SELECT (evidence_id), INSERT, DELETE ON moderation.evidence_chunk TO recourse_worker;
GRANT SELECT (kind) ON moderation.cases TO recourse_worker;
GRANT INSERT ON moderation.audit TO recourse_worker;

GRANT SELECT ON moderation.evidence, moderation.evidence_chunk TO recourse_console;

GRANT SELECT (report_id, file_id, community, began_at, sequence), DELETE ON moderation.upload TO recourse_janitor;
-- Whoever waits for a file that is forgotten is told.
GRANT SELECT (case_id, version), UPDATE (version) ON moderation.report TO recourse_janitor;
GRANT INSERT ON moderation.outbox TO recourse_janitor;
GRANT SELECT (report_id, file_id, index, sequence) ON moderation.upload_chunk TO recourse_janitor;

-- +goose Down
DROP TABLE janitor.spent_part;
DROP TABLE moderation.evidence_chunk, moderation.evidence, moderation.upload_chunk, moderation.upload;
