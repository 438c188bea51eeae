// Calendar and clock arithmetic. Days and civil dates by Hinnant's algorithms, any year in int64.
#include "temporal.h"

#include <algorithm>

#include "zone.h"

namespace citybrain::brain {

std::int64_t days_of(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t yoe = year - era * 400;
  const std::int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

LongDate year_month_day(std::int64_t days) {
  days += 719468;
  const std::int64_t era = floor_div(days, 146097);
  const std::int64_t doe = days - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(std::int64_t year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool is_valid_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  return year >= -year_max && year <= year_max && month >= 1 && month <= 12 && day >= 1 &&
         day <= days_in_month(year, static_cast<int>(month));
}

int weekday(std::int64_t days) { return static_cast<int>(floor_mod(days + 3, 7)) + 1; }

std::int64_t utc_seconds(const Value& v) { return v.whole() - zone_offset(v.zone(), v.whole()); }

std::optional<std::strong_ordering> compare_temporal(const Value& a, const Value& b) {
  if (a.kind() == Kind::time || a.kind() == Kind::date_time) {
    if (a.zone().is_local() != b.zone().is_local()) return std::nullopt;
  }
  if (a.kind() == Kind::time) {
    const auto utc = [](const Value& t) {
      return t.whole() - zone_offset(t.zone(), t.whole() / ns_per_second) * ns_per_second;
    };
    return utc(a) <=> utc(b);
  }
  if (a.kind() == Kind::date_time) {
    const auto order = utc_seconds(a) <=> utc_seconds(b);
    return order != 0 ? order : a.ns() <=> b.ns();
  }
  const auto order = a.whole() <=> b.whole();
  return order != 0 ? order : a.ns() <=> b.ns();
}

std::optional<Value> add_months(const Value& v, std::int64_t months) {
  const bool is_date = v.is(Kind::date);
  const std::int64_t days = is_date ? v.whole() : floor_div(v.whole(), 86400);
  const LongDate d = year_month_day(days);
  std::int64_t count = 0;
  if (__builtin_add_overflow(d.year * 12 + d.month - 1, months, &count)) return std::nullopt;
  const std::int64_t year = floor_div(count, 12);
  if (year < -year_max || year > year_max) return std::nullopt;
  const int month = static_cast<int>(floor_mod(count, 12)) + 1;
  const std::int64_t moved = days_of(year, month, std::min(d.day, days_in_month(year, month)));
  if (is_date) return Value::date(moved);
  return Value::date_time(moved * 86400 + floor_mod(v.whole(), 86400), v.ns(), v.zone());
}

namespace {

std::optional<Value> in_range(Value v) {
  const std::int64_t days = v.is(Kind::date) ? v.whole() : floor_div(v.whole(), 86400);
  if (v.is(Kind::date) || v.is(Kind::date_time)) {
    if (days < days_of(-year_max, 1, 1) || days > days_of(year_max, 12, 31)) return std::nullopt;
  }
  return v;
}

// v + sign × (seconds, ns).
std::optional<Value> add_seconds(const Value& v, std::int64_t seconds, std::int64_t ns) {
  if (v.is(Kind::time)) {
    const std::int64_t moved = v.whole() + floor_mod(seconds, 86400) * ns_per_second + ns;
    return Value::time(floor_mod(moved, ns_per_day), v.zone());
  }
  const std::int64_t total_ns = v.ns() + ns;
  // In a zone the clock may be turned on the way: what passes is time, not what the clock says.
  const bool in_zone = v.is(Kind::date_time) && v.zone().is_named();
  std::int64_t at = 0;
  if (__builtin_add_overflow(in_zone ? utc_seconds(v) : v.whole(), seconds, &at)) {
    return std::nullopt;
  }
  at += floor_div(total_ns, ns_per_second);
  const auto rest = static_cast<std::int32_t>(floor_mod(total_ns, ns_per_second));
  if (v.is(Kind::duration)) return Value::duration(at, rest);
  constexpr std::int64_t far = 40'000'000'000'000'000;  // beyond any year there is
  if (at > far || at < -far) return std::nullopt;
  if (in_zone) at += zone_offset_at(v.zone(), at);
  return in_range(Value::date_time(at, rest, v.zone()));
}

std::optional<Value> add_to_date(const Value& date, std::int64_t seconds, std::int64_t ns) {
  std::int64_t at = 0;
  if (__builtin_add_overflow(date.whole() * 86400, seconds, &at)) return std::nullopt;
  at += floor_div(ns, ns_per_second);
  return in_range(Value::date(floor_div(at, 86400)));
}

std::optional<Value> shift(const Value& a, const Value& b, std::int64_t sign) {
  if (b.is(Kind::months)) {
    if (b.whole() == INT64_MIN) return std::nullopt;
    if (a.is(Kind::date) || a.is(Kind::date_time)) return add_months(a, sign * b.whole());
    std::int64_t sum = 0;
    if (!a.is(Kind::months) || __builtin_add_overflow(a.whole(), sign * b.whole(), &sum)) {
      return std::nullopt;
    }
    return Value::months(sum);
  }
  if (!b.is(Kind::duration) || b.whole() == INT64_MIN) return std::nullopt;
  const std::int64_t seconds = sign * b.whole();
  const std::int64_t ns = sign * b.ns();
  if (a.is(Kind::date)) return add_to_date(a, seconds, ns);
  if (a.is(Kind::time) || a.is(Kind::date_time) || a.is(Kind::duration)) {
    return add_seconds(a, seconds, ns);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> add_temporal(const Value& a, const Value& b) {
  if (b.is(Kind::months) || b.is(Kind::duration)) return shift(a, b, 1);
  if (a.is(Kind::months) || a.is(Kind::duration)) return shift(b, a, 1);
  return std::nullopt;
}

std::optional<Value> subtract_temporal(const Value& a, const Value& b) {
  if (b.is(Kind::months) || b.is(Kind::duration)) return shift(a, b, -1);
  if (a.is(Kind::time) && b.is(Kind::time)) {
    if (a.zone().is_local() != b.zone().is_local()) return std::nullopt;
    const auto utc = [](const Value& t) {
      return t.whole() - zone_offset(t.zone(), t.whole() / ns_per_second) * ns_per_second;
    };
    const std::int64_t ns = utc(a) - utc(b);
    return Value::duration(floor_div(ns, ns_per_second),
                           static_cast<std::int32_t>(floor_mod(ns, ns_per_second)));
  }
  const auto moment = [](const Value& v) { return v.is(Kind::date) ? as_date_time(v) : v; };
  const bool ours = a.is(Kind::date) || a.is(Kind::date_time);
  const bool theirs = b.is(Kind::date) || b.is(Kind::date_time);
  if (!ours || !theirs) return std::nullopt;
  if (a.is(Kind::date) && b.is(Kind::date)) {
    return Value::duration((a.whole() - b.whole()) * 86400, 0);
  }
  const Value x = moment(a);
  const Value y = moment(b);
  if (x.zone().is_local() != y.zone().is_local()) return std::nullopt;
  const std::int64_t ns = static_cast<std::int64_t>(x.ns()) - y.ns();
  return Value::duration(utc_seconds(x) - utc_seconds(y) + floor_div(ns, ns_per_second),
                         static_cast<std::int32_t>(floor_mod(ns, ns_per_second)));
}

Decimal duration_seconds(const Value& d) { return Decimal(d.whole()) + Decimal::scaled(d.ns(), 9); }

std::optional<Value> duration_from(const Decimal& seconds) {
  const Decimal whole = seconds.rounded(0, Rounding::floor);
  const auto s = whole.to_int();
  if (!s) return std::nullopt;
  auto ns = (seconds - whole).rounded(9, Rounding::half_even).to_scaled(9).value_or(0);
  std::int64_t carry = *s;
  if (ns == ns_per_second) {
    ns = 0;
    ++carry;
  }
  return Value::duration(carry, static_cast<std::int32_t>(ns));
}

std::int64_t months_between(const Value& from, const Value& to) {
  const auto split = [](const Value& v) {
    const bool is_date = v.is(Kind::date);
    const std::int64_t days = is_date ? v.whole() : floor_div(v.whole(), 86400);
    const std::int64_t rest = is_date ? 0 : floor_mod(v.whole(), 86400) * ns_per_second + v.ns();
    return std::pair{year_month_day(days), rest};
  };
  const auto [a, a_rest] = split(from);
  const auto [b, b_rest] = split(to);
  std::int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  const auto left = std::pair{static_cast<std::int64_t>(a.day), a_rest};
  const auto right = std::pair{static_cast<std::int64_t>(b.day), b_rest};
  if (months > 0 && right < left) --months;
  if (months < 0 && right > left) ++months;
  return months;
}

Value as_date_time(const Value& v) {
  if (!v.is(Kind::date)) return v;
  return Value::date_time(v.whole() * 86400, 0, Zone::offset(0));
}

}  // namespace citybrain::brain
