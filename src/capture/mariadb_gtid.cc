// Global transaction ids. See mariadb_gtid.h.
#include "mariadb_gtid.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "mariadb_bytes.h"

namespace citybrain::capture {
namespace {

Error no_gtid(std::string_view part) {
  return invalid("'" + std::string(part) +
                 "' is no global transaction id; write 0-1-5 (MariaDB) or uuid:1-5 (MySQL)");
}

std::optional<std::uint64_t> number(std::string_view text) {
  const auto value = parse_int(text);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::string uuid_text(const std::array<std::uint8_t, 16>& uuid) {
  std::string out;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    char hex[3];
    std::snprintf(hex, sizeof(hex), "%02x", uuid[i]);
    out += hex;
  }
  return out;
}

std::optional<std::array<std::uint8_t, 16>> uuid_from(std::string_view text) {
  std::array<std::uint8_t, 16> out{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const std::string_view hex = "0123456789abcdef";
    const std::size_t value = hex.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (value == std::string_view::npos || digits == 32) return std::nullopt;
    out[digits / 2] = static_cast<std::uint8_t>(out[digits / 2] << 4 | value);
    ++digits;
  }
  if (digits != 32) return std::nullopt;
  return out;
}

void put(std::string& out, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

Result<GtidEvent> read_gtid(std::string_view body) {
  MariadbBytes bytes(body);
  GtidEvent gtid;
  gtid.sequence = bytes.u64();
  gtid.domain = bytes.u32();
  gtid.flags = bytes.u8();
  if (bytes.failed()) return corrupt("a GTID event of " + std::to_string(body.size()) + " bytes");
  return gtid;
}

Result<MysqlGtid> read_mysql_gtid(std::string_view body) {
  MariadbBytes bytes(body);
  MysqlGtid gtid;
  bytes.skip(1);  // flags
  const std::string_view server = bytes.take(16);
  gtid.sequence = bytes.u64();
  if (bytes.failed()) return corrupt("a GTID event of " + std::to_string(body.size()) + " bytes");
  std::copy(server.begin(), server.end(), gtid.server.begin());
  return gtid;
}

Result<GtidSet> GtidSet::parse(std::string_view text) {
  GtidSet set;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view word = trim(part);
    if (word.empty()) continue;
    if (word.find(':') == std::string_view::npos) {
      CB_DO(set.parse_mariadb(word));
    } else {
      CB_DO(set.parse_mysql(word));
    }
  }
  return set;
}

Result<void> GtidSet::parse_mariadb(std::string_view part) {
  const auto words = split(part, '-');
  if (words.size() != 3) return no_gtid(part);
  const auto domain = number(words[0]);
  const auto server = number(words[1]);
  const auto sequence = number(words[2]);
  if (!domain || !server || !sequence || *domain > UINT32_MAX || *server > UINT32_MAX) {
    return no_gtid(part);
  }
  domains_[static_cast<std::uint32_t>(*domain)] = {static_cast<std::uint32_t>(*server), *sequence};
  return ok();
}

Result<void> GtidSet::parse_mysql(std::string_view part) {
  const auto words = split(part, ':');
  const auto uuid = uuid_from(words[0]);
  if (!uuid || words.size() < 2) return no_gtid(part);
  std::vector<Interval>& intervals = servers_[*uuid];
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto ends = split(words[i], '-');
    const auto first = number(ends[0]);
    const auto last = ends.size() == 2 ? number(ends[1]) : first;
    if (!first || !last || *first < 1 || *last < *first || ends.size() > 2) return no_gtid(part);
    if (intervals.size() >= gtid_intervals_max) {
      return exhausted("a GTID set of more than " + std::to_string(gtid_intervals_max) +
                       " intervals");
    }
    add_interval(intervals, {*first, *last});
  }
  return ok();
}

std::string GtidSet::text() const {
  std::vector<std::string> parts;
  for (const auto& [domain, last] : domains_) {
    parts.push_back(std::to_string(domain) + "-" + std::to_string(last.server) + "-" +
                    std::to_string(last.sequence));
  }
  for (const auto& [uuid, intervals] : servers_) {
    std::string part = uuid_text(uuid);
    for (const Interval& interval : intervals) {
      part += ":" + std::to_string(interval.first);
      if (interval.last > interval.first) part += "-" + std::to_string(interval.last);
    }
    parts.push_back(part);
  }
  return join(parts, ",");
}

void GtidSet::add(const GtidEvent& gtid, std::uint32_t server) {
  domains_[gtid.domain] = {server, gtid.sequence};
}

void GtidSet::add(const MysqlGtid& gtid) {
  add_interval(servers_[gtid.server], {gtid.sequence, gtid.sequence});
}

void GtidSet::add_interval(std::vector<Interval>& intervals, Interval added) {
  if (!intervals.empty() && intervals.back().last + 1 == added.first) {  // the usual case
    intervals.back().last = added.last;
    return;
  }
  auto at =
      std::ranges::find_if(intervals, [&](const Interval& i) { return i.last + 1 >= added.first; });
  auto behind = at;
  while (behind != intervals.end() && behind->first <= added.last + 1) {
    added = {std::min(added.first, behind->first), std::max(added.last, behind->last)};
    ++behind;
  }
  intervals.insert(intervals.erase(at, behind), added);
}

bool GtidSet::includes(const GtidSet& other) const {
  for (const auto& [domain, last] : other.domains_) {
    const auto own = domains_.find(domain);
    if (own == domains_.end() || own->second.sequence < last.sequence) return false;
  }
  for (const auto& [uuid, intervals] : other.servers_) {
    const auto own = servers_.find(uuid);
    if (own == servers_.end()) return false;
    for (const Interval& wanted : intervals) {
      const bool inside = std::ranges::any_of(own->second, [&](const Interval& i) {
        return i.first <= wanted.first && i.last >= wanted.last;
      });
      if (!inside) return false;
    }
  }
  return true;
}

std::string GtidSet::encoded() const {
  std::string out;
  put(out, servers_.size());
  for (const auto& [uuid, intervals] : servers_) {
    out.append(reinterpret_cast<const char*>(uuid.data()), uuid.size());
    put(out, intervals.size());
    for (const Interval& interval : intervals) {
      put(out, interval.first);
      put(out, interval.last + 1);  // there the end is not in it
    }
  }
  return out;
}

}  // namespace citybrain::capture
