// Date, Timestamp: calendar days and instants as plain numbers, with ISO 8601 text.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain {

// A day of the proleptic Gregorian calendar, in days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  friend auto operator<=>(Date, Date) = default;
  friend Date operator+(Date d, int n) { return {d.days + n}; }
  friend Date operator-(Date d, int n) { return {d.days - n}; }
  friend int operator-(Date a, Date b) { return a.days - b.days; }
};

struct YearMonthDay {
  int year = 1970;
  int month = 1;
  int day = 1;
};

Date date_of(YearMonthDay ymd);
YearMonthDay ymd_of(Date date);
bool is_valid(YearMonthDay ymd);
// 1 = Monday … 7 = Sunday (ISO 8601).
int weekday_of(Date date);
// Whole years from `from` to `to`, as a birthday counts them.
int years_between(Date from, Date to);
// "2020-06-01" or "20200601".
Result<Date> parse_date(std::string_view text);
std::string to_iso(Date date);

// An instant, in microseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t us = 0;
  friend auto operator<=>(Timestamp, Timestamp) = default;
};

// "2020-06-01T08:00:00+08:00", "…Z", "2020-06-01 08:00:00[.ffffff]" (no offset = Asia/Shanghai,
// which has been UTC+8 without summer time since 1992).
Result<Timestamp> parse_timestamp(std::string_view text);
// ISO 8601 with milliseconds and the city's offset: "2020-06-01T08:00:00.000+08:00".
std::string to_iso(Timestamp at);
// The day in the city (UTC+8) at that instant, and the city's midnight of a day.
Date city_date(Timestamp at);
Timestamp city_midnight(Date date);

}  // namespace citybrain
