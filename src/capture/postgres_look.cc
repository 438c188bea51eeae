// See postgres_look.h.
#include "postgres_look.h"

#include "base/text.h"
#include "postgres_tables.h"

namespace citybrain::capture {
namespace {

using Weight = Finding::Weight;

std::int64_t number(std::string_view text) { return parse_int(text).value_or(0); }

// What the server must be set to.
void judge_settings(const PgAnswer& answer, std::vector<Finding>& out) {
  const std::string level(pg_text(answer, 0, 2));
  if (level == "logical") {
    out.push_back({Weight::good, "wal_level is logical", ""});
  } else {
    out.push_back({Weight::obstacle, "wal_level is " + level,
                   "ALTER SYSTEM SET wal_level = logical, and restart the server"});
  }
  if (pg_text(answer, 0, 3) != "t") {
    out.push_back({Weight::obstacle, "the account may not replicate",
                   "ALTER ROLE " + pg_name(pg_text(answer, 0, 4)) + " REPLICATION"});
  }
  const std::int64_t slots = number(pg_text(answer, 0, 5)) - number(pg_text(answer, 0, 6));
  const std::int64_t senders = number(pg_text(answer, 0, 7)) - number(pg_text(answer, 0, 8));
  if (slots < 1) {
    out.push_back({Weight::obstacle, "no replication slot is free",
                   "raise max_replication_slots and restart, or drop a slot nobody uses"});
  } else if (slots < 2) {
    out.push_back({Weight::warning, "one replication slot is free; comparing needs a second",
                   "raise max_replication_slots"});
  }
  if (senders < 1) {
    out.push_back({Weight::obstacle, "no WAL sender is free", "raise max_wal_senders"});
  }
  if (pg_text(answer, 0, 9) == "-1") {
    out.push_back({Weight::warning,
                   "max_slot_wal_keep_size is not set: should this city stop for long, the log it"
                   " has not read fills the server's disk",
                   "set max_slot_wal_keep_size, such as 100GB, and watch the lag here"});
  }
  if (pg_text(answer, 0, 10) != "UTF8") {
    out.push_back({Weight::warning,
                   "the database's encoding is " + std::string(pg_text(answer, 0, 10)),
                   "text that has no UTF-8 form goes to quarantine"});
  }
  if (pg_text(answer, 0, 11) == "t") {
    out.push_back({Weight::obstacle,
                   "the server is a standby, which decodes no changes before"
                   " version 16",
                   "name the primary server"});
  }
}

}  // namespace

Result<About> pg_look(const PgLink& link, const std::string& slot,
                      const std::vector<std::string>& tables) {
  CB_TRY(const PgAnswer answer,
         link.run("SELECT current_setting('server_version'), current_database(),"
                  " current_setting('wal_level'),"
                  " (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),"
                  " current_user, current_setting('max_replication_slots'),"
                  " (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1),"
                  " current_setting('max_wal_senders'), (SELECT count(*) FROM pg_stat_replication),"
                  " coalesce(current_setting('max_slot_wal_keep_size', true), '-1'),"
                  " (SELECT pg_encoding_to_char(encoding) FROM pg_database"
                  "   WHERE datname = current_database()), pg_is_in_recovery()",
                  {slot}));
  About about;
  about.product = "PostgreSQL " + std::string(pg_text(answer, 0, 0));
  about.database = pg_text(answer, 0, 1);
  constexpr int version_min = 130'000;  // publish_via_partition_root
  if (PQserverVersion(link.get()) < version_min) {
    about.findings.push_back({Weight::obstacle, about.product + " is older than 13",
                              "capture it by ODBC and a watermark, or bring it up to date"});
  }
  judge_settings(answer, about.findings);
  if (!tables.empty()) {
    CB_TRY(const auto found, pg_tables(link, tables));
    for (const ForeignTable& table : found) {
      if (table.obstacle.empty()) continue;
      about.findings.push_back(
          {Weight::obstacle, table.full_name() + " cannot be captured", table.obstacle});
    }
  }
  return about;
}

Result<void> pg_check_slot(const PgLink& link, const std::string& slot, std::uint64_t lsn) {
  CB_TRY(
      const PgAnswer answer,
      link.run("SELECT active_pid, wal_status, confirmed_flush_lsn, database = current_database()"
               " FROM pg_replication_slots WHERE slot_name = $1",
               {slot}));
  if (PQntuples(answer.get()) == 0) {
    return conflict("the slot '" + slot +
                    "' is gone over there, and with it the changes since; "
                    "resync the source");
  }
  if (pg_text(answer, 0, 3) != "t") {
    return invalid("the slot '" + slot + "' belongs to another database; resync the source");
  }
  if (pg_text(answer, 0, 1) == "lost") {
    return conflict("the slot '" + slot +
                    "' fell behind max_slot_wal_keep_size and the log it"
                    " needed is gone; raise that bound and resync the source");
  }
  CB_TRY(const std::uint64_t confirmed, lsn_from_pg(pg_text(answer, 0, 2)));
  if (confirmed > lsn) {
    return conflict("the slot '" + slot + "' was confirmed up to " + lsn_to_pg(confirmed) +
                    ", beyond our " + lsn_to_pg(lsn) +
                    ": another reader used it, or this city was"
                    " restored from a backup; resync the source");
  }
  if (!pg_null(answer, 0, 0)) {
    return unavailable("process " + std::string(pg_text(answer, 0, 0)) +
                       " over there reads slot '" + slot +
                       "'; it may be our own connection of before");
  }
  return ok();
}

Result<Lag> pg_lag(const PgLink& link, const std::string& slot, const std::string& position) {
  std::uint64_t lsn = 0;
  if (!position.empty()) {
    CB_TRY(lsn, lsn_from_text(position));
  }
  CB_TRY(const PgAnswer answer,
         link.run("SELECT pg_current_wal_lsn(), pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn),"
                  " s.wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::bigint,"
                  " pg_size_bytes(current_setting('max_slot_wal_keep_size'))"
                  " FROM (SELECT 1) one LEFT JOIN pg_replication_slots s ON s.slot_name = $2",
                  {lsn_to_pg(lsn), slot}));
  Lag lag;
  CB_TRY(const std::uint64_t now, lsn_from_pg(pg_text(answer, 0, 0)));
  lag.position = lsn_text(now);
  if (lsn > 0) lag.bytes = std::max<std::int64_t>(0, number(pg_text(answer, 0, 1)));
  const std::int64_t kept = number(pg_text(answer, 0, 3));
  const std::int64_t bound = number(pg_text(answer, 0, 4));
  if (bound > 0) lag.bytes_max = bound;
  const std::string_view state = pg_text(answer, 0, 2);
  if (state == "lost") {
    lag.in_danger = true;
    lag.danger = "the slot has lost its log; resync the source";
  } else if (state == "unreserved" || (bound > 0 && kept > bound / 2)) {
    lag.in_danger = true;
    lag.danger = "the server keeps " + std::to_string(kept >> 20) +
                 " MB of log for us, its bound is " + std::to_string(bound >> 20) +
                 " MB; beyond it the slot is lost: see what holds the source up, or raise"
                 " max_slot_wal_keep_size";
  }
  return lag;
}

}  // namespace citybrain::capture
