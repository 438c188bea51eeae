-- Identity.
CREATE TABLE guard_account (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  department TEXT NOT NULL,
  subject TEXT NOT NULL,
  roles TEXT NOT NULL,
  password TEXT NOT NULL,
  disabled BIGINT NOT NULL,
  created BIGINT NOT NULL
);
CREATE TABLE guard_session (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  created BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  remote TEXT NOT NULL,
  agent TEXT NOT NULL
);
CREATE INDEX guard_session_account ON guard_session (account, created);
-- Logins tried without success, by digest, whether or not there is such an account.
CREATE TABLE guard_attempt (
  login TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  locked_until BIGINT NOT NULL
);

-- Grades.
CREATE TABLE guard_purpose (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  basis TEXT NOT NULL
);
INSERT INTO guard_purpose (code, name, basis) VALUES
  ('own', '查看本人信息', '个人信息主体查阅本人信息'),
  ('handling', '业务办理', '部门法定职责'),
  ('supervision', '监督检查', '部门法定职责'),
  ('quality', '数据质量核查', '浙江省公共数据和电子政务管理办法(省政府令第354号)'),
  ('statistics', '统计分析', '部门法定职责'),
  ('audit', '审计', '审计法'),
  ('emergency', '突发事件应对', '突发事件应对法');
CREATE TABLE guard_resource (
  resource TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  department TEXT NOT NULL,
  subject_item TEXT NOT NULL
);
CREATE TABLE guard_item (
  resource TEXT NOT NULL,
  position BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  scale BIGINT NOT NULL,
  key_position BIGINT NOT NULL,
  grade BIGINT NOT NULL,
  checks TEXT NOT NULL,
  holds BIGINT NOT NULL,
  PRIMARY KEY (resource, position)
);

-- The audit log. Rows of guard_audit and guard_audit_node are never updated; guard_audit_head has one
-- row. A node is the hash of a complete subtree of 2^height leaves, height 4, 8, … 24.
CREATE TABLE guard_audit (
  entry BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  actor TEXT NOT NULL,
  purpose TEXT NOT NULL,
  object TEXT NOT NULL,
  status BIGINT NOT NULL,
  details TEXT NOT NULL,
  leaf BYTEA NOT NULL
);
CREATE TABLE guard_audit_node (
  height BIGINT NOT NULL,
  number BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (height, number)
);
CREATE TABLE guard_audit_head (
  id BIGINT PRIMARY KEY,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  at BIGINT NOT NULL
);
-- Whom an entry concerns: a keyed digest to look up by, and the salt of the digest in the entry. Going
-- without these rows an entry says nothing of a person any more.
CREATE TABLE guard_audit_subject (
  subject TEXT NOT NULL,
  entry BIGINT NOT NULL,
  position BIGINT NOT NULL,
  salt BYTEA NOT NULL,
  PRIMARY KEY (subject, entry, position)
);
CREATE TABLE guard_secret (
  name TEXT PRIMARY KEY,
  value BYTEA NOT NULL
);
