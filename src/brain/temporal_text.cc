// The text of dates, times and durations, read and written.
#include <algorithm>

#include "temporal.h"
#include "zone.h"

namespace citybrain::brain {

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

}  // namespace citybrain::brain
