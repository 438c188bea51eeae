// The servers' column types in our words: from information_schema's text and from the binlog's
// bytes.
#pragma once

#include <map>
#include <string>

#include "mariadb_schema.h"

namespace citybrain::capture {

// From a row of information_schema.COLUMNS as mariadb_schema.cc asks for it.
DescribedColumn describe_column(bool mariadb, const MariadbLink::Row& row);

// From the binlog alone, where no description fits any more.
ForeignColumn column_of_binlog(const BinlogColumn& column);
// Whether a described column is what the binlog shows, so that the description's richer words hold.
bool fits(const DescribedColumn& described, const BinlogColumn& column);

// The labels of "enum('a','b''c')".
std::vector<std::string> labels_of(std::string_view column_type);

// The table of information_schema that gives numbers and character sets of all collations.
const char* collation_source(const MariadbLink& link);
Result<std::map<std::string, std::uint32_t>> collation_numbers(const MariadbLink& link);

}  // namespace citybrain::capture
