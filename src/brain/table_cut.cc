// Cutting a type into pieces: see table_cut.h.
#include "table_cut.h"

#include <algorithm>

namespace citybrain::brain {
namespace {

constexpr std::int64_t day_ns = 86'400'000'000'000;
constexpr std::size_t symbols_max = 16;  // names among the bounds of one column

Value number_between(const Value& low, const Value& high, bool whole) {
  const Decimal one(1);
  if (low.is_null() && high.is_null()) return Value::number(0);
  if (low.is_null()) return Value::number(high.as_number().rounded(0, Rounding::ceiling) - one);
  const Decimal next = low.as_number().rounded(0, Rounding::floor) + one;
  if (high.is_null() || whole) return Value::number(next);
  const Decimal middle = (low.as_number() + high.as_number()) / Decimal(2);
  const Decimal round = middle.rounded(0, Rounding::half_even);
  const bool fits = round > low.as_number() && round < high.as_number();
  return Value::number(fits ? round : middle);
}

// The middle of whole steps: days, months, nanoseconds of a day.
std::int64_t middle_of(const Value& low, const Value& high, std::int64_t step) {
  if (low.is_null() && high.is_null()) return 0;
  if (low.is_null()) return high.whole() - step;
  if (high.is_null()) return low.whole() + step;
  return low.whole() + (high.whole() - low.whole()) / 2;
}

}  // namespace

bool is_ordered(Kind kind) {
  switch (kind) {
    case Kind::number:
    case Kind::date:
    case Kind::time:
    case Kind::date_time:
    case Kind::months:
    case Kind::duration: return true;
    default: return false;
  }
}

std::optional<Value> between(Kind kind, const Value& low, const Value& high, bool whole) {
  constexpr std::int64_t default_day = 18'262;  // 2020-01-01, where nothing says another
  const Zone zone = !low.is_null() ? low.zone() : high.zone();
  const bool free = low.is_null() && high.is_null();
  Value v;
  switch (kind) {
    case Kind::number: v = number_between(low, high, whole); break;
    case Kind::date: v = Value::date(free ? default_day : middle_of(low, high, 1)); break;
    case Kind::months: v = Value::months(middle_of(low, high, 1)); break;
    case Kind::time: {
      const std::int64_t ns = middle_of(low, high, 1'000'000'000);
      if (ns < 0 || ns >= day_ns) return std::nullopt;
      v = Value::time(ns, zone);
      break;
    }
    case Kind::date_time:
      v = Value::date_time(free ? default_day * 86'400 : middle_of(low, high, 86'400), 500'000'000,
                           zone);
      break;
    case Kind::duration: v = Value::duration(middle_of(low, high, 86'400), 500'000'000); break;
    default: return std::nullopt;
  }
  if (!low.is_null() && order_of(low, v) != -1) return std::nullopt;
  if (!high.is_null() && order_of(v, high) != -1) return std::nullopt;
  return v;
}

bool sort_points(std::vector<Point>& points) {
  for (const Point& p : points) {
    if (!order_of(p.value, points.front().value)) return false;
  }
  // At one value, the point that has a name comes first and stays.
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    const int order = *order_of(a.value, b.value);
    return order != 0 ? order < 0 : a.symbol > b.symbol;
  });
  const auto same_value = [](const Point& a, const Point& b) {
    return *order_of(a.value, b.value) == 0;
  };
  points.erase(std::unique(points.begin(), points.end(), same_value), points.end());
  return true;
}

namespace {

// What the ranges say about names and constants: which stands before which.
struct Order {
  std::vector<Point> nodes;
  std::vector<std::uint32_t> items;  // of a name; UINT32_MAX of a constant
  std::vector<std::vector<bool>> before;

  std::size_t node_of(const Point& point, std::uint32_t item) const {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (item != UINT32_MAX ? items[i] == item
                             : items[i] == UINT32_MAX && same(nodes[i].value, point.value))
        return i;
    }
    return nodes.size();
  }

  void close() {
    const std::size_t n = nodes.size();
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          if (before[i][k] && before[k][j]) before[i][j] = true;
  }

  // Ascending; empty where some pair is not ordered, or ordered both ways.
  std::vector<std::size_t> total() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (before[i][j] == before[j][i]) return {};
      }
      out.push_back(i);
    }
    std::sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return before[a][b]; });
    return out;
  }
};

}  // namespace

bool place_symbols(const Model::Impl& model, Kind kind, const std::set<std::uint32_t>& symbols,
                   const std::vector<CellScan::Before>& ranges, std::vector<Point>& points,
                   std::map<std::uint32_t, Value>& values, std::vector<std::string>& order) {
  if (symbols.size() > symbols_max || points.size() > 4 * symbols_max) return false;
  if (kind == Kind::text) {
    if (symbols.size() > 1 || !points.empty()) return false;  // two names may mean the same
    const std::string& name = model.items[*symbols.begin()].name;
    values[*symbols.begin()] = Value::text("⟦" + name + "⟧");
    points.push_back({values[*symbols.begin()], name});
    return true;
  }
  if (!is_ordered(kind)) return false;
  Order known;
  for (const Point& p : points) {
    known.nodes.push_back(p);
    known.items.push_back(UINT32_MAX);
  }
  for (const std::uint32_t item : symbols) {
    known.nodes.push_back({{}, model.items[item].name});
    known.items.push_back(item);
  }
  const std::size_t n = known.nodes.size();
  known.before.assign(n, std::vector<bool>(n, false));
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j) known.before[i][j] = true;
  for (const CellScan::Before& range : ranges) {
    const std::size_t low = known.node_of(range.low, range.low_item);
    const std::size_t high = known.node_of(range.high, range.high_item);
    if (low < n && high < n && low != high) known.before[low][high] = true;
  }
  known.close();
  const std::vector<std::size_t> sorted = known.total();
  if (sorted.empty()) return false;
  points.clear();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    Point p = known.nodes[sorted[i]];
    const std::uint32_t item = known.items[sorted[i]];
    if (item != UINT32_MAX) {
      Value high;
      for (std::size_t j = i + 1; j < sorted.size() && high.is_null(); ++j) {
        if (known.items[sorted[j]] == UINT32_MAX) high = known.nodes[sorted[j]].value;
      }
      const auto value = between(kind, i == 0 ? Value() : points.back().value, high, false);
      if (!value) return false;
      p.value = values[item] = *value;
      order.push_back(p.symbol);
    }
    points.push_back(std::move(p));
  }
  return true;
}

}  // namespace citybrain::brain
