// FEEL's temporal values: reading and writing their text, and the arithmetic of calendar and clock.
// Source: DMN 1.5 §10.3.2.3.4-8 and §10.3.4.1 (ISO 8601 / XML Schema lexical forms).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "brain/value.h"

namespace citybrain::brain {

constexpr std::int64_t year_max = 999'999'999;
constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t ns_per_day = 86400 * ns_per_second;

inline std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}
inline std::int64_t floor_mod(std::int64_t a, std::int64_t b) { return a - floor_div(a, b) * b; }

struct LongDate {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
};
std::int64_t days_of(std::int64_t year, int month, int day);
LongDate year_month_day(std::int64_t days);
bool is_leap(std::int64_t year);
int days_in_month(std::int64_t year, int month);
bool is_valid_date(std::int64_t year, std::int64_t month, std::int64_t day);
// 1 = Monday … 7 = Sunday.
int weekday(std::int64_t days);

// None where the text is not exactly of that form.
std::optional<Value> parse_date_text(std::string_view text);
std::optional<Value> parse_time_text(std::string_view text);
std::optional<Value> parse_date_time_text(std::string_view text);
std::optional<Value> parse_duration_text(std::string_view text);
// Any of the four: what stands in an @"…" literal.
std::optional<Value> parse_temporal_text(std::string_view text);

std::string date_text(std::int64_t days);
std::string offset_text(std::int32_t seconds);
// Text of a temporal value of any kind.
std::string temporal_text(const Value& value);

// Seconds since the epoch in UTC, of a date and time with a zone.
std::int64_t utc_seconds(const Value& date_time);
// Order of two values of one temporal kind; none where one is local and the other is not.
std::optional<std::strong_ordering> compare_temporal(const Value& a, const Value& b);

// None: out of range, or the kinds don't go together.
std::optional<Value> add_temporal(const Value& a, const Value& b);
std::optional<Value> subtract_temporal(const Value& a, const Value& b);
std::optional<Value> add_months(const Value& date_or_date_time, std::int64_t months);
// A duration as exact seconds, and back (rounded to the ns).
Decimal duration_seconds(const Value& duration);
std::optional<Value> duration_from(const Decimal& seconds);
// Whole months from one date (or date and time) to another.
std::int64_t months_between(const Value& from, const Value& to);
// The date part, or the date itself, as a date and time at midnight UTC (DMN 1.5 §10.3.2.7).
Value as_date_time(const Value& date);

}  // namespace citybrain::brain
