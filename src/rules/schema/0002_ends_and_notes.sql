-- effective_to: the first day on which the version no longer holds, where its author set one.
-- note: why a submitted version was returned to its author (state 'returned').
ALTER TABLE rules_model ADD COLUMN effective_to BIGINT;
ALTER TABLE rules_model ADD COLUMN note TEXT NOT NULL DEFAULT '';
