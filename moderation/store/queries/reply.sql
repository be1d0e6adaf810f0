-- What the console asks of what reporters sent later, and what it answers them.

-- name: FollowUpsOf :many
-- Of the reports that are not withdrawn: of those nothing is left to show.
SELECT f.id, f.report_id, r.community, f.event, f.effect, f.at, f.stored_at, f.content, k.month, k.wrapped
FROM moderation.follow_up f JOIN moderation.report r ON r.id = f.report_id LEFT JOIN moderation.data_key k ON k.owner = f.id
WHERE r.case_id = @case_id AND r.withdrawn_at IS NULL ORDER BY f.at, f.id;

-- name: RepliesOf :many
SELECT m.id, m.report_id, m.at, m.copy, m.moderator_id, d.name AS moderator
FROM moderation.message m JOIN moderation.report r ON r.id = m.report_id JOIN moderation.moderator d ON d.id = m.moderator_id
WHERE r.case_id = @case_id ORDER BY m.at, m.id;

-- name: ReplyByID :one
SELECT m.report_id, m.at, m.copy FROM moderation.message m JOIN moderation.report r ON r.id = m.report_id
WHERE m.id = @id AND r.case_id = @case_id;

-- name: InsertReply :exec
INSERT INTO moderation.message (id, report_id, at, sealed, moderator_id, copy)
VALUES (@id, @report_id, @at, @sealed, @moderator_id, @copy);

-- name: UnreadCases :many
-- Closed cases where something came since, the longest waiting first. Each
-- community's part is read in the order of the index cases_unread, as in Queue.
SELECT c.id, c.community, c.state, c.version, c.kind, c.article, c.conduct, c.priority, c.opened_at, c.first_look_due,
    c.closed_at, c.claimed_by, c.claimed_until, c.again, c.unread_since, c.queue, c.language, c.language_team, c.second_reader,
    c.tags, c.hidden_since, m.name AS claimed_by_name
FROM unnest(@communities::text[]) AS own(community)
CROSS JOIN LATERAL (
    SELECT q.* FROM moderation.cases q
    WHERE q.unread_since IS NOT NULL AND q.state = 'closed' AND q.community = own.community
        AND NOT EXISTS (SELECT FROM moderation.recusal x WHERE x.case_id = q.id AND x.moderator_id = @moderator_id)
    ORDER BY q.unread_since, q.id LIMIT 200
) c
LEFT JOIN moderation.moderator m ON m.id = c.claimed_by
ORDER BY c.unread_since, c.id LIMIT @page;

-- name: MarkRead :exec
UPDATE moderation.cases SET unread_since = NULL WHERE id = @id;
