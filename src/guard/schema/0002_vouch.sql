-- Signed heads of the audit log that were published, newest kept with what others cosigned.
CREATE TABLE guard_checkpoint (
  size BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  note TEXT NOT NULL
);
-- Who is asked to cosign our heads: a verifier key of a cosigner, and where it listens.
CREATE TABLE guard_witness (
  name TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  seen_size BIGINT NOT NULL,
  problem TEXT NOT NULL
);
-- Other logs whose heads we cosign: their key, and the last head that we saw.
CREATE TABLE guard_watched (
  origin TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL
);
