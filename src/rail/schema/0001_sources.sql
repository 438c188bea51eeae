-- What the rail reads from, and how far it got. The lake's position of the source is the truth;
-- position, line and counts here follow it for the screen.
CREATE TABLE rail_source (
  name TEXT NOT NULL PRIMARY KEY,
  resource TEXT NOT NULL,
  file TEXT NOT NULL,
  generation BIGINT NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  state TEXT NOT NULL,
  format TEXT NOT NULL,
  encoding TEXT NOT NULL,
  header TEXT NOT NULL,
  head_bytes BIGINT NOT NULL,
  head_digest TEXT NOT NULL,
  modified_at BIGINT NOT NULL,
  bytes_total BIGINT NOT NULL,
  position BIGINT NOT NULL,
  line BIGINT NOT NULL,
  rows_landed BIGINT NOT NULL,
  rows_quarantined BIGINT NOT NULL,
  told_landed BIGINT NOT NULL,
  told_quarantined BIGINT NOT NULL,
  found_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  error TEXT NOT NULL
);
CREATE UNIQUE INDEX rail_source_file ON rail_source (resource, file, generation);

-- Rows that failed their checks, as they came. raw is shown masked only. The id follows from source
-- and line, so quarantining a row twice is quarantining it once.
CREATE TABLE rail_quarantine (
  id TEXT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  resource TEXT NOT NULL,
  line BIGINT NOT NULL,
  reasons TEXT NOT NULL,
  raw BYTEA NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX rail_quarantine_resource ON rail_quarantine (resource, seen_at);
CREATE INDEX rail_quarantine_seen ON rail_quarantine (seen_at);
CREATE INDEX rail_quarantine_source ON rail_quarantine (source, line);
