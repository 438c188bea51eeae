// The stream of changes of a foreign PostgreSQL: START_REPLICATION over pgoutput.
#pragma once

#include <memory>

#include "capture/capture.h"
#include "pgoutput.h"
#include "postgres_link.h"

namespace citybrain::capture {

// Starts replication on the slot from `lsn`. unavailable while another process reads the slot.
Result<std::unique_ptr<Stream>> pg_stream(PgLink link, const std::string& slot,
                                          const std::string& publication, std::uint64_t lsn,
                                          PgOutput reader);

}  // namespace citybrain::capture
