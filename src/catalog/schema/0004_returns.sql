-- What a district's subscription was sent. next_at: when the next delivery is due; delivered: number
-- of the last one; error: why the last try made none, or empty.
ALTER TABLE catalog_return ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE catalog_return ADD COLUMN delivered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE catalog_return ADD COLUMN error TEXT NOT NULL DEFAULT '';
CREATE INDEX catalog_return_next ON catalog_return (state, next_at);

-- state: ready, taken, received. file_number: the delivery whose file it is; an earlier one where
-- nothing had changed. columns: JSON array of {code, name, grade, masked}.
CREATE TABLE catalog_delivery (
  return_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  file_number BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  digest TEXT NOT NULL,
  entry_version BIGINT NOT NULL,
  columns_seq BIGINT NOT NULL,
  audit_index BIGINT NOT NULL,
  columns TEXT NOT NULL,
  taken_by TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  received_by TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (return_id, number)
);
