-- What the checks recognised in the values of an item (kind: resident_id, phone, …), and what a
-- person decided of it. state: open, accepted, dismissed.
CREATE TABLE catalog_finding (
  resource TEXT NOT NULL,
  item TEXT NOT NULL,
  kind TEXT NOT NULL,
  hits BIGINT NOT NULL,
  sampled BIGINT NOT NULL,
  grade BIGINT NOT NULL,
  state TEXT NOT NULL,
  found_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (resource, item, kind)
);
CREATE INDEX catalog_finding_state ON catalog_finding (state, found_at);
