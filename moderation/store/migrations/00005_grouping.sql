-- +goose Up

-- What reports are grouped by: keyed numbers (moderation/sketch), never words.
-- An account and each link stand here for every report. The bands of a text
-- stand here for the first report of an open case, and go when it is decided.
CREATE TABLE moderation.sketch (
    report_id uuid NOT NULL REFERENCES moderation.report,
    part      text NOT NULL CHECK (part IN ('account', 'link', 'text')),
    value     bigint NOT NULL,
    at        timestamptz NOT NULL, -- when the report was received
    PRIMARY KEY (report_id, part, value)
);
CREATE INDEX sketch_value ON moderation.sketch (value, at);

-- How alike two texts are is estimated from these; kept as long as the bands.
CREATE TABLE moderation.signature (
    report_id uuid PRIMARY KEY REFERENCES moderation.report,
    signature bytea NOT NULL
);

GRANT SELECT, INSERT, DELETE ON moderation.sketch, moderation.signature TO recourse_worker;
GRANT SELECT (priority), UPDATE (priority) ON moderation.cases TO recourse_worker;

GRANT SELECT, DELETE ON moderation.sketch TO recourse_console;
GRANT SELECT (report_id), DELETE ON moderation.signature TO recourse_console;

-- +goose Down
DROP TABLE moderation.signature;
DROP TABLE moderation.sketch;
