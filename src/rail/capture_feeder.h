// Feeder: one captured source, from its first row to its last change: copies the tables, follows
// the stream, lands both exactly once, and says where it stands.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "capture/capture.h"
#include "capture_hold.h"
#include "capture_land.h"
#include "capture_queue.h"
#include "capture_secret.h"
#include "capture_store.h"
#include "rail/captures.h"
#include "rail_state.h"

namespace citybrain::rail {

// What a running feeder knows beyond its row in the store.
struct FeederStatus {
  bool running = false;
  std::int64_t rows_waiting = 0;  // read, not landed
  std::int64_t lag_bytes = -1;
  std::int64_t lag_bytes_max = -1;
  std::int64_t changes_per_second = 0;  // over the last ten seconds or so
  std::string alert;
  std::int64_t spilled_bytes = 0;  // of the transaction that is open
  // Where the store did not take it (a full disk): state and reason as they are; else "".
  std::string state;
  std::string reason;
};

// The settings to reach a captured source with, its password unsealed or read from its file.
Result<capture::Settings> settings_of(const CaptureRow& row, const Sealer& sealer,
                                      const std::vector<CaptureTableRow>& tables);

// Owner: Captures. start() and stop() from one thread; status() from any. Its own thread does the
// rest.
//
// Always true: rows, change log, quarantine, counts and position of a landing are one transaction;
// the source is told to forget only what was in a transaction that is durable.
class Feeder {
 public:
  Feeder(RailState& rail, const Sealer& sealer, const CaptureOptions& options, std::string name);
  ~Feeder();
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  void start();
  void stop();
  // True once the thread has come to an end by itself: paused, or failed.
  bool ended() const { return ended_; }
  FeederStatus status() const;
  Hold& hold() { return hold_; }
  // Asks the source how far behind we are; called now and then by the registry.
  void measure();

 private:
  struct Sums {
    Timestamp commit_at;
    std::int64_t transactions = 0;
  };

  void run(const std::stop_token& stop);
  Result<void> attempt(const std::stop_token& stop);
  Result<void> load();
  void report(const Error& error);
  Result<void> set_state(const std::string& state, const std::string& reason = "");

  // capture_copy.cc
  Result<std::unique_ptr<capture::Snapshot>> start_over();
  Result<void> copy_tables(std::unique_ptr<capture::Snapshot> look, const std::stop_token& stop);
  Result<void> copy(TableMap& map, capture::Snapshot& look, const std::stop_token& stop);
  Result<void> sweep(TableMap& map, capture::Snapshot& look, const std::stop_token& stop);
  Result<void> sweep_page(TableMap& map, capture::Snapshot& look,
                          const std::vector<std::string>& keys);
  Result<void> find_torn();
  Result<void> mend_torn();
  Result<void> look_at_now(std::unique_ptr<capture::Snapshot>& look);
  Result<void> land_copied(TableMap& map, const Fold& fold, const CaptureTableRow& after);

  // capture_stream.cc
  Result<void> stream_on(const std::stop_token& stop);
  Result<void> find_shapes();
  Result<void> apply(capture::Change& change);
  Result<void> apply_row(capture::Change& change);
  Result<void> commit(const capture::Change& change);
  Result<void> idle(const capture::Change& change);
  Result<void> land_ready();
  Result<void> land(const NextFold& folds, const std::string& position, const Sums& sums);
  Result<void> stand_if_asked(const std::string& seen, bool behind);
  Result<void> save_idle(bool now);
  Result<void> tell_catalog(bool now);
  void forget_open();
  void count(std::int64_t changes);

  // capture_shape.cc
  Result<void> take_shape(TableMap*& map,
                          const std::shared_ptr<const capture::ForeignTable>& shape);
  Result<void> note_older(TableMap& map, const capture::ForeignTable& shape);
  Result<void> copy_stale();
  Result<void> widen(TableMap*& map, const std::shared_ptr<const capture::ForeignTable>& shape,
                     const std::vector<std::string>& added);
  bool in_doubt(const std::string& table, const std::string& key) const;
  Error pause(const std::string& table, const std::string& resource, const std::string& why);

  TableMap* map_of(const std::string& table);

  RailState& rail_;
  const Sealer& sealer_;
  const CaptureOptions& options_;
  const std::string name_;
  Hold hold_;

  // The thread's own.
  CaptureRow row_;
  std::unique_ptr<capture::Source> source_;
  MapsByTable maps_;
  std::unique_ptr<capture::Stream> stream_;
  std::unique_ptr<ChangeQueue> queue_;
  Fold ready_;  // of whole transactions
  Fold open_;   // of the one that is open
  std::unique_ptr<Spill> spill_;
  bool in_transaction_ = false;
  std::string seen_;  // position behind all of ready_
  Sums sums_;
  bool copy_again_ = false;
  std::map<std::string, std::vector<std::string>> torn_;  // keys of incomplete rows, by table
  // Until the stream has passed catch_up: rows that came by a look and may be of a later moment
  // than the changes that are replayed; all of them, or those that were mended.
  bool looked_at_all_ = false;
  std::map<std::string, std::set<std::string>> looked_at_;
  bool pausing_ = false;
  std::chrono::steady_clock::time_point idle_saved_;
  std::chrono::steady_clock::time_point told_;
  bool landed_once_ = false;  // since the last failure

  mutable std::mutex mutex_;  // of what follows
  FeederStatus status_;
  std::shared_ptr<capture::Source> measured_;
  std::string measured_position_;
  std::chrono::steady_clock::time_point rate_since_;
  std::int64_t rate_changes_ = 0;

  std::atomic<bool> ended_{false};
  std::jthread thread_;
};

}  // namespace citybrain::rail
