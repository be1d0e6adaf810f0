-- +goose Up

-- Past reports of a community in the order in which they came, page by page.
CREATE INDEX report_received ON moderation.report (community, received_at, id);

-- A case's reports likewise: whether a later one comes is asked for each.
DROP INDEX moderation.report_case;
CREATE INDEX report_case ON moderation.report (case_id, received_at, id);

-- +goose Down
DROP INDEX moderation.report_received;
DROP INDEX moderation.report_case;
CREATE INDEX report_case ON moderation.report (case_id);
