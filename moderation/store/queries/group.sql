-- How reports are grouped.

-- name: AlikeReports :many
-- The first reports of open cases that share a band of their text, the newest
-- first. Of one band the newest few are enough: what is alike is in one case
-- already, or nearly. Each step is LATERAL with a limit, so that PostgreSQL goes
-- from the bands to the cases and never looks bands up for every case: it has no
-- figures of a young table to tell. Nothing joins a case that somebody holds: it would change
-- under her hands, and a flood would keep her from ever deciding.
SELECT k.value, r.case_id, g.signature, c.kind, c.conduct
FROM unnest(@bands::bigint[]) AS wanted(value)
CROSS JOIN LATERAL (
    SELECT s.value, s.report_id, s.at FROM moderation.sketch s
    WHERE s.value = wanted.value AND s.part = 'text' ORDER BY s.at DESC LIMIT 16
) k
CROSS JOIN LATERAL (
    SELECT o.id, o.case_id FROM moderation.report o WHERE o.id = k.report_id AND o.withdrawn_at IS NULL LIMIT 1
) r
CROSS JOIN LATERAL (SELECT x.signature FROM moderation.signature x WHERE x.report_id = r.id LIMIT 1) g
CROSS JOIN LATERAL (
    SELECT o.kind, o.conduct FROM moderation.cases o
    WHERE o.id = r.case_id AND o.state = 'open' AND o.again = '' AND (o.claimed_until IS NULL OR o.claimed_until <= @now::timestamptz) LIMIT 1
) c
ORDER BY k.at DESC, r.id;

-- name: LockCasesToJoin :many
-- In the order of their ids, so that two that join the same wait for one
-- another. What was decided meanwhile is not among them.
SELECT id, article, queue, priority, first_look_due, language_team, second_reader, tags, hidden_since, shown_at FROM moderation.cases
WHERE id = ANY(@ids::uuid[]) AND state = 'open' AND again = '' AND (claimed_until IS NULL OR claimed_until <= @now::timestamptz)
ORDER BY id FOR UPDATE;

-- name: LockTimeout :one
SELECT current_setting('lock_timeout')::text;

-- name: SetLockTimeout :exec
-- Of this transaction, in milliseconds or as PostgreSQL writes it.
SELECT set_config('lock_timeout', @value::text, true);

-- name: CountReports :many
-- Asked once the cases are locked: before, who joined them just now would not be
-- seen. Counted to a thousand and no further.
SELECT c.id, (SELECT count(*) FROM (
    SELECT FROM moderation.report r WHERE r.case_id = c.id AND r.withdrawn_at IS NULL LIMIT 1000
) live) AS reports
FROM moderation.cases c WHERE c.id = ANY(@ids::uuid[]);

-- name: JoinCases :exec
-- Tags are arrays of different lengths, so they travel as JSON.
UPDATE moderation.cases c SET version = c.version + 1, article = j.article, queue = j.queue, priority = j.priority,
    first_look_due = j.first_look_due, language_team = j.language_team, second_reader = j.second_reader,
    tags = ARRAY(SELECT jsonb_array_elements_text(j.tags)), hidden_since = NULLIF(j.hidden_since, 'epoch')
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@articles::text[]) AS article, unnest(@queues::text[]) AS queue,
    unnest(@priorities::integer[]) AS priority, unnest(@first_look_dues::timestamptz[]) AS first_look_due,
    unnest(@language_teams::boolean[]) AS language_team, unnest(@second_readers::boolean[]) AS second_reader,
    unnest(@tags::text[])::jsonb AS tags, unnest(@hidden_sinces::timestamptz[]) AS hidden_since) j
WHERE c.id = j.id;

-- name: InsertSketches :exec
INSERT INTO moderation.sketch (report_id, part, value, at)
SELECT unnest(@report_ids::uuid[]), unnest(@parts::text[]), unnest(@values::bigint[]), unnest(@ats::timestamptz[]);

-- name: EraseSketches :exec
DELETE FROM moderation.sketch WHERE report_id = @report_id;

-- name: InsertSignatures :exec
INSERT INTO moderation.signature (report_id, signature) SELECT unnest(@report_ids::uuid[]), unnest(@signatures::bytea[]);

-- name: EraseSignature :exec
DELETE FROM moderation.signature WHERE report_id = @report_id;

-- name: EraseSignaturesOfCase :exec
DELETE FROM moderation.signature WHERE report_id IN (SELECT r.id FROM moderation.report r WHERE r.case_id = @case_id);

-- name: RaiseReportsOfCases :many
-- What the receipts of a case's reports show has changed with the case.
UPDATE moderation.report SET version = version + 1 WHERE case_id = ANY(@case_ids::uuid[]) AND withdrawn_at IS NULL
RETURNING id, case_id;

-- name: EraseTextSketches :exec
-- Nothing joins a case that is decided.
DELETE FROM moderation.sketch WHERE part = 'text' AND report_id IN (SELECT r.id FROM moderation.report r WHERE r.case_id = @case_id);

-- name: LinkedCases :many
-- Cases about the same account or the same link, the newest first. Of each
-- sketch the newest hundred reports are looked at: an account that all report
-- has one page, not a list of thousands.
SELECT c.id, c.kind, c.state, c.opened_at, bool_or(l.part = 'account') AS same_account, bool_or(l.part = 'link') AS same_link
FROM (
    SELECT DISTINCT k.part, s.report_id
    FROM moderation.report own
    JOIN moderation.sketch k ON k.report_id = own.id AND k.part IN ('account', 'link')
    CROSS JOIN LATERAL (
        SELECT o.report_id FROM moderation.sketch o WHERE o.value = k.value AND o.part = k.part ORDER BY o.at DESC LIMIT 100
    ) s
    WHERE own.case_id = @case_id
) l
JOIN moderation.report r ON r.id = l.report_id
JOIN moderation.cases c ON c.id = r.case_id
WHERE c.id <> @case_id AND c.community = @community
    AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = c.id AND x.moderator_id = @moderator_id)
GROUP BY c.id ORDER BY c.opened_at DESC, c.id LIMIT 20;

-- name: OpenCasesAbout :many
-- Open cases about accounts or links, by the newest reports on each, which come
-- first. With the account that the report names: a link is shared by many.
SELECT k.value, k.part, r.case_id, c.kind, c.conduct,
    CAST(COALESCE((SELECT a.value FROM moderation.sketch a WHERE a.report_id = r.id AND a.part = 'account' LIMIT 1), 0) AS bigint) AS account
FROM unnest(@values::bigint[]) AS wanted(value)
CROSS JOIN LATERAL (
    SELECT s.value, s.part, s.report_id, s.at FROM moderation.sketch s
    WHERE s.value = wanted.value AND s.part IN ('account', 'link') ORDER BY s.at DESC LIMIT 32
) k
CROSS JOIN LATERAL (SELECT o.id, o.case_id FROM moderation.report o WHERE o.id = k.report_id LIMIT 1) r
CROSS JOIN LATERAL (
    SELECT o.kind, o.conduct FROM moderation.cases o
    WHERE o.id = r.case_id AND o.state = 'open' AND o.again = '' AND (o.claimed_until IS NULL OR o.claimed_until <= @now::timestamptz) LIMIT 1
) c
ORDER BY k.at DESC, r.id;
