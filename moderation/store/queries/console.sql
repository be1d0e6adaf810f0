-- What the console asks. Whoever asks for a case names the moderator who asks and
-- her communities: a case of another community is not there, nor one of which she
-- must not know.

-- name: SessionModerator :one
-- Who is signed in, and where, in one round trip a request.
SELECT m.id, m.name,
    ARRAY(SELECT b.community FROM moderation.membership b WHERE b.moderator_id = m.id ORDER BY b.community)::text[] AS communities,
    ARRAY(SELECT array_to_string(b.roles, ',') FROM moderation.membership b WHERE b.moderator_id = m.id ORDER BY b.community)::text[] AS roles
FROM moderation.session s JOIN moderation.moderator m ON m.id = s.moderator_id
WHERE s.token_hash = @token_hash AND s.expires_at > @now;

-- name: TakeSignInLink :one
-- Of two that present one link at once, one deletes it and the other finds
-- nothing.
DELETE FROM moderation.sign_in_link WHERE token_hash = @token_hash AND expires_at > @now
RETURNING moderator_id;

-- name: InsertSession :exec
INSERT INTO moderation.session (token_hash, moderator_id, created_at, expires_at)
VALUES (@token_hash, @moderator_id, @created_at, @expires_at);

-- name: DeleteSession :exec
DELETE FROM moderation.session WHERE token_hash = @token_hash;

-- name: Queue :many
-- The best open cases, 200 at most. Each community's part is read in the order
-- of the index cases_queue and cut off before the parts are merged: ANY over
-- communities would sort all that is open. The inner limit is a number, since a
-- planner that does not know it expects a tenth of the table. What is filtered by
-- stands in CASE, whose share of the rows the planner does not guess from
-- statistics: a rare value would have it leave the index's order and sort.
SELECT c.id, c.community, c.state, c.version, c.kind, c.article, c.conduct, c.priority, c.opened_at, c.first_look_due,
    c.closed_at, c.claimed_by, c.claimed_until, c.again, c.unread_since, c.queue, c.language, c.language_team, c.second_reader,
    c.tags, c.hidden_since, m.name AS claimed_by_name
FROM unnest(@communities::text[]) AS own(community)
CROSS JOIN LATERAL (
    SELECT q.* FROM moderation.cases q
    WHERE q.state = 'open' AND q.community = own.community
        AND CASE WHEN @kind::text = '' THEN true ELSE q.kind = @kind END
        AND CASE WHEN @queue::text = '' THEN true ELSE q.queue = @queue END
        AND CASE WHEN @language::text = '' THEN true ELSE q.language = @language END
        AND CASE WHEN @tag::text = '' THEN true ELSE @tag = ANY(q.tags) END
        AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = q.id AND x.moderator_id = @moderator_id)
    ORDER BY q.priority DESC, q.first_look_due, q.id LIMIT 200
) c
LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
ORDER BY c.priority DESC, c.first_look_due, c.id LIMIT @page;

-- name: HeldBy :many
-- The cases that a moderator holds.
SELECT c.id, c.community, c.state, c.version, c.kind, c.article, c.conduct, c.priority, c.opened_at, c.first_look_due,
    c.closed_at, c.claimed_by, c.claimed_until, c.again, c.unread_since, c.queue, c.language, c.language_team, c.second_reader,
    c.tags, c.hidden_since, m.name AS claimed_by_name
FROM moderation.cases c LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
WHERE c.claimed_by = @moderator_id::uuid AND c.claimed_until > @now::timestamptz AND c.state = 'open' AND c.community = ANY(@communities::text[])
    AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = c.id AND x.moderator_id = @moderator_id)
ORDER BY c.priority DESC, c.first_look_due, c.id LIMIT @page;

