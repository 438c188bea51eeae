-- Full-text indexes. gram: two code points side by side (first * 2^21 + second, second 0 = the text
-- ends), two pinyin initials, a facet's value, or the titles' lengths; docs: the documents of one
-- block of numbers that have it, with positions, as packed bytes.
CREATE TABLE sql_fulltext_index (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  next_document BIGINT NOT NULL,
  next_facet BIGINT NOT NULL,
  revision BIGINT NOT NULL
);

CREATE TABLE sql_fulltext_document (
  index_id BIGINT NOT NULL,
  document BIGINT NOT NULL,
  key TEXT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (index_id, document)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX sql_fulltext_document_key ON sql_fulltext_document (index_id, key);

CREATE TABLE sql_fulltext_posting (
  index_id BIGINT NOT NULL,
  gram BIGINT NOT NULL,
  block BIGINT NOT NULL,
  docs BYTEA NOT NULL,
  PRIMARY KEY (index_id, gram, block)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE sql_fulltext_facet (
  index_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  gram BIGINT NOT NULL,
  PRIMARY KEY (index_id, name, value)
) /*sqlite WITHOUT ROWID*/;
