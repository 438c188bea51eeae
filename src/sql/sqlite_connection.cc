// SQLite: WAL, synchronous=FULL, a cache of prepared statements. One thread at a time.
#include <sqlite3.h>

#include <cstdio>
#include <unordered_map>

#include "base/text.h"
#include "connection.h"

namespace citybrain::sql {
namespace {

constexpr std::size_t statements_max = 256;  // prepared and kept
constexpr int busy_ms_max = 10'000;          // waiting for another process

// SQLite's messages name tables and columns, never values, so they may be shown.
Error sqlite_error(sqlite3* db, int rc, std::string_view sql) {
  const std::string text = std::string(sqlite3_errmsg(db)) + " in: " + shown(sql);
  switch (rc & 0xff) {
    case SQLITE_CONSTRAINT: {
      const int extended = sqlite3_extended_errcode(db);
      if (extended == SQLITE_CONSTRAINT_NOTNULL || extended == SQLITE_CONSTRAINT_CHECK) {
        return invalid(text);
      }
      return conflict(text);
    }
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_INTERRUPT: return unavailable(text);
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return exhausted(text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return corrupt(text);
    case SQLITE_MISMATCH: return invalid(text);
    default: return internal(text);
  }
}

struct Statement {
  sqlite3_stmt* stmt = nullptr;
  std::vector<int> slots;  // of $1, $2 …: SQLite numbers them by first appearance
  bool busy = false;

  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(stmt); }
};

// Binds without copying; values live until the statement is reset.
class SqliteBinder final : public Binder {
 public:
  explicit SqliteBinder(Statement& statement) : statement_(statement) {}
  void null() override {
    if (const int at = next()) sqlite3_bind_null(statement_.stmt, at);
  }
  void integer(std::int64_t value) override {
    if (const int at = next()) sqlite3_bind_int64(statement_.stmt, at, value);
  }
  void text(std::string_view value) override {
    if (const int at = next()) {
      sqlite3_bind_text64(statement_.stmt, at, value.empty() ? "" : value.data(), value.size(),
                          SQLITE_STATIC, SQLITE_UTF8);
    }
  }
  void blob(std::string_view value) override {
    if (const int at = next()) {
      sqlite3_bind_blob64(statement_.stmt, at, value.empty() ? "" : value.data(), value.size(),
                          SQLITE_STATIC);
    }
  }
  std::size_t bound() const { return bound_; }
  void restart() { bound_ = 0; }

 private:
  int next() {
    const std::size_t at = bound_++;
    return at < statement_.slots.size() ? statement_.slots[at] : 0;
  }
  Statement& statement_;
  std::size_t bound_ = 0;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(sqlite3* db) : db_(db) {}
  ~SqliteConnection() override {
    statements_.clear();
    sqlite3_close(db_);
  }

  Engine engine() const override { return Engine::sqlite; }
  Result<Rows> query(std::string_view sql, const Params& params) override;
  Result<void> each(std::string_view sql, const Params& params, const EachRow& fn) override;
  Result<std::int64_t> exec(std::string_view sql, const Params& params) override;
  Result<std::int64_t> exec_rows(std::string_view sql, std::size_t rows,
                                 const BindRow& bind) override;
  Result<void> script(std::string_view sql) override;

