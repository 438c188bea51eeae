-- Databases that are captured. wanted: run | pause (a person's wish, or the engine's with a reason).
-- position: everything up to there has landed; it is written in the landing's transaction. secret: the
-- password, sealed by the instance's key. catch_up: rows are right once position has passed it.
CREATE TABLE rail_capture (
  name TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  watermark TEXT NOT NULL,
  secret TEXT NOT NULL,
  secret_file TEXT NOT NULL,
  department TEXT NOT NULL,
  system TEXT NOT NULL,
  wanted TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  position TEXT NOT NULL,
  catch_up TEXT NOT NULL,
  commit_at BIGINT NOT NULL,
  transactions BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Their tables, each feeding one resource. state: waiting | copying | sweeping | ready. copied_to: the
-- last key copied, as a JSON array of texts. columns: JSON, item -> column with its type; gone: columns
-- a person agreed to do without.
CREATE TABLE rail_capture_table (
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  resource TEXT NOT NULL,
  state TEXT NOT NULL,
  sweep BIGINT NOT NULL,
  copied_to TEXT NOT NULL,
  columns TEXT NOT NULL,
  rows_copied BIGINT NOT NULL,
  rows_estimate BIGINT NOT NULL,
  upserts BIGINT NOT NULL,
  removes BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  told_good BIGINT NOT NULL,
  told_bad BIGINT NOT NULL,
  PRIMARY KEY (source, name)
);
CREATE UNIQUE INDEX rail_capture_table_resource ON rail_capture_table (resource);

-- Rows that are at the source and, since they fail their checks, not in the lake: whole, as they came,
-- so that a later change of theirs can be completed and the two can be compared. key, body: JSON arrays.
CREATE TABLE rail_capture_aside (
  resource TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (resource, key)
) /*sqlite WITHOUT ROWID*/;

-- Statements of completeness, signed. body: what is stated, as JSON; signature and public_key: hex.
CREATE TABLE rail_statement (
  id TEXT NOT NULL PRIMARY KEY,
  resource TEXT NOT NULL,
  source TEXT NOT NULL,
  equal BIGINT NOT NULL,
  stated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  signature TEXT NOT NULL,
  public_key TEXT NOT NULL
);
CREATE INDEX rail_statement_resource ON rail_statement (resource, stated_at);
