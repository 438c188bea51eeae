-- What a claim of a policy asks for and who looks at it: one JSON object a policy.
CREATE TABLE benefit_procedure (
  policy TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- A claim as a case. state moves along the edges of claim_graph.h alone. complete_at = the moment
-- from which its place in the queue counts; papers = what was asked for and what came.
CREATE TABLE benefit_claim (
  id TEXT PRIMARY KEY,
  entitlement TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  policy TEXT NOT NULL,
  department TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject TEXT NOT NULL,
  payee TEXT NOT NULL,
  division TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  state TEXT NOT NULL,
  papers TEXT NOT NULL,
  promised BIGINT NOT NULL,
  reason_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  submitted_by TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  asked_at BIGINT,
  complete_at BIGINT,
  objected_at BIGINT,
  closed_at BIGINT,
  events BIGINT NOT NULL,
  UNIQUE (entitlement, attempt)
);
CREATE INDEX benefit_claim_subject ON benefit_claim(subject, submitted_at);
CREATE INDEX benefit_claim_desk ON benefit_claim(department, state, submitted_at);

-- What was sent: the newest of a paper.
CREATE TABLE benefit_paper (
  claim TEXT NOT NULL,
  code TEXT NOT NULL,
  file TEXT NOT NULL,
  media TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  content BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (claim, code)
);

-- One event an edge taken, never changed.
CREATE TABLE benefit_claim_event (
  claim TEXT NOT NULL,
  number BIGINT NOT NULL,
  event TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  actor TEXT NOT NULL,
  department TEXT NOT NULL,
  code TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (claim, number)
);

-- Departments that look at a claim. Those of one place look at the same time; a place opens when
-- all before it have passed.
CREATE TABLE benefit_review (
  claim TEXT NOT NULL,
  department TEXT NOT NULL,
  place BIGINT NOT NULL,
  state TEXT NOT NULL,
  officer TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT,
  PRIMARY KEY (claim, department)
);
CREATE INDEX benefit_review_open ON benefit_review(department) WHERE state = 'open';

-- What has to happen by when; `next` is when it has to be looked at, null once it is over.
CREATE TABLE benefit_deadline (
  claim TEXT NOT NULL,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  due BIGINT NOT NULL,
  state TEXT NOT NULL,
  next BIGINT,
  PRIMARY KEY (claim, kind, who)
);
CREATE INDEX benefit_deadline_next ON benefit_deadline(next) WHERE next IS NOT NULL;

-- Complaints go to a body that neither pays nor reviewed.
CREATE TABLE benefit_complaint (
  id TEXT PRIMARY KEY,
  claim TEXT NOT NULL,
  policy TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  words TEXT NOT NULL,
  state TEXT NOT NULL,
  founded BIGINT,
  answer TEXT NOT NULL,
  officer TEXT NOT NULL,
  filed_at BIGINT NOT NULL,
  due BIGINT NOT NULL,
  answered_at BIGINT
);
CREATE INDEX benefit_complaint_body ON benefit_complaint(body, state, filed_at);
CREATE INDEX benefit_complaint_claim ON benefit_complaint(claim);

-- What a firm or citizen was told.
CREATE TABLE benefit_notice (
  sequence BIGINT PRIMARY KEY,
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  policy TEXT NOT NULL,
  claim TEXT NOT NULL,
  words TEXT NOT NULL,
  words_en TEXT NOT NULL,
  at BIGINT NOT NULL,
  read_at BIGINT
);
CREATE INDEX benefit_notice_subject ON benefit_notice(subject, sequence);

-- Checks after payment of what was paid on a promise.
CREATE TABLE benefit_check (
  claim TEXT PRIMARY KEY,
  policy TEXT NOT NULL,
  department TEXT NOT NULL,
  state TEXT NOT NULL,
  officer TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT
);
CREATE INDEX benefit_check_open ON benefit_check(department) WHERE state = 'open';

-- Claims made before there were cases.
INSERT INTO benefit_claim (id, entitlement, attempt, policy, department, subject_type, subject, payee,
  division, amount_fen, state, papers, promised, reason_code, reason, submitted_by, submitted_at,
  complete_at, events)
  SELECT e.id || '.1', e.id, 1, e.policy, p.department, e.subject_type, e.subject, e.payee,
    e.division, e.amount_fen, CASE WHEN e.state = 'claimed' THEN 'reviewing' ELSE 'approved' END,
    '[]', 0, '', '', e.claimed_by, e.claimed_at, e.claimed_at, 0
  FROM benefit_entitlement e JOIN benefit_policy p ON p.code = e.policy
  WHERE e.claimed_at IS NOT NULL;
INSERT INTO benefit_review (claim, department, place, state, officer, words)
  SELECT id, 'czj', 1, 'open', '', '' FROM benefit_claim WHERE state = 'reviewing';
