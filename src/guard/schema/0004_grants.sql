-- Grants: who may read what of a resource for which purpose. A row is written once; only `revoked`
-- is ever set.
CREATE TABLE guard_grant (
  id TEXT PRIMARY KEY,
  department TEXT NOT NULL,
  account TEXT NOT NULL,
  purpose TEXT NOT NULL,
  resource TEXT NOT NULL,
  columns TEXT NOT NULL,
  masks TEXT NOT NULL,
  row_filter TEXT NOT NULL,
  basis TEXT NOT NULL,
  filed_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_until BIGINT NOT NULL,
  rows_a_day_max BIGINT NOT NULL,
  reads_a_minute_max BIGINT NOT NULL,
  created BIGINT NOT NULL,
  revoked BIGINT NOT NULL
);
CREATE INDEX guard_grant_reader ON guard_grant (department, resource, purpose);
-- What was read by a grant, by day and (for the current rate) by minute: period is 'd' or 'm' and a
-- number of days or minutes.
CREATE TABLE guard_grant_use (
  grant_id TEXT NOT NULL,
  period TEXT NOT NULL,
  reads BIGINT NOT NULL,
  rows_read BIGINT NOT NULL,
  PRIMARY KEY (grant_id, period)
);
