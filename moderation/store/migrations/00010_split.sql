-- +goose Up

-- A moderator takes a report out of a case that a machine put it into: it gets a
-- case of its own, and moderation's copies of replies to it are sealed again
-- under that case's key.
GRANT INSERT ON moderation.cases TO recourse_console;
GRANT UPDATE (priority) ON moderation.cases TO recourse_console;
GRANT UPDATE (case_id) ON moderation.report TO recourse_console;
GRANT UPDATE (copy) ON moderation.message TO recourse_console;

-- +goose Down
REVOKE INSERT, UPDATE (priority) ON moderation.cases FROM recourse_console;
REVOKE UPDATE (case_id) ON moderation.report FROM recourse_console;
REVOKE UPDATE (copy) ON moderation.message FROM recourse_console;
