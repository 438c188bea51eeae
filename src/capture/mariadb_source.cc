// The source "mariadb": what the server must be like, and the parts that read it.
#include "mariadb_source.h"

#include <algorithm>

#include "base/text.h"
#include "mariadb_link.h"
#include "mariadb_position.h"
#include "mariadb_schema.h"
#include "mariadb_snapshot.h"
#include "mariadb_stream.h"

namespace citybrain::capture {
namespace {

using Weight = Finding::Weight;

// A variable of the server; "" where it has none of that name.
Result<std::string> variable(const MariadbLink& link, const std::string& name) {
  CB_TRY(const auto rows, link.rows("SHOW GLOBAL VARIABLES LIKE '" + name + "'"));
  return rows.empty() ? std::string() : rows[0][1].value_or("");
}

struct Wanted {
  const char* name;
  const char* value;
  Weight weight;  // where it is otherwise
  const char* remedy;
};
constexpr Wanted wanted[] = {
    {"log_bin", "ON", Weight::obstacle, "set log_bin and server_id and restart the server"},
    {"binlog_format", "ROW", Weight::obstacle,
     "SET GLOBAL binlog_format = ROW, and reconnect the applications"},
    {"binlog_row_image", "FULL", Weight::warning,
     "SET GLOBAL binlog_row_image = FULL, or columns with computed defaults cannot be told"},
    {"binlog_row_metadata", "FULL", Weight::warning,
     "SET GLOBAL binlog_row_metadata = FULL, or each ALTER TABLE asks for a new snapshot"},
};
constexpr Wanted wanted_of_mysql[] = {
    {"gtid_mode", "ON", Weight::obstacle, "set gtid_mode = ON and enforce_gtid_consistency = ON"},
    {"binlog_transaction_compression", "OFF", Weight::obstacle,
     "SET GLOBAL binlog_transaction_compression = OFF"},
    {"binlog_row_value_options", "", Weight::obstacle, "SET GLOBAL binlog_row_value_options = ''"},
};

Result<void> check(const MariadbLink& link, const Wanted& want, About& about) {
  CB_TRY(const std::string value, variable(link, want.name));
  if (value.empty() && std::string_view(want.value) == "OFF")
    return ok();  // older than the setting
  const std::string what = std::string(want.name) + " is " + (value.empty() ? "not there" : value);
  const bool good = value == want.value;
  about.findings.push_back({good ? Weight::good : want.weight, what, good ? "" : want.remedy});
  return ok();
}

// What the account may: as GRANTs say it, for nothing is tried.
Result<void> check_rights(const MariadbLink& link, About& about) {
  CB_TRY(const auto rows, link.rows("SHOW GRANTS"));
  std::string all;
  for (const MariadbLink::Row& row : rows) all += row[0].value_or("") + "\n";
  const auto has = [&](std::string_view right) {
    return all.find(right) != std::string::npos ||
           all.find("ALL PRIVILEGES ON *.*") != std::string::npos;
  };
  const std::string user = link.value("SELECT CURRENT_USER()").value_or("the account");
  if (!has("REPLICATION SLAVE") && !has("REPLICATION REPLICA")) {
    about.findings.push_back({Weight::obstacle, user + " lacks REPLICATION SLAVE",
                              "GRANT REPLICATION SLAVE ON *.* TO " + user});
  }
  if (!has("BINLOG MONITOR") && !has("REPLICATION CLIENT")) {
    about.findings.push_back({Weight::obstacle, user + " lacks BINLOG MONITOR",
                              "GRANT BINLOG MONITOR ON *.* TO " + user +
                                  " (before MariaDB 10.5, and MySQL: REPLICATION CLIENT)"});
  }
  return ok();
}

// How long the binlog is kept: whoever is away for longer needs a new snapshot.
Result<void> check_keeping(const MariadbLink& link, About& about) {
  constexpr double day = 86'400;
  CB_TRY(std::string seconds, variable(link, "binlog_expire_logs_seconds"));
  CB_TRY(const std::string days, variable(link, "expire_logs_days"));
  const double kept =
      std::max(std::strtod(seconds.c_str(), nullptr), std::strtod(days.c_str(), nullptr) * day);
  if (kept > 0 && kept < day) {
    about.findings.push_back(
        {Weight::warning,
         "the binlog is kept for " + std::to_string(static_cast<int>(kept / 60)) + " minutes",
         "SET GLOBAL binlog_expire_logs_seconds = 604800, or a pause longer than that costs a new "
         "snapshot"});
  }
  return ok();
}

class MariadbSource : public Source {
 public:
  explicit MariadbSource(Settings settings) : settings_(std::move(settings)) {}

