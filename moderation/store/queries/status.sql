-- name: StatusOf :one
SELECT r.id, r.case_id, r.community, r.status_key, r.reply_key, r.version, r.do_not_tell_account, r.not_beyond_community,
    r.stopped, r.withdrawn_at, c.kind, c.state, c.again, c.first_look_due, c.hidden_since
FROM moderation.report r JOIN moderation.cases c ON c.id = r.case_id WHERE r.id = @report_id;

-- name: MilestonesOf :many
SELECT version, name, at FROM moderation.milestone WHERE report_id = @report_id ORDER BY version, at;

-- name: MessagesOf :many
SELECT id, at, sealed FROM moderation.message WHERE report_id = @report_id ORDER BY number;

-- name: LockRelay :one
SELECT pg_try_advisory_xact_lock(7314006) AS locked;

-- name: UnsentOutbox :many
-- Events and statuses apart, so that one sort that can't be published does not
-- hold the other up.
(SELECT id, case_id, message_id, subject, payload, report_id
 FROM moderation.outbox WHERE sent_at IS NULL AND report_id IS NULL ORDER BY id LIMIT @batch)
UNION ALL
(SELECT id, case_id, message_id, subject, payload, report_id
 FROM moderation.outbox WHERE sent_at IS NULL AND report_id IS NOT NULL ORDER BY id LIMIT @batch);

-- name: MarkSent :exec
UPDATE moderation.outbox SET sent_at = @at WHERE id = ANY(@ids::bigint[]);
