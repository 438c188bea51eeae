// IntAsk: a predicate over whole numbers (units of 10^-scale, days, 0 and 1), as intervals; and the
// loop that asks a column of them.
#pragma once

#include <cstdint>
#include <vector>

#include "bulk_block.h"
#include "bulk_predicate.h"

namespace citybrain::brain {

// low..high, or all but these.
struct Interval {
  std::int64_t low = INT64_MIN;
  std::int64_t high = INT64_MAX;
  bool outside = false;
  bool nothing = false;
};

// A value holds where it is in any of the intervals, or in none of them if `negated`.
struct IntAsk {
  std::vector<Interval> intervals;
  bool negated = false;
  Answered of_null = Answered::unknown;

  IntAsk() = default;
  IntAsk(const Predicate& predicate, int scale);
  bool holds(std::int64_t units) const;
  // Sets the bit of each value that holds.
  void mark(const std::int64_t* values, std::size_t rows, Bits& yes) const;
};

}  // namespace citybrain::brain
