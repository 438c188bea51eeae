// Release: records on their way out to the public or to another holder, masked and without end of
// rows: what Guard::release is asked and what it tells.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "guard/guard.h"

namespace citybrain::guard {

// Which items of which rows, and how each is masked. An item without a mask goes by its grade.
struct ReleaseSpec {
  std::string resource = {};
  std::vector<std::string> columns = {};     // never empty
  std::map<std::string, Mask> masks = {};    // of some of the columns
  std::vector<Comparison> comparisons = {};  // only items of grade L1
  std::string recipient = {};                // whose pseudonyms they are: "open:…"
};

struct Released {
  std::int64_t rows = 0;
  std::vector<ReadColumn> columns;
  std::uint64_t audit_index = 0;
  AsOf as_of;
};

}  // namespace citybrain::guard
