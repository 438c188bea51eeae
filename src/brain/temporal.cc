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

namespace {

// A reader of digits and marks, at one place of a text.
struct Scan {
  std::string_view text;
  std::size_t at = 0;

  bool done() const { return at == text.size(); }
  bool eat(char c) {
    if (at < text.size() && text[at] == c) return ++at, true;
    return false;
  }
  // Between `least` and `most` digits; -1 otherwise.
  std::int64_t digits(std::size_t least, std::size_t most) {
    std::int64_t v = 0;
    std::size_t n = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && n < most) {
      v = v * 10 + (text[at++] - '0');
      ++n;
    }
    return n < least ? -1 : v;
  }
};

bool scan_date(Scan& s, std::int64_t& days) {
  const bool negative = s.eat('-');
  const std::size_t from = s.at;
  const std::int64_t year = s.digits(4, 9);
  if (year < 0 || (s.at - from > 4 && s.text[from] == '0')) return false;
  if (!s.eat('-')) return false;
  const std::int64_t month = s.digits(2, 2);
  if (!s.eat('-')) return false;
  const std::int64_t day = s.digits(2, 2);
  const std::int64_t signed_year = negative ? -year : year;
  if (!is_valid_date(signed_year, month, day)) return false;
  days = days_of(signed_year, static_cast<int>(month), static_cast<int>(day));
  return true;
}

bool scan_zone(Scan& s, Zone& zone) {
  constexpr std::int64_t offset_hours_max = 18;
  if (s.done()) return true;
  if (s.eat('Z') || s.eat('z')) {
    zone = Zone::offset(0);
    return s.done();
  }
  if (s.eat('@')) {
    const auto found = find_zone(s.text.substr(s.at));
    if (!found) return false;
    zone = *found;
    s.at = s.text.size();
    return true;
  }
  const bool negative = s.at < s.text.size() && s.text[s.at] == '-';
  if (!s.eat('+') && !s.eat('-')) return false;
  const std::int64_t hours = s.digits(2, 2);
  if (hours < 0 || hours > offset_hours_max || !s.eat(':')) return false;
  const std::int64_t minutes = s.digits(2, 2);
  if (minutes < 0 || minutes > 59) return false;
  std::int64_t seconds = 0;
  if (s.eat(':')) seconds = s.digits(2, 2);
  if (seconds < 0 || seconds > 59) return false;
  const std::int64_t total = hours * 3600 + minutes * 60 + seconds;
  if (total > offset_hours_max * 3600) return false;
  zone = Zone::offset(static_cast<std::int32_t>(negative ? -total : total));
  return s.done();
}

bool scan_time(Scan& s, std::int64_t& ns, Zone& zone) {
  const std::int64_t hour = s.digits(2, 2);
  if (!s.eat(':')) return false;
  const std::int64_t minute = s.digits(2, 2);
  if (!s.eat(':')) return false;
  const std::int64_t second = s.digits(2, 2);
  if (hour < 0 || minute < 0 || second < 0 || minute > 59 || second > 59 || hour > 24) return false;
  std::int64_t fraction = 0;
  if (s.eat('.')) {
    const std::size_t from = s.at;
    fraction = s.digits(1, 9);
    if (fraction < 0) return false;
    for (std::size_t n = s.at - from; n < 9; ++n) fraction *= 10;
    while (s.at < s.text.size() && s.text[s.at] >= '0' && s.text[s.at] <= '9') ++s.at;
  }
  if (hour == 24 && (minute != 0 || second != 0 || fraction != 0)) return false;
  ns = ((hour * 60 + minute) * 60 + second) * ns_per_second + fraction;
  return scan_zone(s, zone);
}

std::string two(std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string fraction_text(std::int64_t ns) {
  if (ns == 0) return "";
  std::string digits = std::to_string(ns);
  digits.insert(0, 9 - digits.size(), '0');
  while (digits.back() == '0') digits.pop_back();
  return "." + digits;
}

std::string clock_text(std::int64_t ns_of_day) {
  const std::int64_t seconds = ns_of_day / ns_per_second;
  return two(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60) +
         fraction_text(ns_of_day % ns_per_second);
}

std::string months_text(std::int64_t months) {
  if (months == 0) return "P0M";
  const std::int64_t m = months < 0 ? -months : months;
  std::string out = months < 0 ? "-P" : "P";
  if (m / 12 != 0) out += std::to_string(m / 12) + "Y";
  if (m % 12 != 0) out += std::to_string(m % 12) + "M";
  return out;
}

std::string duration_text(std::int64_t seconds, std::int64_t ns) {
  if (seconds == 0 && ns == 0) return "PT0S";
  std::string out = "P";
  if (seconds < 0) {
    out = "-P";
    if (ns > 0) {
      ++seconds;
      ns = ns_per_second - ns;
    }
    seconds = -seconds;
  }
  if (seconds / 86400 != 0) out += std::to_string(seconds / 86400) + "D";
  const std::int64_t rest = seconds % 86400;
  if (rest == 0 && ns == 0) return out;
  out += "T";
  if (rest / 3600 != 0) out += std::to_string(rest / 3600) + "H";
  if (rest / 60 % 60 != 0) out += std::to_string(rest / 60 % 60) + "M";
  if (rest % 60 != 0 || ns != 0) out += std::to_string(rest % 60) + fraction_text(ns) + "S";
  return out;
}

}  // namespace

