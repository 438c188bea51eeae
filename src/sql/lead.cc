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
Result<std::int64_t> next_token(Connection& connection, const std::string& address) {
  CB_DO(connection.script("BEGIN; LOCK TABLE sql_lead IN EXCLUSIVE MODE"));
  CB_TRY(const Rows rows, connection.query("UPDATE sql_lead SET token = token + 1, address = $1 "
                                           "WHERE id = 1 RETURNING token",
                                           {address}));
  CB_DO(connection.script("COMMIT"));
  return rows.at(0).integer(0);
}

// A connection to the store of `url`, its tables migrated.
Result<std::unique_ptr<Connection>> reach(const std::string& url) {
  constexpr std::string_view scheme = "postgres:";
  if (!url.starts_with(scheme)) {
    return invalid(
        "only a PostgreSQL store has several processes; write --store postgres:CONNINFO");
  }
  CB_TRY(const auto migrated, Db::open(url));
  return connect(url.substr(scheme.size()));
}

// Takes over `connection` where it gets the lead; null where another process has it.
Result<std::unique_ptr<Lead>> attempt(std::unique_ptr<Connection>& connection,
                                      const std::string& address) {
  CB_TRY(const Rows rows, connection->query(try_lock, {}));
  if (rows.at(0).integer(0) == 0) return std::unique_ptr<Lead>();
  CB_TRY(const std::int64_t token, next_token(*connection, address));
  return std::unique_ptr<Lead>(std::make_unique<PgLead>(std::move(connection), token));
}

// Returns whether to go on.
bool pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, ask_every, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

Result<std::unique_ptr<Lead>> Lead::wait(const std::string& url, const std::stop_token& stop,
                                         const std::string& address) {
  std::unique_ptr<Connection> connection;
  do {
    if (!connection) {
      auto reached = reach(url);
      if (!reached && reached.error().code != Code::unavailable) return reached.error();
      if (!reached) continue;
      connection = std::move(*reached);
    }
    auto lead = attempt(connection, address);
    if (lead && *lead) return lead;
    if (!lead && lead.error().code != Code::unavailable) return lead;
    if (!lead) connection.reset();
  } while (pause(stop));
  return std::unique_ptr<Lead>();
}

Result<std::unique_ptr<Lead>> Lead::take(const std::string& url, const std::string& address) {
  CB_TRY(auto connection, reach(url));
  CB_TRY(auto lead, attempt(connection, address));
  if (!lead) {
    return conflict(
        "another process serves the city of this store; stop it, or wait for it with --standby");
  }
  return lead;
}

void Lead::follow(const std::string& url, const std::stop_token& stop,
                  const std::function<void(const std::string& address)>& lead) {
  std::unique_ptr<Connection> connection;
  std::string known;
  do {
    if (!connection) {
      auto reached = reach(url);
      if (!reached) continue;
      connection = std::move(*reached);
    }
    const auto rows = connection->query("SELECT address FROM sql_lead WHERE id = 1", {});
    if (!rows) {
      connection.reset();
    } else if (const std::string address(rows->at(0).text(0)); address != known) {
      known = address;
      lead(known);
    }
  } while (pause(stop));
}

}  // namespace citybrain::sql
