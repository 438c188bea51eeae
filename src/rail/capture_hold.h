// Hold: lets a comparer stop a feeder at exactly the place of a look, for the moment in which it
// takes its own look at the lake.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

namespace citybrain::rail {

// Two threads: the feeder asks at the ends of transactions, the comparer freezes and lets go.
class Hold {
 public:
  // The feeder stops at the next end of a transaction. False where it did not within `wait`.
  bool freeze(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    frozen_ = true;
    goal_.reset();
    return wake_.wait_for(lock, wait, [&] { return standing_; });
  }
  // From there it goes on to `goal` and stops again. False where it did not get there in time.
  bool advance(const std::string& goal, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    goal_ = goal;
    standing_ = false;
    wake_.notify_all();
    return wake_.wait_for(lock, wait, [&] { return standing_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    frozen_ = false;
    goal_.reset();
    standing_ = false;
    wake_.notify_all();
  }

  // For the feeder: must it stop here? none = no; "" = at once; else not beyond this place.
  std::optional<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    if (!frozen_) return std::nullopt;
    return goal_ ? *goal_ : std::string();
  }
  // Stands until let go on, or until `wait` is over; true while it still must stand.
  bool stand(const std::string& at, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    const auto here = [&] { return frozen_ && (goal_ ? *goal_ : std::string()) == at; };
    if (!here()) return false;
    standing_ = true;
    wake_.notify_all();
    wake_.wait_for(lock, wait, [&] { return !here(); });
    if (here()) return true;
    standing_ = false;
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool frozen_ = false;
  bool standing_ = false;
  std::optional<std::string> goal_;
};

}  // namespace citybrain::rail
