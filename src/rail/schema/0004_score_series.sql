-- Quality over time: a point a resource, day of the city (days since 1970) and version of its entry, as
-- it stood last on that day. Parts in 1/100 percent.
CREATE TABLE rail_score (
  resource TEXT NOT NULL,
  day BIGINT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  score BIGINT NOT NULL,
  completeness BIGINT NOT NULL,
  validity BIGINT NOT NULL,
  uniqueness BIGINT NOT NULL,
  consistency BIGINT NOT NULL,
  timeliness BIGINT NOT NULL,
  rows_held BIGINT NOT NULL,
  rows_open BIGINT NOT NULL,
  PRIMARY KEY (resource, day, version)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX rail_score_day ON rail_score (day);
