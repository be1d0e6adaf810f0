-- name: InsertNews :exec
-- Tells notify that these reporters have something new to see, in the transaction
-- of the change itself. It may be called for reports without a contact. News that
-- waits already stays one piece of news, with one mail.
INSERT INTO notify.news (report_id) SELECT DISTINCT unnest(@report_ids::uuid[]) AS id ORDER BY id
ON CONFLICT (report_id) DO UPDATE SET since = clock_timestamp();

-- name: DueNews :one
SELECT n.report_id, n.since, n.attempts, c.community, c.sealed
FROM notify.news n LEFT JOIN notify.contact c ON c.report_id = n.report_id
WHERE (n.attempts = 0 AND n.next_at <= @first_before) OR (n.attempts > 0 AND n.next_at <= @again_before)
ORDER BY n.next_at LIMIT 1 FOR UPDATE OF n SKIP LOCKED;

-- name: AttemptNews :exec
UPDATE notify.news SET attempts = attempts + 1, next_at = @next_at WHERE report_id = @report_id;

-- name: EndNews :execrows
DELETE FROM notify.news WHERE report_id = @report_id AND since = @since;

-- name: RestartNews :exec
UPDATE notify.news SET attempts = 0, next_at = since WHERE report_id = @report_id AND since <> @since;

-- name: ForgetNews :execrows
DELETE FROM notify.news WHERE since < @before;
