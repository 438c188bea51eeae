// Group commit behind one connection. See writer.h.
#include "writer.h"

#include <chrono>
#include <thread>

#include "base/crash.h"

namespace citybrain::sql {
namespace {

// Set while this thread runs closures: a write inside a write would wait for itself for ever.
bool& leading() {
  thread_local bool flag = false;
  return flag;
}

}  // namespace

Result<void> Writer::write(const Fn& fn) {
  CB_CHECK(!leading());
  Job job{fn};
  std::unique_lock lock(mutex_);
  queue_.push_back(&job);
  job.wake.wait(lock, [&] { return job.done || queue_.front() == &job; });
  if (!job.done) {
    const std::size_t n = std::min(queue_.size(), group_max);
    const std::vector<Job*> group(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(n));
    lock.unlock();
    leading() = true;
    run(group);
    leading() = false;
    lock.lock();
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(n));
    for (Job* other : group) {
      other->done = true;
      if (other != &job) other->wake.notify_one();
    }
    if (!queue_.empty()) queue_.front()->wake.notify_one();
  }
  lock.unlock();
  if (job.thrown) std::rethrow_exception(job.thrown);
  return std::move(job.result);
}

void Writer::run(std::span<Job* const> group) {
  for (int attempts = 1; attempts <= attempts_max; ++attempts) {
    const Outcome outcome = attempt(group);
    if (outcome == Outcome::settled) return;
    if (outcome == Outcome::lost && group.size() > 1) {
      for (Job* const& job : group) run(std::span(&job, 1));
      return;
    }
    if (outcome == Outcome::lost) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(attempts * attempts));
  }
  for (Job* job : group) {
    job->result = unavailable("another process keeps changing the same rows; try again");
  }
}

Result<void> Writer::ready() {
  if (connection_ && connection_->usable()) return ok();
  connection_.reset();
  CB_TRY(connection_, connect_(Connection::Mode::write));
  return ok();
}

Writer::Outcome Writer::attempt(std::span<Job* const> group) {
  Result<void> begun = ready();
  if (begun) {
    connection_->reset_failure();
    begun = connection_->begin(Connection::Mode::write);
    if (!begun && !connection_->usable()) {  // it had been closed while idle: a fresh one, once
      begun = ready();
      if (begun) begun = connection_->begin(Connection::Mode::write);
    }
  }
  if (!begun) {
    for (Job* job : group) job->result = begun.error();
    return Outcome::settled;
  }
  for (Job* job : group) {
    if (run_one(*job, group.size() == 1)) continue;
    const bool again = connection_->retryable();
    connection_->rollback();
    return again ? Outcome::again : Outcome::lost;
  }
  return finish(group);
}

bool Writer::run_one(Job& job, bool alone) {
  Connection& connection = *connection_;
  connection.reset_failure();
  job.thrown = nullptr;
  job.result = alone ? ok() : connection.savepoint();
  if (!job.result) return false;
  try {
    job.result = job.fn(connection);
  } catch (...) {
    job.thrown = std::current_exception();
    job.result = internal("a write threw");
  }
  if (connection.failure()) job.result = *connection.failure();
  if (connection.retryable() || !connection.in_transaction()) return false;
  if (alone) return true;
  return (job.result ? connection.release() : connection.rollback_to()).has_value();
}

Writer::Outcome Writer::finish(std::span<Job* const> group) {
  bool any = false;
  for (const Job* job : group) any = any || job->result.has_value();
  if (!any) {
    connection_->rollback();
    return Outcome::settled;
  }
  crash_point("sql.before_commit");
  connection_->reset_failure();
  const Result<void> committed = connection_->commit();
  crash_point("sql.after_commit");
  if (committed) return Outcome::settled;
  const bool again = connection_->retryable();
  connection_->rollback();
  if (again) return Outcome::again;
  for (Job* job : group) {
    if (job->result) job->result = committed.error();
  }
  return Outcome::settled;
}

}  // namespace citybrain::sql
