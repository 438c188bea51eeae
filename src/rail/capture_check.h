// CheckedRows: rows of a captured table, completed and checked inside a landing, parted into those
// that land and those that are set aside.
#pragma once

#include <string>
#include <vector>

#include "capture_map.h"
#include "lake/lake.h"
#include "quarantine_table.h"

namespace citybrain::rail {

// One row on its way.
struct RowIn {
  std::string key;
  const capture::RowText* row = nullptr;  // in the items' order, nothing absent
};

struct BadIn {
  std::string key;
  capture::RowText row;
  std::vector<Reason> reasons;
};

// Appends the good rows to `good` and tells their keys; the others with every reason. `rows`
// answers what other resources hold, for ref checks.
Result<void> check_rows(const TableMap& map, const std::vector<RowIn>& in, lake::RowsView& rows,
                        Batch& good, std::vector<std::string>& good_keys, std::vector<BadIn>& bad);

// The row as a JSON object, item code → text, as quarantine keeps it.
std::string raw_of(const TableMap& map, const capture::RowText& row);

}  // namespace citybrain::rail
