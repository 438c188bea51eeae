// Dates and times of binlog rows, in the formats of MySQL 5.6 and later and those before.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "mariadb_table.h"

namespace citybrain::capture {

// "2020-06-01", "2020-06-01 08:00:00.25" (fraction as long as declared), with "Z" where it is an
// instant (TIMESTAMP), "-12:30:00" (TIME: up to ±838 hours). Dates of zeros stay as they are.
Result<void> append_temporal(const BinlogColumn& column, std::string_view value, std::string& out);

// Bytes of a value; 0 for types that are none of these.
std::size_t temporal_bytes(const BinlogColumn& column);

}  // namespace citybrain::capture
