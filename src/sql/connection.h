// Connection: one connection of either engine, as the writer and the reader pool see it.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "sql/db.h"

namespace citybrain::sql {

// Used by one thread at a time; owned by Writer or Pool. Always holds: after a statement failed,
// the session refuses all further ones until the transaction or savepoint is rolled back.
class Connection : public Tx {
 public:
  enum class Mode : std::uint8_t { read, write };

  virtual Result<void> begin(Mode mode) = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;
  virtual Result<void> savepoint() = 0;
  virtual Result<void> release() = 0;
  virtual Result<void> rollback_to() = 0;
  // False where the engine has ended the transaction itself (disk full, connection lost).
  virtual bool in_transaction() = 0;
  // False where the connection is lost for good and must be replaced.
  virtual bool usable() = 0;
  virtual Result<void> backup(const std::string& path) = 0;

  // The first failure of a statement since the last reset.
  const std::optional<Error>& failure() const { return failure_; }
  // True where that failure was a conflict with another transaction that trying again may win.
  bool retryable() const { return retryable_; }
  void reset_failure() {
    failure_.reset();
    retryable_ = false;
  }

 protected:
  Error fail(Error error, bool retryable = false) {
    if (!failure_) {
      failure_ = error;
      retryable_ = retryable;
    }
    return error;
  }

 private:
  std::optional<Error> failure_;
  bool retryable_ = false;
};

using Connect = std::function<Result<std::unique_ptr<Connection>>(Connection::Mode)>;

Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, Connection::Mode mode);
Result<std::unique_ptr<Connection>> connect_postgres(const std::string& conninfo,
                                                     std::int64_t lead_token = 0);

// A statement's beginning, for error messages: SQL holds no values, they are bound.
std::string shown(std::string_view sql);

// Calls `binder` for each parameter.
void bind_all(const Params& params, Binder& binder);

}  // namespace citybrain::sql
