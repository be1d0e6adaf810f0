-- What the worker writes: many reports in few statements, each an array a
-- column. The caller has left out the reports that are there already; a race
-- ends in a unique violation and the batch falls back to one report at a time.

-- name: ReportsThere :many
-- Withdrawn ones too: they must not come back.
SELECT r.id, CAST(r.withdrawn_at IS NOT NULL AS boolean) AS withdrawn FROM moderation.report r WHERE r.id = ANY(@ids::uuid[])
UNION ALL
SELECT t.report_id, true FROM moderation.tombstone t WHERE t.report_id = ANY(@ids::uuid[]);

-- name: InsertCases :exec
INSERT INTO moderation.cases (id, community, state, version, kind, article, conduct, priority, opened_at, first_look_due)
SELECT unnest(@ids::uuid[]), unnest(@communities::text[]), 'open', 1, unnest(@kinds::text[]), unnest(@articles::text[]),
    unnest(@conducts::text[]), unnest(@priorities::integer[]), @opened_at::timestamptz, unnest(@first_look_dues::timestamptz[]);

-- name: InsertReports :exec
INSERT INTO moderation.report (id, case_id, community, conduct, received_at, opened_at, status_key, reply_key, version, content,
    do_not_tell_account, not_beyond_community, signature)
SELECT unnest(@ids::uuid[]), unnest(@case_ids::uuid[]), unnest(@communities::text[]), unnest(@conducts::text[]),
    unnest(@received_ats::timestamptz[]), @opened_at::timestamptz, unnest(@status_keys::text[]), unnest(@reply_keys::bytea[]), 1,
    unnest(@contents::bytea[]), unnest(@do_not_tell_accounts::boolean[]), unnest(@not_beyond_communities::boolean[]),
    unnest(@signatures::bytea[]);

-- name: InsertDataKeys :exec
INSERT INTO moderation.data_key (owner, community, month, wrapped)
SELECT unnest(@owners::uuid[]), unnest(@communities::text[]), unnest(@months::text[]), unnest(@wrapped::bytea[]);

-- name: InsertMilestones :exec
INSERT INTO moderation.milestone (report_id, version, name, at)
SELECT unnest(@report_ids::uuid[]), unnest(@versions::integer[]), unnest(@names::text[]), unnest(@ats::timestamptz[]);

-- name: InsertRulesFired :exec
INSERT INTO moderation.rule_fired (report_id, rule, conduct, effect)
SELECT unnest(@report_ids::uuid[]), unnest(@rules::text[]), unnest(@conducts::text[]), unnest(@effects::text[]);

-- name: InsertContacts :exec
INSERT INTO notify.contact (report_id, community, received_at, sealed)
SELECT unnest(@report_ids::uuid[]), unnest(@communities::text[]), unnest(@received_ats::timestamptz[]), unnest(@sealed::text[])::jsonb;

-- name: InsertEvents :exec
INSERT INTO moderation.outbox (case_id, message_id, subject, payload, created_at)
SELECT unnest(@case_ids::uuid[]), unnest(@message_ids::text[]), unnest(@subjects::text[]), unnest(@payloads::text[])::jsonb, @created_at::timestamptz;

-- name: CountAttempt :one
INSERT INTO moderation.attempt (stream, sequence, attempts, last_at)
VALUES (@stream, @sequence, 1, @at)
ON CONFLICT (stream, sequence) DO UPDATE SET attempts = attempt.attempts + 1, last_at = excluded.last_at
RETURNING attempts;

-- name: UncountAttempt :exec
UPDATE moderation.attempt SET attempts = attempts - 1 WHERE stream = @stream AND sequence = @sequence AND attempts > 0;

-- name: ForgetAttempts :exec
DELETE FROM moderation.attempt WHERE stream = @stream AND sequence = @sequence;
