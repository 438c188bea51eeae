// Computed numbers, a list of rows at a time: int64 units with the node's scale, exact or given up
// for that row, which then goes by decimals. See bulk_run.h.
#include <algorithm>

#include "bulk_run.h"
#include "machine.h"
#include "temporal.h"

namespace citybrain::brain {

using Form = GraphNode::Form;
using Int = std::int64_t;
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

std::int64_t power_of_ten(int exponent) { return powers[exponent]; }

std::optional<std::int64_t> calc_units(const GraphNode& n, const Graph& graph,
                                       std::span<const std::int64_t> args) {
  std::int64_t out = args[0];
  const GraphNode& first = graph[n.kids[0]];
  bool over = false;
  const auto align = [&](std::int64_t units, std::size_t kid) {
    const int shift = n.scale - graph[n.kids[kid]].scale;
    if (__builtin_mul_overflow(units, powers[shift], &units)) over = true;
    return units;
  };
  switch (n.calc) {
    case Calc::negate: over = __builtin_sub_overflow(Int{0}, args[0], &out); break;
    case Calc::absolute:
      if (args[0] < 0) over = __builtin_sub_overflow(Int{0}, args[0], &out);
      break;
    case Calc::round:
      if (n.scale != first.scale) out = round_units(args[0], powers[first.scale - n.scale], n.mode);
      break;
    case Calc::multiply: over = __builtin_mul_overflow(args[0], args[1], &out); break;
    case Calc::add:
    case Calc::subtract:
    case Calc::least:
    case Calc::greatest:
      if (first.shape != Shape::number) return std::nullopt;
      out = align(args[0], 0);
      for (std::size_t kid = 1; kid < args.size(); ++kid) {
        const std::int64_t other = align(args[kid], kid);
        if (n.calc == Calc::add) over |= __builtin_add_overflow(out, other, &out);
        if (n.calc == Calc::subtract) over |= __builtin_sub_overflow(out, other, &out);
        if (n.calc == Calc::least) out = std::min(out, other);
        if (n.calc == Calc::greatest) out = std::max(out, other);
      }
      break;
    default: return std::nullopt;
  }
  return over ? std::nullopt : std::optional(out);
}

void BulkRun::numbers(NodeRef ref, const RowList& rows, std::int64_t* out, Fault* faults) {
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::column) {
    const std::int64_t* ints = columns_.ints(n.number);
    const std::uint8_t* valid = columns_.valid(n.number);
    for (const std::uint32_t row : rows.rows) {
      out[row] = ints[row];
      faults[row] = valid[row] == 0 ? 1 : 0;
    }
  } else if (n.form == Form::constant) {
    fixed_numbers(n, n.scale, rows, out, faults);
  } else if (n.form == Form::calc) {
    calc_numbers(n, rows, out, faults);
  } else if (n.form == Form::choice) {
    choice_numbers(ref, rows, out, faults);
  } else {
    for (const std::uint32_t row : rows.rows) {
      const Value v = exact(ref, row);
      faults[row] = v.is_null() ? 1 : 0;
      out[row] = v.is_null() ? 0 : v.whole();
    }
  }
}

// A constant, in units of that scale.
void BulkRun::fixed_numbers(const GraphNode& n, int scale, const RowList& rows, std::int64_t* out,
                            Fault* faults) const {
  std::int64_t units = 0;
  Fault fault = n.value.is_null() ? 1 : 0;
  if (n.value.is(Kind::number)) {
    const auto exact_units = n.value.as_number().to_scaled(scale);
    fault = exact_units ? 0 : 2;
    units = exact_units.value_or(0);
  } else if (fault == 0) {
    units = n.value.whole();
  }
  for (const std::uint32_t row : rows.rows) {
    out[row] = units;
    faults[row] = fault;
  }
}

// Brings units of one scale to a wider one.
static void rescale(const std::vector<std::uint32_t>& rows, std::int64_t* units,
                    std::uint8_t* faults, int from, int to) {
  if (from == to) return;
  const std::int64_t power = powers[to - from];
  for (const std::uint32_t row : rows) {
    if (__builtin_mul_overflow(units[row], power, &units[row]) && faults[row] == 0) faults[row] = 2;
  }
}

void BulkRun::choice_numbers(NodeRef ref, const RowList& rows, std::int64_t* out, Fault* faults) {
  const GraphNode& n = plan_.graph[ref];
  const std::vector<Bits>& taken_rows = taken(ref, rows.bits);
  const Borrowed here(*this);
  for (std::size_t leaf = 0; leaf < taken_rows.size(); ++leaf) {
    const Bits bits = taken_rows[leaf] & rows.bits;
    if (bits.none()) continue;
    here->list.set(bits);
    const NodeRef kid = n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)];
    const GraphNode& k = plan_.graph[kid];
    if (k.form == Form::constant) {
      fixed_numbers(k, n.scale, here->list, out, faults);
    } else {
      numbers(kid, here->list, out, faults);
      if (k.shape == Shape::number) rescale(here->list.rows, out, faults, k.scale, n.scale);
    }
  }
}

