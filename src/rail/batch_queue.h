// BatchQueue: what the reading thread hands to the landing thread, a few batches deep; empty
// batches go back to be filled again.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "batch_reader.h"

namespace citybrain::rail {

// Between one producer and one consumer; thread-safe.
class BatchQueue {
 public:
  static constexpr std::size_t batches_max = 2;  // waiting

  // An empty batch to fill; reuses one that came back.
  std::unique_ptr<CheckedBatch> blank() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<CheckedBatch>();
    auto batch = std::move(free_.back());
    free_.pop_back();
    return batch;
  }
  // Waits for room. False: the consumer wants no more.
  bool push(std::unique_ptr<CheckedBatch> batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || waiting_.size() < batches_max; });
    if (stopped_) return false;
    waiting_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  // The producer is done, well or with an error.
  void finish(Result<void> how) {
    const std::lock_guard lock(mutex_);
    finished_ = std::move(how);
    changed_.notify_all();
  }
  // The next batch; null at the end; the producer's error.
  Result<std::unique_ptr<CheckedBatch>> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !waiting_.empty() || finished_.has_value(); });
    if (waiting_.empty()) {
      if (!*finished_) return finished_->error();
      return std::unique_ptr<CheckedBatch>();
    }
    auto batch = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return batch;
  }
  void give_back(std::unique_ptr<CheckedBatch> batch) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(batch));
  }
  // The consumer wants no more.
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<CheckedBatch>> waiting_;
  std::vector<std::unique_ptr<CheckedBatch>> free_;
  std::optional<Result<void>> finished_;
  bool stopped_ = false;
};

}  // namespace citybrain::rail
