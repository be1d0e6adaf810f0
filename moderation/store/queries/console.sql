-- name: SessionModerator :one
SELECT m.id, m.name FROM moderation.session s JOIN moderation.moderator m ON m.id = s.moderator_id
WHERE s.token_hash = @token_hash AND s.expires_at > @now;

-- name: CommunitiesOf :many
SELECT community FROM moderation.membership WHERE moderator_id = @moderator_id ORDER BY community;

-- name: TakeSignInLink :one
DELETE FROM moderation.sign_in_link WHERE token_hash = @token_hash
RETURNING moderator_id, expires_at;

-- name: InsertSession :exec
INSERT INTO moderation.session (token_hash, moderator_id, created_at, expires_at)
VALUES (@token_hash, @moderator_id, @created_at, @expires_at);

-- name: DeleteSession :exec
DELETE FROM moderation.session WHERE token_hash = @token_hash;

-- name: Queue :many
SELECT c.id, c.community, c.version, c.kind, c.article, c.priority, c.opened_at, c.first_look_due, c.claimed_by, c.claimed_until,
    m.name AS claimed_by_name
FROM moderation.cases c LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
WHERE c.state = 'open' AND c.community = ANY(@communities::text[])
ORDER BY c.priority DESC, c.first_look_due, c.id
LIMIT @page;

-- name: CountOpen :one
SELECT count(*) FROM moderation.cases WHERE state = 'open' AND community = ANY(@communities::text[]);

-- name: NextCase :one
-- The next best case of one community that nobody holds. Rows that another
-- moderator is just taking are passed over, not waited for.
SELECT id FROM moderation.cases
WHERE state = 'open' AND community = @community AND (claimed_until IS NULL OR claimed_until < @now)
ORDER BY priority DESC, first_look_due, id
LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: LockCase :one
SELECT * FROM moderation.cases WHERE id = @id AND community = ANY(@communities::text[]) FOR UPDATE;

-- name: CaseByID :one
SELECT c.*, m.name AS claimed_by_name FROM moderation.cases c LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
WHERE c.id = @id AND c.community = ANY(@communities::text[]);

-- name: SetClaim :exec
UPDATE moderation.cases SET claimed_by = @claimed_by, claimed_until = @claimed_until WHERE id = @id;

-- name: CloseCase :exec
UPDATE moderation.cases SET state = 'closed', version = @version, closed_at = @closed_at, claimed_by = NULL, claimed_until = NULL
WHERE id = @id;

-- name: ReportsOf :many
SELECT r.id, r.community, r.conduct, r.received_at, r.opened_at, r.reply_key, r.version, r.content,
    k.month, k.wrapped
FROM moderation.report r LEFT JOIN moderation.data_key k ON k.owner = r.id
WHERE r.case_id = @case_id ORDER BY r.received_at, r.id;

-- name: RulesOf :many
SELECT f.rule, f.conduct, f.effect FROM moderation.rule_fired f JOIN moderation.report r ON r.id = f.report_id
WHERE r.case_id = @case_id ORDER BY f.report_id, f.rule;

-- name: RaiseReportVersion :one
UPDATE moderation.report SET version = version + 1 WHERE id = @id RETURNING version;

-- name: DataKey :one
SELECT community, month, wrapped FROM moderation.data_key WHERE owner = @owner;

-- name: InsertDecision :exec
INSERT INTO moderation.decision (id, case_id, case_version, moderator_id, action, article, conduct, reasons, decided_at)
VALUES (@id, @case_id, @case_version, @moderator_id, @action, @article, @conduct, @reasons, @decided_at);

-- name: DecisionsOf :many
SELECT d.id, d.case_version, d.action, d.article, d.conduct, d.automated, d.reasons, d.decided_at, m.name AS moderator
FROM moderation.decision d JOIN moderation.moderator m ON m.id = d.moderator_id
WHERE d.case_id = @case_id ORDER BY d.case_version;

-- name: InsertMessage :exec
INSERT INTO moderation.message (id, report_id, decision_id, at, sealed)
VALUES (@id, @report_id, @decision_id, @at, @sealed);

-- name: InsertStatusDue :exec
INSERT INTO moderation.outbox (case_id, report_id, created_at) VALUES (@case_id, @report_id, @created_at);

-- name: InsertAudit :exec
INSERT INTO moderation.audit (at, actor, action, case_id, report_id, salt, digest)
VALUES (@at, @actor, @action, @case_id, @report_id, @salt, @digest);