-- name: CountOpen :one
-- How many are open, counted to 1001 and no further: a million takes long, and
-- tells a moderator no more than "over a thousand".
SELECT count(*) FROM (
    SELECT FROM unnest(@communities::text[]) AS own(community)
    CROSS JOIN LATERAL (
        SELECT FROM moderation.cases q
        WHERE q.state = 'open' AND q.community = own.community
            AND CASE WHEN @kind::text = '' THEN true ELSE q.kind = @kind END
            AND CASE WHEN @queue::text = '' THEN true ELSE q.queue = @queue END
            AND CASE WHEN @language::text = '' THEN true ELSE q.language = @language END
            AND CASE WHEN @tag::text = '' THEN true ELSE @tag = ANY(q.tags) END
            AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = q.id AND x.moderator_id = @moderator_id)
        ORDER BY q.priority DESC, q.first_look_due, q.id LIMIT 1001
    ) c
    LIMIT 1001
) o;

-- name: NextCase :one
-- The best case that nobody holds, over several communities. Each one's first
-- hundred are read in the order of the index cases_queue, past the few that are
-- held; the best of them that no other transaction is just taking is locked.
-- A hundred, since PostgreSQL serves no more connections at once (by default):
-- never are all of them being taken by others. A case for the team of a language
-- goes to those who read it: whoever said what she reads, and not this, is not
-- given it while somebody else of the community reads it. Asking for a language
-- is saying that one reads it. Nobody is given what she proposed herself: somebody
-- else reads it next.
SELECT c.id FROM moderation.cases c
WHERE c.id IN (
    SELECT f.id FROM unnest(@communities::text[]) AS own(community)
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT unnest(o.languages) FROM moderation.membership o
            WHERE o.community = own.community AND o.moderator_id <> m.moderator_id AND m.languages <> '{}'
            EXCEPT SELECT unnest(m.languages)
        ) AS languages
        FROM moderation.membership m WHERE m.community = own.community AND m.moderator_id = @moderator_id
    ) others
    CROSS JOIN LATERAL (
        SELECT q.id FROM moderation.cases q
        WHERE q.state = 'open' AND q.community = own.community
            AND CASE WHEN @kind::text = '' THEN true ELSE q.kind = @kind END
            AND CASE WHEN @queue::text = '' THEN true ELSE q.queue = @queue END
            AND CASE WHEN @language::text = '' THEN true ELSE q.language = @language END
            AND CASE WHEN @tag::text = '' THEN true ELSE @tag = ANY(q.tags) END
            AND q.kind <> ALL(@spared::text[])
            AND CASE WHEN q.language_team AND @language = '' THEN q.language <> ALL(others.languages) ELSE true END
            AND (q.claimed_until IS NULL OR q.claimed_until <= @now::timestamptz)
            AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = q.id AND x.moderator_id = @moderator_id)
            AND CASE WHEN q.second_reader THEN NOT EXISTS (
                SELECT FROM moderation.proposal p WHERE p.case_id = q.id AND p.moderator_id = @moderator_id
            ) ELSE true END
        ORDER BY q.priority DESC, q.first_look_due, q.id LIMIT 100
    ) f
) AND c.state = 'open' AND (c.claimed_until IS NULL OR c.claimed_until <= @now::timestamptz)
ORDER BY c.priority DESC, c.first_look_due, c.id
LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: LockModerator :exec
-- Two requests of one moderator wait for one another: a double click.
SELECT pg_advisory_xact_lock(hashtextextended(@moderator_id::text, 7314007));

-- name: JustClaimed :one
SELECT id FROM moderation.cases
WHERE claimed_by = @moderator_id AND state = 'open' AND claimed_until > @since
ORDER BY claimed_until DESC LIMIT 1;

-- name: LockCase :one
-- FOR UPDATE also keeps reports from joining the case meanwhile: their foreign
-- key asks for a share of the row.
SELECT * FROM moderation.cases c WHERE c.id = @id AND c.community = ANY(@communities::text[])
    AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = c.id AND x.moderator_id = @moderator_id) FOR UPDATE;

-- name: CaseByID :one
SELECT c.id, c.community, c.state, c.version, c.kind, c.article, c.conduct, c.priority, c.opened_at, c.first_look_due,
    c.closed_at, c.claimed_by, c.claimed_until, c.again, c.unread_since, c.queue, c.language, c.language_team, c.second_reader,
    c.tags, c.hidden_since, m.name AS claimed_by_name
