// What one may ask of columns, as plain data that any column engine can answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/schema.h"

namespace citybrain::lake {

// Where rows and columns stand, as sequences of the change log. Facts and decisions store it.
struct AsOf {
  std::int64_t rows_seq = 0;     // last change landed
  std::int64_t columns_seq = 0;  // last change that columns hold
  friend bool operator==(const AsOf&, const AsOf&) = default;
};

// `column op value`. Comparing with null is never true; is_null and not_null take no value, one_of
// takes any number of them, the others one.
struct Comparison {
  enum class Op : std::uint8_t { eq, ne, lt, le, gt, ge, one_of, starts_with, is_null, not_null };
  std::string column;
  Op op = Op::eq;
  std::vector<Cell> values = {};
};

struct Order {
  std::string column;
  bool descending = false;
};

// Columns of rows for which all comparisons hold.
struct ScanSpec {
  std::string resource;
  std::vector<std::string> columns = {};  // empty = all, in the schema's order
  std::vector<Comparison> comparisons = {};
  std::vector<Order> order = {};
  std::int64_t limit = 0;  // 0 = no limit
  std::int64_t offset = 0;
};

// One figure a group. `count` with a column counts what is not null there, without one it counts
// rows; a sum of booleans and of integers is an integer, of decimals a decimal of the same scale,
// and an overflow is an error, never a wrong sum.
struct Measure {
  enum class Kind : std::uint8_t { count, count_distinct, sum, min, max };
  Kind kind = Kind::count;
  std::string column = {};
  std::string name = {};  // of the result's column; "" = kind_column
};

struct AggregateSpec {
  std::string resource;
  std::vector<std::string> group = {};
  std::vector<Measure> measures = {};
  std::vector<Comparison> comparisons = {};
  std::vector<Order> order = {};  // by columns of the result
  std::int64_t limit = 0;
};

}  // namespace citybrain::lake
