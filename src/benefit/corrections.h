// Corrections: money that the treasury returned is paid again under the same end-to-end id, to
// particulars that one officer proposed and another keyed in again.
#pragma once

#include <string>

#include "base/clock.h"
#include "benefit/ledger.h"
#include "sql/db.h"

namespace citybrain::benefit {

struct Particulars {
  std::string payment;  // the end-to-end id
  std::string payee;
  std::string account;
};

// Proposes other particulars for a returned payment; a proposal that is not confirmed yet is
// replaced. conflict: the payment is not returned.
Result<void> propose_correction(sql::Db& db, const Particulars& to, const std::string& officer,
                                Timestamp now);
// Freezes the quota again and makes the payment due, in one write. denied: the officer proposed it;
// invalid: other particulars than proposed were keyed in; conflict: nothing to confirm (any more);
// exhausted: the line has no money left, the proposal stands.
Result<void> confirm_correction(sql::Db& db, const Ledger& ledger, const Particulars& keyed,
                                const std::string& officer, Timestamp now);

}  // namespace citybrain::benefit
