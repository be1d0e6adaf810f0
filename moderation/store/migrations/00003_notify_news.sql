-- +goose Up

-- Reports whose reporter has something new to see. Whoever changes what a
-- receipt shows puts the report here in the same transaction; notify takes it
-- out once it has sent a mail, or where there is nobody to send one to.
CREATE TABLE notify.news (
    report_id uuid PRIMARY KEY,
    since     timestamptz NOT NULL DEFAULT clock_timestamp(), -- of the newest: a mail ends only the news that it is about
    attempts  integer NOT NULL DEFAULT 0,
    next_at   timestamptz NOT NULL DEFAULT clock_timestamp() -- of the first news, or of the next attempt
);
CREATE INDEX news_next ON notify.news (next_at);

GRANT USAGE ON SCHEMA notify TO recourse_console, recourse_janitor;
-- What INSERT ... ON CONFLICT (report_id) DO UPDATE SET since takes, and no more.
GRANT INSERT, SELECT (report_id), UPDATE (since) ON notify.news TO recourse_console, recourse_worker;
GRANT SELECT, UPDATE, DELETE ON notify.news TO recourse_notify;
GRANT SELECT (since), DELETE ON notify.news TO recourse_janitor;

-- +goose Down
DROP TABLE notify.news;
REVOKE USAGE ON SCHEMA notify FROM recourse_console, recourse_janitor;
