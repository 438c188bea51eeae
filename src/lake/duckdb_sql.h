// Scans and aggregates as DuckDB's SQL. Values are bound, never written into the text.
#pragma once

#include <string>
#include <vector>

#include "lake/lake.h"

namespace citybrain::lake {

struct Select {
  std::string sql;
  std::vector<Cell> params;
  Schema schema;  // of the answer
};

// Invalid where a column is unknown, or a value is not of its column's type.
Result<Select> select_of(const Resource& resource, const ScanSpec& spec);
Result<Select> select_of(const Resource& resource, const AggregateSpec& spec);

// The table of a resource, quoted.
std::string table_of(const Resource& resource);

}  // namespace citybrain::lake
