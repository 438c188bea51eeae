// Ingest: see ingest.h. The crash windows rail.before_land, rail.after_quarantine and
// rail.after_land are where the tests kill.
#include "ingest.h"

#include <chrono>
#include <thread>

#include "base/crash.h"
#include "base/log.h"
#include "quarantine_table.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t keyed_rows_max = 20'000;
constexpr std::int64_t append_rows_max = 122'880;  // a row group of the column store
constexpr std::size_t reasons_max = 1'000;         // kinds kept in a report

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

FindMissing missing_in(lake::Lake& lake) {
  return [&lake](const std::string& resource,
                 const std::vector<Cell>& keys) -> Result<std::vector<bool>> {
    std::vector<std::vector<Cell>> wanted;
    for (const Cell& key : keys) wanted.push_back({key});
    CB_TRY(const auto rows, lake.get_many(resource, wanted));
    std::vector<bool> out;
    for (const auto& row : rows) out.push_back(!row.has_value());
    return out;
  };
}

Result<IngestReport> Ingest::run(const std::string& path, const std::string& resource) {
  const auto begin = std::chrono::steady_clock::now();
  CB_TRY(plan_, Plan::compile(rail_.catalog, resource, rail_.clock.now()));
  CB_TRY(Opened opened, open_source(rail_, path, resource, options_));
  source_ = std::move(opened.source);
  report_.source = source_.name;
  if (opened.complete) {
    report_.complete = true;
    CB_DO(rail_.sources.save(source_));  // as it was looked at now
  } else {
    CB_DO(read_and_land());
  }
  const Position& at = source_.position;
  report_.progress = {at.bytes, source_.facts.bytes, at.line, at.landed, at.quarantined};
  report_.seconds = seconds_since(begin);
  return report_;
}

// Remembers why the source does not go on, and returns the error.
Error Ingest::refused(const Error& error, const char* state) {
  source_.state = state;
  source_.error = error.message;
  source_.updated_at = rail_.clock.now();
  const auto saved = rail_.sources.save(source_);
  if (!saved) log(Level::error, "rail", saved.error().message, {{"source", source_.name}});
  return error.in(source_.name);
}

Result<void> Ingest::open_reader(const Position& from) {
  ReaderOptions options;
  options.format = source_.format;
  options.encoding = source_.encoding;
  options.bytes_max = options_.bytes_per_batch_max;
  options.row_bytes_max = options_.row_bytes_max;
  options.rows_max = options_.rows_per_batch_max;
  if (options.rows_max <= 0) {
    options.rows_max =
        plan_.resource->keeping == catalog::Keeping::append ? append_rows_max : keyed_rows_max;
  }
  const OpenBytes bytes = [this] {
    return open_bytes(source_.path, hints_of(*plan_.resource, options_));
  };
  CB_TRY(reader_, BatchReader::open(bytes, plan_, options, from, missing_in(rail_.lake)));
  source_.header = reader_->header();
  report_.absent_columns = reader_->absent();
  return ok();
}

Result<void> Ingest::read_and_land() {
  CB_TRY(landed_, rail_.lake.position(source_.name));
  CB_TRY(source_.position, Position::parse(landed_));
  report_.resumed_at = source_.position.bytes;
  const auto opened = open_reader(source_.position);
  if (!opened) {
    const Code code = opened.error().code;
    const bool lasting = code == Code::invalid || code == Code::corrupt;
    return refused(opened.error(), lasting ? "refused" : "failed");
  }
  CB_TRY(open_keys_, OpenKeys::load(rail_.db, source_.resource));
  source_.state = "reading";
  source_.error.clear();
  source_.updated_at = rail_.clock.now();
  CB_DO(rail_.sources.save(source_));

  BatchQueue queue;
  std::jthread reading([&] {
    for (;;) {
      auto batch = queue.blank();
      const auto more = reader_->next(*batch);
      if (!more) return queue.finish(more.error());
      if (!*more) return queue.finish(ok());
      if (!queue.push(std::move(batch))) return queue.finish(ok());
    }
  });
  const auto done = land_all(queue);
  queue.stop();
  reading.join();
  report_.unknown_columns = reader_->unknown();
  if (!done)
    return refused(done.error(), done.error().code == Code::corrupt ? "refused" : "failed");
  return report_.complete ? finish() : ok();
}

Result<void> Ingest::land_all(BatchQueue& queue) {
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    CB_TRY(auto batch, queue.pop());
    if (!batch) {
      report_.complete = true;
      return ok();
    }
    CB_DO(land(*batch));
    count(*batch);
    queue.give_back(std::move(batch));
    const Position& at = source_.position;
    const Progress progress{at.bytes, source_.facts.bytes, at.line, at.landed, at.quarantined};
    if (progress_ && !progress_(progress)) return ok();
    if (options_.run_ms_max > 0 &&
        seconds_since(begin) * 1000 >= static_cast<double>(options_.run_ms_max)) {
      return ok();
    }
  }
}

