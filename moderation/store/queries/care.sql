-- What is done for moderators' own sake.

-- name: Expose :exec
-- A look at a case, once a minute.
INSERT INTO moderation.exposure (moderator_id, at, case_id, severity)
VALUES (@moderator_id, @at, @case_id, @severity) ON CONFLICT DO NOTHING;

-- name: Exposures :many
SELECT at, case_id, severity FROM moderation.exposure WHERE moderator_id = @moderator_id AND at >= @since ORDER BY at;

-- name: Preference :one
SELECT blur, grey, mute, spared_kinds FROM moderation.preference WHERE moderator_id = @moderator_id;

-- name: Prefer :exec
INSERT INTO moderation.preference (moderator_id, blur, grey, mute, spared_kinds)
VALUES (@moderator_id, @blur, @grey, @mute, @spared_kinds)
ON CONFLICT (moderator_id) DO UPDATE
SET blur = excluded.blur, grey = excluded.grey, mute = excluded.mute, spared_kinds = excluded.spared_kinds;