  Result<About> look() override {
    CB_TRY(const MariadbLink link, MariadbLink::open(settings_));
    About about;
    about.product = (link.is_mariadb() ? "MariaDB " : "MySQL ") + link.server_version();
    about.database = link.value("SELECT DATABASE()").value_or("");
    for (const Wanted& want : wanted) CB_DO(check(link, want, about));
    if (!link.is_mariadb()) {
      for (const Wanted& want : wanted_of_mysql) CB_DO(check(link, want, about));
    }
    CB_DO(check_rights(link, about));
    CB_DO(check_keeping(link, about));
    return about;
  }

  Result<std::vector<ForeignTable>> tables() override {
    CB_TRY(const MariadbLink link, MariadbLink::open(settings_));
    CB_TRY(std::vector<DescribedTable> described, describe_tables(link, settings_.tables));
    CB_TRY(const MariadbAddress address, parse_mariadb_address(settings_.address));
    std::vector<ForeignTable> out;
    for (DescribedTable& one : described) {
      const bool elsewhere = settings_.tables.empty() && !address.database.empty() &&
                             one.table.schema != address.database;
      if (!elsewhere) out.push_back(std::move(one.table));
    }
    return out;
  }

  // Nothing is made over there, so each look is exact.
  Result<std::unique_ptr<Snapshot>> begin() override {
    CB_TRY(const About about, look());
    for (const Finding& finding : about.findings) {
      if (finding.weight == Weight::obstacle) return invalid(finding.what + "; " + finding.remedy);
    }
    return MariadbSnapshot::open(settings_);
  }
  Result<std::unique_ptr<Snapshot>> look_again() override {
    return MariadbSnapshot::open(settings_);
  }
  Result<std::unique_ptr<Snapshot>> look_exactly(std::chrono::milliseconds) override {
    return MariadbSnapshot::open(settings_);
  }
  Result<std::unique_ptr<Stream>> stream(const std::string& position) override {
    return MariadbStream::open(settings_, position);
  }

  Result<Lag> lag(const std::string& position) override;

  bool reached(std::string_view position, std::string_view goal) const override {
    const auto here = MariadbPosition::parse(position);
    const auto there = MariadbPosition::parse(goal);
    return here && there && here->gtids.includes(there->gtids);
  }
  Result<void> forget() override { return ok(); }

 private:
  const Settings settings_;
};

Result<Lag> MariadbSource::lag(const std::string& position) {
  CB_TRY(const MariadbPosition here, MariadbPosition::parse(position));
  CB_TRY(const MariadbLink link, MariadbLink::open(settings_));
  MariadbPosition head;
  CB_TRY(const std::string gtids, link.value(link.is_mariadb() ? "SELECT @@GLOBAL.gtid_binlog_pos"
                                                               : "SELECT @@GLOBAL.gtid_executed"));
  CB_TRY(head.gtids, GtidSet::parse(gtids));
  CB_TRY(const auto logs, link.rows("SHOW BINARY LOGS"));
  Lag lag;
  bool found = false;
  std::int64_t behind = 0;
  for (const MariadbLink::Row& log : logs) {
    head.file = log[0].value_or("");
    head.at = static_cast<std::uint64_t>(parse_int(log[1].value_or("")).value_or(0));
    if (head.file == here.file) {
      found = true;
      behind = -static_cast<std::int64_t>(here.at);
    }
    behind += static_cast<std::int64_t>(head.at);
  }
  lag.position = head.text();
  if (here.gtids.includes(head.gtids)) {
    lag.bytes = 0;
    return lag;
  }
  if (found) lag.bytes = std::max<std::int64_t>(behind, 0);
  // What is purged next is the oldest file that is not being written.
  CB_TRY(const std::string seconds, variable(link, "binlog_expire_logs_seconds"));
  CB_TRY(const std::string days, variable(link, "expire_logs_days"));
  const bool purges =
      std::strtod(seconds.c_str(), nullptr) + std::strtod(days.c_str(), nullptr) > 0;
  if (!found && !here.file.empty()) {
    lag.in_danger = true;
    lag.danger = "the server has no " + here.file + " any more: changes are lost to us; resync";
  } else if (purges && logs.size() > 1 && logs.front()[0] == here.file) {
    lag.in_danger = true;
    lag.danger = "we still read " + here.file +
                 ", which the server drops next; raise binlog_expire_logs_seconds until we have "
                 "caught up";
  }
  return lag;
}

}  // namespace

Result<std::unique_ptr<Source>> open_mariadb(Settings settings) {
  CB_DO(parse_mariadb_address(settings.address));
  return std::unique_ptr<Source>(std::make_unique<MariadbSource>(std::move(settings)));
}

}  // namespace citybrain::capture
