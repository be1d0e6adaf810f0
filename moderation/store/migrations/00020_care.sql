-- +goose Up

-- What a moderator looked at, a row a case and minute, kept for a month: breaks
-- and rotation are for her sake. Nobody else is shown it.
CREATE TABLE moderation.exposure (
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    at           timestamptz NOT NULL,
    case_id      uuid NOT NULL REFERENCES moderation.cases,
    severity     smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    PRIMARY KEY (moderator_id, at, case_id)
);

-- What a moderator chose for herself. NULL: as her communities say.
CREATE TABLE moderation.preference (
    moderator_id uuid PRIMARY KEY REFERENCES moderation.moderator,
    blur         boolean,
    grey         boolean,
    mute         boolean,
    spared_kinds text[] NOT NULL DEFAULT '{}' -- kinds of report that take-next does not give her
);

GRANT SELECT, INSERT ON moderation.exposure TO recourse_console;
GRANT SELECT, INSERT, UPDATE ON moderation.preference TO recourse_console;
GRANT SELECT (at), DELETE ON moderation.exposure TO recourse_janitor;

-- +goose Down
DROP TABLE moderation.preference;
DROP TABLE moderation.exposure;
