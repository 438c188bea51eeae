// ChangeQueue: changes from the thread that reads a stream to the one that lands them, bounded in
// bytes: where landing is slower, reading waits, and the foreign server with it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "capture/capture.h"

namespace citybrain::rail {

// Two threads: one pushes and finishes, one pops.
class ChangeQueue {
 public:
  static constexpr std::size_t bytes_max = 16 << 20;
  struct Chunk {
    std::vector<capture::Change> changes;
    std::size_t bytes = 0;
  };

  // False where it is still full after `wait`: the chunk stays with the caller.
  bool push(Chunk& chunk, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    const bool room = wake_.wait_for(lock, wait, [&] { return bytes_ < bytes_max || stopped_; });
    if (!room) return false;
    bytes_ += chunk.bytes;
    changes_ += static_cast<std::int64_t>(chunk.changes.size());
    chunks_.push_back(std::move(chunk));
    chunk = Chunk();
    wake_.notify_all();
    return true;
  }
  // The stream is over, by this error.
  void finish(Error error) {
    const std::lock_guard lock(mutex_);
    end_ = std::move(error);
    wake_.notify_all();
  }
  // The next chunk; none where nothing came within `wait`. The error that ended the stream, once
  // all before it is taken.
  Result<std::optional<Chunk>> pop(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, wait, [&] { return !chunks_.empty() || end_ || stopped_; });
    if (!chunks_.empty()) {
      Chunk chunk = std::move(chunks_.front());
      chunks_.pop_front();
      bytes_ -= chunk.bytes;
      changes_ -= static_cast<std::int64_t>(chunk.changes.size());
      wake_.notify_all();
      return std::optional(std::move(chunk));
    }
    if (end_) return *end_;
    return std::optional<Chunk>();
  }
  // The reader need not wait for room any more.
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  bool stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }
  std::int64_t waiting() const {
    const std::lock_guard lock(mutex_);
    return changes_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Chunk> chunks_;
  std::size_t bytes_ = 0;
  std::int64_t changes_ = 0;
  std::optional<Error> end_;
  bool stopped_ = false;
};

}  // namespace citybrain::rail