void Ingest::count(const CheckedBatch& batch) {
  for (const BadRow& row : batch.bad) {
    for (const Reason& reason : row.reasons) {
      const std::string kind =
          reason.item.empty() ? reason.check : reason.item + " " + reason.check;
      if (report_.reasons.size() < reasons_max || report_.reasons.contains(kind)) {
        ++report_.reasons[kind];
      }
    }
  }
}

Result<void> Ingest::land(const CheckedBatch& batch) {
  crash_point("rail.before_land");
  SourceRow after = source_;
  after.position = batch.after;
  after.updated_at = rail_.clock.now();
  if (plan_.resource->keeping == catalog::Keeping::keyed) {
    CB_DO(land_keyed(batch, after));
  } else {
    CB_DO(land_append(batch, after));
  }
  crash_point("rail.after_land");
  open_keys_.add(batch.bad);
  source_ = std::move(after);
  landed_ = source_.position.text();
  first_ = false;
  rail_.changed(source_.resource);
  return ok();
}

// Bad rows to quarantine with their work order; rows that were bad before and pass now are settled.
Result<void> Ingest::note_bad(sql::Tx& tx, const CheckedBatch& batch, const SourceRow& after,
                              const std::vector<std::string>& corrected) {
  CB_DO(quarantine(tx, after, batch.bad, after.updated_at));
  CB_TRY(const auto settled,
         settle_keyed(tx, after.resource, corrected, "corrected", after.updated_at));
  if (!batch.bad.empty()) {
    CB_DO(rail_.orders.open(tx, quarantine_cause(*plan_.resource), after.updated_at));
  } else if (settled > 0) {
    CB_DO(rail_.orders.close_if_clear(tx, after.resource, after.updated_at));
  }
  return ok();
}

// Rows, change log, position, quarantine and our own row: one transaction.
Result<void> Ingest::land_keyed(const CheckedBatch& batch, SourceRow& after) {
  const lake::Landing landing{source_.resource, source_.name, after.position.text(), landed_, {}};
  const auto corrected = open_keys_.take(plan_, batch.batch);
  const auto also = [&](sql::Tx& tx) -> Result<void> {
    CB_DO(note_bad(tx, batch, after, corrected));
    CB_DO(SourceTable::save(tx, after));
    crash_point("rail.after_quarantine");
    return ok();
  };
  CB_DO(rail_.lake.land(landing, batch.batch, also));
  return ok();
}

// Quarantine first, under ids that follow from source and line; then columns with the position;
// then our own row, which only follows. What a run before this one quarantined of a batch that it
// did not land is taken back first: the batch may be cut differently now. Rows that pass now are
// settled before they land, since the same rows land when this is repeated.
Result<void> Ingest::land_append(const CheckedBatch& batch, SourceRow& after) {
  const auto corrected = open_keys_.take(plan_, batch.batch);
  if (first_ || !batch.bad.empty() || !corrected.empty()) {
    CB_DO(rail_.db.write([&](sql::Tx& tx) -> Result<void> {
      if (first_) CB_DO(release_behind(tx, source_.name, source_.position.line));
      return note_bad(tx, batch, after, corrected);
    }));
  }
  crash_point("rail.after_quarantine");
  const lake::Landing landing{source_.resource, source_.name, after.position.text(), landed_, {}};
  CB_DO(rail_.lake.land(landing, batch.batch));
  return rail_.sources.save(after);
}

Result<void> Ingest::finish() {
  CB_DO(tell_catalog());
  source_.told_landed = source_.position.landed;
  source_.told_quarantined = source_.position.quarantined;
  source_.state = "complete";
  source_.updated_at = rail_.clock.now();
  return rail_.sources.save(source_);
}

Result<void> Ingest::tell_catalog() {
  const Position& at = source_.position;
  CB_DO(rail_.catalog.record_quality({source_.resource, source_.name, at.line,
                                      at.landed - source_.told_landed,
                                      at.quarantined - source_.told_quarantined}));
  const std::string to = "resource:" + source_.resource;
  std::vector<catalog::Lineage> edges = {{"file:" + source_.name, to, "landed", at.landed}};
  for (const std::string& column : source_.header) {
    for (const catalog::Item& item : plan_.resource->items) {
      if (item.code != column && item.name != column) continue;
      edges.push_back({"column:" + source_.resource + "/" + column,
                       "item:" + source_.resource + "." + item.code, "mapped", at.landed});
    }
  }
  return rail_.catalog.record_lineage(edges);
}

}  // namespace citybrain::rail
