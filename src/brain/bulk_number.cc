// Computed numbers, a list of rows at a time: int64 units with the node's scale, exact or given up
// for that row, which then goes by decimals. See bulk_run.h.
#include <algorithm>

#include "bulk_run.h"
#include "machine.h"
#include "temporal.h"

namespace citybrain::brain {

using Form = GraphNode::Form;
__extension__ typedef __int128 Wide;

namespace {

constexpr std::int64_t powers[] = {1,
                                   10,
                                   100,
                                   1'000,
                                   10'000,
                                   100'000,
                                   1'000'000,
                                   10'000'000,
                                   100'000'000,
                                   1'000'000'000,
                                   10'000'000'000,
                                   100'000'000'000,
                                   1'000'000'000'000,
                                   10'000'000'000'000,
                                   100'000'000'000'000,
                                   1'000'000'000'000'000,
                                   10'000'000'000'000'000,
                                   100'000'000'000'000'000,
                                   1'000'000'000'000'000'000};

bool narrow(Wide w, std::int64_t& out) {
  out = static_cast<std::int64_t>(w);
  return w == out;
}

// units / power, rounded.
std::int64_t round_units(std::int64_t units, std::int64_t power, Rounding mode) {
  std::int64_t q = units / power;
  const std::int64_t r = units % power;
  if (r == 0) return q;
  const std::int64_t away = units < 0 ? q - 1 : q + 1;
  const Wide twice = static_cast<Wide>(r < 0 ? -r : r) * 2;
  switch (mode) {
    case Rounding::up: return away;
    case Rounding::down: return q;
    case Rounding::floor: return units < 0 ? away : q;
    case Rounding::ceiling: return units < 0 ? q : away;
    case Rounding::half_up: return twice >= power ? away : q;
    case Rounding::half_down: return twice > power ? away : q;
    case Rounding::half_even:
      if (twice != power) return twice > power ? away : q;
      return q % 2 == 0 ? q : away;
  }
  return q;
}

}  // namespace

void BulkRun::numbers(NodeRef ref, std::span<const std::uint32_t> rows, std::int64_t* out,
                      Fault* faults) {
  const GraphNode& n = plan_.graph[ref];
  const std::size_t count = rows.size();
  if (n.form == Form::column) {
    const std::int64_t* ints = columns_.ints(n.number);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = ints[rows[i]];
      faults[i] = columns_.is_null(n.number, rows[i]) ? 1 : 0;
    }
  } else if (n.form == Form::constant) {
    const bool null = n.value.is_null();
    std::int64_t units = 0;
    if (!null) {
      units = n.shape == Shape::number ? n.value.as_number().to_scaled(n.scale).value_or(0)
                                       : n.value.whole();
    }
    std::fill_n(out, count, units);
    std::fill_n(faults, count, static_cast<Fault>(null ? 1 : 0));
  } else if (n.form == Form::calc) {
    calc_numbers(n, rows, out, faults);
  } else if (n.form == Form::choice) {
    choice_numbers(ref, rows, out, faults);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const Value v = exact(ref, rows[i]);
      faults[i] = v.is_null() ? 1 : 0;
      out[i] = v.is_null() ? 0 : v.whole();
    }
  }
}

// Brings units of one scale to a wider one.
static void rescale(std::span<std::int64_t> units, std::uint8_t* faults, int from, int to) {
  if (from == to) return;
  const std::int64_t power = powers[to - from];
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::int64_t scaled = 0;
    if (__builtin_mul_overflow(units[i], power, &scaled) && faults[i] == 0) faults[i] = 2;
    units[i] = scaled;
  }
}

void BulkRun::choice_numbers(NodeRef ref, std::span<const std::uint32_t> rows, std::int64_t* out,
                             Fault* faults) {
  const GraphNode& n = plan_.graph[ref];
  Bits wanted;
  for (const std::uint32_t row : rows) wanted.set(row);
  const std::vector<Bits>& taken_rows = taken(ref, wanted);
  std::vector<std::uint32_t> here;
  std::vector<std::uint32_t> places;
  for (std::size_t leaf = 0; leaf < taken_rows.size(); ++leaf) {
    here.clear();
    places.clear();
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (!taken_rows[leaf].get(rows[i])) continue;
      here.push_back(rows[i]);
      places.push_back(i);
    }
    if (here.empty()) continue;
    const NodeRef kid = n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)];
    std::vector<std::int64_t> units(here.size());
    std::vector<Fault> kid_faults(here.size());
    numbers(kid, here, units.data(), kid_faults.data());
    const GraphNode& k = plan_.graph[kid];
    if (k.shape == Shape::number) rescale(units, kid_faults.data(), k.scale, n.scale);
    for (std::size_t i = 0; i < here.size(); ++i) {
      out[places[i]] = units[i];
      faults[places[i]] = kid_faults[i];
    }
  }
}

