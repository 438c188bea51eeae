// Looking at a foreign PostgreSQL before and while it is captured: fitness, slot, lag.
#pragma once

#include <string>
#include <vector>

#include "capture/capture.h"
#include "postgres_link.h"

namespace citybrain::capture {

// Version, wal_level, rights, free slots and senders, and what bounds the log that a slot keeps.
Result<About> pg_look(const PgLink& link, const std::string& slot,
                      const std::vector<std::string>& tables);
// Is the slot there, with everything behind `lsn`? conflict where only a new snapshot helps.
Result<void> pg_check_slot(const PgLink& link, const std::string& slot, std::uint64_t lsn);
Result<Lag> pg_lag(const PgLink& link, const std::string& slot, const std::string& position);

}  // namespace citybrain::capture
