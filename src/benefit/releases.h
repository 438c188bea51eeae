// Releases: quota that was frozen for an entitlement and whose money has not left is free again.
#pragma once

#include <string>

#include "base/clock.h"
#include "benefit/ledger.h"
#include "sql/db.h"

namespace citybrain::benefit {

// Voids the commitments of the entitlement's payments. conflict where one of them was sent: then
// money is on its way and only a recovery helps. Nothing to do where nothing was frozen.
Result<void> release_quota(sql::Tx& tx, const Ledger& ledger, const std::string& entitlement,
                           Timestamp now);
// Has money of it left?
Result<bool> money_left(sql::Session& session, const std::string& entitlement);

}  // namespace citybrain::benefit
