// The readers' connections. See pool.h.
#include "pool.h"

#include <chrono>

namespace citybrain::sql {

Result<std::unique_ptr<Connection>> Pool::take() {
  std::unique_lock lock(mutex_);
  const bool free = freed_.wait_for(lock, std::chrono::milliseconds(wait_ms_max),
                                    [&] { return lent_ < readers_max; });
  if (!free) return unavailable("all connections of the store have been busy for 30 s");
  ++lent_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  lock.unlock();
  auto connection = connect_(Connection::Mode::read);
  if (!connection) give(nullptr);
  return connection;
}

void Pool::give(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (connection && connection->usable()) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

Result<void> Pool::read(const std::function<Result<void>(Session&)>& fn) {
  CB_TRY(auto connection, take());
  // However `fn` leaves, by return or exception, the connection goes back outside a transaction.
  struct Return {
    Pool& pool;
    std::unique_ptr<Connection>& connection;
    ~Return() {
      connection->rollback();
      pool.give(std::move(connection));
    }
  } const back{*this, connection};
  connection->reset_failure();
  Result<void> begun = connection->begin(Connection::Mode::read);
  if (!begun && !connection->usable()) {  // closed while idle: a fresh one, once
    CB_TRY(connection, connect_(Connection::Mode::read));
    begun = connection->begin(Connection::Mode::read);
  }
  CB_DO(begun);
  Result<void> done = fn(*connection);
  if (connection->failure()) return *connection->failure();
  if (!done) return done;
  return connection->commit();
}

}  // namespace citybrain::sql
