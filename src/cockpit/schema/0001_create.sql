-- What each figure was, kept once a minute (for a day) and once a day (for good); at = the minute's or
-- the day's begin in microseconds.
CREATE TABLE cockpit_point (
  code TEXT NOT NULL,
  bucket TEXT NOT NULL,
  at BIGINT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (code, bucket, at)
);

-- The live list's last items, so that a restart does not empty it.
CREATE TABLE cockpit_live (
  sequence BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  amount_fen BIGINT,
  division TEXT NOT NULL
);
