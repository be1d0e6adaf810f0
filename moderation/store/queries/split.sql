-- How a report gets a case of its own. The case that it leaves is locked.

-- name: CaseThere :one
SELECT EXISTS (SELECT FROM moderation.cases WHERE id = @id);

-- name: InsertSplitCase :exec
-- A case that is as the one that its only report leaves: what rules asked for
-- there stays asked for, and it keeps the place, the deadline and the stage that
-- the reporter was told. Its language is the report's own.
INSERT INTO moderation.cases (id, community, state, version, kind, article, conduct, priority, opened_at, first_look_due,
    again, queue, language, language_team, second_reader, tags, hidden_since)
SELECT @id::uuid, c.community, 'open', 1, c.kind, c.article, c.conduct, @priority, @opened_at, c.first_look_due,
    c.again, c.queue, r.language, c.language_team, c.second_reader, c.tags, c.hidden_since
FROM moderation.report r JOIN moderation.cases c ON c.id = r.case_id
WHERE r.id = @report_id AND c.id = @from_id;

-- name: MoveReport :exec
-- What hangs on the report by its id goes with it: follow-ups, files, messages,
-- rules that fired, sketches.
UPDATE moderation.report SET case_id = @id WHERE id = @report_id AND case_id = @from_id;

-- name: LeaveCase :exec
UPDATE moderation.cases SET version = @version, priority = @priority WHERE id = @id;

-- name: CopiesOf :many
-- Moderation's own copies of what was written to one reporter.
SELECT id, copy FROM moderation.message WHERE report_id = @report_id AND copy IS NOT NULL ORDER BY number;

-- name: SealCopyAgain :exec
UPDATE moderation.message SET copy = @copy WHERE id = @id;
