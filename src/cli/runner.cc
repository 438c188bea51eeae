// Threads of the jobs: see runner.h.
#include "runner.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace citybrain::cli {
namespace {
constexpr std::chrono::milliseconds failure_wait_max{60'000};
}

Runner::Runner(std::vector<Job> jobs) : jobs_(std::move(jobs)) {
  threads_.reserve(jobs_.size());
  for (const Job& job : jobs_) {
    threads_.emplace_back([this, &job](const std::stop_token& stop) { run(job, stop); });
  }
}

Runner::~Runner() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
}

void Runner::run(const Job& job, const std::stop_token& stop) {
  std::chrono::milliseconds failure_wait = job.every;
  while (!stop.stop_requested()) {
    const auto more = job.run(stop);
    std::chrono::milliseconds wait = job.every;
    if (!more) {
      log(Level::warn, "cli", "job failed",
          {{"job", job.name}, {"code", name_of(more.error().code)}, {"why", more.error().message}});
      wait = failure_wait = std::min(failure_wait * 2, failure_wait_max);
    } else {
      failure_wait = job.every;
      if (*more) continue;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, wait, [] { return false; });
  }
}

Job dispatch_job(sql::Dispatcher& dispatcher) {
  return {"sql.dispatch", std::chrono::milliseconds(100),
          [&dispatcher](const std::stop_token&) { return dispatcher.step(); }};
}

}  // namespace citybrain::cli
