// Workers: a fixed number of threads and a bounded queue; where handlers may block.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace citybrain::http {

// Thread-safe. A task that was taken runs to its end; it must not throw.
class Workers {
 public:
  Workers(int threads, std::size_t queued_max);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False, and the task is not taken, when the queue is full or stop() was called.
  bool submit(std::function<void()> task);
  // Drops what is queued, waits for what runs. Idempotent.
  void stop();

 private:
  void run();

  const std::size_t queued_max_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  std::size_t waiting_ = 0;  // threads asleep
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace citybrain::http
