// Db: the transactional store behind every room, SQLite embedded or PostgreSQL. SQL is written as
// SQL beside the code that uses it, portable over both: placeholders $1 $2 …; types BIGINT, TEXT,
// BYTEA; INSERT … ON CONFLICT (…) DO UPDATE … RETURNING works on both.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "sql/value.h"

namespace citybrain::sql {

enum class Engine : std::uint8_t { sqlite, postgres };

using EachRow = std::function<Result<void>(const Row&)>;

// Statements that only read, inside one consistent snapshot. Lent to a closure for its run; one
// thread. Statements are prepared once a connection and kept. Errors: conflict (unique or foreign
// key), invalid (a value or a syntax the engine refuses), unavailable (busy, no connection),
// exhausted (disk full), corrupt; the message never holds a parameter's value.
class Session {
 public:
  virtual ~Session() = default;
  // The whole answer, also of INSERT … RETURNING. For what may be large use each().
  virtual Result<Rows> query(std::string_view sql, const Params& params = {}) = 0;
  // The only row, or none; more than one is an internal error.
  Result<std::optional<Row>> query_one(std::string_view sql, const Params& params = {});
  // A SELECT row by row, without holding them all; an Error from `fn` stops and is returned. Other
  // statements may run meanwhile.
  virtual Result<void> each(std::string_view sql, const Params& params, const EachRow& fn) = 0;
  virtual Engine engine() const = 0;
};

// Binds the values of one row of exec_rows, in order from $1. Views must live until exec_rows
// returns.
class Binder {
 public:
  virtual ~Binder() = default;
  virtual void null() = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void text(std::string_view value) = 0;
  virtual void blob(std::string_view value) = 0;
};

using BindRow = std::function<void(std::size_t row, Binder&)>;

// A write in progress. After a statement has failed every further one fails with the same error,
// and the closure is rolled back even if it returns a value: PostgreSQL allows nothing else, so
// neither store does.
class Tx : public Session {
 public:
  // Rows affected.
  virtual Result<std::int64_t> exec(std::string_view sql, const Params& params = {}) = 0;
  // The same statement for many rows: one prepared statement on SQLite, a pipeline on PostgreSQL.
  // Returns rows affected in all; the first failure ends it.
  Result<std::int64_t> exec_many(std::string_view sql, const std::vector<Params>& rows);
  // As exec_many, but the caller binds each row without copying it first.
  virtual Result<std::int64_t> exec_rows(std::string_view sql, std::size_t rows,
                                         const BindRow& bind) = 0;
  // Several statements without parameters, separated by ';': for migrations.
  virtual Result<void> script(std::string_view sql) = 0;
};

// One store. Thread-safe; owned by whoever opened it and outlives all users. Always holds: what a
// successful write() wrote survives kill -9 and power loss (SQLite WAL with synchronous=FULL,
// PostgreSQL synchronous_commit=on); readers never wait for writers.
class Db {
 public:
  // "sqlite:/path/city.db" (made if absent) or "postgres:CONNINFO" (libpq's keyword=value form).
  // Migrates sql's own tables. With the token of a Lead, writes are refused (unavailable) once
  // another process leads.
  static Result<std::unique_ptr<Db>> open(const std::string& url, std::int64_t lead_token = 0);
  virtual ~Db() = default;

  // Runs `fn(Session&) -> Result<T>` over one consistent snapshot.
  template <class Fn>
  auto read(Fn&& fn) -> std::invoke_result_t<Fn&, Session&> {
    return capture<Session>(fn, [this](const auto& run) { return read_any(run); });
  }

  // Runs `fn(Tx&) -> Result<T>` and returns after its durable commit. Writes are taken one at a
  // time in order of arrival; those that wait share one commit, each in its own savepoint, so an
  // Error undoes that closure alone. The closure may run more than once, and on another caller's
  // thread: no side effects outside tx. Never call write() inside a closure (stops the process).
  template <class Fn>
  auto write(Fn&& fn) -> std::invoke_result_t<Fn&, Tx&> {
    return capture<Tx>(fn, [this](const auto& run) { return write_any(run); });
  }

  virtual Engine engine() const = 0;
  // Copies the store to a new file while it serves (SQLite). PostgreSQL: invalid, use pg_dump.
  virtual Result<void> backup(const std::string& path) = 0;

 protected:
  using ReadFn = std::function<Result<void>(Session&)>;
  using WriteFn = std::function<Result<void>(Tx&)>;
  virtual Result<void> read_any(const ReadFn& fn) = 0;
  virtual Result<void> write_any(const WriteFn& fn) = 0;

 private:
  template <class S, class Fn, class Run>
  static auto capture(Fn& fn, const Run& run) -> std::invoke_result_t<Fn&, S&> {
    using R = std::invoke_result_t<Fn&, S&>;
    if constexpr (std::is_void_v<typename R::value_type>) {
      return run(std::function<Result<void>(S&)>([&](S& s) -> Result<void> { return fn(s); }));
    } else {
      std::optional<typename R::value_type> value;
      Result<void> done = run(std::function<Result<void>(S&)>([&](S& s) -> Result<void> {
        R result = fn(s);
        if (!result) return std::move(result).error();
        value.emplace(std::move(result).value());
        return ok();
      }));
      if (!done) return std::move(done).error();
      return std::move(*value);
    }
  }
};

}  // namespace citybrain::sql
