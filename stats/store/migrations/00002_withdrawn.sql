-- +goose Up

-- Reports that their reporters withdrew before they were counted: they are
-- counted nowhere, also when they come again.
CREATE TABLE stats.withdrawn (
    report_id uuid PRIMARY KEY
);

GRANT DELETE ON stats.report TO recourse_stats;
GRANT SELECT, INSERT ON stats.withdrawn TO recourse_stats;

-- +goose Down
REVOKE DELETE ON stats.report FROM recourse_stats;
DROP TABLE stats.withdrawn;