void BulkRun::calc_numbers(const GraphNode& n, std::span<const std::uint32_t> rows,
                           std::int64_t* out, Fault* faults) {
  const std::size_t count = rows.size();
  const GraphNode& first = plan_.graph[n.kids[0]];
  if (first.shape == Shape::number && first.scale < 0) {  // rounded from decimals
    for (std::size_t i = 0; i < count; ++i) {
      const Value v = calc_exact(n, rows[i]);
      faults[i] = v.is_null() ? 1 : 0;
      out[i] = 0;
      if (v.is_null()) continue;
      const auto units = v.as_number().to_scaled(n.scale);
      if (!units) faults[i] = 2;
      out[i] = units.value_or(0);
    }
    return;
  }
  numbers(n.kids[0], rows, out, faults);
  const bool aligned = n.calc == Calc::add || n.calc == Calc::subtract || n.calc == Calc::least ||
                       n.calc == Calc::greatest;
  if (aligned && n.shape == Shape::number) rescale({out, count}, faults, first.scale, n.scale);
  std::vector<std::int64_t> other(n.kids.size() > 1 ? count : 0);
  std::vector<Fault> other_faults(other.size());
  const auto each = [&](auto&& function) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!other.empty() && other_faults[i] > faults[i]) faults[i] = other_faults[i];
      if (!other.empty() && other_faults[i] == 1) faults[i] = 1;
      Wide result = function(out[i], other.empty() ? 0 : other[i]);
      if (!narrow(result, out[i]) && faults[i] == 0) faults[i] = 2;
    }
  };
  const auto unary = [&](auto&& function) {
    each([&](std::int64_t a, std::int64_t) -> Wide { return function(a); });
  };
  switch (n.calc) {
    case Calc::negate: return unary([](std::int64_t a) { return -static_cast<Wide>(a); });
    case Calc::absolute:
      return unary([](std::int64_t a) { return a < 0 ? -static_cast<Wide>(a) : Wide{a}; });
    case Calc::years: return unary([](std::int64_t a) { return Wide{a / 12}; });
    case Calc::months: return unary([](std::int64_t a) { return Wide{a % 12}; });
    case Calc::year: return unary([](std::int64_t a) { return Wide{year_month_day(a).year}; });
    case Calc::month: return unary([](std::int64_t a) { return Wide{year_month_day(a).month}; });
    case Calc::day: return unary([](std::int64_t a) { return Wide{year_month_day(a).day}; });
    case Calc::round: {
      if (n.scale == first.scale) return;
      const std::int64_t power = powers[first.scale - n.scale];
      return unary([&](std::int64_t a) { return Wide{round_units(a, power, n.mode)}; });
    }
    default: break;
  }
  for (std::size_t kid = 1; kid < n.kids.size(); ++kid) {
    numbers(n.kids[kid], rows, other.data(), other_faults.data());
    if (aligned && n.shape == Shape::number) {
      rescale(other, other_faults.data(), plan_.graph[n.kids[kid]].scale, n.scale);
    }
    switch (n.calc) {
      case Calc::add: each([](Wide a, Wide b) { return a + b; }); break;
      case Calc::subtract: each([](Wide a, Wide b) { return a - b; }); break;
      case Calc::multiply: each([](Wide a, Wide b) { return a * b; }); break;
      case Calc::least: each([](Wide a, Wide b) { return std::min(a, b); }); break;
      case Calc::greatest: each([](Wide a, Wide b) { return std::max(a, b); }); break;
      case Calc::months_between:
        each([](std::int64_t a, std::int64_t b) -> Wide {
          return months_between(Value::date(a), Value::date(b));
        });
        break;
      default: break;
    }
  }
}

// The same in decimals, with the machine's own functions.
Value BulkRun::calc_exact(const GraphNode& n, std::uint32_t row) {
  std::vector<Value> args;
  for (const NodeRef kid : n.kids) {
    args.push_back(exact(kid, row));
    if (args.back().is_null()) return {};
  }
  const auto binary = [&](Op op) { return arithmetic(op, args[0], args[1]).value_or(Value()); };
  switch (n.calc) {
    case Calc::add: return binary(Op::add);
    case Calc::subtract:
      if (args[0].is(Kind::date)) return Value::number(args[0].whole() - args[1].whole());
      return binary(Op::subtract);
    case Calc::multiply: return binary(Op::multiply);
    case Calc::divide: return binary(Op::divide);
    case Calc::negate: return Value::number(-args[0].as_number());
    case Calc::absolute: return Value::number(args[0].as_number().abs());
    case Calc::round: return Value::number(args[0].as_number().rounded(n.digits, n.mode));
    case Calc::least:
    case Calc::greatest: {
      const int wanted = n.calc == Calc::least ? -1 : 1;
      Value best = args[0];
      for (const Value& v : args) {
        if (order_of(v, best) == wanted) best = v;
      }
      return best;
    }
    case Calc::months_between: return Value::months(months_between(args[0], args[1]));
    case Calc::years: return Value::number(args[0].whole() / 12);
    case Calc::months: return Value::number(args[0].whole() % 12);
    case Calc::year: return Value::number(year_month_day(args[0].whole()).year);
    case Calc::month: return Value::number(year_month_day(args[0].whole()).month);
    case Calc::day: return Value::number(year_month_day(args[0].whole()).day);
  }
  return {};
}

}  // namespace citybrain::brain
