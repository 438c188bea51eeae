-- One row a version of a model. xml, hash, name, author and effective_from never change after the
-- insert; state goes draft → submitted → published and never back. Dates are days, times are µs.
CREATE TABLE rules_model (
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  xml TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  effective_from BIGINT NOT NULL,
  author TEXT NOT NULL,
  publisher TEXT NOT NULL,
  drafted_at BIGINT NOT NULL,
  submitted_at BIGINT,
  published_at BIGINT,
  PRIMARY KEY (id, version)
);
CREATE INDEX rules_model_in_force ON rules_model (id, state, effective_from);
