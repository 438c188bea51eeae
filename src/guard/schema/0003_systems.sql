-- Public keys of systems. Several are valid at once, so that a key can be changed without a pause.
CREATE TABLE guard_system_key (
  key_id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  created BIGINT NOT NULL,
  valid_until BIGINT NOT NULL
);
CREATE INDEX guard_system_key_account ON guard_system_key (account);
-- Nonces of signed requests until their signature is too old anyway.
CREATE TABLE guard_nonce (
  key_id TEXT NOT NULL,
  nonce TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (key_id, nonce)
);
CREATE INDEX guard_nonce_until ON guard_nonce (until);
-- The second factor of an account. A code counts once: last_step is the step of the last that did.
CREATE TABLE guard_totp (
  account TEXT PRIMARY KEY,
  secret BYTEA NOT NULL,
  confirmed BIGINT NOT NULL,
  last_step BIGINT NOT NULL
);
