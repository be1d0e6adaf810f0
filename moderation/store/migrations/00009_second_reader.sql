-- +goose Up

-- A decision that takes effect once a second moderator consents: one a case.
CREATE TABLE moderation.proposal (
    case_id      uuid PRIMARY KEY REFERENCES moderation.cases,
    id           uuid NOT NULL UNIQUE,          -- of this proposal: who consents names it
    decision_id  uuid NOT NULL,                 -- that the decision will have
    case_version integer NOT NULL,              -- that the proposer saw
    moderator_id uuid NOT NULL REFERENCES moderation.moderator,
    action       text NOT NULL,
    article      text NOT NULL,
    reasons      bytea NOT NULL,                -- sealed at rest under the case's data key
    proposed_at  timestamptz NOT NULL
);

ALTER TABLE moderation.decision
    ADD COLUMN second_moderator_id uuid REFERENCES moderation.moderator, -- who consented, where the case needed it
    ADD CONSTRAINT decision_two_people CHECK (second_moderator_id <> moderator_id);

-- Whoever changes a case drops what was proposed of it before: who consents must
-- have seen what the proposer saw. A trigger, so that nothing that raises a
-- version can forget it.
-- +goose StatementBegin
CREATE FUNCTION moderation.drop_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM moderation.proposal WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER drop_proposal AFTER UPDATE OF version ON moderation.cases
    FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION moderation.drop_proposal();

GRANT SELECT, INSERT, DELETE ON moderation.proposal TO recourse_console;
GRANT SELECT (case_id), DELETE ON moderation.proposal TO recourse_worker; -- by the trigger

-- +goose Down
DROP TRIGGER drop_proposal ON moderation.cases;
DROP FUNCTION moderation.drop_proposal;
ALTER TABLE moderation.decision DROP COLUMN second_moderator_id;
DROP TABLE moderation.proposal;
