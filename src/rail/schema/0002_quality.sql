-- What becomes of a quarantined row. A settled row stays, so that it is known who mended what.
-- key_text: the key items' texts joined by '|', "" where the row could not be read so far.
-- state: open | corrected (a row of that key passed later) | redriven (passed by itself after a rule
-- change) | dismissed (by hand, with a reason) | removed (its row is gone at the source).
-- item, check_kind: of its first reason.
-- whole: 1 where raw is the whole row. tried_at: when it was read again by the rules last.
ALTER TABLE rail_quarantine ADD COLUMN key_text TEXT NOT NULL DEFAULT '';
ALTER TABLE rail_quarantine ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE rail_quarantine ADD COLUMN item TEXT NOT NULL DEFAULT '';
ALTER TABLE rail_quarantine ADD COLUMN check_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE rail_quarantine ADD COLUMN whole BIGINT NOT NULL DEFAULT 1;
ALTER TABLE rail_quarantine ADD COLUMN tried_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rail_quarantine ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rail_quarantine ADD COLUMN settled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rail_quarantine ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX rail_quarantine_state ON rail_quarantine (resource, state, seen_at);
CREATE INDEX rail_quarantine_key ON rail_quarantine (resource, key_text);

-- Work orders (数据质量工单), opened by the engine, owed by the department that owns the resource.
-- state: opened | assigned | answered | closed. due_on: days since 1970.
CREATE TABLE rail_work_order (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  resource TEXT NOT NULL,
  department TEXT NOT NULL,
  source TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  state TEXT NOT NULL,
  assignee TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_on BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_why TEXT NOT NULL
);
-- One open order for one cause.
CREATE UNIQUE INDEX rail_work_order_cause ON rail_work_order (resource, kind, source)
  WHERE state <> 'closed';
CREATE INDEX rail_work_order_state ON rail_work_order (state, due_on);

CREATE TABLE rail_work_note (
  work_order TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  author TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (work_order, seq)
);

-- What each file or push brought: what is usual for a resource is told from it.
CREATE TABLE rail_arrival (
  source TEXT NOT NULL,
  to_line BIGINT NOT NULL,
  resource TEXT NOT NULL,
  at BIGINT NOT NULL,
  rows_good BIGINT NOT NULL,
  rows_bad BIGINT NOT NULL,
  PRIMARY KEY (source, to_line)
);
CREATE INDEX rail_arrival_resource ON rail_arrival (resource, at);

-- What comes row by row: pushes by their idempotency key, corrections and re-driven rows. number is the
-- position of the source push:RESOURCE once it is landed. state: landing (not acknowledged yet) | done.
-- settles: ids of the quarantined rows that it puts right, as JSON.
CREATE TABLE rail_delivery (
  resource TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_digest TEXT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  reply TEXT NOT NULL,
  settles TEXT NOT NULL,
  settles_as TEXT NOT NULL,
  author TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (resource, idempotency_key)
);
CREATE INDEX rail_delivery_at ON rail_delivery (at);
