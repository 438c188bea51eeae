// Cutting a type into pieces: an order of points and a value between two of them. Private to the
// table check.
#pragma once

#include <optional>
#include <vector>

#include "table_space.h"

namespace citybrain::brain {

// Has the kind an order whose pieces between two points can be named?
bool is_ordered(Kind kind);
// A value strictly between the two (null = unbounded); none where there is none. `whole`: numbers
// without a fraction.
std::optional<Value> between(Kind kind, const Value& low, const Value& high, bool whole);
// Points of one kind in order, each once; a point with a symbol keeps it. False where two of them
// have no order.
bool sort_points(std::vector<Point>& points);

// Gives the names that stand as bounds a value each, so that they lie among the constants as the
// ranges say. False where the ranges don't say it. `order`: the names, ascending.
bool place_symbols(const Model::Impl& model, Kind kind, const std::set<std::uint32_t>& symbols,
                   const std::vector<CellScan::Before>& ranges, std::vector<Point>& points,
                   std::map<std::uint32_t, Value>& values, std::vector<std::string>& order);

}  // namespace citybrain::brain
