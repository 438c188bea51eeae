// Comparing a resource with its source at one position of both: counts and checksums by ranges, and
// the rows that differ.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "capture_map.h"
#include "lake/lake.h"

namespace citybrain::rail {

// Rows of one side. `sum`: of the rows' digests, modulo 2^64, so that no order of rows matters.
struct RangeSum {
  std::int64_t rows = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const RangeSum&, const RangeSum&) = default;
};

struct Difference {
  std::string key;   // its cells joined by '|'
  std::string kind;  // missing (here), extra (here), different
};

struct Comparison {
  RangeSum source;
  RangeSum lake;  // with what was set aside
  std::int64_t quarantined = 0;
  std::int64_t ranges = 0;
  std::int64_t ranges_different = 0;
  std::vector<Difference> differences;  // at most differences_max
  bool equal() const { return source == lake && ranges_different == 0; }
};

inline constexpr std::size_t range_rows = 4'096;     // a range holds about so many
inline constexpr std::size_t ranges_max = 65'536;    // so that sums stay in memory
inline constexpr std::size_t differences_max = 100;  // named
inline constexpr std::size_t ranges_named_max = 32;  // whose rows are looked at one by one

// The 64 bits of a row: the first of SHA-256 over its cells, each as the item's type writes it and
// behind its length. What is no value of its item counts as it came.
std::uint64_t row_digest(const TableMap& map, const capture::RowText& items);

// Compares what a look shows with the lake's snapshot; both must stand at the same position. The
// ranges are those of a digest of the key: keys sort otherwise in each database, digests do not.
// Reads each side once, and once more where they differ. Memory: the ranges' sums.
Result<Comparison> compare(const TableMap& map, lake::RowsView& rows, capture::Snapshot& look);

}  // namespace citybrain::rail
