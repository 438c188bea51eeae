// Pool: connections for readers, opened as they are needed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "connection.h"

namespace citybrain::sql {

// Thread-safe; owned by the store.
class Pool {
 public:
  static constexpr std::size_t readers_max = 24;
  static constexpr int wait_ms_max = 30'000;  // for a free connection

  explicit Pool(Connect connect) : connect_(std::move(connect)) {}
  // Runs `fn` in a read transaction, one snapshot from its first statement on.
  Result<void> read(const std::function<Result<void>(Session&)>& fn);

 private:
  Result<std::unique_ptr<Connection>> take();
  void give(std::unique_ptr<Connection> connection);

  Connect connect_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t lent_ = 0;
};

}  // namespace citybrain::sql
