-- What the two halves of a report are stored by. Both may come twice, late and
-- in any order: the first dimensions stay, and of several decisions the
-- earliest. A report that was counted is left alone.

-- name: AddDimensions :exec
INSERT INTO stats.report (report_id, community, kind, grounds, gender, age_band, role, language, participant, account)
SELECT unnest(@report_ids::uuid[]), unnest(@communities::text[]), unnest(@kinds::text[]),
    string_to_array(unnest(@grounds::text[]), ' '), unnest(@genders::text[]), unnest(@age_bands::text[]),
    unnest(@roles::text[]), unnest(@languages::text[]), NULLIF(unnest(@participants::bytea[]), ''::bytea),
    NULLIF(unnest(@accounts::bytea[]), ''::bytea)
ON CONFLICT (report_id) DO UPDATE SET kind = excluded.kind, grounds = excluded.grounds, gender = excluded.gender,
    age_band = excluded.age_band, role = excluded.role, language = excluded.language,
    participant = excluded.participant, account = excluded.account
WHERE NOT report.counted AND report.kind IS NULL;

-- name: AddOutcomes :exec
INSERT INTO stats.report (report_id, community, action, article, automated, decided_at, case_sequence)
SELECT unnest(@report_ids::uuid[]), unnest(@communities::text[]), unnest(@actions::text[]), unnest(@articles::text[]),
    unnest(@automated::boolean[]), unnest(@decided_ats::timestamptz[]), unnest(@case_sequences::integer[])
ON CONFLICT (report_id) DO UPDATE SET action = excluded.action, article = excluded.article,
    automated = excluded.automated, decided_at = excluded.decided_at, case_sequence = excluded.case_sequence
WHERE NOT report.counted AND (report.decided_at IS NULL
    OR (excluded.decided_at, excluded.case_sequence) < (report.decided_at, report.case_sequence));

-- name: CountWaiting :one
-- Reports that both halves are there of and that no release has counted.
SELECT count(*) FROM stats.report
WHERE community = @community AND NOT counted AND kind IS NOT NULL AND decided_at IS NOT NULL;

-- name: Withdraw :exec
INSERT INTO stats.withdrawn (report_id) SELECT unnest(@report_ids::uuid[]) ON CONFLICT DO NOTHING;

-- name: ForgetWithdrawn :exec
-- What was withdrawn before a release counted it, now or before it came.
DELETE FROM stats.report r USING stats.withdrawn w
WHERE w.report_id = r.report_id AND NOT r.counted AND r.report_id = ANY(@report_ids::uuid[]);
