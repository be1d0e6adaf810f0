-- What a backtest reads of the past. It begins after a report, or after the
-- zero id at a moment.

-- name: CountReportsReceived :one
SELECT count(*) FROM moderation.report r
WHERE r.community = @community AND (r.received_at, r.id) > (@after_at::timestamptz, @after_id::uuid) AND r.received_at < @until;

-- name: ReportsReceived :many
-- Each with the number of its account, how many reports its case had when it
-- came, whether its case has a later one in the range, and its case's last
-- decision.
SELECT r.id, r.case_id, r.conduct, r.received_at, CAST(r.withdrawn_at IS NOT NULL AS boolean) AS withdrawn, r.content,
    k.month, k.wrapped,
    CAST(COALESCE((SELECT s.value FROM moderation.sketch s WHERE s.report_id = r.id AND s.part = 'account' LIMIT 1), 0) AS bigint) AS account,
    (SELECT count(*) FROM (
        SELECT FROM moderation.report o WHERE o.case_id = r.case_id AND (o.received_at, o.id) <= (r.received_at, r.id)
            AND (o.withdrawn_at IS NULL OR o.withdrawn_at > r.received_at) LIMIT 1000
    ) x) AS reporters,
    NOT EXISTS (
        SELECT FROM moderation.report o WHERE o.case_id = r.case_id AND (o.received_at, o.id) > (r.received_at, r.id)
            AND o.received_at < @until
    ) AS last,
    CAST(COALESCE(d.action, '') AS text) AS action, CAST(COALESCE(d.article, '') AS text) AS article,
    CAST(COALESCE(d.conduct, '') AS text) AS decided_conduct, CAST(COALESCE(d.automated, false) AS boolean) AS automated
FROM moderation.report r
LEFT JOIN moderation.data_key k ON k.owner = r.id
LEFT JOIN LATERAL (
    SELECT e.action, e.article, e.conduct, e.automated FROM moderation.decision e WHERE e.case_id = r.case_id
    ORDER BY e.case_version DESC LIMIT 1
) d ON true
WHERE r.community = @community AND (r.received_at, r.id) > (@after_at::timestamptz, @after_id::uuid) AND r.received_at < @until
ORDER BY r.received_at, r.id LIMIT @page;
