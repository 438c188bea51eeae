// Dates and times of binlog rows. Layouts: MySQL's my_time.cc (my_datetime_packed_from_binary and
// its kin) and, for those before 5.6, the numbers YYYYMMDDhhmmss and hhmmss.
#include "mariadb_temporal.h"

#include <cstdlib>

#include "base/date.h"
#include "mariadb_bytes.h"

namespace citybrain::capture {
namespace {

void append_padded(std::uint64_t value, int digits, std::string& out) {
  char text[20];
  int at = 20;
  do {
    text[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (20 - at < digits) text[--at] = '0';
  out.append(text + at, static_cast<std::size_t>(20 - at));
}

void append_date(std::uint64_t year, std::uint64_t month, std::uint64_t day, std::string& out) {
  append_padded(year, 4, out);
  out += '-';
  append_padded(month, 2, out);
  out += '-';
  append_padded(day, 2, out);
}

void append_clock(std::uint64_t hour, std::uint64_t minute, std::uint64_t second,
                  std::string& out) {
  append_padded(hour, 2, out);
  out += ':';
  append_padded(minute, 2, out);
  out += ':';
  append_padded(second, 2, out);
}

// `digits` of a fraction given in microseconds.
void append_fraction(std::uint64_t micros, std::uint32_t digits, std::string& out) {
  if (digits == 0) return;
  for (std::uint32_t i = digits; i < 6; ++i) micros /= 10;
  out += '.';
  append_padded(micros, static_cast<int>(digits), out);
}

std::size_t fraction_bytes(std::uint32_t digits) { return (digits + 1) / 2; }

// A fraction is stored in units of 10^-2, 10^-4 or 10^-6.
std::uint64_t micros_of(std::uint64_t fraction, std::size_t bytes) {
  return bytes == 1 ? fraction * 10'000 : bytes == 2 ? fraction * 100 : fraction;
}

void append_datetime(MariadbBytes bytes, std::uint32_t digits, std::string& out) {
  const std::uint64_t value = bytes.big(5) & 0x7f'ffff'ffff;  // the highest bit is a sign, always 1
  const std::uint64_t days = value >> 17;
  const std::uint64_t months = days >> 5;
  append_date(months / 13, months % 13, days % 32, out);
  out += ' ';
  append_clock(value >> 12 & 31, value >> 6 & 63, value & 63, out);
  const std::size_t size = fraction_bytes(digits);
  append_fraction(micros_of(bytes.big(size), size), digits, out);
}

// A time is one signed number, seconds' part and fraction together, shifted to be positive.
void append_time(MariadbBytes bytes, std::uint32_t digits, std::string& out) {
  const std::size_t size = 3 + fraction_bytes(digits);
  const std::int64_t shift = std::int64_t{1} << (8 * size - 1);
  const std::int64_t value = static_cast<std::int64_t>(bytes.big(size)) - shift;
  const auto magnitude = static_cast<std::uint64_t>(std::abs(value));
  const std::size_t fraction_bits = 8 * fraction_bytes(digits);
  const std::uint64_t clock = magnitude >> fraction_bits;
  const std::uint64_t fraction = magnitude & ((std::uint64_t{1} << fraction_bits) - 1);
  if (value < 0) out += '-';
  append_clock(clock >> 12 & 1023, clock >> 6 & 63, clock & 63, out);
  append_fraction(micros_of(fraction, fraction_bytes(digits)), digits, out);
}

void append_instant(std::uint64_t seconds, std::uint64_t micros, std::uint32_t digits,
                    std::string& out) {
  if (seconds == 0 && micros == 0) {  // the servers' "no date"
    out += "0000-00-00 00:00:00";
    append_fraction(0, digits, out);
    return;
  }
  const YearMonthDay day = ymd_of(Date{static_cast<std::int32_t>(seconds / 86'400)});
  append_date(static_cast<std::uint64_t>(day.year), static_cast<std::uint64_t>(day.month),
              static_cast<std::uint64_t>(day.day), out);
  out += ' ';
  append_clock(seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, out);
  append_fraction(micros, digits, out);
  out += 'Z';
}

void append_time_old(std::int64_t value, std::string& out) {
  if (value < 0) out += '-';
  const auto clock = static_cast<std::uint64_t>(std::abs(value));
  append_clock(clock / 10'000, clock / 100 % 100, clock % 100, out);
}

void append_datetime_old(std::uint64_t value, std::string& out) {
  const std::uint64_t date = value / 1'000'000;
  append_date(date / 10'000, date / 100 % 100, date % 100, out);
  out += ' ';
  append_clock(value / 10'000 % 100, value / 100 % 100, value % 100, out);
}

}  // namespace

std::size_t temporal_bytes(const BinlogColumn& column) {
  switch (column.type) {
    case ColumnType::date:
    case ColumnType::date_old:
    case ColumnType::time_old: return 3;
    case ColumnType::datetime_old: return 8;
    case ColumnType::timestamp_old: return 4;
    case ColumnType::time: return 3 + fraction_bytes(column.meta);
    case ColumnType::datetime: return 5 + fraction_bytes(column.meta);
    case ColumnType::timestamp: return 4 + fraction_bytes(column.meta);
    default: return 0;
  }
}

Result<void> append_temporal(const BinlogColumn& column, std::string_view value, std::string& out) {
  MariadbBytes bytes(value);
  switch (column.type) {
    case ColumnType::date:
    case ColumnType::date_old: {
      const std::uint64_t date = bytes.little(3);
      append_date(date >> 9, date >> 5 & 15, date & 31, out);
      return ok();
    }
    case ColumnType::time_old: append_time_old(signed_of(bytes.little(3), 3), out); return ok();
    case ColumnType::datetime_old: append_datetime_old(bytes.u64(), out); return ok();
    case ColumnType::timestamp_old: append_instant(bytes.u32(), 0, 0, out); return ok();
    case ColumnType::time: append_time(bytes, column.meta, out); return ok();
    case ColumnType::datetime: append_datetime(bytes, column.meta, out); return ok();
    case ColumnType::timestamp: {
      const std::uint64_t seconds = bytes.big(4);
      const std::size_t size = fraction_bytes(column.meta);
      append_instant(seconds, micros_of(bytes.big(size), size), column.meta, out);
      return ok();
    }
    default: return corrupt("column " + column.name + " is no date and no time");
  }
}

}  // namespace citybrain::capture
