-- name: LockCommunity :exec
-- One at a time reserves or publishes for a community.
SELECT pg_advisory_xact_lock(hashtextextended(@community::text, 7314008));

-- name: Entries :many
-- The ledger of a community, with whether the release is there that a row pays
-- for.
SELECT l.number, l.year, l.request, l.digest, l.rho::text AS rho,
    l.reserved_at, (r.number IS NOT NULL)::boolean AS released, r.period_from, r.period_until, r.published_at
FROM stats.ledger l LEFT JOIN released.release r ON r.community = l.community AND r.number = l.number
WHERE l.community = @community ORDER BY l.number;

-- name: InsertEntry :exec
INSERT INTO stats.ledger (community, number, year, request, digest, rho, spent, budget, reserved_at)
VALUES (@community, @number, @year, @request, @digest, CAST(@rho::text AS numeric), CAST(@spent::text AS numeric), CAST(@budget::text AS numeric), @reserved_at);

-- name: TakeReports :exec
-- Marks what a release counts. The rows are locked until it is there: what
-- comes meanwhile waits, and then finds them counted.
-- They are locked in the order of ids, as the collector locks them.
WITH due AS (
    SELECT w.report_id FROM stats.report w
    WHERE w.community = @community AND NOT w.counted AND w.kind IS NOT NULL AND w.decided_at < @period_until::timestamptz
    ORDER BY w.report_id FOR UPDATE
)
UPDATE stats.report r SET counted = true FROM due WHERE r.report_id = due.report_id;

-- name: CountFacts :exec
-- Makes facts of what was taken: of a reporter's rows the earliest @cap, and of
-- reports without a pseudonym each. They are stored in the order of their codes,
-- so that their place tells nothing of when they came.
INSERT INTO stats.fact (community, release, kind, grounds, gender, age_band, role, language, action, article, automated)
SELECT community, @release, kind, grounds, gender, age_band, role, language, action, article, automated
FROM (
    SELECT r.*, row_number() OVER (
        PARTITION BY participant, CASE WHEN participant IS NULL THEN report_id END ORDER BY decided_at, report_id
    ) AS nth
    FROM stats.report r WHERE r.community = @community AND counted AND kind IS NOT NULL
) taken
WHERE nth <= @cap::bigint
ORDER BY kind, grounds, gender, age_band, role, language, action, article, automated;

-- name: ForgetTaken :exec
-- What was counted keeps nothing but that it was, and in xmin, as PostgreSQL does,
-- which transaction counted it. Old versions stay until vacuum.
UPDATE stats.report SET kind = NULL, grounds = NULL, gender = NULL, age_band = NULL, role = NULL, language = NULL,
    participant = NULL, account = NULL, action = NULL, article = NULL, automated = NULL, decided_at = NULL, case_sequence = NULL
WHERE community = @community AND counted AND kind IS NOT NULL;

-- name: KindByAction :many
SELECT kind, action, count(*) FROM stats.fact WHERE community = @community AND release = @release GROUP BY kind, action;

-- name: InsertRelease :exec
INSERT INTO released.release (community, number, period_from, period_until, published_at)
VALUES (@community, @number, @period_from, @period_until, @published_at);

-- name: InsertFile :exec
INSERT INTO released.file (community, number, name, media_type, sha256, content)
VALUES (@community, @number, @name, @media_type, @sha256, @content);

-- name: ReleasedFiles :many
-- Every file of every release, the newest release first.
SELECT r.community, r.number, r.period_from, r.period_until, r.published_at, f.name, f.media_type, f.sha256,
    length(f.content)::bigint AS size
FROM released.release r JOIN released.file f ON f.community = r.community AND f.number = r.number
ORDER BY r.published_at DESC, r.community, r.number DESC, f.name LIMIT @most;

-- name: File :one
SELECT media_type, sha256, content FROM released.file WHERE community = @community AND number = @number AND name = @name;