std::optional<Value> parse_date_text(std::string_view text) {
  Scan s{text};
  std::int64_t days = 0;
  if (!scan_date(s, days) || !s.done()) return std::nullopt;
  return Value::date(days);
}

std::optional<Value> parse_time_text(std::string_view text) {
  Scan s{text};
  if (!text.empty() && text.front() == 'T') ++s.at;
  std::int64_t ns = 0;
  Zone zone;
  if (!scan_time(s, ns, zone)) return std::nullopt;
  return Value::time(ns % ns_per_day, zone);
}

std::optional<Value> parse_date_time_text(std::string_view text) {
  Scan s{text};
  std::int64_t days = 0;
  if (!scan_date(s, days)) return std::nullopt;
  std::int64_t ns = 0;
  Zone zone;
  if (!s.done() && (!s.eat('T') || !scan_time(s, ns, zone))) return std::nullopt;
  return Value::date_time(days * 86400 + ns / ns_per_second,
                          static_cast<std::int32_t>(ns % ns_per_second), zone);
}

std::optional<Value> parse_duration_text(std::string_view text) {
  constexpr std::size_t digits_max = 15;
  Scan s{text};
  const bool negative = s.eat('-');
  if (!s.eat('P')) return std::nullopt;
  std::int64_t months = 0;
  std::int64_t seconds = 0;
  std::int64_t ns = 0;
  bool any_months = false;
  bool any_time = false;
  bool in_time = false;
  int last = -1;  // designators come in the order Y M D H M S, each once
  while (!s.done()) {
    if (!in_time && s.eat('T')) {
      in_time = true;
      last = std::max(last, 2);
      if (s.done()) return std::nullopt;
      continue;
    }
    const std::int64_t n = s.digits(1, digits_max);
    if (n < 0) return std::nullopt;
    std::int64_t fraction = 0;
    bool fractional = false;
    if (in_time && s.eat('.')) {
      fractional = true;
      const std::size_t from = s.at;
      fraction = s.digits(0, 9);  // "PT0.S" is written by some
      for (std::size_t k = s.at - from; k < 9; ++k) fraction *= 10;
      while (s.at < s.text.size() && s.text[s.at] >= '0' && s.text[s.at] <= '9') ++s.at;
    }
    if (s.done()) return std::nullopt;
    const char unit = s.text[s.at++];
    const std::string_view order = in_time ? "   HMS" : "YMD";
    const auto place = order.find(unit);
    if (unit == ' ' || place == std::string_view::npos || static_cast<int>(place) <= last) {
      return std::nullopt;
    }
    if (fractional && unit != 'S') return std::nullopt;
    last = static_cast<int>(place);
    constexpr std::int64_t units[] = {12, 1, 86400, 3600, 60, 1};
    std::int64_t amount = 0;
    if (__builtin_mul_overflow(n, units[place], &amount)) return std::nullopt;
    std::int64_t& total = place < 2 ? months : seconds;
    if (__builtin_add_overflow(total, amount, &total)) return std::nullopt;
    (place < 2 ? any_months : any_time) = true;
    ns = fraction;
  }
  if (any_months == any_time) return std::nullopt;  // neither, or both kinds mixed
  if (any_months) return Value::months(negative ? -months : months);
  if (!negative) return Value::duration(seconds, static_cast<std::int32_t>(ns));
  return ns == 0 ? Value::duration(-seconds, 0)
                 : Value::duration(-seconds - 1, static_cast<std::int32_t>(ns_per_second - ns));
}

std::optional<Value> parse_temporal_text(std::string_view text) {
  if (auto v = parse_date_text(text)) return v;
  if (auto v = parse_time_text(text)) return v;
  if (auto v = parse_date_time_text(text)) return v;
  return parse_duration_text(text);
}

std::string date_text(std::int64_t days) {
  const LongDate d = year_month_day(days);
  std::string year = std::to_string(d.year < 0 ? -d.year : d.year);
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return (d.year < 0 ? "-" : "") + year + "-" + two(d.month) + "-" + two(d.day);
}

std::string offset_text(std::int32_t seconds) {
  if (seconds == 0) return "Z";
  const std::int32_t s = seconds < 0 ? -seconds : seconds;
  std::string out = (seconds < 0 ? "-" : "+") + two(s / 3600) + ":" + two(s / 60 % 60);
  if (s % 60 != 0) out += ":" + two(s % 60);
  return out;
}

std::string temporal_text(const Value& v) {
  switch (v.kind()) {
    case Kind::date: return date_text(v.whole());
    case Kind::time: return clock_text(v.whole()) + zone_text(v.zone());
    case Kind::date_time:
      return date_text(floor_div(v.whole(), 86400)) + "T" +
             clock_text(floor_mod(v.whole(), 86400) * ns_per_second + v.ns()) + zone_text(v.zone());
    case Kind::months: return months_text(v.whole());
    case Kind::duration: return duration_text(v.whole(), v.ns());
    default: return "";
  }
}

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
  std::int64_t at = 0;
  if (__builtin_add_overflow(v.whole(), seconds, &at)) return std::nullopt;
  at += floor_div(total_ns, ns_per_second);
  const auto rest = static_cast<std::int32_t>(floor_mod(total_ns, ns_per_second));
  if (v.is(Kind::duration)) return Value::duration(at, rest);
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
