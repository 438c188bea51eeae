-- What the catalogue holds now, and every version it ever held. kind: department, system, resource,
-- item ("resource.item"), codes. body is JSON. state: current or retired.
CREATE TABLE catalog_entry (
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  body TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (kind, code)
);

CREATE TABLE catalog_version (
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  body TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (kind, code, version)
);

-- Edges of lineage. from_resource and to_resource: the resource that a node is, or is an item of,
-- else empty.
CREATE TABLE catalog_lineage (
  from_node TEXT NOT NULL,
  to_node TEXT NOT NULL,
  kind TEXT NOT NULL,
  from_resource TEXT NOT NULL,
  to_resource TEXT NOT NULL,
  edge_rows BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (from_node, to_node, kind)
);
CREATE INDEX catalog_lineage_from ON catalog_lineage (from_resource);
CREATE INDEX catalog_lineage_to ON catalog_lineage (to_resource);

-- One look at what arrived; version is that of the resource's entry then.
CREATE TABLE catalog_quality (
  resource TEXT NOT NULL,
  source TEXT NOT NULL,
  to_line BIGINT NOT NULL,
  version BIGINT NOT NULL,
  rows_good BIGINT NOT NULL,
  rows_bad BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (resource, source, to_line)
);
CREATE INDEX catalog_quality_seen ON catalog_quality (resource, seen_at);

-- The sum of it for the version that is current.
CREATE TABLE catalog_standing (
  resource TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  rows_total BIGINT NOT NULL,
  rows_good BIGINT NOT NULL,
  rows_bad BIGINT NOT NULL,
  landed_at BIGINT
);
