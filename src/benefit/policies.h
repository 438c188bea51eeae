// Policies and lines as books: import, publish, open and close.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "terms.h"

namespace citybrain::benefit {

// Draft policies from CSV text; rows of policies that are no drafts any more are left alone.
// Returns how many were written.
Result<std::int64_t> import_policies(sql::Db& db, std::string_view csv, const std::string& drafter);
// draft → published. conflict unless it is a draft; denied to the one who drafted it.
Result<void> publish_policy(sql::Db& db, const std::string& code, const std::string& publisher,
                            Timestamp now);
// Publishes all drafts not drafted by `publisher`; returns how many.
Result<std::int64_t> publish_drafts(sql::Db& db, const std::string& publisher, Timestamp now);
// published → open → closed as windows come and go; returns how many changed.
Result<std::int64_t> open_and_close(sql::Db& db, Timestamp now);

// Lines from CSV text, appropriated in the ledger; all or nothing.
Result<LineReport> import_lines(sql::Db& db, const Ledger& ledger, std::string_view csv,
                                const std::string& officer, Timestamp now);

}  // namespace citybrain::benefit