namespace {

// One operand's function over the rows; what does not fit int64 is marked.
template <typename Fn>
void each_number(const std::vector<std::uint32_t>& rows, std::int64_t* out, std::uint8_t* faults,
                 Fn&& function) {
  for (const std::uint32_t row : rows) {
    if (!narrow(function(out[row]), out[row]) && faults[row] == 0) faults[row] = 2;
  }
}

// Two operands': null where one is null, marked where one is.
template <typename Fn>
void each_pair(const std::vector<std::uint32_t>& rows, std::int64_t* out, std::uint8_t* faults,
               const std::int64_t* other, const std::uint8_t* other_faults, Fn&& function) {
  for (const std::uint32_t row : rows) {
    const std::uint8_t both = faults[row] | other_faults[row];
    const bool over = function(out[row], other[row], &out[row]);
    faults[row] = (both & 1) != 0 ? 1 : over ? 2 : both;
  }
}

}  // namespace

void BulkRun::calc_numbers(const GraphNode& n, const RowList& rows, std::int64_t* out,
                           Fault* faults) {
  const GraphNode& first = plan_.graph[n.kids[0]];
  if (first.shape == Shape::number && first.scale < 0) {  // rounded from decimals
    for (const std::uint32_t row : rows.rows) {
      const Value v = calc_exact(n, row);
      faults[row] = v.is_null() ? 1 : 0;
      out[row] = 0;
      if (v.is_null()) continue;
      const auto units = v.as_number().to_scaled(n.scale);
      if (!units) faults[row] = 2;
      out[row] = units.value_or(0);
    }
    return;
  }
  numbers(n.kids[0], rows, out, faults);
  const auto each = [&](auto&& function) { each_number(rows.rows, out, faults, function); };
  switch (n.calc) {
    case Calc::negate: return each([](std::int64_t a) { return -static_cast<Wide>(a); });
    case Calc::absolute:
      return each([](std::int64_t a) { return a < 0 ? -static_cast<Wide>(a) : Wide{a}; });
    case Calc::years: return each([](std::int64_t a) { return Wide{a / 12}; });
    case Calc::months: return each([](std::int64_t a) { return Wide{a % 12}; });
    case Calc::year: return each([](std::int64_t a) { return Wide{year_month_day(a).year}; });
    case Calc::month: return each([](std::int64_t a) { return Wide{year_month_day(a).month}; });
    case Calc::day: return each([](std::int64_t a) { return Wide{year_month_day(a).day}; });
    case Calc::round: {
      if (n.scale == first.scale) return;
      const std::int64_t power = powers[first.scale - n.scale];
      return each([&](std::int64_t a) { return Wide{round_units(a, power, n.mode)}; });
    }
    default: return calc_pairs(n, rows, out, faults);
  }
}

// The functions of two operands or more; the first stands in `out` already.
void BulkRun::calc_pairs(const GraphNode& n, const RowList& rows, std::int64_t* out,
                         Fault* faults) {
  const bool aligned = n.calc != Calc::multiply && n.shape == Shape::number &&
                       plan_.graph[n.kids[0]].shape == Shape::number;
  if (aligned) rescale(rows.rows, out, faults, plan_.graph[n.kids[0]].scale, n.scale);
  const Borrowed other(*this);
  const auto each = [&](auto&& function) {
    each_pair(rows.rows, out, faults, other->units.data(), other->faults.data(), function);
  };
  for (std::size_t kid = 1; kid < n.kids.size(); ++kid) {
    numbers(n.kids[kid], rows, other->units.data(), other->faults.data());
    if (aligned) {
      rescale(rows.rows, other->units.data(), other->faults.data(), plan_.graph[n.kids[kid]].scale,
              n.scale);
    }
    switch (n.calc) {
      case Calc::add:
        each([](Int a, Int b, Int* c) { return __builtin_add_overflow(a, b, c); });
        break;
      case Calc::subtract:
        each([](Int a, Int b, Int* c) { return __builtin_sub_overflow(a, b, c); });
        break;
      case Calc::multiply:
        each([](Int a, Int b, Int* c) { return __builtin_mul_overflow(a, b, c); });
        break;
      case Calc::least:
        each([](Int a, Int b, Int* c) { return *c = std::min(a, b), false; });
        break;
      case Calc::greatest:
        each([](Int a, Int b, Int* c) { return *c = std::max(a, b), false; });
        break;
      case Calc::months_between:
        each([](Int a, Int b, Int* c) {
          *c = months_between(Value::date(a), Value::date(b));
          return false;
        });
        break;
      default: break;
    }
  }
}

Value BulkRun::calc_exact(const GraphNode& n, std::uint32_t row) {
  std::vector<Value> args;
  for (const NodeRef kid : n.kids) {
    args.push_back(exact(kid, row));
    if (args.back().is_null()) return {};
  }
  return calc_value(n, args);
}

// The same in decimals, with the machine's own functions.
Value calc_value(const GraphNode& n, std::span<const Value> args) {
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
