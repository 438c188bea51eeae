// Global transaction ids: which transactions a place in the binlog includes. MariaDB's
// "domain-server-sequence", one a domain; MySQL's sets "uuid:1-5:7-9".
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::capture {

inline constexpr std::size_t gtid_intervals_max = 100'000;  // of one MySQL server

// MariaDB's GTID event, which opens a transaction.
struct GtidEvent {
  static constexpr std::uint8_t standalone = 0x01;  // no commit follows: a single statement
  static constexpr std::uint8_t ddl = 0x20;
  static constexpr std::uint8_t prepared_xa = 0x40;
  static constexpr std::uint8_t completed_xa = 0x80;
  std::uint64_t sequence = 0;
  std::uint32_t domain = 0;
  std::uint8_t flags = 0;
};
Result<GtidEvent> read_gtid(std::string_view body);

// MySQL's.
struct MysqlGtid {
  std::array<std::uint8_t, 16> server{};
  std::uint64_t sequence = 0;
};
Result<MysqlGtid> read_mysql_gtid(std::string_view body);

// A set of transactions. A value.
class GtidSet {
 public:
  // "0-1-5,1-2-7", "3e11fa47-…:1-5:7,…", or "" (nothing). Errors: invalid, with the part that is
  // none.
  static Result<GtidSet> parse(std::string_view text);
  std::string text() const;

  void add(const GtidEvent& gtid, std::uint32_t server);
  void add(const MysqlGtid& gtid);
  // Whether all of `other` is in this one. In MariaDB's, a sequence stands for all before it.
  bool includes(const GtidSet& other) const;
  bool is_mysql() const { return !servers_.empty(); }
  bool empty() const { return domains_.empty() && servers_.empty(); }
  // As COM_BINLOG_DUMP_GTID wants it.
  std::string encoded() const;

  friend bool operator==(const GtidSet&, const GtidSet&) = default;

 private:
  struct Last {
    std::uint32_t server = 0;
    std::uint64_t sequence = 0;
    friend bool operator==(const Last&, const Last&) = default;
  };
  struct Interval {  // both ends are in it
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
  };
  using Uuid = std::array<std::uint8_t, 16>;
  Result<void> parse_mariadb(std::string_view part);
  Result<void> parse_mysql(std::string_view part);
  void add_interval(std::vector<Interval>& intervals, Interval added);

  std::map<std::uint32_t, Last> domains_;
  std::map<Uuid, std::vector<Interval>> servers_;  // in order, not touching each other
};

}  // namespace citybrain::capture
