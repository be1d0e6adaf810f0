-- +goose Up

-- A report that its reporter withdrew before it was counted is counted nowhere.
GRANT DELETE ON stats.report TO recourse_stats;

-- +goose Down
REVOKE DELETE ON stats.report FROM recourse_stats;
