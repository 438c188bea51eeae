-- Rows of keyed resources: the change log holds each row once, lake_row says which entry is current.
CREATE TABLE lake_store (
  id TEXT PRIMARY KEY
);

CREATE TABLE lake_resource (
  id BIGINT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  keeping BIGINT NOT NULL,
  definition TEXT NOT NULL
);

-- op: 0 upsert, 1 remove. body: codec.h; of a remove the row that went.
CREATE TABLE lake_change (
  seq BIGINT PRIMARY KEY,
  resource BIGINT NOT NULL,
  op BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE TABLE lake_row (
  resource BIGINT NOT NULL,
  key BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (resource, key)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE lake_position (
  source TEXT PRIMARY KEY,
  resource BIGINT NOT NULL,
  position TEXT NOT NULL
) /*sqlite WITHOUT ROWID*/;
