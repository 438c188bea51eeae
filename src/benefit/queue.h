// The queue of what waits for quota, by the moment from which its place counts.
#pragma once

#include <string>

#include "benefit/ledger.h"
#include "sql/db.h"

namespace citybrain::benefit {

// Where a walk over the waiting queue stands: it goes by (waiting_since, id).
struct QueuePlace {
  std::int64_t since = -1;
  std::string id;
};
// Commits what the lines can bear now of the next group of approved entitlements that wait for
// quota; true where it committed any.
Result<bool> commit_waiting(sql::Db& db, const Ledger& ledger, QueuePlace& place, Timestamp now);

}  // namespace citybrain::benefit
