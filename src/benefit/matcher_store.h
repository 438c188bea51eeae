// What a run reads from the store and writes to it. Private to the matcher.
#pragma once

#include "matcher.h"
#include "sql/db.h"

namespace citybrain::benefit {

// Entitlements of the run's policies: of all subjects, or of these.
Result<void> load_held(sql::Db& db, Run& run, const std::vector<Subject>* only);
// Writes what was found, commits what nobody has to ask for, and forgets it in `run`.
Result<void> flush(sql::Db& db, const Ledger& ledger, Run& run, Timestamp now);
// Unclaimed entitlements that this run did not see again lapse.
Result<void> lapse(sql::Db& db, Run& run, Timestamp now);
// The rows of benefit_run with their sums.
Result<void> end_run(sql::Db& db, Run& run, Timestamp now);

Result<std::optional<std::int64_t>> read_position(sql::Db& db);
Result<void> store_position(sql::Db& db, std::int64_t position);

}  // namespace citybrain::benefit
