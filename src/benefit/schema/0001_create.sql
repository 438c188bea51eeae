-- Appropriation lines, as imported by the finance officer. The money itself stands in the ledger.
CREATE TABLE benefit_line (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  division TEXT NOT NULL,
  year BIGINT NOT NULL,
  functional_code TEXT NOT NULL,
  economic_code TEXT NOT NULL,
  department TEXT NOT NULL,
  appropriated_fen BIGINT NOT NULL,
  imported_by TEXT NOT NULL,
  imported_at BIGINT NOT NULL
);

-- The ledger: balances (each provable from the journal) and the journal of immutable transfers.
-- A resolution (post, void) has the id of its pending transfer with ".end", so there is at most one.
CREATE TABLE benefit_account (
  id TEXT PRIMARY KEY,
  debits_pending BIGINT NOT NULL,
  debits_posted BIGINT NOT NULL,
  credits_pending BIGINT NOT NULL,
  credits_posted BIGINT NOT NULL
);
CREATE TABLE benefit_transfer (
  sequence BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  chain BIGINT NOT NULL,
  entry TEXT NOT NULL,
  debit_account TEXT NOT NULL,
  credit_account TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  cause TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE benefit_policy (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  division TEXT NOT NULL,
  department TEXT NOT NULL,
  subject TEXT NOT NULL,
  mode TEXT NOT NULL,
  model TEXT NOT NULL,
  line TEXT NOT NULL,
  city_share BIGINT NOT NULL,
  window_from BIGINT NOT NULL,
  window_to BIGINT NOT NULL,
  basis TEXT NOT NULL,
  parameters TEXT NOT NULL,
  summary TEXT NOT NULL,
  state TEXT NOT NULL,
  drafter TEXT NOT NULL,
  publisher TEXT NOT NULL,
  published_at BIGINT
);

-- One decision of one policy over one, some or all subjects: what an entitlement rests on.
CREATE TABLE benefit_run (
  sequence BIGINT PRIMARY KEY,
  policy TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  model_version BIGINT NOT NULL,
  model_hash TEXT NOT NULL,
  parameters TEXT NOT NULL,
  on_date BIGINT NOT NULL,
  facts_as_of BIGINT NOT NULL,
  audit_index BIGINT NOT NULL,
  subjects BIGINT NOT NULL,
  entitled BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX benefit_run_policy ON benefit_run(policy, sequence);

-- id = derived from policy, subject and period. waiting_since is set while money is due and its
-- quota is not yet frozen.
CREATE TABLE benefit_entitlement (
  id TEXT PRIMARY KEY,
  policy TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject TEXT NOT NULL,
  period TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  state TEXT NOT NULL,
  payee TEXT NOT NULL,
  account TEXT NOT NULL,
  division TEXT NOT NULL,
  run BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  claimed_at BIGINT,
  claimed_by TEXT NOT NULL,
  approved_at BIGINT,
  approved_by TEXT NOT NULL,
  waiting_since BIGINT,
  committed_at BIGINT,
  paid_at BIGINT,
  returned_at BIGINT,
  note TEXT NOT NULL
);
CREATE INDEX benefit_entitlement_policy ON benefit_entitlement(policy);
CREATE INDEX benefit_entitlement_subject ON benefit_entitlement(subject, state);
CREATE INDEX benefit_entitlement_waiting ON benefit_entitlement(waiting_since)
  WHERE waiting_since IS NOT NULL;
CREATE INDEX benefit_entitlement_claimed ON benefit_entitlement(claimed_at)
  WHERE state = 'claimed';

-- id = the end-to-end id, derived from the entitlement: there is one payment of it, ever.
-- legs = "line=fen;line=fen". due is when the payer has to look at it next; null once it is over.
CREATE TABLE benefit_payment (
  id TEXT PRIMARY KEY,
  entitlement TEXT NOT NULL UNIQUE,
  policy TEXT NOT NULL,
  subject TEXT NOT NULL,
  payee TEXT NOT NULL,
  account TEXT NOT NULL,
  division TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  legs TEXT NOT NULL,
  state TEXT NOT NULL,
  due BIGINT,
  asked BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  finished_at BIGINT,
  reference TEXT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX benefit_payment_due ON benefit_payment(due) WHERE due IS NOT NULL;
CREATE INDEX benefit_payment_policy ON benefit_payment(policy, created_at);
CREATE INDEX benefit_payment_created ON benefit_payment(created_at);

-- Sums kept with each write, so that a board asks little: by policy, division and day.
CREATE TABLE benefit_tally (
  policy TEXT NOT NULL,
  division TEXT NOT NULL,
  day BIGINT NOT NULL,
  entitled BIGINT NOT NULL,
  entitled_fen BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  paid_fen BIGINT NOT NULL,
  PRIMARY KEY (policy, division, day)
);

-- How far the re-deciding of touched subjects has read the changes.
CREATE TABLE benefit_position (
  name TEXT PRIMARY KEY,
  position BIGINT NOT NULL
);
