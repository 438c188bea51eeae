// Commitments: what is due becomes a payment, with its quota frozen in the ledger, in one write.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/date.h"
#include "benefit/ledger.h"
#include "terms.h"

namespace citybrain::benefit {

// An approved entitlement whose money is due.
struct Due {
  std::string entitlement;
  std::string subject;
  std::string payee;
  std::string account;
  std::string division;
  std::int64_t amount_fen = 0;
};

struct Committed {
  std::int64_t paying = 0;
  std::int64_t waiting = 0;  // no quota left, or no account to pay into
};

std::string entitlement_id(const Policy& policy, const std::string& subject);
// The end-to-end id: there is one payment of an entitlement.
std::string payment_id(const std::string& entitlement);
// The quota frozen for one attempt at a payment; a returned payment that is corrected begins
// another.
std::string commitment_id(const std::string& payment, const std::string& line,
                          std::int64_t attempt = 1);
Chain commitment_of(const std::string& payment, const std::vector<Leg>& legs,
                    std::int64_t attempt = 1);
// Without the attempt: a payment is settled once.
std::string settlement_id(const std::string& payment, const std::string& line);

// Dues of one policy, whose entitlements stand in the store as approved. Each is committed whole
// (all its legs) or stays approved with the reason in its note.
Result<Committed> commit_due(sql::Tx& tx, const Ledger& ledger, const Policy& policy,
                             const std::vector<Due>& dues, Timestamp now);

// Sums of one write by policy and division, to be added to benefit_tally.
class Tally {
 public:
  struct Sum {
    std::int64_t entitled = 0;
    std::int64_t entitled_fen = 0;
    std::int64_t paid = 0;
    std::int64_t paid_fen = 0;
  };
  Sum& at(const std::string& policy, const std::string& division) {
    return sums_[{policy, division}];
  }
  Result<void> add_to(sql::Tx& tx, Date day) const;

 private:
  std::map<std::pair<std::string, std::string>, Sum> sums_;
};

}  // namespace citybrain::benefit
