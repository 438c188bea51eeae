// A consistent look at a foreign PostgreSQL: a read-only transaction of its own.
#pragma once

#include <memory>
#include <optional>

#include "capture/capture.h"
#include "postgres_link.h"

namespace citybrain::capture {

// Begins the transaction, over an exported snapshot where `exported` names one. `holder` is a
// connection that must stay open as long as the look (a temporary slot's).
Result<std::unique_ptr<Snapshot>> pg_snapshot(PgLink link, std::optional<PgLink> holder,
                                              const std::string& exported, std::string position);

}  // namespace citybrain::capture
