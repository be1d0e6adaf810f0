-- What rules ask of the past, and what they leave.

-- name: AccountHistories :many
-- What was known of accounts at a moment: a row for each wanted number. Of an
-- account the newest thousand reports count.
SELECT wanted.number,
    (SELECT count(*) FROM (
        SELECT FROM moderation.sketch s WHERE s.value = wanted.account AND s.part = 'account' AND s.report_id <> wanted.report_id
            AND s.at > wanted.at - interval '30 days' AND s.at <= wanted.at LIMIT 1000
    ) x) AS reports,
    (SELECT count(*) FROM (
        SELECT FROM moderation.sketch s WHERE s.value = wanted.account AND s.part = 'account' AND s.report_id <> wanted.report_id
            AND s.at > wanted.at - interval '1 hour' AND s.at <= wanted.at LIMIT 1000
    ) x) AS last_hour,
    (SELECT count(DISTINCT d.case_id) FROM (
        SELECT s.report_id FROM moderation.sketch s WHERE s.value = wanted.account AND s.part = 'account' AND s.at <= wanted.at
        ORDER BY s.at DESC LIMIT 1000
    ) s
    JOIN moderation.report r ON r.id = s.report_id
    JOIN moderation.decision d ON d.case_id = r.case_id AND d.action <> 'none' AND d.decided_at <= wanted.at
    WHERE NOT EXISTS ( -- decided again since: the last one holds
        SELECT FROM moderation.decision later WHERE later.case_id = d.case_id AND later.case_version > d.case_version
            AND later.decided_at <= wanted.at
    )) AS decisions,
    -- A person has looked at what this account did, not long ago, and let it be:
    -- showed again what a rule hid, or decided that nothing follows.
    EXISTS (
        SELECT FROM (
            SELECT s.report_id FROM moderation.sketch s WHERE s.value = wanted.account AND s.part = 'account' AND s.at <= wanted.at
            ORDER BY s.at DESC LIMIT 1000
        ) s
        JOIN moderation.report r ON r.id = s.report_id
        JOIN moderation.cases c ON c.id = r.case_id
        LEFT JOIN LATERAL (
            SELECT d.action, d.decided_at FROM moderation.decision d WHERE d.case_id = c.id AND d.decided_at <= wanted.at
            ORDER BY d.case_version DESC LIMIT 1
        ) last ON true
        WHERE (c.shown_at > wanted.at - interval '30 days' AND c.shown_at <= wanted.at)
            OR (last.action = 'none' AND last.decided_at > wanted.at - interval '30 days')
    ) AS cleared
FROM (
    SELECT CAST(unnest(@numbers::integer[]) AS integer) AS number, unnest(@accounts::bigint[]) AS account,
        unnest(@report_ids::uuid[]) AS report_id, unnest(@ats::timestamptz[]) AS at
) wanted;

-- name: CountHides :many
-- Counts what rules hide in an hour, over all workers. The row is locked until
-- the transaction ends: two never both take the last one of a quota.
INSERT INTO moderation.rule_hour (community, rule, hour, hidden)
SELECT unnest(@communities::text[]), unnest(@rules::text[]), @hour::timestamptz, unnest(@hidden::integer[])
ON CONFLICT (community, rule, hour) DO UPDATE SET hidden = rule_hour.hidden + excluded.hidden
RETURNING community, rule, hidden;
