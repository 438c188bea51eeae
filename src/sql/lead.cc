// The lead as an advisory lock of one connection. See sql/lead.h.
#include "sql/lead.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "connection.h"
#include "sql/db.h"

namespace citybrain::sql {
namespace {

using namespace std::chrono_literals;
constexpr auto ask_every = 200ms;   // a waiting process asks for the lead
constexpr auto look_every = 500ms;  // a leading one looks whether it still has it

// The lock's number is that of the table, so that every schema of a database has its own.
constexpr const char* try_lock =
    "SELECT CASE WHEN pg_try_advisory_lock('sql_lead'::regclass::oid::bigint) THEN 1 ELSE 0 END";

class PgLead final : public Lead {
 public:
  PgLead(std::unique_ptr<Connection> connection, std::int64_t token)
      : connection_(std::move(connection)), token_(token) {}
  ~PgLead() override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  std::int64_t token() const override { return token_; }
  void watch(std::function<void()> lost) override {
    thread_ = std::jthread([this, lost = std::move(lost)](const std::stop_token& stop) {
      std::mutex mutex;
      std::condition_variable_any wake;
      while (!stop.stop_requested()) {
        if (!connection_->query("SELECT 1", {})) {
          lost();
          return;
        }
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, look_every, [] { return false; });
      }
    });
  }

 private:
  std::unique_ptr<Connection> connection_;
  const std::int64_t token_;
  std::jthread thread_;
};

// A connection on which a peer that has gone silent is noticed by either side.
Result<std::unique_ptr<Connection>> connect(const std::string& conninfo) {
  const std::string wait = std::to_string(Lead::lost_after_s * 1000);
  CB_TRY(auto connection,
         connect_postgres(conninfo + " connect_timeout=" + std::to_string(Lead::lost_after_s) +
                          " keepalives_idle=1 keepalives_interval=1 keepalives_count=3 "
                          "tcp_user_timeout=" +
                          wait));
  CB_DO(
      connection->script("SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; "
                         "SET tcp_keepalives_count = 3; SET tcp_user_timeout = " +
                         wait));
  return connection;
}

// Raises the token. Waits for writes that are under way under the old one; those that begin later
// see the new one.
Result<std::int64_t> next_token(Connection& connection) {
  CB_DO(connection.script("BEGIN; LOCK TABLE sql_lead IN EXCLUSIVE MODE"));
  CB_TRY(
      const Rows rows,
      connection.query("UPDATE sql_lead SET token = token + 1 WHERE id = 1 RETURNING token", {}));
  CB_DO(connection.script("COMMIT"));
  return rows.at(0).integer(0);
}

// Null where another process has it.
Result<std::unique_ptr<Lead>> attempt(const std::string& url) {
  constexpr std::string_view scheme = "postgres:";
  if (!url.starts_with(scheme)) {
    return invalid(
        "only a PostgreSQL store has several processes; write --store postgres:CONNINFO");
  }
  CB_TRY(const auto migrated, Db::open(url));
  CB_TRY(auto connection, connect(url.substr(scheme.size())));
  CB_TRY(const Rows rows, connection->query(try_lock, {}));
  if (rows.at(0).integer(0) == 0) return std::unique_ptr<Lead>();
  CB_TRY(const std::int64_t token, next_token(*connection));
  return std::unique_ptr<Lead>(std::make_unique<PgLead>(std::move(connection), token));
}

}  // namespace

Result<std::unique_ptr<Lead>> Lead::wait(const std::string& url, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    auto lead = attempt(url);
    if (!lead && lead.error().code != Code::unavailable) return lead;
    if (lead && *lead) return lead;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, ask_every, [] { return false; });
  }
  return std::unique_ptr<Lead>();
}

Result<std::unique_ptr<Lead>> Lead::take(const std::string& url) {
  CB_TRY(auto lead, attempt(url));
  if (!lead) {
    return conflict(
        "another process serves the city of this store; stop it, or wait for it with --standby");
  }
  return lead;
}

}  // namespace citybrain::sql
