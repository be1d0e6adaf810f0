-- What the worker does with the parts of a file, and what is shown of it.

-- name: ReportForUpload :one
-- Locked: it is not withdrawn while a part of it is stored.
SELECT r.id, r.case_id, r.community, r.withdrawn_at, c.kind FROM moderation.report r JOIN moderation.cases c ON c.id = r.case_id
WHERE r.id = @report_id FOR NO KEY UPDATE OF r;

-- name: EvidenceOf :many
SELECT id, file_id, state, reason, at FROM moderation.evidence WHERE report_id = @report_id ORDER BY at, id;

-- name: UploadsOf :many
SELECT u.file_id, u.began_at, ARRAY(SELECT c.index FROM moderation.upload_chunk c
    WHERE c.report_id = u.report_id AND c.file_id = u.file_id ORDER BY c.index)::integer[] AS received
FROM moderation.upload u WHERE u.report_id = @report_id ORDER BY u.began_at, u.file_id;

-- name: Upload :one
SELECT file_id, report_id, community, month, wrapped, began_at, manifest, sequence FROM moderation.upload
WHERE report_id = @report_id AND file_id = @file_id;

-- name: InsertUpload :exec
INSERT INTO moderation.upload (file_id, report_id, community, month, wrapped, began_at)
VALUES (@file_id, @report_id, @community, @month, @wrapped, @began_at);

-- name: KeepManifest :exec
UPDATE moderation.upload SET manifest = @manifest, sequence = @sequence WHERE report_id = @report_id AND file_id = @file_id;

-- name: CountUploads :one
SELECT count(*) FROM moderation.upload WHERE report_id = @report_id AND file_id <> @file_id;

-- name: CountChunks :one
SELECT count(*) FROM moderation.upload_chunk WHERE report_id = @report_id AND file_id = @file_id;

-- name: InsertUploadChunk :execrows
INSERT INTO moderation.upload_chunk (report_id, file_id, index, sequence, sealed)
VALUES (@report_id, @file_id, @index, @sequence, @sealed) ON CONFLICT DO NOTHING;

-- name: UploadChunks :many
SELECT index, sealed FROM moderation.upload_chunk WHERE report_id = @report_id AND file_id = @file_id ORDER BY index;

-- name: DeleteUpload :exec
DELETE FROM moderation.upload WHERE report_id = @report_id AND file_id = @file_id;

-- name: InsertEvidence :exec
INSERT INTO moderation.evidence (id, file_id, report_id, state, reason, media_type, size, at, details)
VALUES (@id, @file_id, @report_id, @state, @reason, @media_type, @size, @at, @details);

-- name: InsertEvidenceChunk :exec
INSERT INTO moderation.evidence_chunk (evidence_id, index, sealed) VALUES (@evidence_id, @index, @sealed);

-- name: EraseEvidence :exec
DELETE FROM moderation.evidence_chunk WHERE evidence_id IN (SELECT e.id FROM moderation.evidence e WHERE e.report_id = @report_id);

-- name: EraseEvidenceDetails :exec
UPDATE moderation.evidence SET details = NULL, media_type = '', size = 0 WHERE report_id = @report_id;

-- name: EraseUploads :exec
DELETE FROM moderation.upload WHERE report_id = @report_id;

-- name: EraseEvidenceKeys :exec
DELETE FROM moderation.data_key WHERE owner IN (SELECT e.id FROM moderation.evidence e WHERE e.report_id = @report_id);

-- name: SpendUpload :exec
INSERT INTO janitor.spent_part (sequence, report_id, community)
SELECT c.sequence, c.report_id, @community::text FROM moderation.upload_chunk c WHERE c.report_id = @report_id AND c.file_id = @file_id
UNION
SELECT u.sequence, u.report_id, @community::text FROM moderation.upload u
WHERE u.report_id = @report_id AND u.file_id = @file_id AND u.sequence IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: SpendPart :exec
INSERT INTO janitor.spent_part (sequence, report_id, community) VALUES (@sequence, @report_id, @community) ON CONFLICT DO NOTHING;

-- name: SpentParts :many
SELECT sequence, report_id, community FROM janitor.spent_part ORDER BY report_id, sequence LIMIT 500;

-- name: ForgetSpentPart :exec
DELETE FROM janitor.spent_part WHERE report_id = @report_id AND sequence = @sequence;

-- name: UnfinishedUploads :many
SELECT report_id, file_id, community, began_at FROM moderation.upload WHERE began_at < @before ORDER BY began_at LIMIT 100;

-- name: UploadSequences :many
SELECT c.sequence FROM moderation.upload_chunk c WHERE c.report_id = @report_id AND c.file_id = @file_id
UNION ALL
SELECT u.sequence FROM moderation.upload u WHERE u.report_id = @report_id AND u.file_id = @file_id AND u.sequence IS NOT NULL;

-- name: TellOfReport :exec
-- Leaves a report's status to the relay, under a new version.
WITH told AS (UPDATE moderation.report r SET version = r.version + 1 WHERE r.id = @report_id RETURNING r.id, r.case_id)
INSERT INTO moderation.outbox (case_id, report_id, created_at) SELECT told.case_id, told.id, @at::timestamptz FROM told;

-- name: EvidenceFilesOf :many
-- For the console: of a case.
SELECT e.id, e.report_id, r.community, e.state, e.reason, e.media_type, e.size, e.at, e.details, k.month, k.wrapped
FROM moderation.evidence e JOIN moderation.report r ON r.id = e.report_id LEFT JOIN moderation.data_key k ON k.owner = e.id
WHERE r.case_id = @case_id ORDER BY e.at, e.id;

-- name: EvidenceChunks :many
SELECT index, sealed FROM moderation.evidence_chunk WHERE evidence_id = @evidence_id ORDER BY index;
