-- Numbers, events and how far each subscriber has come. One row an event, never changed.
CREATE TABLE sql_sequence (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE sql_outbox (
  seq BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  at_us BIGINT NOT NULL
);

CREATE TABLE sql_subscriber (
  name TEXT PRIMARY KEY,
  seq BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;
