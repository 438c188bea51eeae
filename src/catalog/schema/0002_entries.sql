-- An entry is a resource with its items in one body from here on, so that a version is whole; older
-- versions of items stay readable where they are. origin: city (the definition's files) or edited.
ALTER TABLE catalog_entry ADD COLUMN origin TEXT NOT NULL DEFAULT 'city';
ALTER TABLE catalog_entry ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE catalog_version ADD COLUMN origin TEXT NOT NULL DEFAULT 'city';
ALTER TABLE catalog_version ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
DELETE FROM catalog_entry WHERE kind = 'item';

-- Who used an entry, summed.
CREATE TABLE catalog_use (
  resource TEXT NOT NULL,
  department TEXT NOT NULL,
  kind TEXT NOT NULL,
  purpose TEXT NOT NULL,
  times BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (resource, department, kind, purpose)
);

-- How far the audit log was read for it.
CREATE TABLE catalog_follow (
  name TEXT NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL
);
