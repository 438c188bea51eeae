// Claims: one click by the firm or citizen, a second look by finance where the rule asks for it,
// and the queue of what waits for quota.
#pragma once

#include <string>

#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "sql/db.h"

namespace citybrain::benefit {

Result<std::string> claim_benefit(sql::Db& db, const Ledger& ledger, const Options& options,
                                  const Principal& claimant, const std::string& policy,
                                  Timestamp now);
Result<void> approve_claim(sql::Db& db, const Ledger& ledger, const Principal& officer,
                           const std::string& claim, Timestamp now);

// Where a walk over the waiting queue stands: it goes by (waiting_since, id).
struct QueuePlace {
  std::int64_t since = -1;
  std::string id;
};
// Commits what the lines can bear now of the next group of approved entitlements that wait for
// quota; true where it committed any.
Result<bool> commit_waiting(sql::Db& db, const Ledger& ledger, QueuePlace& place, Timestamp now);

}  // namespace citybrain::benefit
