// Following the stream: one thread reads, this one folds whole transactions and lands them.
#include <algorithm>

#include "base/crash.h"
#include "base/log.h"
#include "capture_feeder.h"

namespace citybrain::rail {
namespace {

using Kind = capture::Change::Kind;
constexpr std::size_t chunk_bytes = 1 << 20;
constexpr std::chrono::milliseconds turn{200};
constexpr std::chrono::seconds idle_every{2};   // an idle position is written down
constexpr std::chrono::seconds tell_every{10};  // the catalogue hears of quality

// Reads until told to stop, or until the stream ends. Where the queue is full it waits, and tells
// the server now and then that we live.
void read_stream(capture::Stream& stream, ChangeQueue& queue) {
  ChangeQueue::Chunk chunk;
  while (!queue.stopped()) {
    const auto read = stream.next(chunk.changes, chunk_bytes, turn);
    chunk.bytes = 0;
    for (const capture::Change& change : chunk.changes) {
      chunk.bytes += sizeof change + change.row.bytes() + change.old.bytes();
    }
    while (!chunk.changes.empty() && !queue.stopped()) {
      if (queue.push(chunk, std::chrono::seconds(1)) || queue.stopped()) break;
      const auto beaten = stream.beat();
      if (!beaten) return queue.finish(beaten.error());
    }
    if (!read) return queue.finish(read.error());
  }
}

}  // namespace

Result<void> Feeder::stream_on(const std::stop_token& stop) {
  CB_TRY(stream_, source_->stream(row_.position));
  CB_DO(find_torn());
  looked_at_all_ = !source_->reached(row_.position, row_.catch_up);
  looked_at_.clear();
  queue_ = std::make_unique<ChangeQueue>();
  copy_again_ = false;
  CB_DO(find_shapes());
  CB_DO(set_state(source_->reached(row_.position, row_.catch_up) ? "streaming" : "catching_up"));
  std::jthread reading([this] { read_stream(*stream_, *queue_); });
  const auto follow = [&]() -> Result<void> {
    while (!stop.stop_requested() && !copy_again_) {
      CB_DO(stand_if_asked(seen_, false));
      CB_TRY(auto chunk, queue_->pop(turn));
      if (chunk) {
        for (capture::Change& change : chunk->changes) {
          CB_DO(apply(change));
          if (copy_again_) break;
        }
      }
      if (queue_->waiting() == 0 && !in_transaction_) CB_DO(land_ready());
      if (!in_transaction_ && ready_.empty()) CB_DO(mend_torn());
      CB_DO(copy_stale());
      CB_DO(save_idle(false));
      CB_DO(tell_catalog(false));
      count(0);
    }
    if (!in_transaction_) CB_DO(land_ready());
    return save_idle(true);
  };
  const auto followed = follow();
  queue_->stop();
  reading.join();
  const auto told = tell_catalog(true);
  {
    const std::lock_guard lock(mutex_);
    queue_.reset();
  }
  if (!followed) return followed;
  return told;
}

// Of tables with rows to mend, which need not wait for the next change over there.
Result<void> Feeder::find_shapes() {
  if (torn_.empty()) return ok();
  CB_TRY(const std::vector<capture::ForeignTable> now, source_->tables());
  for (const capture::ForeignTable& shape : now) {
    TableMap* map = map_of(shape.full_name());
    if (map == nullptr || map->shape() != nullptr || !torn_.contains(shape.full_name())) continue;
    CB_DO(take_shape(map, std::make_shared<const capture::ForeignTable>(shape)));
  }
  return ok();
}

// What is not committed is not there: a transaction that broke off, a connection that ended.
void Feeder::forget_open() {
  open_.clear();
  spill_.reset();
  in_transaction_ = false;
  ready_.clear();
  sums_ = Sums();
}

Result<void> Feeder::apply(capture::Change& change) {
  switch (change.kind) {
    case Kind::begin:
      open_.clear();
      spill_.reset();
      CB_DO(stand_if_asked(change.position, true));
      in_transaction_ = true;
      return ok();
    case Kind::commit: return commit(change);
    case Kind::idle: return idle(change);
    case Kind::shape: {
      TableMap* map = map_of(change.table->full_name());
      return map == nullptr ? ok() : take_shape(map, change.table);
    }
    default: return apply_row(change);
  }
}

Result<void> Feeder::apply_row(capture::Change& change) {
  const std::string table = change.table->full_name();
  TableMap* map = map_of(table);
  if (map == nullptr) return ok();  // published, and not ours
  if (map->shape() != change.table.get()) CB_DO(take_shape(map, change.table));
  if (change.kind == Kind::truncate) {
    open_.truncate(table);
    return ok();
  }
  const bool has_old = !change.old.empty();
  const std::string before = has_old ? map->key_of(map->items_of(change.old)) : "";
  if (change.kind == Kind::remove) {
    if (before.empty()) return corrupt(table + ": a row was removed without its key");
    open_.remove(table, before);
  } else {
    capture::RowText items = map->items_of(change.row);
    std::string key = map->key_of(items);
    if (key.empty()) return corrupt(table + ": a row came without its key");
    if (change.kind == Kind::insert) {
      open_.insert(table, std::move(key), std::move(items));
    } else {
      const std::string from = has_old ? before : key;
      open_.update(table, std::move(key), std::move(items), from);
    }
  }
  if (open_.bytes() < static_cast<std::size_t>(options_.memory_bytes_max)) return ok();
  if (!spill_) {
    CB_TRY(Spill spill, Spill::open(options_.dir + "/spill"));
    spill_ = std::make_unique<Spill>(std::move(spill));
  }
  CB_DO(spill_->add(open_));
  open_.clear();
  return ok();
}

Result<void> Feeder::commit(const capture::Change& change) {
  in_transaction_ = false;
  if (!spill_) {
    ready_.merge(std::move(open_));
    open_.clear();
    seen_ = change.position;
    sums_.commit_at = change.committed_at;
    ++sums_.transactions;
    const bool full = ready_.rows() >= options_.batch_rows_max ||
                      static_cast<std::int64_t>(ready_.bytes()) >= options_.batch_bytes_max;
    return full ? land_ready() : ok();
  }
  // A transaction that did not fit into memory: what was before it, then all of it at once.
  CB_DO(land_ready());
  seen_ = change.position;
  Fold piece;
  const std::size_t pieces = spill_->size();
  const NextFold folds = [&](std::size_t index, const Fold*& out) -> Result<bool> {
    if (index < pieces) {
      out = &piece;
      return spill_->read(index, piece);
    }
    out = &open_;
    return index == pieces && !open_.empty();
  };
  CB_DO(land(folds, seen_, {change.committed_at, 1}));
  open_.clear();
  spill_.reset();
  return ok();
}

Result<void> Feeder::idle(const capture::Change& change) {
  if (in_transaction_) {
    open_.clear();
    spill_.reset();
    in_transaction_ = false;
  }
  if (!source_->reached(seen_, change.position)) seen_ = change.position;
  return ok();
}

Result<void> Feeder::land_ready() {
  if (ready_.empty()) return ok();
  const NextFold one = [&](std::size_t index, const Fold*& out) -> Result<bool> {
    out = &ready_;
    return index == 0;
  };
  const Sums sums = std::exchange(sums_, Sums());
  CB_DO(land(one, seen_, sums));
  ready_.clear();
  return ok();
}

bool Feeder::in_doubt(const std::string& table, const std::string& key) const {
  const auto mended = looked_at_.find(table);
  return looked_at_all_ || (mended != looked_at_.end() && mended->second.contains(key));
}

// Rows, change log, quarantine, counts and position: one transaction. Only then may the source
// forget.
Result<void> Feeder::land(const NextFold& folds, const std::string& position, const Sums& sums) {
  const InDoubt doubt = [this](const std::string& table, const std::string& key) {
    return in_doubt(table, key);
  };
  FoldParts parts(rail_, maps_, folds, position,
                  source_->reached(row_.position, row_.catch_up) ? InDoubt() : doubt);
  std::map<std::string, CaptureTableRow> tables;
  crash_point("capture.before_land");
  CB_DO(rail_.lake.land_all([&](std::size_t index, lake::RowsView& rows, sql::Tx& tx,
                                lake::Part& part) { return parts.next(index, rows, tx, part); },
                            [&](sql::Tx& tx) -> Result<void> {
                              tables.clear();
                              for (const auto& [name, counts] : parts.counts()) {
                                CaptureTableRow& table = tables[name] = maps_.at(name)->row();
                                table.upserts += counts.upserts;
                                table.removes += counts.removes;
                                table.refused += counts.refused;
                                CB_DO(save_capture_table(tx, table));
                              }
                              return move_capture(tx, name_, row_.position, position,
                                                  sums.commit_at, sums.transactions,
                                                  rail_.clock.now());
                            }));
  crash_point("capture.after_land");
  row_.position = position;
  std::int64_t changes = 0;
  for (const auto& [name, counts] : parts.counts()) {
    auto& torn = torn_[name];
    torn.insert(torn.end(), counts.torn.begin(), counts.torn.end());
    if (torn.empty()) torn_.erase(name);
  }
  for (auto& [name, table] : tables) {
    TableMap& map = *maps_.at(name);
    changes += table.upserts + table.removes + table.refused - map.row().upserts -
               map.row().removes - map.row().refused;
    map.row() = std::move(table);
    rail_.changed(map.resource());
  }
  stream_->confirm(position);
  landed_once_ = true;
  count(changes);
  crash_point("capture.after_confirm");
  if (row_.state == "catching_up" && source_->reached(position, row_.catch_up)) {
    return set_state("streaming");
  }
  return ok();
}

// Nothing came for us up to seen_: written down now and then, so that the source may forget its
// log.
Result<void> Feeder::save_idle(bool now) {
  if (!ready_.empty() || in_transaction_ || seen_ == row_.position) return ok();
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - idle_saved_ < idle_every) return ok();
  idle_saved_ = time;
  CB_DO(rail_.db.write([&](sql::Tx& tx) {
    return move_capture(tx, name_, row_.position, seen_, {}, 0, rail_.clock.now());
  }));
  row_.position = seen_;
  stream_->confirm(seen_);
  landed_once_ = true;
  if (row_.state == "catching_up" && source_->reached(seen_, row_.catch_up)) {
    return set_state("streaming");
  }
  return ok();
}

