// Equality, order and arithmetic of values: pure, without a machine.
#include <algorithm>
#include <optional>

#include "machine.h"
#include "temporal.h"
#include "zone.h"

namespace citybrain::brain {
namespace {

// Values share their parts, so that a small one may unfold to a vast one: the comparison is
// bounded.
constexpr std::int64_t compare_steps_max = 10'000'000;

Value equal_within(const Value& a, const Value& b, std::int64_t& budget);

Value equal_lists(const std::vector<Value>& a, const std::vector<Value>& b, std::int64_t& budget) {
  if (&a == &b) return Value::boolean(true);
  if (a.size() != b.size()) return Value::boolean(false);
  bool unknown = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Value e = equal_within(a[i], b[i], budget);
    if (e.is_false()) return e;
    unknown = unknown || e.is_null();
  }
  return unknown ? Value() : Value::boolean(true);
}

Value equal_contexts(const Context& a, const Context& b, std::int64_t& budget) {
  if (&a == &b) return Value::boolean(true);
  if (a.size() != b.size()) return Value::boolean(false);
  bool unknown = false;
  for (const auto& [name, value] : a.entries()) {
    const Value* other = b.find(name);
    if (other == nullptr) return Value::boolean(false);
    const Value e = equal_within(value, *other, budget);
    if (e.is_false()) return e;
    unknown = unknown || e.is_null();
  }
  return unknown ? Value() : Value::boolean(true);
}

Value equal_within(const Value& a, const Value& b, std::int64_t& budget) {
  if (--budget < 0) return {};
  if (a.is_null() || b.is_null()) return Value::boolean(a.is_null() && b.is_null());
  if (a.kind() != b.kind()) return {};
  switch (a.kind()) {
    case Kind::boolean: return Value::boolean(a.as_boolean() == b.as_boolean());
    case Kind::number: return Value::boolean(a.as_number() == b.as_number());
    case Kind::text: return Value::boolean(a.as_text() == b.as_text());
    case Kind::list: return equal_lists(a.as_list(), b.as_list(), budget);
    case Kind::context: return equal_contexts(a.as_context(), b.as_context(), budget);
    case Kind::range: {
      const Range& x = a.as_range();
      const Range& y = b.as_range();
      return Value::boolean(x.low_closed == y.low_closed && x.high_closed == y.high_closed &&
                            equal_within(x.low, y.low, budget).is_true() &&
                            equal_within(x.high, y.high, budget).is_true());
    }
    case Kind::function: return Value::boolean(a.as_function() == b.as_function());
    default: {
      const auto order = compare_temporal(a, b);
      return Value::boolean(order && *order == 0);
    }
  }
}

}  // namespace

Value equals(const Value& a, const Value& b) {
  std::int64_t budget = compare_steps_max;
  return equal_within(a, b, budget);
}

std::optional<int> order_of(const Value& a, const Value& b) {
  const auto sign = [](auto order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Kind::number: return sign(a.as_number() <=> b.as_number());
    case Kind::text: return sign(a.as_text().compare(b.as_text()));
    case Kind::date:
    case Kind::time:
    case Kind::date_time:
    case Kind::months:
    case Kind::duration: {
      const auto order = compare_temporal(a, b);
      if (!order) return std::nullopt;
      return sign(*order);
    }
    default: return std::nullopt;
  }
}

Value in_range(const Value& value, const Range& r) {
  bool inside = true;
  if (!r.low_unbounded) {
    const auto low = order_of(value, r.low);
    if (!low) return {};
    inside = *low > 0 || (*low == 0 && r.low_closed);
  }
  if (!r.high_unbounded) {
    const auto high = order_of(value, r.high);
    if (!high) return {};
    inside = inside && (*high < 0 || (*high == 0 && r.high_closed));
  }
  return Value::boolean(inside);
}

