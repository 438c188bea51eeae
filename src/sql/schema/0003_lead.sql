-- Which process writes: its token, the highest ever given. A write under an older one is refused.
CREATE TABLE sql_lead (
  id BIGINT PRIMARY KEY,
  token BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;
INSERT INTO sql_lead (id, token) VALUES (1, 0);