// Stands where a comparer asked for it. `behind`: a transaction begins at `seen` that may be one
// that the comparer's look does not show.
Result<void> Feeder::stand_if_asked(const std::string& seen, bool behind) {
  for (bool landed = false;;) {
    const auto goal = hold_.asked();
    if (!goal) return ok();
    const bool here =
        goal->empty() || (behind ? !source_->reached(*goal, seen) : source_->reached(seen_, *goal));
    if (!here || in_transaction_) return ok();
    if (!landed) {
      CB_DO(land_ready());
      landed = true;
    }
    if (thread_.get_stop_token().stop_requested()) return ok();
    if (!hold_.stand(*goal, turn)) continue;
  }
}

Result<void> Feeder::tell_catalog(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - told_ < tell_every) return ok();
  told_ = time;
  for (auto& [name, map] : maps_) {
    CaptureTableRow& table = map->row();
    const std::int64_t good = table.upserts - table.told_good;
    const std::int64_t bad = table.refused - table.told_bad;
    if (good == 0 && bad == 0) continue;
    CB_DO(rail_.catalog.record_quality({.resource = table.resource,
                                        .source = "capture:" + name_ + "/" + name,
                                        .to_line = table.upserts + table.refused,
                                        .rows_good = good,
                                        .rows_bad = bad}));
    std::vector<catalog::Lineage> edges = {
        {"table:" + name_ + "/" + name, "resource:" + table.resource, "landed", table.upserts}};
    for (const ColumnOf& column : table.columns) {
      edges.push_back({"column:" + name_ + "/" + name + "." + column.column,
                       "item:" + table.resource + "." + column.item, "mapped", table.upserts});
    }
    CB_DO(rail_.catalog.record_lineage(edges));
    table.told_good = table.upserts;
    table.told_bad = table.refused;
    CB_DO(rail_.db.write([&](sql::Tx& tx) { return save_capture_table(tx, table); }));
  }
  return ok();
}

}  // namespace citybrain::rail
