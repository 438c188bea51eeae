// Dates, times and durations.
#include "builtin.h"
#include "machine.h"
#include "temporal.h"
#include "zone.h"

namespace citybrain::brain {
namespace {

constexpr std::int64_t city_offset_s = 8 * 3600;

Value date_from(const Call& c) {
  const Value& v = c[0];
  if (v.is(Kind::date)) return v;
  if (v.is(Kind::date_time)) return Value::date(floor_div(v.whole(), 86400));
  if (v.is(Kind::text)) {
    if (auto d = parse_date_text(v.as_text())) return *d;
    return c.fail("this is no date; write 2020-06-01", v);
  }
  return c.fail("date wants a string, a date or a date and time", v);
}

std::optional<std::int64_t> whole(const Value& v) {
  if (!v.is(Kind::number) || !v.as_number().is_whole()) return std::nullopt;
  return v.as_number().to_int();
}

Value date_of_parts(const Call& c) {
  const auto y = whole(c[0]);
  const auto m = whole(c[1]);
  const auto d = whole(c[2]);
  if (!y || !m || !d || !is_valid_date(*y, *m, *d)) return c.fail("there is no such day", c[0]);
  return Value::date(days_of(*y, static_cast<int>(*m), static_cast<int>(*d)));
}

Value time_from(const Call& c) {
  const Value& v = c[0];
  if (v.is(Kind::time)) return v;
  if (v.is(Kind::date)) return Value::time(0, Zone::offset(0));
  if (v.is(Kind::date_time)) {
    return Value::time(floor_mod(v.whole(), 86400) * ns_per_second + v.ns(), v.zone());
  }
  if (v.is(Kind::text)) {
    if (auto t = parse_time_text(v.as_text())) return *t;
    return c.fail("this is no time; write 08:30:00", v);
  }
  return c.fail("time wants a string, a time or a date and time", v);
}

// Hours, minutes, seconds (with a fraction) as ns of the day.
std::optional<std::int64_t> clock_of(const Value& h, const Value& m, const Value& s) {
  const auto hour = whole(h);
  const auto minute = whole(m);
  if (!hour || !minute || !s.is(Kind::number)) return std::nullopt;
  const auto ns = s.as_number().rounded(9, Rounding::down).to_scaled(9);
  if (!ns || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *ns < 0 ||
      *ns >= 60 * ns_per_second) {
    return std::nullopt;
  }
  return (*hour * 60 + *minute) * 60 * ns_per_second + *ns;
}

bool zone_of(const Value& offset, Zone& zone) {
  constexpr std::int64_t offset_s_max = 18 * 3600;
  if (offset.is_null()) return true;
  if (offset.is(Kind::duration) && std::abs(offset.whole()) <= offset_s_max) {
    zone = Zone::offset(static_cast<std::int32_t>(offset.whole()));
    return true;
  }
  if (!offset.is(Kind::text)) return false;
  const auto found = find_zone(offset.as_text());
  if (found) zone = *found;
  return found.has_value();
}

Value time_of_parts(const Call& c) {
  const auto ns = clock_of(c[0], c[1], c[2]);
  Zone zone;
  if (!ns) return c.fail("there is no such time of day", c[0]);
  if (!zone_of(c[3], zone)) return c.fail("the offset is a duration of at most 18 hours", c[3]);
  return Value::time(*ns, zone);
}

Value date_time_from(const Call& c) {
  const Value& v = c[0];
  if (v.is(Kind::date_time)) return v;
  if (v.is(Kind::date)) return as_date_time(v);
  if (v.is(Kind::text)) {
    if (auto d = parse_date_time_text(v.as_text())) return *d;
    return c.fail("this is no date and time; write 2020-06-01T08:30:00", v);
  }
  return c.fail("date and time wants a string", v);
}

Value date_time_of_two(const Call& c) {
  if (!c[0].is(Kind::date) && !c[0].is(Kind::date_time)) return c.fail("the date is no date", c[0]);
  if (c[0].is(Kind::date_time) && c[1].is(Kind::text)) {  // the same instant on another clock
    Zone zone;
    if (!zone_of(c[1], zone)) return c.fail("there is no such zone", c[1]);
    const std::int64_t utc = utc_seconds(c[0]);
    return Value::date_time(utc + zone_offset_at(zone, utc), c[0].ns(), zone);
  }
  if (!c[1].is(Kind::time)) return c.fail("the time is no time", c[1]);
  const std::int64_t days = c[0].is(Kind::date) ? c[0].whole() : floor_div(c[0].whole(), 86400);
  return Value::date_time(days * 86400 + c[1].whole() / ns_per_second,
                          static_cast<std::int32_t>(c[1].whole() % ns_per_second), c[1].zone());
}

Value date_time_of_parts(const Call& c) {
  const auto y = whole(c[0]);
  const auto m = whole(c[1]);
  const auto d = whole(c[2]);
  const auto ns = clock_of(c[3], c[4], c[5]);
  Zone zone;
  if (!y || !m || !d || !is_valid_date(*y, *m, *d) || !ns)
    return c.fail("there is no such moment", c[0]);
  if (!zone_of(c[6], zone)) return c.fail("the offset is a duration, or the name of a zone", c[6]);
  return Value::date_time(
      days_of(*y, static_cast<int>(*m), static_cast<int>(*d)) * 86400 + *ns / ns_per_second,
      static_cast<std::int32_t>(*ns % ns_per_second), zone);
}

Value duration_from_text(const Call& c) {
  if (c[0].is(Kind::months) || c[0].is(Kind::duration)) return c[0];
  if (!c[0].is(Kind::text)) return c.fail("duration wants a string", c[0]);
  if (auto d = parse_duration_text(c[0].as_text())) return *d;
  return c.fail("this is no duration; write P1Y2M or P3DT4H", c[0]);
}

Value years_and_months(const Call& c) { return Value::months(months_between(c[0], c[1])); }

std::int64_t days_in(const Value& v) {
  return v.is(Kind::date) ? v.whole() : floor_div(v.whole(), 86400);
}

Value day_of_week(const Call& c) {
  constexpr const char* names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                   "Friday", "Saturday", "Sunday"};
  return Value::text(names[weekday(days_in(c[0])) - 1]);
}
Value month_of_year(const Call& c) {
  constexpr const char* names[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};
  return Value::text(names[year_month_day(days_in(c[0])).month - 1]);
}
Value day_of_year(const Call& c) {
  const std::int64_t days = days_in(c[0]);
  return Value::number(days - days_of(year_month_day(days).year, 1, 1) + 1);
}
// ISO 8601: the week of the Thursday of that week.
Value week_of_year(const Call& c) {
  const std::int64_t days = days_in(c[0]);
  const std::int64_t thursday = days - weekday(days) + 4;
  return Value::number((thursday - days_of(year_month_day(thursday).year, 1, 1)) / 7 + 1);
}

Value now_(const Call& c) {
  const std::int64_t us = c.machine.now().us;
  return Value::date_time(floor_div(us, 1'000'000) + city_offset_s,
                          static_cast<std::int32_t>(floor_mod(us, 1'000'000) * 1000),
                          Zone::offset(city_offset_s));
}
Value today(const Call& c) {
  return Value::date(floor_div(floor_div(c.machine.now().us, 1'000'000) + city_offset_s, 86400));
}

// The same value in the same semantic domain: a local time, one at an offset and one in a zone are
// three domains.
Value is_(const Call& c) {
  const Value& a = c[0];
  const Value& b = c[1];
  if (a.kind() != b.kind()) return Value::boolean(false);
  if (a.is(Kind::time) || a.is(Kind::date_time)) {
    return Value::boolean(a.whole() == b.whole() && a.ns() == b.ns() && a.zone() == b.zone());
  }
  const Value e = equals(a, b);
  return Value::boolean(e.is_true());
}

constexpr Builtin table[] = {
    {"date", "from:any", "date", date_from, "读成日期，或取时刻的日期",
     "the date that a string says, or of a date and time", "date(\"2020-02-03\")", "2020-02-03"},
    {"date", "year:number, month:number, day:number", "date", date_of_parts, "由年月日得日期",
     "the date of year, month and day", "date(2020, 2, 3)", "2020-02-03"},
    {"time", "from:any", "time", time_from, "读成时间，或取时刻的时间",
     "the time that a string says, or of a date and time", "time(\"08:30:00\")", "08:30:00"},
    {"time", "hour:number, minute:number, second:number, offset?:duration!", "time", time_of_parts,
     "由时分秒得时间", "the time of hour, minute, second and offset",
     "time(8, 30, 0, duration(\"PT8H\"))", "08:30:00+08:00"},
    {"date and time", "from:any", "date and time", date_time_from, "读成时刻",
     "the date and time that a string says", "date and time(\"2020-02-03T08:30:00\")",
     "2020-02-03T08:30:00"},
    {"date and time", "date:any, time:any", "date and time", date_time_of_two, "由日期和时间得时刻",
     "a date and a time together", "date and time(date(\"2020-02-03\"), time(\"08:30:00\"))",
     "2020-02-03T08:30:00"},
    {"date and time", "date:any, timezone:string", "date and time", date_time_of_two,
     "同一时刻在另一时区", "the same instant by another zone's clock",
     "date and time(@\"2020-02-03T00:30:00Z\", \"Asia/Shanghai\")",
     "2020-02-03T08:30:00@Asia/Shanghai"},
    {"date and time",
     "year:number, month:number, day:number, hour:number, minute:number, second:number, "
     "offset?:any",
     "date and time", date_time_of_parts, "由各部分得时刻", "the date and time of its parts",
     "date and time(2020, 2, 3, 8, 30, 0)", "2020-02-03T08:30:00"},
    {"duration", "from:any", "Any", duration_from_text, "读成时长",
     "the duration that a string says", "duration(\"P1DT2H\")", "P1DT2H"},
    {"years and months duration", "from:temporal, to:temporal", "years and months duration",
     years_and_months, "两日之间的整年整月", "the whole months from one date to another",
     "years and months duration(date(\"2020-02-03\"), date(\"2021-04-02\"))", "P1Y1M"},
    {"day of week", "date:temporal", "string", day_of_week, "星期几（英文）",
     "the name of the weekday", "day of week(date(\"2020-02-03\"))", "Monday"},
    {"month of year", "date:temporal", "string", month_of_year, "月份（英文）",
     "the name of the month", "month of year(date(\"2020-02-03\"))", "February"},
    {"day of year", "date:temporal", "number", day_of_year, "一年中的第几天",
     "the number of the day in its year", "day of year(date(\"2020-02-03\"))", "34"},
    {"week of year", "date:temporal", "number", week_of_year, "一年中的第几周（ISO 8601）",
     "the number of the week by ISO 8601", "week of year(date(\"2020-02-03\"))", "6"},
    {"now", "", "date and time", now_, "当前时刻", "the present date and time",
     "now() instance of date and time", "true"},
    {"today", "", "date", today, "今天", "the present date", "today() instance of date", "true"},
    {"is", "value1:any, value2:any", "boolean", is_, "是否同一类型域中的同一值",
     "is it the same value in the same semantic domain", "is(@\"08:30:00\", @\"08:30:00Z\")",
     "false"},
};

}  // namespace

std::span<const Builtin> temporal_builtins() { return table; }

}  // namespace citybrain::brain
