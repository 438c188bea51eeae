-- Returned money is paid again under the same end-to-end id: attempt counts the orders with
-- particulars of their own. A correction is proposed by one officer and confirmed by another.
ALTER TABLE benefit_payment ADD COLUMN attempt BIGINT NOT NULL DEFAULT 1;

-- attempt = the one that begins with it; confirmed_at is null while it waits for the second officer.
CREATE TABLE benefit_correction (
  payment TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  reason TEXT NOT NULL,
  payee_before TEXT NOT NULL,
  account_before TEXT NOT NULL,
  payee TEXT NOT NULL,
  account TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  confirmed_by TEXT NOT NULL,
  confirmed_at BIGINT,
  PRIMARY KEY (payment, attempt)
);
