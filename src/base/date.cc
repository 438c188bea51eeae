// Calendar arithmetic and ISO 8601 text: see base/date.h.
#include "base/date.h"

#include <chrono>
#include <cstdio>

#include "base/text.h"

namespace citybrain {
namespace {

constexpr std::int64_t us_a_second = 1'000'000;
constexpr std::int64_t us_a_day = 86'400 * us_a_second;
constexpr std::int64_t city_offset_us = 8 * 3600 * us_a_second;

// The decimal number of exactly `n` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t n) {
  if (at + n > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// The fraction of a second from `at` ('.' and 1-9 digits) in µs; moves `at` past it. -1 if
// malformed.
std::int64_t fraction_us(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return 0;
  std::int64_t us = 0;
  std::int64_t unit = us_a_second / 10;
  const std::size_t from = ++at;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
    us += (text[at] - '0') * unit;
  }
  return at == from || at - from > 9 ? -1 : us;
}

// The offset from `at` to the end ("Z", "+08:00", "+0800", nothing = the city's) in µs.
bool offset_us(std::string_view rest, std::int64_t& offset) {
  offset = city_offset_us;
  if (rest.empty()) return true;
  offset = 0;
  if (rest == "Z" || rest == "z") return true;
  if (rest[0] != '+' && rest[0] != '-') return false;
  const int hours = digits(rest, 1, 2);
  const std::size_t minutes_at = rest.size() > 3 && rest[3] == ':' ? 4 : 3;
  const int minutes = digits(rest, minutes_at, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return false;
  if (rest.size() != minutes_at + 2) return false;
  offset = (hours * 60 + minutes) * 60 * us_a_second * (rest[0] == '-' ? -1 : 1);
  return true;
}

}  // namespace

Date date_of(YearMonthDay ymd) {
  const std::chrono::year_month_day day{std::chrono::year(ymd.year),
                                        std::chrono::month(static_cast<unsigned>(ymd.month)),
                                        std::chrono::day(static_cast<unsigned>(ymd.day))};
  return {static_cast<std::int32_t>(std::chrono::sys_days(day).time_since_epoch().count())};
}

YearMonthDay ymd_of(Date date) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(date.days))};
  return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
          static_cast<int>(static_cast<unsigned>(day.day()))};
}

bool is_valid(YearMonthDay ymd) {
  if (ymd.month < 1 || ymd.month > 12 || ymd.day < 1 || ymd.day > 31) return false;
  return std::chrono::year_month_day{std::chrono::year(ymd.year),
                                     std::chrono::month(static_cast<unsigned>(ymd.month)),
                                     std::chrono::day(static_cast<unsigned>(ymd.day))}
      .ok();
}

int weekday_of(Date date) {
  return static_cast<int>(
      std::chrono::weekday(std::chrono::sys_days(std::chrono::days(date.days))).iso_encoding());
}

int years_between(Date from, Date to) {
  const YearMonthDay a = ymd_of(from);
  const YearMonthDay b = ymd_of(to);
  const bool before = b.month < a.month || (b.month == a.month && b.day < a.day);
  return b.year - a.year - (before ? 1 : 0);
}

Result<Date> parse_date(std::string_view text) {
  const bool dashed = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (dashed || text.size() == 8) {
    const YearMonthDay ymd{digits(text, 0, 4), digits(text, dashed ? 5 : 4, 2),
                           digits(text, dashed ? 8 : 6, 2)};
    if (ymd.year > 0 && is_valid(ymd)) return date_of(ymd);
  }
  return invalid("'" + std::string(text) + "' is no date; send YYYY-MM-DD");
}

std::string to_iso(Date date) {
  const YearMonthDay ymd = ymd_of(date);
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", ymd.year, ymd.month, ymd.day);
  return text;
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  const Error bad = invalid("'" + std::string(text) +
                            "' is no time; send ISO 8601, such as 2020-06-01T08:00:00+08:00");
  if (text.size() < 10) return bad;
  const auto date = parse_date(text.substr(0, 10));
  if (!date) return bad;
  if (text.size() == 10) return city_midnight(*date);
  if (text[10] != 'T' && text[10] != ' ') return bad;
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[13] != ':') return bad;
  int second = 0;
  std::int64_t us = 0;
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    second = digits(text, 17, 2);
    at = 19;
    if (second < 0 || second > 59) return bad;
    us = fraction_us(text, at);
    if (us < 0) return bad;
  }
  std::int64_t offset = 0;
  if (at > text.size() || !offset_us(text.substr(at), offset)) return bad;
  const std::int64_t in_day = ((hour * 60LL + minute) * 60 + second) * us_a_second + us;
  return Timestamp{date->days * us_a_day + in_day - offset};
}

std::string to_iso(Timestamp at) {
  const std::int64_t local = at.us + city_offset_us;
  const std::int64_t day = floor_div(local, us_a_day);
  const std::int64_t ms = (local - day * us_a_day) / 1000;
  char text[32];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%03d+08:00", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60),
                static_cast<int>(ms % 1000));
  return to_iso(Date{static_cast<std::int32_t>(day)}) + text;
}

Date city_date(Timestamp at) {
  return {static_cast<std::int32_t>(floor_div(at.us + city_offset_us, us_a_day))};
}

Timestamp city_midnight(Date date) { return {date.days * us_a_day - city_offset_us}; }

}  // namespace citybrain