namespace {

std::optional<Value> finite(const Decimal& d) {
  if (!d.is_finite()) return std::nullopt;
  return Value::number(d);
}

// duration × number, duration ÷ number, duration ÷ duration (DMN 1.5 tables 53 and 54).
std::optional<Value> scale_duration(Op op, const Value& a, const Value& b) {
  const auto is_duration = [](const Value& v) {
    return v.is(Kind::months) || v.is(Kind::duration);
  };
  const auto amount = [](const Value& v) {
    return v.is(Kind::months) ? Decimal(v.whole()) : duration_seconds(v);
  };
  const auto back = [](const Value& like, const Decimal& d) -> std::optional<Value> {
    if (!d.is_finite()) return std::nullopt;
    if (!like.is(Kind::months)) return duration_from(d);
    const auto months = d.rounded(0, Rounding::down).to_int();
    if (!months) return std::nullopt;
    return Value::months(*months);
  };
  if (op == Op::multiply) {
    if (is_duration(a) && b.is(Kind::number)) return back(a, amount(a) * b.as_number());
    if (a.is(Kind::number) && is_duration(b)) return back(b, a.as_number() * amount(b));
  } else if (op == Op::divide && is_duration(a)) {
    if (b.is(Kind::number)) return back(a, amount(a) / b.as_number());
    if (a.kind() == b.kind()) return finite(amount(a) / amount(b));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> arithmetic(Op op, const Value& a, const Value& b) {
  if (a.is(Kind::number) && b.is(Kind::number)) {
    const Decimal& x = a.as_number();
    const Decimal& y = b.as_number();
    switch (op) {
      case Op::add: return finite(x + y);
      case Op::subtract: return finite(x - y);
      case Op::multiply: return finite(x * y);
      case Op::divide: return finite(x / y);
      default: return finite(Decimal::power(x, y));
    }
  }
  if (op == Op::add && a.is(Kind::text) && b.is(Kind::text)) {
    if (a.as_text().size() + b.as_text().size() > text_bytes_max) return std::nullopt;
    return Value::text(a.as_text() + b.as_text());
  }
  if (op == Op::add) return add_temporal(a, b);
  if (op == Op::subtract) return subtract_temporal(a, b);
  return scale_duration(op, a, b);
}

namespace {

std::optional<Value> number_of(std::int64_t n) { return Value::number(n); }

std::optional<Value> time_member(const Value& v, std::int64_t seconds_of_day,
                                 std::string_view name) {
  if (name == "hour") return number_of(seconds_of_day / 3600);
  if (name == "minute") return number_of(seconds_of_day / 60 % 60);
  if (name == "second") return number_of(seconds_of_day % 60);
  if (name == "timezone") {
    return v.zone().is_named() ? Value::text(zone_name(v.zone())) : Value();
  }
  if (name == "time offset") {
    if (v.zone().is_local()) return Value();
    const std::int64_t at = v.is(Kind::time) ? seconds_of_day : v.whole();
    return Value::duration(zone_offset(v.zone(), at), 0);
  }
  return std::nullopt;
}

std::optional<Value> date_member(std::int64_t days, std::string_view name) {
  const LongDate d = year_month_day(days);
  if (name == "year") return number_of(d.year);
  if (name == "month") return number_of(d.month);
  if (name == "day") return number_of(d.day);
  if (name == "weekday") return number_of(weekday(days));
  return std::nullopt;
}

std::optional<Value> duration_member(const Value& v, std::string_view name) {
  const std::int64_t total =
      v.is(Kind::duration) && v.whole() < 0 && v.ns() > 0 ? v.whole() + 1 : v.whole();
  if (v.is(Kind::months)) {
    if (name == "years") return number_of(total / 12);
    if (name == "months") return number_of(total % 12);
    return std::nullopt;
  }
  if (name == "days") return number_of(total / 86400);
  if (name == "hours") return number_of(total / 3600 % 24);
  if (name == "minutes") return number_of(total / 60 % 60);
  if (name == "seconds") {
    return Value::number(duration_seconds(v) - Decimal(total / 60 * 60));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> member(const Value& v, std::string_view name) {
  switch (v.kind()) {
    case Kind::context: {
      const Value* found = v.as_context().find(name);
      if (found == nullptr) return std::nullopt;
      return *found;
    }
    case Kind::date: return date_member(v.whole(), name);
    case Kind::time: return time_member(v, v.whole() / ns_per_second, name);
    case Kind::date_time:
      if (auto found = date_member(floor_div(v.whole(), 86400), name)) return found;
      return time_member(v, floor_mod(v.whole(), 86400), name);
    case Kind::months:
    case Kind::duration: return duration_member(v, name);
    case Kind::range: {
      const Range& r = v.as_range();
      if (name == "start") return r.low_unbounded ? Value() : r.low;
      if (name == "end") return r.high_unbounded ? Value() : r.high;
      if (name == "start included") return Value::boolean(r.low_closed);
      if (name == "end included") return Value::boolean(r.high_closed);
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

}  // namespace citybrain::brain