  Result<void> begin(Mode mode) override {
    return simple(mode == Mode::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  Result<void> commit() override { return simple("COMMIT"); }
  void rollback() override {
    reset_failure();
    if (in_transaction()) (void)simple("ROLLBACK");
    reset_failure();
  }
  Result<void> savepoint() override { return simple("SAVEPOINT job"); }
  Result<void> release() override { return simple("RELEASE job"); }
  Result<void> rollback_to() override {
    reset_failure();
    CB_DO(simple("ROLLBACK TO job"));
    return simple("RELEASE job");
  }
  bool in_transaction() override { return sqlite3_get_autocommit(db_) == 0; }
  bool usable() override { return true; }
  Result<void> backup(const std::string& path) override;

 private:
  // A prepared statement lent for one run; reset when the run ends.
  struct Lease {
    Statement* statement = nullptr;
    std::unique_ptr<Statement> own;  // where the kept one is busy further up the stack
    Lease() = default;
    Lease(Lease&& other) noexcept
        : statement(std::exchange(other.statement, nullptr)), own(std::move(other.own)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (!statement) return;
      sqlite3_reset(statement->stmt);
      statement->busy = false;
    }
  };

  Result<void> simple(std::string_view sql) {
    CB_DO(exec(sql, {}));
    return ok();
  }
  Result<std::unique_ptr<Statement>> prepare(std::string_view sql);
  Result<Lease> lease(std::string_view sql);
  Result<Lease> lease_bound(std::string_view sql, const Params& params);
  Result<void> check_bound(std::size_t bound, const Statement& statement, std::string_view sql);

  sqlite3* db_;
  std::unordered_map<std::string, std::unique_ptr<Statement>, TextHash, std::equal_to<>>
      statements_;
};

Result<std::unique_ptr<Statement>> SqliteConnection::prepare(std::string_view sql) {
  auto statement = std::make_unique<Statement>();
  const int rc = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement->stmt, nullptr);
  if (rc != SQLITE_OK) return sqlite_error(db_, rc, sql);
  if (!statement->stmt) return internal("an empty statement");
  const int count = sqlite3_bind_parameter_count(statement->stmt);
  statement->slots.resize(static_cast<std::size_t>(count));
  for (int at = 1; at <= count; ++at) {
    const char* name = sqlite3_bind_parameter_name(statement->stmt, at);
    const auto number = name ? parse_int(std::string_view(name).substr(1)) : std::nullopt;
    if (!number || name[0] != '$' || *number < 1 || *number > count) {
      return internal("placeholders are $1, $2 … without gaps in: " + shown(sql));
    }
    statement->slots[static_cast<std::size_t>(*number - 1)] = at;
  }
  return statement;
}

Result<SqliteConnection::Lease> SqliteConnection::lease(std::string_view sql) {
  if (failure()) return *failure();
  Lease lease;
  auto found = statements_.find(sql);
  if (found != statements_.end() && !found->second->busy) {
    lease.statement = found->second.get();
  } else {
    auto prepared = prepare(sql);
    if (!prepared) return fail(std::move(prepared).error());
    lease.statement = prepared.value().get();
    if (found != statements_.end()) {
      lease.own = std::move(prepared).value();
    } else {
      if (statements_.size() >= statements_max) {
        std::erase_if(statements_, [](const auto& entry) { return !entry.second->busy; });
      }
      statements_.emplace(sql, std::move(prepared).value());
    }
  }
  lease.statement->busy = true;
  return lease;
}

Result<void> SqliteConnection::check_bound(std::size_t bound, const Statement& statement,
                                           std::string_view sql) {
  if (bound == statement.slots.size()) return ok();
  return fail(internal("the statement takes " + std::to_string(statement.slots.size()) +
                       " parameters and got " + std::to_string(bound) + ": " + shown(sql)));
}

Result<SqliteConnection::Lease> SqliteConnection::lease_bound(std::string_view sql,
                                                              const Params& params) {
  CB_TRY(Lease lease, this->lease(sql));
  SqliteBinder binder(*lease.statement);
  bind_all(params, binder);
  CB_DO(check_bound(binder.bound(), *lease.statement, sql));
  return lease;
}

void read_row(sqlite3_stmt* stmt, Row& row) {
  const int columns = sqlite3_column_count(stmt);
  auto& values = row.values();
  values.resize(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) {
    auto& value = values[static_cast<std::size_t>(i)];
    switch (sqlite3_column_type(stmt, i)) {
      case SQLITE_NULL: value = std::monostate(); break;
      case SQLITE_INTEGER: value = static_cast<std::int64_t>(sqlite3_column_int64(stmt, i)); break;
      default: {  // text, bytes; a fraction as its text
        const bool bytes = sqlite3_column_type(stmt, i) == SQLITE_BLOB;
        const void* data = bytes ? sqlite3_column_blob(stmt, i) : sqlite3_column_text(stmt, i);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(stmt, i));
        value = data ? std::string(static_cast<const char*>(data), size) : std::string();
      }
    }
  }
}

Result<void> SqliteConnection::each(std::string_view sql, const Params& params, const EachRow& fn) {
  CB_TRY(const Lease lease, lease_bound(sql, params));
  Row row;
  int rc = SQLITE_OK;
  while ((rc = sqlite3_step(lease.statement->stmt)) == SQLITE_ROW) {
    read_row(lease.statement->stmt, row);
    CB_DO(fn(row));
  }
  if (rc != SQLITE_DONE) return fail(sqlite_error(db_, rc, sql));
  return ok();
}

Result<Rows> SqliteConnection::query(std::string_view sql, const Params& params) {
  CB_TRY(const Lease lease, lease_bound(sql, params));
  Rows rows;
  int rc = SQLITE_OK;
  while ((rc = sqlite3_step(lease.statement->stmt)) == SQLITE_ROW) {
    read_row(lease.statement->stmt, rows.emplace_back());
  }
  if (rc != SQLITE_DONE) return fail(sqlite_error(db_, rc, sql));
  return rows;
}

Result<std::int64_t> SqliteConnection::exec(std::string_view sql, const Params& params) {
  CB_TRY(const Lease lease, lease_bound(sql, params));
  const std::int64_t before = sqlite3_total_changes64(db_);
  int rc = SQLITE_OK;
  while ((rc = sqlite3_step(lease.statement->stmt)) == SQLITE_ROW) {
  }
  if (rc != SQLITE_DONE) return fail(sqlite_error(db_, rc, sql));
  return sqlite3_total_changes64(db_) - before;
}

Result<std::int64_t> SqliteConnection::exec_rows(std::string_view sql, std::size_t rows,
                                                 const BindRow& bind) {
  if (rows == 0) return std::int64_t{0};
  CB_TRY(const Lease lease, this->lease(sql));
  sqlite3_stmt* stmt = lease.statement->stmt;
  SqliteBinder binder(*lease.statement);
  const std::int64_t before = sqlite3_total_changes64(db_);
  for (std::size_t row = 0; row < rows; ++row) {
    binder.restart();
    bind(row, binder);
    CB_DO(check_bound(binder.bound(), *lease.statement, sql));
    int rc = SQLITE_OK;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    }
    if (rc != SQLITE_DONE) return fail(sqlite_error(db_, rc, sql));
    sqlite3_reset(stmt);
  }
  return sqlite3_total_changes64(db_) - before;
}

Result<void> SqliteConnection::script(std::string_view sql) {
  if (failure()) return *failure();
  const std::string text(sql);
  const int rc = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(sqlite_error(db_, rc, sql));
  return ok();
}

Result<void> SqliteConnection::backup(const std::string& path) {
  const std::string half = path + ".part";
  std::remove(half.c_str());
  sqlite3* to = nullptr;
  int rc = sqlite3_open_v2(half.c_str(), &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (rc == SQLITE_OK) {
    if (sqlite3_backup* copy = sqlite3_backup_init(to, "main", db_, "main")) {
      // All in one step: a read transaction of its own, while the writer goes on in the WAL.
      sqlite3_backup_step(copy, -1);
      rc = sqlite3_backup_finish(copy);
    } else {
      rc = sqlite3_errcode(to);
    }
  }
  const Error error = sqlite_error(to, rc, "backup");
  sqlite3_close(to);
  if (rc != SQLITE_OK) return error;
  if (std::rename(half.c_str(), path.c_str()) != 0) {
    return unavailable("cannot rename the backup to " + path);
  }
  return ok();
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, Connection::Mode mode) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int rc = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  if (rc != SQLITE_OK) {
    const Error error = sqlite_error(db, rc, "open " + path);
    sqlite3_close(db);
    return error;
  }
  auto connection = std::make_unique<SqliteConnection>(db);
  sqlite3_busy_timeout(db, busy_ms_max);
  CB_DO(
      connection->script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"));
  CB_DO(connection->script(mode == Connection::Mode::write
                               ? "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8000;"
                               : "PRAGMA cache_size=-8192; PRAGMA query_only=ON;"));
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace citybrain::sql
