-- What the worker writes: many reports in few statements, each an array a
-- column. The caller has left out the reports that are there already; a race
-- ends in a unique violation and the batch falls back to one report at a time.

-- name: ReportsThere :many
-- Withdrawn ones too: they must not come back.
SELECT r.id, CAST(r.withdrawn_at IS NOT NULL AS boolean) AS withdrawn FROM moderation.report r WHERE r.id = ANY(@ids::uuid[])
UNION ALL
SELECT t.report_id, true FROM moderation.tombstone t WHERE t.report_id = ANY(@ids::uuid[]);

-- name: InsertCases :exec
-- Tags are arrays of different lengths, so they travel as JSON; a case that is
-- not hidden has the zero of time.
INSERT INTO moderation.cases (id, community, state, version, kind, article, conduct, priority, opened_at, first_look_due,
    queue, language, language_team, second_reader, tags, hidden_since)
SELECT n.id, n.community, 'open', 1, n.kind, n.article, n.conduct, n.priority, @opened_at::timestamptz, n.first_look_due,
    n.queue, n.language, n.language_team, n.second_reader, ARRAY(SELECT jsonb_array_elements_text(n.tags)),
    NULLIF(n.hidden_since, 'epoch')
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@communities::text[]) AS community, unnest(@kinds::text[]) AS kind,
    unnest(@articles::text[]) AS article, unnest(@conducts::text[]) AS conduct, unnest(@priorities::integer[]) AS priority,
    unnest(@first_look_dues::timestamptz[]) AS first_look_due, unnest(@queues::text[]) AS queue,
    unnest(@languages::text[]) AS language, unnest(@language_teams::boolean[]) AS language_team,
    unnest(@second_readers::boolean[]) AS second_reader, unnest(@tags::text[])::jsonb AS tags,
    unnest(@hidden_sinces::timestamptz[]) AS hidden_since) n;

-- name: InsertReports :exec
INSERT INTO moderation.report (id, case_id, community, conduct, received_at, opened_at, status_key, reply_key, version, content,
    do_not_tell_account, not_beyond_community, language, findings)
SELECT unnest(@ids::uuid[]), unnest(@case_ids::uuid[]), unnest(@communities::text[]), unnest(@conducts::text[]),
    unnest(@received_ats::timestamptz[]), @opened_at::timestamptz, unnest(@status_keys::text[]), unnest(@reply_keys::bytea[]), 1,
    unnest(@contents::bytea[]), unnest(@do_not_tell_accounts::boolean[]), unnest(@not_beyond_communities::boolean[]),
    unnest(@languages::text[]), unnest(@findings::bytea[]);

-- name: InsertDataKeys :exec
INSERT INTO moderation.data_key (owner, community, month, wrapped)
SELECT unnest(@owners::uuid[]), unnest(@communities::text[]), unnest(@months::text[]), unnest(@wrapped::bytea[]);

-- name: InsertMilestones :exec
INSERT INTO moderation.milestone (report_id, version, name, at)
SELECT unnest(@report_ids::uuid[]), unnest(@versions::integer[]), unnest(@names::text[]), unnest(@ats::timestamptz[]);

-- name: InsertRulesFired :exec
INSERT INTO moderation.rule_fired (report_id, rule, conduct, effect, shadow, error, because)
SELECT n.report_id, n.rule, n.conduct, n.effect, n.shadow, n.error, string_to_array(n.because, ' ')
FROM (SELECT unnest(@report_ids::uuid[]) AS report_id, unnest(@rules::text[]) AS rule, unnest(@conducts::text[]) AS conduct,
    unnest(@effects::text[]) AS effect, unnest(@shadows::boolean[]) AS shadow, unnest(@errors::text[]) AS error,
    unnest(@becauses::text[]) AS because) n;

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
