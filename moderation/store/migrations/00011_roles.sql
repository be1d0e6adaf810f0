-- +goose Up
ALTER TABLE moderation.membership
    ADD COLUMN roles text[] NOT NULL DEFAULT '{moderator}'
        CHECK (roles <> '{}' AND roles <@ '{moderator,senior,custodian,auditor,admin}');

-- Who must not see a case, nor that it is there: a report names them.
CREATE TABLE moderation.recusal (
    case_id      uuid NOT NULL REFERENCES moderation.cases,
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    PRIMARY KEY (case_id, moderator_id)
);

GRANT SELECT ON moderation.recusal TO recourse_console;

-- +goose Down
DROP TABLE moderation.recusal;
ALTER TABLE moderation.membership DROP COLUMN roles;
