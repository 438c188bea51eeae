// Runner: the threads behind the web pages: each room's jobs, and the dispatcher that hands events
// to subscriptions.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/room.h"
#include "sql/outbox.h"

namespace citybrain::cli {

// One thread a job. A job that fails is logged and tried again at its next turn, at first after
// `every`, then after twice that, up to failure_wait_max.
class Runner {
 public:
  explicit Runner(std::vector<Job> jobs);
  // Asks the jobs to stop, waits for their step in hand.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

 private:
  void run(const Job& job, const std::stop_token& stop);
  std::vector<Job> jobs_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::jthread> threads_;
};

// The dispatcher as a job. `dispatcher` must outlive it.
Job dispatch_job(sql::Dispatcher& dispatcher);

}  // namespace citybrain::cli