FROM moderation.cases c LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
WHERE c.id = @id AND c.community = ANY(@communities::text[])
    AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = c.id AND x.moderator_id = @moderator_id);

-- name: SetClaim :exec
UPDATE moderation.cases SET claimed_by = @claimed_by, claimed_until = @claimed_until WHERE id = @id;

-- name: CloseCase :exec
UPDATE moderation.cases SET state = 'closed', version = @version, closed_at = @closed_at, claimed_by = NULL, claimed_until = NULL,
    again = '', unread_since = NULL, hidden_since = NULL
WHERE id = @id;

-- name: ShowAgain :exec
-- What a rule hid is shown again, without a decision.
UPDATE moderation.cases SET hidden_since = NULL, shown_at = @at::timestamptz, version = @version WHERE id = @id;

-- name: ReportsOf :many
SELECT r.id, r.community, r.received_at, r.opened_at, r.reply_key, r.version, r.content, r.do_not_tell_account,
    r.not_beyond_community, r.stopped, r.withdrawn_at, r.conduct, r.language, r.findings, k.month, k.wrapped
FROM moderation.report r LEFT JOIN moderation.data_key k ON k.owner = r.id
WHERE r.case_id = @case_id ORDER BY r.received_at, r.id;

-- name: RulesOf :many
SELECT f.report_id, f.rule, f.conduct, f.effect, f.shadow, f.error, f.because FROM moderation.rule_fired f JOIN moderation.report r ON r.id = f.report_id
WHERE r.case_id = @case_id ORDER BY f.report_id, f.rule;

-- name: DecisionsOf :many
SELECT d.id, d.case_version, d.action, d.article, d.conduct, d.automated, d.reasons, d.decided_at,
    d.moderator_id, m.name AS moderator, d.second_moderator_id, s.name AS second_moderator
FROM moderation.decision d JOIN moderation.moderator m ON m.id = d.moderator_id LEFT JOIN moderation.moderator s ON s.id = d.second_moderator_id
WHERE d.case_id = @case_id ORDER BY d.case_version;

-- name: DecisionByID :one
SELECT id, case_version, action, article, reasons, decided_at FROM moderation.decision WHERE id = @id AND case_id = @case_id;

-- name: DataKey :one
SELECT community, month, wrapped FROM moderation.data_key WHERE owner = @owner;

-- name: InsertDataKey :exec
INSERT INTO moderation.data_key (owner, community, month, wrapped) VALUES (@owner, @community, @month, @wrapped);

-- name: InsertDecision :exec
INSERT INTO moderation.decision (id, case_id, case_version, moderator_id, second_moderator_id, action, article, conduct, reasons, decided_at)
VALUES (@id, @case_id, @case_version, @moderator_id, @second_moderator_id, @action, @article, @conduct, @reasons, @decided_at);

-- name: RaiseReportVersions :exec
-- Each is asked again whether it stopped.
UPDATE moderation.report SET version = version + 1, stopped = NULL WHERE case_id = @case_id AND withdrawn_at IS NULL;

-- name: InsertMessages :exec
INSERT INTO moderation.message (id, report_id, decision_id, at, sealed)
SELECT unnest(@ids::uuid[]), unnest(@report_ids::uuid[]), @decision_id, @at, unnest(@sealed::text[])::jsonb;

-- name: InsertStatusesDue :exec
INSERT INTO moderation.outbox (case_id, report_id, created_at)
SELECT @case_id, unnest(@report_ids::uuid[]), @created_at;

-- name: InsertAudit :exec
INSERT INTO moderation.audit (at, actor, action, case_id, report_id, salt, digest)
VALUES (@at, @actor, @action, @case_id, @report_id, @salt, @digest);

-- name: InsertReportAudits :exec
INSERT INTO moderation.audit (at, actor, action, case_id, report_id, salt, digest)
SELECT @at, @actor, @action, @case_id, unnest(@report_ids::uuid[]), unnest(@salts::bytea[]), unnest(@digests::bytea[]);
