-- A policy's way from draft to evaluation. events = how many edges of policy_graph.h it has taken.
ALTER TABLE benefit_policy ADD COLUMN events BIGINT NOT NULL DEFAULT 0;

-- One event an edge taken, never changed: what the policy was on any day follows from them.
CREATE TABLE benefit_policy_event (
  policy TEXT NOT NULL,
  number BIGINT NOT NULL,
  event TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  actor TEXT NOT NULL,
  code TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (policy, number)
);

-- Checks before publication: by finance, law and fair competition. round counts how often the draft
-- was sent to be checked.
CREATE TABLE benefit_policy_check (
  policy TEXT NOT NULL,
  round BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  officer TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT,
  PRIMARY KEY (policy, round, kind)
);

-- Policies published before there were events.
INSERT INTO benefit_policy_event (policy, number, event, from_state, to_state, actor, code, words, at)
  SELECT code, 1, 'publish', 'draft', state, publisher, '', '', COALESCE(published_at, 0)
  FROM benefit_policy WHERE state <> 'draft';
UPDATE benefit_policy SET events = 1 WHERE state <> 'draft';
