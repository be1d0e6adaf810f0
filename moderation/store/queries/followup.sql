-- What the worker does with a follow-up: one transaction each. The case is
-- locked before its report, as the console does.

-- name: ReportPlace :one
SELECT case_id, community FROM moderation.report WHERE id = @report_id;

-- name: LockCaseOfReport :one
SELECT id, community, state, version, article, conduct, again, first_look_due, priority FROM moderation.cases WHERE id = @case_id FOR UPDATE;

-- name: LockReport :one
SELECT id, case_id, community, reply_key, version, withdrawn_at FROM moderation.report WHERE id = @report_id FOR UPDATE;

-- name: StoreReports :exec
-- Held by whoever stores new reports; WithdrawUnread waits for all of them.
SELECT pg_advisory_xact_lock_shared(7314008);

-- name: WithdrawUnread :exec
SELECT pg_advisory_xact_lock(7314008);

-- name: FollowUpThere :one
SELECT EXISTS (SELECT FROM moderation.follow_up WHERE id = @id);

-- name: InsertFollowUp :exec
INSERT INTO moderation.follow_up (id, report_id, event, effect, at, stored_at, sequence, content)
VALUES (@id, @report_id, @event, @effect, @at, @stored_at, @sequence, @content);

-- name: LaterThere :one
-- Whether a later one of its kind was stored before this one came.
SELECT EXISTS (SELECT FROM moderation.follow_up WHERE report_id = @report_id AND event = @event AND sequence > @sequence);

-- name: RaiseReportVersion :one
UPDATE moderation.report SET version = version + 1 WHERE id = @report_id RETURNING version;

-- name: SetConsent :exec
UPDATE moderation.report SET do_not_tell_account = @do_not_tell_account, not_beyond_community = @not_beyond_community
WHERE id = @report_id;

-- name: SetStopped :exec
UPDATE moderation.report SET stopped = @stopped WHERE id = @report_id;

-- name: SetCase :exec
UPDATE moderation.cases SET state = @state, version = @version, again = @again, first_look_due = @first_look_due,
    closed_at = @closed_at, claimed_by = NULL, claimed_until = NULL,
    hidden_since = CASE WHEN @state = 'open' THEN hidden_since END -- what is closed is hidden no longer
WHERE id = @id;

-- name: SetPriority :exec
UPDATE moderation.cases SET priority = @priority WHERE id = @id;

-- name: ForgetFindings :exec
-- What rules made of words that are gone.
UPDATE moderation.cases SET tags = '{}', language = 'und', language_team = false WHERE id = @id;

-- name: RaiseCaseVersion :exec
UPDATE moderation.cases SET version = @version WHERE id = @id;

-- name: MarkUnread :exec
UPDATE moderation.cases SET unread_since = COALESCE(unread_since, @since) WHERE id = @id;

-- name: NothingUnread :exec
-- Nothing is left to read.
UPDATE moderation.cases SET unread_since = NULL WHERE id = @id;

-- name: InsertOwnMessage :exec
INSERT INTO moderation.message (id, report_id, at, sealed) VALUES (@id, @report_id, @at, @sealed);

-- name: LiveReportsOf :many
SELECT id FROM moderation.report WHERE case_id = @case_id AND withdrawn_at IS NULL ORDER BY id;

-- name: EraseReport :exec
UPDATE moderation.report SET content = '', language = 'und', findings = NULL, withdrawn_at = @at, stopped = NULL, version = version + 1 WHERE id = @report_id;

-- name: EraseFollowUps :exec
UPDATE moderation.follow_up SET content = NULL WHERE report_id = @report_id;

-- name: EraseDataKeys :exec
-- Of the report and of its follow-ups.
DELETE FROM moderation.data_key WHERE owner = @report_id
    OR owner IN (SELECT f.id FROM moderation.follow_up f WHERE f.report_id = @report_id);

-- name: EraseCaseKey :exec
DELETE FROM moderation.data_key WHERE owner = @case_id;

-- name: EraseMessages :exec
DELETE FROM moderation.message WHERE report_id = @report_id;

-- name: EraseRules :exec
DELETE FROM moderation.rule_fired WHERE report_id = @report_id;

-- name: EraseContact :exec
DELETE FROM notify.contact WHERE report_id = @report_id;

-- name: InsertTombstone :exec
INSERT INTO moderation.tombstone (report_id, community, status_key, reply_key, withdrawn_at)
VALUES (@report_id, @community, @status_key, @reply_key, @withdrawn_at) ON CONFLICT DO NOTHING;

-- name: TombstoneOf :one
SELECT report_id, community, status_key, reply_key, withdrawn_at FROM moderation.tombstone WHERE report_id = @report_id;

-- name: AskErasure :exec
-- Asked again where the report came back, as by a replay.
INSERT INTO janitor.erasure (report_id, community, asked_at)
SELECT unnest(@report_ids::uuid[]), unnest(@communities::text[]), @asked_at::timestamptz
ON CONFLICT (report_id) DO UPDATE SET asked_at = excluded.asked_at, done_at = NULL;
