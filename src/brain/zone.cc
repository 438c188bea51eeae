// Zones, kept for the life of the process: the tz database is the machine's, not ours to reload.
#include "zone.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

#include "temporal.h"

namespace citybrain::brain {
namespace {

constexpr const char* zoneinfo_dir = "/usr/share/zoneinfo/";
constexpr std::size_t tzif_bytes_max = 1 << 20;

// A day of the year on which summer time begins or ends: "M3.5.0/3", "J60", "59".
struct Turn {
  char form = 'M';
  int month = 0, week = 0, day = 0;
  std::int64_t at = 7200;
};

// The footer's rule for all years after the last transition: "CET-1CEST,M3.5.0,M10.5.0/3".
struct Posix {
  std::int32_t standard = 0;
  std::int32_t summer = 0;
  bool has_summer = false;
  Turn begin, end;
};

struct ZoneData {
  std::string name;
  std::vector<std::int64_t> at;       // instants of change
  std::vector<std::int32_t> offsets;  // from at[i] on
  std::int32_t first = 0;             // before at[0]
  std::optional<Posix> after;
};

class PosixReader {
 public:
  explicit PosixReader(std::string_view text) : text_(text) {}

  std::optional<Posix> read() {
    Posix p;
    if (!name()) return std::nullopt;
    p.standard = static_cast<std::int32_t>(-time());
    if (done()) return p;
    if (!name()) return std::nullopt;
    p.has_summer = true;
    p.summer = p.standard + 3600;
    if (!done() && peek() != ',') p.summer = static_cast<std::int32_t>(-time());
    if (!turn(p.begin) || !turn(p.end)) return std::nullopt;
    return p;
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool name() {
    const std::size_t from = at_;
    if (peek() == '<') {
      while (!done() && peek() != '>') ++at_;
      if (!done()) ++at_;
    } else {
      while ((peek() >= 'A' && peek() <= 'Z') || (peek() >= 'a' && peek() <= 'z')) ++at_;
    }
    return at_ > from;
  }
  int digits() {
    int v = 0;
    while (peek() >= '0' && peek() <= '9') v = v * 10 + (text_[at_++] - '0');
    return v;
  }
  std::int64_t time() {
    std::int64_t sign = 1;
    if (peek() == '-' || peek() == '+') sign = text_[at_++] == '-' ? -1 : 1;
    std::int64_t seconds = digits() * 3600LL;
    for (const std::int64_t unit : {60, 1}) {
      if (peek() != ':') break;
      ++at_;
      seconds += digits() * unit;
    }
    return sign * seconds;
  }
  bool turn(Turn& t) {
    if (peek() != ',') return false;
    ++at_;
    if (peek() == 'M') {
      ++at_;
      t.month = digits();
      if (peek() == '.') ++at_;
      t.week = digits();
      if (peek() == '.') ++at_;
      t.day = digits();
    } else {
      t.form = peek() == 'J' ? 'J' : '0';
      if (peek() == 'J') ++at_;
      t.day = digits();
    }
    if (peek() == '/') {
      ++at_;
      t.at = time();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The local time (seconds) of a turn in that year.
std::int64_t turn_in(const Turn& t, std::int64_t year) {
  std::int64_t day = 0;
  if (t.form == 'M') {
    const std::int64_t first = days_of(year, t.month, 1);
    const int weekday = static_cast<int>(((first + 4) % 7 + 7) % 7);  // 0 = Sunday
    day = first + (t.day - weekday + 7) % 7 + (t.week - 1) * 7;
    while (day >= first + days_in_month(year, t.month)) day -= 7;
  } else if (t.form == 'J') {
    day = days_of(year, 1, 1) + t.day - 1 + (is_leap(year) && t.day >= 60 ? 1 : 0);
  } else {
    day = days_of(year, 1, 1) + t.day;
  }
  return day * 86400 + t.at;
}

std::int32_t posix_offset(const Posix& p, std::int64_t utc) {
  if (!p.has_summer) return p.standard;
  const std::int64_t year = year_month_day(floor_div(utc + p.standard, 86400)).year;
  const std::int64_t begin = turn_in(p.begin, year) - p.standard;
  const std::int64_t end = turn_in(p.end, year) - p.summer;
  const bool summer = begin < end ? (utc >= begin && utc < end) : (utc >= begin || utc < end);
  return summer ? p.summer : p.standard;
}

std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t n) {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < n; ++i) v = v << 8 | static_cast<unsigned char>(bytes[at + i]);
  return n == 4 ? static_cast<std::int32_t>(v) : static_cast<std::int64_t>(v);
}

std::optional<ZoneData> parse_tzif(std::string_view bytes) {
  constexpr std::size_t header = 44;
  if (bytes.size() < header || bytes.substr(0, 4) != "TZif") return std::nullopt;
  const auto counts = [&](std::size_t at) {
    std::vector<std::size_t> c;
    for (std::size_t i = 0; i < 6; ++i) {
      c.push_back(static_cast<std::size_t>(big_endian(bytes, at + 20 + 4 * i, 4)));
    }
    return c;  // isutc, isstd, leap, time, type, char
  };
  std::size_t at = 0;
  std::size_t width = 4;
  auto c = counts(0);
  if (bytes[4] >= '2') {
    at = header + c[3] * 5 + c[4] * 6 + c[5] + c[2] * 8 + c[1] + c[0];
    width = 8;
    if (bytes.size() < at + header) return std::nullopt;
    c = counts(at);
  }
  at += header;
  const std::size_t end =
      at + c[3] * (width + 1) + c[4] * 6 + c[5] + c[2] * (width + 4) + c[1] + c[0];
  if (bytes.size() < end || c[4] == 0) return std::nullopt;
  const std::size_t kinds = at + c[3] * width;
  const std::size_t types = kinds + c[3];
  const auto offset = [&](std::size_t type) {
    return static_cast<std::int32_t>(big_endian(bytes, types + 6 * type, 4));
  };
  ZoneData zone;
  zone.first = offset(0);
  for (std::size_t i = 0; i < c[3]; ++i) {
    const auto type = static_cast<unsigned char>(bytes[kinds + i]);
    if (type >= c[4]) return std::nullopt;
    zone.at.push_back(big_endian(bytes, at + width * i, width));
    zone.offsets.push_back(offset(type));
  }
  if (width == 8 && end < bytes.size()) {
    std::string_view footer = bytes.substr(end + 1);
    zone.after = PosixReader(footer.substr(0, footer.find('\n'))).read();
  }
  return zone;
}

struct Zones {
  std::mutex mutex;
  std::map<std::string, std::size_t, std::less<>> index;
  std::deque<ZoneData> zones;  // references stay good while it grows
};

Zones& zones() {
  static Zones all;
  return all;
}

const ZoneData& data_of(Zone zone) {
  Zones& all = zones();
  const std::lock_guard lock(all.mutex);
  return all.zones[static_cast<std::size_t>(zone.bits >> 2)];
}

bool plausible(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/') return false;
  return name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '/' || c == '_' || c == '-' || c == '+';
         });
}

}  // namespace

std::optional<Zone> find_zone(std::string_view name) {
  if (!plausible(name)) return std::nullopt;
  Zones& all = zones();
  const std::lock_guard lock(all.mutex);
  if (const auto it = all.index.find(name); it != all.index.end()) {
    return Zone{static_cast<std::int64_t>(it->second << 2 | 2)};
  }
  const std::string path = zoneinfo_dir + std::string(name);
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return std::nullopt;  // "Asia" is a folder
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  if (bytes.size() > tzif_bytes_max) return std::nullopt;
  auto zone = parse_tzif(bytes);
  if (!zone) return std::nullopt;
  zone->name = name;
  all.zones.push_back(*std::move(zone));
  all.index.emplace(name, all.zones.size() - 1);
  return Zone{static_cast<std::int64_t>((all.zones.size() - 1) << 2 | 2)};
}

std::string zone_name(Zone zone) { return zone.is_named() ? data_of(zone).name : ""; }

std::string zone_text(Zone zone) {
  if (zone.is_local()) return "";
  if (zone.is_named()) return "@" + data_of(zone).name;
  return offset_text(zone.offset_seconds());
}

std::int32_t zone_offset_at(Zone zone, std::int64_t utc) {
  if (zone.is_local()) return 0;
  if (zone.is_offset()) return zone.offset_seconds();
  const ZoneData& z = data_of(zone);
  const auto it = std::upper_bound(z.at.begin(), z.at.end(), utc);
  if (it == z.at.begin()) return z.at.empty() && z.after ? posix_offset(*z.after, utc) : z.first;
  if (it == z.at.end() && z.after) return posix_offset(*z.after, utc);
  return z.offsets[static_cast<std::size_t>(it - z.at.begin()) - 1];
}

std::int32_t zone_offset(Zone zone, std::int64_t local) {
  if (zone.is_local()) return 0;
  if (zone.is_offset()) return zone.offset_seconds();
  const std::int32_t before = zone_offset_at(zone, local - 86400);
  const std::int32_t after = zone_offset_at(zone, local + 86400);
  if (before == after || zone_offset_at(zone, local - before) == before) return before;
  return zone_offset_at(zone, local - after) == after ? after : before;
}

}  // namespace citybrain::brain
