-- Versions of decision models. A row's xml, hash and dates never change; only its state moves on.
CREATE TABLE rules_model (
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  xml TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,            -- draft, submitted, published
  effective_from BIGINT NOT NULL, -- days
  author TEXT NOT NULL,
  publisher TEXT NOT NULL,        -- '' until published
  created_at BIGINT NOT NULL,     -- µs
  published_at BIGINT,            -- µs
  PRIMARY KEY (id, version)
);
CREATE INDEX rules_model_effective ON rules_model (id, state, effective_from, version);
