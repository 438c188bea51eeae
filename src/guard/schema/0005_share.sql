-- Purposes of the exchange and of the open data portal.
INSERT INTO guard_purpose (code, name, basis) VALUES
  ('sharing', '公共数据共享', '浙江省公共数据和电子政务管理办法(省政府令第354号)'),
  ('open', '公共数据开放', '浙江省公共数据开放与安全管理暂行办法(省政府令第381号)');
-- Records marked as disputed: every read shows it until the source settles it. `key` is a keyed digest
-- of resource and key.
CREATE TABLE guard_dispute (
  id TEXT PRIMARY KEY,
  resource TEXT NOT NULL,
  key TEXT NOT NULL,
  items TEXT NOT NULL,
  since BIGINT NOT NULL,
  settled BIGINT NOT NULL
);
CREATE INDEX guard_dispute_key ON guard_dispute (key);
-- Keys (digests) that a recipient of a filtered grant was given, so that a change feed can tell him
-- when a record leaves the filter, and tell nobody of records that never were in it.
CREATE TABLE guard_feed_key (
  grant_id TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (grant_id, key)
);
