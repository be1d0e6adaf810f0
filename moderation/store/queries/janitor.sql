-- name: ReportsKnown :many
SELECT r.id FROM moderation.report r WHERE r.id = ANY(@ids::uuid[])
UNION ALL
SELECT t.report_id FROM moderation.tombstone t WHERE t.report_id = ANY(@ids::uuid[]);

-- name: RememberPurged :exec
INSERT INTO janitor.purged_report (report_id, purged_at)
SELECT unnest(@ids::uuid[]), @purged_at::timestamptz ON CONFLICT DO NOTHING;

-- name: RememberDropped :exec
INSERT INTO janitor.purged_report (report_id, purged_at, dropped) VALUES (@report_id, @purged_at, true)
ON CONFLICT (report_id) DO UPDATE SET dropped = true;

-- name: ForgetAttemptsBefore :execrows
DELETE FROM moderation.attempt WHERE last_at < @before;

-- name: EmptyOutbox :execrows
DELETE FROM moderation.outbox WHERE id IN (
    SELECT o.id FROM moderation.outbox o WHERE o.sent_at < @before LIMIT 10000);

-- name: ForgetSessions :execrows
DELETE FROM moderation.session WHERE expires_at < @before;

-- name: ForgetSignInLinks :execrows
DELETE FROM moderation.sign_in_link WHERE expires_at < @before;

-- name: ForgetRuleHours :execrows
DELETE FROM moderation.rule_hour WHERE hour < @before;

-- name: ErasuresDue :many
SELECT report_id, community, asked_at FROM janitor.erasure WHERE done_at IS NULL ORDER BY asked_at LIMIT 1000;

-- name: ErasureDone :exec
-- Unless it was asked for again meanwhile.
UPDATE janitor.erasure SET done_at = @done_at WHERE report_id = @report_id AND asked_at = @asked_at;

-- name: ForgetExposures :execrows
DELETE FROM moderation.exposure WHERE at < @before;
