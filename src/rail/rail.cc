// Rail: see rail/rail.h.
#include "rail/rail.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "delivery.h"
#include "ingest.h"
#include "quarantine_table.h"
#include "rail_state.h"

namespace citybrain::rail {

Rail::Rail(sql::Db& db, lake::Lake& lake, catalog::Catalog& catalog, const Clock& clock,
           RailOptions options)
    : state_(std::make_unique<RailState>(db, lake, catalog, clock, std::move(options))) {}

Rail::~Rail() = default;

Result<void> Rail::prepare() {
  for (const auto& resource : state_->catalog.resources()) {
    if (!resource->collected) continue;
    lake::Resource table;
    table.code = resource->code;
    table.schema = resource->schema();
    table.keeping =
        resource->keeping == catalog::Keeping::keyed ? lake::Keeping::keyed : lake::Keeping::append;
    const auto defined = state_->lake.define(table);
    if (!defined) return defined.error().in("resource " + resource->code);
    state_->changed(resource->code);
  }
  return ok();
}

Result<IngestReport> Rail::ingest(const std::string& file, const std::string& resource,
                                  const IngestOptions& options, const ProgressCallback& progress) {
  CB_DO(state_->catalog.resource(resource));
  const std::lock_guard turn(state_->turn_of(resource));
  return Ingest(*state_, options, progress).run(file, resource);
}

Result<bool> Rail::feed_step(std::stop_token stop) {
  CB_TRY(const lake::FeedStep step, state_->lake.feed(state_->options.feed_rows_max));
  state_->feed_lag = step.lag;
  if (step.lag > 0) return true;
  for (const std::string& resource : state_->take_uncounted()) {
    if (stop.stop_requested()) break;
    CB_TRY(const std::int64_t rows, state_->lake.count(resource));
    CB_DO(state_->catalog.record_rows(resource, rows));
  }
  return false;
}

Result<bool> Rail::forget_step(std::stop_token /*stop*/) {
  const std::int64_t term_us = state_->options.delivery_keep_s * 1'000'000;
  return forget_deliveries(state_->db, Timestamp{state_->clock.now().us - term_us});
}

std::int64_t Rail::feed_lag() const { return state_->feed_lag; }

Result<std::vector<Source>> Rail::sources() const {
  CB_TRY(const std::vector<SourceRow> rows, state_->sources.all());
  std::vector<Source> out;
  for (const SourceRow& row : rows) {
    Source source;
    source.name = row.name;
    source.resource = row.resource;
    source.kind = row.kind;
    source.state = row.state;
    source.position = row.position.bytes;
    source.bytes_total = row.facts.bytes;
    source.rows_landed = row.position.landed;
    source.rows_quarantined = row.position.quarantined;
    // The file system's clock, not the city's: the demo's day may be long past.
    const std::int64_t waited_us = SystemClock().now().us - row.facts.modified_us;
    source.lag_seconds =
        row.state == "complete" ? 0 : std::max<std::int64_t>(waited_us, 0) / 1'000'000;
    source.found_at = row.found_at;
    source.updated_at = row.updated_at;
    source.error = row.error;
    out.push_back(std::move(source));
  }
  return out;
}

Result<QuarantinePage> Rail::quarantine(const QuarantineQuery& query) const {
  if (query.page < 1 || query.size < 1 || query.size > 200) {
    return invalid("send page 1.. and size 1..200");
  }
  return read_quarantine(state_->db, state_->catalog, query);
}

WorkOrders& Rail::orders() { return state_->orders; }

std::string Rail::name_of(const std::string& resource) const {
  const auto found = state_->catalog.resource(resource);
  return found ? (*found)->name : resource;
}

}  // namespace citybrain::rail
