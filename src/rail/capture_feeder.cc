// Feeder: its life: see capture_feeder.h. Crash windows: capture.before_land, capture.after_land,
// capture.after_confirm, capture.after_begin.
#include "capture_feeder.h"

#include <algorithm>

#include "base/csv.h"
#include "base/log.h"
#include "base/text.h"

namespace citybrain::rail {

Result<capture::Settings> settings_of(const CaptureRow& row, const Sealer& sealer,
                                      const std::vector<CaptureTableRow>& tables) {
  capture::Settings settings{row.kind, row.name, row.address, "", {}, row.watermark};
  for (const CaptureTableRow& table : tables) settings.tables.push_back(table.name);
  if (row.secret_file.empty()) {
    CB_TRY(settings.password, sealer.unseal(row.secret));
    return settings;
  }
  const auto text = read_file(row.secret_file);
  if (!text) {
    return denied("the password file '" + row.secret_file +
                  "' cannot be read: " + text.error().message);
  }
  settings.password = std::string(trim(*text));
  return settings;
}

Feeder::Feeder(RailState& rail, const Sealer& sealer, const CaptureOptions& options,
               std::string name)
    : rail_(rail), sealer_(sealer), options_(options), name_(std::move(name)) {}

Feeder::~Feeder() { stop(); }

void Feeder::start() {
  stop();
  ended_ = false;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Feeder::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

FeederStatus Feeder::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Result<void> Feeder::set_state(const std::string& state, const std::string& reason) {
  if (row_.state == state && row_.reason == reason) {
    const std::lock_guard lock(mutex_);
    if (status_.state != state) status_.state.clear();  // it passed, and the store never knew
    return ok();
  }
  log(reason.empty() ? Level::info : Level::warn, "rail", "captured source " + state,
      {{"source", name_}, {"why", reason}});
  row_.state = state;
  row_.reason = reason;
  const auto saved = rail_.db.write(
      [&](sql::Tx& tx) { return set_capture_state(tx, name_, state, reason, rail_.clock.now()); });
  const std::lock_guard lock(mutex_);
  status_.state = saved ? "" : state;
  status_.reason = saved ? "" : reason;
  return saved;
}

// What a failure means for the source's state. Where the store itself does not answer, the state
// there stays as it was, and status() says how it is.
void Feeder::report(const Error& error) {
  const std::string state = pausing_                           ? "paused"
                            : capture::passes_by_itself(error) ? "waiting"
                                                               : "failed";
  const auto saved = set_state(state, error.message);
  if (!saved) log(Level::error, "rail", saved.error().message, {{"source", name_}});
}

void Feeder::run(const std::stop_token& stop) {
  std::int64_t wait_ms = options_.retry_ms;
  {
    const std::lock_guard lock(mutex_);
    status_ = FeederStatus();
    status_.running = true;
  }
  while (!stop.stop_requested()) {
    pausing_ = false;
    landed_once_ = false;
    const auto done = attempt(stop);
    stream_.reset();
    forget_open();
    if (done) continue;  // told to stop, or a table is to be copied again
    report(done.error());
    if (pausing_ || !capture::passes_by_itself(done.error())) break;
    if (landed_once_) wait_ms = options_.retry_ms;
    for (std::int64_t waited = 0; waited < wait_ms && !stop.stop_requested(); waited += 50) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    wait_ms = std::min(wait_ms * 2, options_.retry_ms_max);
  }
  const std::lock_guard lock(mutex_);
  status_.running = false;
  status_.changes_per_second = 0;
  measured_.reset();
  ended_ = true;
}

TableMap* Feeder::map_of(const std::string& table) {
  const auto found = maps_.find(table);
  return found == maps_.end() ? nullptr : found->second.get();
}

// All that the store knows of the source.
Result<void> Feeder::load() {
  std::vector<CaptureTableRow> tables;
  CB_DO(rail_.db.read([&](sql::Session& session) -> Result<void> {
    CB_TRY(row_, load_capture(session, name_));
    CB_TRY(tables, load_capture_tables(session, name_));
    return ok();
  }));
  CB_TRY(capture::Settings settings, settings_of(row_, sealer_, tables));
  CB_TRY(source_, capture::open(std::move(settings)));
  maps_.clear();
  for (CaptureTableRow& table : tables) {
    CB_TRY(Plan plan, Plan::compile(rail_.catalog, table.resource, rail_.clock.now()));
    const std::string name = table.name;
    maps_[name] = std::make_unique<TableMap>(std::move(table), std::move(plan));
  }
  seen_ = row_.position;
  sums_ = Sums();
  return ok();
}

Result<void> Feeder::attempt(const std::stop_token& stop) {
  CB_DO(load());
  {
    // A second source for measuring: its calls block, and this thread must not.
    CB_TRY(capture::Settings settings,
           [&]() -> Result<capture::Settings> { return settings_of(row_, sealer_, {}); }());
    CB_TRY(auto source, capture::open(std::move(settings)));
    const std::lock_guard lock(mutex_);
    measured_ = std::move(source);
    measured_position_ = row_.position;
  }
  std::unique_ptr<capture::Snapshot> look;
  if (row_.position.empty()) {
    CB_DO(set_state("snapshot"));
    CB_TRY(look, start_over());
  }
  CB_DO(copy_tables(std::move(look), stop));
  if (stop.stop_requested()) return ok();
  return stream_on(stop);
}

void Feeder::measure() {
  std::shared_ptr<capture::Source> source;
  std::string position;
  {
    const std::lock_guard lock(mutex_);
    source = measured_;
    position = measured_position_;
  }
  if (!source || position.empty()) return;
  const auto lag = source->lag(position);
  const std::lock_guard lock(mutex_);
  if (!lag) return;  // the feeder itself tells what is wrong
  if (lag->in_danger && status_.alert.empty()) {
    log(Level::warn, "rail", lag->danger, {{"source", name_}});
  }
  status_.lag_bytes = lag->bytes;
  status_.lag_bytes_max = lag->bytes_max;
  status_.alert = lag->in_danger ? lag->danger : "";
}

void Feeder::count(std::int64_t changes) {
  constexpr std::chrono::seconds window{10};
  const std::lock_guard lock(mutex_);
  rate_changes_ += changes;
  const auto now = std::chrono::steady_clock::now();
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - rate_since_);
  if (passed >= std::chrono::seconds(1)) {
    status_.changes_per_second = rate_changes_ * 1000 / passed.count();
  }
  if (passed >= window) {
    rate_changes_ = 0;
    rate_since_ = now;
  }
  status_.rows_waiting = (queue_ ? queue_->waiting() : 0) + ready_.rows() + open_.rows();
  status_.spilled_bytes = spill_ ? spill_->bytes() : 0;
  measured_position_ = row_.position;
}

}  // namespace citybrain::rail
