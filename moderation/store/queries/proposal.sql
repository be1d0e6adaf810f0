-- Decisions that wait for a second reader. The case is locked before.

-- name: ProposalOf :one
SELECT p.case_id, p.id, p.decision_id, p.case_version, p.moderator_id, p.action, p.article, p.reasons, p.proposed_at, m.name AS moderator
FROM moderation.proposal p JOIN moderation.moderator m ON m.id = p.moderator_id
WHERE p.case_id = @case_id;

-- name: InsertProposal :exec
INSERT INTO moderation.proposal (case_id, id, decision_id, case_version, moderator_id, action, article, reasons, proposed_at)
VALUES (@case_id, @id, @decision_id, @case_version, @moderator_id, @action, @article, @reasons, @proposed_at);

-- name: DeleteProposal :exec
DELETE FROM moderation.proposal WHERE case_id = @case_id;

-- name: OtherModerators :one
-- Whether the community has anybody else who may decide a case.
SELECT EXISTS (
    SELECT FROM moderation.membership m
    WHERE m.community = @community AND m.moderator_id <> @moderator_id AND m.roles && @deciders::text[]
        AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = @case_id AND x.moderator_id = m.moderator_id)
);

-- name: ProposedCases :many
-- Where another moderator's proposal waits for consent, the longest waiting first.
SELECT c.id, c.community, c.state, c.version, c.kind, c.article, c.conduct, c.priority, c.opened_at, c.first_look_due,
    c.closed_at, c.claimed_by, c.claimed_until, c.again, c.unread_since, c.queue, c.language, c.language_team, c.second_reader,
    c.tags, c.hidden_since, m.name AS claimed_by_name
FROM moderation.proposal p JOIN moderation.cases c ON c.id = p.case_id LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
WHERE p.moderator_id <> @moderator_id AND c.community = ANY(@communities::text[])
    AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = c.id AND x.moderator_id = @moderator_id)
ORDER BY p.proposed_at, c.id LIMIT @page;
