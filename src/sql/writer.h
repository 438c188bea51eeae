// Writer: the one place where a process writes to its store. Callers queue; the first in the queue
// runs all that wait in one transaction and commits once (group commit), the others sleep until it
// is durable.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <vector>

#include "connection.h"

namespace citybrain::sql {

// Thread-safe; owned by the store. Always holds: one transaction at a time; a closure's result is
// given out only after the commit that holds it.
class Writer {
 public:
  using Fn = std::function<Result<void>(Tx&)>;
  static constexpr std::size_t group_max = 256;  // closures that share a commit
  static constexpr int attempts_max = 20;        // of a group that lost against another process

  explicit Writer(Connect connect) : connect_(std::move(connect)) {}
  Result<void> write(const Fn& fn);

 private:
  struct Job {
    const Fn& fn;
    Result<void> result = {};
    std::exception_ptr thrown = nullptr;
    bool done = false;
    std::condition_variable wake = {};
  };
  enum class Outcome : std::uint8_t { settled, again, lost };

  void run(std::span<Job* const> group);
  Outcome attempt(std::span<Job* const> group);
  // Runs one closure in its savepoint. False where the transaction is lost.
  bool run_one(Job& job, bool alone);
  Outcome finish(std::span<Job* const> group);
  Result<void> ready();

  Connect connect_;
  std::unique_ptr<Connection> connection_;  // of whoever leads
  std::mutex mutex_;
  std::deque<Job*> queue_;  // the front leads
};

}  // namespace citybrain::sql
