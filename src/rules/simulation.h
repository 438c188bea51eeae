// Simulation: one draft over all subjects of the city, beside what is in force. Runs as a job of
// its own thread; its figures can be read while it runs. Private to rules.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "count.h"
#include "rules/rules.h"
#include "trial.h"

namespace citybrain::rules {

// What is to be simulated. `against` without a model: nothing to compare with.
struct SimulationOrder {
  Chosen draft;
  Chosen against;
  std::string subject_type;
  std::string policy;
  Date date;
  brain::Context parameters;
  brain::Context against_parameters;
  std::string decision;  // what is counted
  std::string amount;    // what is summed up; "" = nothing
  std::string by;        // guard's account id
};

// One job. Thread-safe.
class Simulation {
 public:
  Simulation(std::string id, SimulationOrder order, Rules& rules, Knowledge& knowledge);
  ~Simulation();

  const std::string& id() const { return id_; }
  const SimulationOrder& order() const { return order_; }
  json::object to_json() const;
  bool running() const { return state_ == State::running; }
  void stop() { stop_ = true; }
  // Waits for its end.
  void join();
  struct Page {
    std::vector<SubjectChange> items;
    std::int64_t total = 0;
    std::int64_t kept = 0;
  };
  // "gain", "lose", "more" or "less". conflict while it runs.
  Result<Page> subjects(const std::string& kind, std::size_t page, std::size_t size) const;

 private:
  enum class State : std::uint8_t { running, done, failed, stopped };
  void run();
  Result<void> count_all();

  const std::string id_;
  const SimulationOrder order_;
  Rules& rules_;
  Knowledge& knowledge_;
  const Timestamp started_at_;
  const std::int64_t expected_;
  std::atomic<State> state_{State::running};
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> done_{0};
  mutable std::mutex mutex_;  // guards what follows
  std::string error_;
  double seconds_ = 0;
  std::int64_t as_of_ = 0;
  std::unique_ptr<Count> count_;  // set when it is done
  std::thread thread_;            // last: it uses all of the above
};

// The jobs of one server. Thread-safe.
class Simulations {
 public:
  Simulations(Rules& rules, Knowledge& knowledge) : rules_(rules), knowledge_(knowledge) {}
  ~Simulations();

  // exhausted while jobs_running_max are at work.
  Result<std::shared_ptr<Simulation>> start(SimulationOrder order);
  // The newest first; `by` "" = everybody's.
  std::vector<std::shared_ptr<Simulation>> list(const std::string& by) const;
  Result<std::shared_ptr<Simulation>> find(const std::string& id) const;

  static constexpr std::size_t jobs_running_max = 2;
  static constexpr std::size_t jobs_kept_max = 50;

 private:
  Rules& rules_;
  Knowledge& knowledge_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<Simulation>> jobs_;  // the newest first
  std::int64_t next_ = 1;
};

// Reads the body of POST /api/rules/simulations.
Result<SimulationOrder> order_of(Rules& rules, Knowledge& knowledge, const Request& request);

}  // namespace citybrain::rules
