-- Duties to supply, demands for data, how they meet, and what is given back to districts. Days are
-- days since 1970, times microseconds; lists are JSON arrays of text.
CREATE TABLE catalog_duty (
  code TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  department TEXT NOT NULL,
  resource TEXT NOT NULL,
  basis TEXT NOT NULL,
  update_cycle TEXT NOT NULL,
  due_on BIGINT NOT NULL,
  items BIGINT NOT NULL,
  supplied BIGINT NOT NULL
);
CREATE INDEX catalog_duty_department ON catalog_duty (department);
CREATE INDEX catalog_duty_resource ON catalog_duty (resource);

CREATE TABLE catalog_duty_item (
  duty TEXT NOT NULL,
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  item TEXT NOT NULL,
  supplied BIGINT NOT NULL,
  PRIMARY KEY (duty, position)
);

CREATE TABLE catalog_demand (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  department TEXT NOT NULL,
  items TEXT NOT NULL,
  purpose TEXT NOT NULL,
  basis TEXT NOT NULL,
  update_cycle TEXT NOT NULL,
  wanted_on BIGINT NOT NULL,
  state TEXT NOT NULL,
  provider TEXT NOT NULL,
  resource TEXT NOT NULL,
  duty TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  due_on BIGINT,
  waits_for TEXT NOT NULL,
  reason TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX catalog_demand_state ON catalog_demand (state, due_on);
CREATE INDEX catalog_demand_resource ON catalog_demand (resource);

CREATE TABLE catalog_demand_event (
  demand BIGINT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (demand, version)
);

-- kind: meeting, onsite, notice.
CREATE TABLE catalog_coordination (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  held_on BIGINT NOT NULL,
  departments TEXT NOT NULL,
  outcome TEXT NOT NULL,
  due_on BIGINT,
  state TEXT NOT NULL,
  done_on BIGINT,
  note TEXT NOT NULL
);

CREATE TABLE catalog_coordination_demand (
  coordination BIGINT NOT NULL,
  demand BIGINT NOT NULL,
  PRIMARY KEY (coordination, demand)
);
CREATE INDEX catalog_coordination_of_demand ON catalog_coordination_demand (demand);

CREATE TABLE catalog_return (
  id BIGINT PRIMARY KEY,
  resource TEXT NOT NULL,
  division TEXT NOT NULL,
  purpose TEXT NOT NULL,
  items TEXT NOT NULL,
  update_cycle TEXT NOT NULL,
  state TEXT NOT NULL,
  since BIGINT NOT NULL,
  started_by TEXT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX catalog_return_resource ON catalog_return (resource);

-- level: 1 due soon, 2 overdue, 3 and up escalated.
CREATE TABLE catalog_reminder (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  due_on BIGINT NOT NULL,
  level BIGINT NOT NULL,
  department TEXT NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (kind, id, due_on, level)
);
CREATE INDEX catalog_reminder_at ON catalog_reminder (at);
