-- What a backtest reads of the past. It begins after a report, or after the
-- zero id at a moment.

-- name: CountReportsReceived :one
SELECT count(*) FROM moderation.report r
WHERE r.community = @community AND (r.received_at, r.id) > (@after_at::timestamptz, @after_id::uuid) AND r.received_at < @until;

-- name: ReportsReceived :many
-- Each with the number of its account, how many reports its case had when it
-- came (to a thousand, and with those that were withdrawn since), whether its
-- case has a later one in the range, its case's last decision, and the rules
-- that fired when it was stored and that failed. Earlier
-- reports are counted once for each case, so that a page of one case that
-- thousands reported takes no longer.
WITH page AS MATERIALIZED (
    SELECT r.id, r.case_id, r.conduct, r.received_at, r.withdrawn_at, r.content FROM moderation.report r
    WHERE r.community = @community AND (r.received_at, r.id) > (@after_at::timestamptz, @after_id::uuid) AND r.received_at < @until
    ORDER BY r.received_at, r.id LIMIT @page
), cases AS MATERIALIZED (
    SELECT f.case_id, (SELECT count(*) FROM (
        SELECT FROM moderation.report o WHERE o.case_id = f.case_id AND (o.received_at, o.id) < (f.received_at, f.id) LIMIT 1000
    ) x) AS earlier
    FROM (SELECT DISTINCT ON (p.case_id) p.case_id, p.received_at, p.id FROM page p ORDER BY p.case_id, p.received_at, p.id) f
)
SELECT p.id, p.case_id, p.conduct, p.received_at, CAST(p.withdrawn_at IS NOT NULL AS boolean) AS withdrawn, p.content,
    k.month, k.wrapped,
    CAST(COALESCE((SELECT s.value FROM moderation.sketch s WHERE s.report_id = p.id AND s.part = 'account' LIMIT 1), 0) AS bigint) AS account,
    CAST(least(1000, c.earlier + row_number() OVER (PARTITION BY p.case_id ORDER BY p.received_at, p.id)) AS bigint) AS reporters,
    NOT EXISTS (
        SELECT FROM moderation.report o WHERE o.case_id = p.case_id AND (o.received_at, o.id) > (p.received_at, p.id)
            AND o.received_at < @until
    ) AS last,
    CAST(COALESCE(d.action, '') AS text) AS action, CAST(COALESCE(d.article, '') AS text) AS article,
    CAST(ARRAY(SELECT f.rule FROM moderation.rule_fired f WHERE f.report_id = p.id AND f.error = '') AS text[]) AS fired,
    CAST(ARRAY(SELECT f.rule FROM moderation.rule_fired f WHERE f.report_id = p.id AND f.error <> '') AS text[]) AS failed,
    CAST(COALESCE(d.conduct, '') AS text) AS decided_conduct, CAST(COALESCE(d.automated, false) AS boolean) AS automated
FROM page p
JOIN cases c ON c.case_id = p.case_id
LEFT JOIN moderation.data_key k ON k.owner = p.id
LEFT JOIN LATERAL (
    SELECT e.action, e.article, e.conduct, e.automated FROM moderation.decision e WHERE e.case_id = p.case_id
    ORDER BY e.case_version DESC LIMIT 1
) d ON true
ORDER BY p.received_at, p.id;
