-- +goose Up

-- Past reports of a community in the order in which they came, page by page.
CREATE INDEX report_received ON moderation.report (community, received_at, id);

-- +goose Down
DROP INDEX moderation.report_received;
