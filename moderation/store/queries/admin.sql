-- What `recourse admin` and `doctor` ask, as the owner of the schemas.

-- name: UpsertModerator :one
INSERT INTO moderation.moderator (id, name, created_at) VALUES (@id, @name, @created_at)
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: AddMembership :exec
INSERT INTO moderation.membership (moderator_id, community) VALUES (@moderator_id, @community) ON CONFLICT DO NOTHING;

-- name: SetLanguages :one
-- What a moderator reads, in all of her communities or in those that are named.
WITH changed AS (
    UPDATE moderation.membership SET languages = @languages::text[]
    WHERE moderator_id = @moderator_id AND (@communities::text[] = '{}' OR community = ANY(@communities))
    RETURNING community
)
SELECT ARRAY(SELECT community FROM changed ORDER BY community)::text[] AS communities;

-- name: InsertSignInLink :exec
INSERT INTO moderation.sign_in_link (token_hash, moderator_id, expires_at) VALUES (@token_hash, @moderator_id, @expires_at);

-- name: AllReportIDs :many
-- And those that were withdrawn before anybody read them.
SELECT id FROM moderation.report UNION SELECT report_id FROM moderation.tombstone;

-- name: AllPurgedReportIDs :many
SELECT report_id, dropped FROM janitor.purged_report;

-- name: CountUnsent :one
SELECT count(*) FROM moderation.outbox WHERE sent_at IS NULL;

-- name: ModeratorByName :one
SELECT id FROM moderation.moderator WHERE name = @name;
