// Query: what a caller writes to ask for records, as text. Foreign bytes: fuzzed. Private to guard.
#pragma once

#include <string>

#include "guard/guard.h"

namespace citybrain::guard {

struct QueryText {
  std::string key;     // key items joined by ','
  std::string filter;  // "district=330203&year>=2019": item, = != < <= > >=, value; joined by '&'
  std::string sort;    // items joined by ','
  std::int64_t limit = 20;
  std::int64_t offset = 0;
};

// Values are read as their items' types. invalid where an item is not there or a value is not of
// its type; what the caller may not use is refused by the read door itself.
Result<ReadSpec> read_query(const ResourceGrades& grades, const QueryText& text);

// The row filter of a grant, read as the filter of a query.
Result<ReadSpec> filter_query(const ResourceGrades& grades, const std::string& filter);

}  // namespace citybrain::guard
