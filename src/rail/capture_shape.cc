// Shapes that change while a source is captured: columns that come are taken into the catalogue,
// what the resource cannot hold pauses the source before the first such row lands.
#include <algorithm>

#include "base/log.h"
#include "capture_draft.h"
#include "capture_feeder.h"
#include "catalog/draft.h"

namespace citybrain::rail {

Error Feeder::pause(const std::string& table, const std::string& resource, const std::string& why) {
  pausing_ = true;
  const auto written = rail_.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(CaptureRow row, load_capture(tx, name_));
    row.wanted = "pause";
    CB_DO(save_capture(tx, row));
    CB_DO(rail_.orders.open(tx,
                            {.resource = resource,
                             .kind = "schema",
                             .source = name_,
                             .title = "来源表结构变更，采集已暂停",
                             .detail = {{"table", table}, {"why", why}}},
                            rail_.clock.now()));
    return ok();
  });
  if (!written) log(Level::error, "rail", written.error().message, {{"source", name_}});
  return conflict(why);
}

Result<void> Feeder::take_shape(TableMap*& map,
                                const std::shared_ptr<const capture::ForeignTable>& shape) {
  const ShapeVerdict verdict = map->judge(*shape, !source_->reached(seen_, row_.catch_up));
  if (!verdict.obstacle.empty()) {
    // What was committed before is whole and good.
    CB_DO(land_ready());
    return pause(map->row().name, map->resource(), verdict.obstacle);
  }
  if (!verdict.added.empty()) CB_DO(widen(map, shape, verdict.added));
  CB_DO(note_older(*map, *shape));
  map->take_shape(shape);
  return ok();
}

// Rows are replayed in a shape from before a column came that gave them a value, of which no change
// tells: the table is copied once more when the stream has passed the look that knew the column.
Result<void> Feeder::note_older(TableMap& map, const capture::ForeignTable& shape) {
  if (map.row().state != "ready") return ok();
  std::vector<std::string> lacking;
  for (const ColumnOf& one : map.row().columns) {
    if (!one.gone && !one.column.empty() && !shape.find(one.column)) lacking.push_back(one.column);
  }
  if (lacking.empty()) return ok();
  CB_TRY(const std::vector<capture::ForeignTable> now, source_->tables());
  for (const capture::ForeignTable& table : now) {
    if (table.full_name() != map.row().name) continue;
    for (const std::string& column : lacking) {
      const auto at = table.find(column);
      if (at && table.columns[*at].defaulted) map.row().state = "stale";
    }
  }
  if (map.row().state != "stale") return ok();
  return rail_.db.write([&](sql::Tx& tx) { return save_capture_table(tx, map.row()); });
}

// Tables that note_older() marked, once all that was replayed is passed.
Result<void> Feeder::copy_stale() {
  if (in_transaction_ || !source_->reached(row_.position, row_.catch_up)) return ok();
  for (const auto& [name, map] : maps_) {
    if (map->row().state != "stale") continue;
    CB_DO(land_ready());
    map->row().state = "copying";
    map->row().copied_to.clear();
    map->row().rows_copied = 0;
    CB_DO(rail_.db.write([&](sql::Tx& tx) { return save_capture_table(tx, map->row()); }));
    copy_again_ = true;
  }
  return ok();
}

// New items at the resource's end. Idempotent: after a death the same shape comes again.
Result<void> Feeder::widen(TableMap*& map,
                           const std::shared_ptr<const capture::ForeignTable>& shape,
                           const std::vector<std::string>& added) {
  CB_DO(land_ready());
  // The stream tells types alone; the table itself knows comments and defaults.
  CB_TRY(const std::vector<capture::ForeignTable> now, source_->tables());
  capture::ForeignTable table = *shape;
  for (const capture::ForeignTable& one : now) {
    if (one.full_name() != map->row().name) continue;
    for (capture::ForeignColumn& column : table.columns) {
      if (const auto at = one.find(column.name)) column = one.columns[*at];
    }
  }
  catalog::Resource entry = *map->plan().resource;
  CB_TRY(const catalog::Draft draft,
         catalog::draft_entry(rail_.catalog, shape_of(table),
                              {entry.department, row_.system, format_of(row_.kind)}));
  CaptureTableRow row = map->row();
  bool copy_again = false;
  for (const std::string& name : added) {
    const std::size_t at = *table.find(name);
    if (at >= draft.entry.items.size()) {
      return internal("a draft of " + row.name + " has fewer items than columns");
    }
    catalog::Item item = draft.entry.items[at];
    item.key = false;
    item.required = false;  // rows from before have nothing there
    item.position = static_cast<int>(entry.items.size()) + 1;
    // A run that died here may have made the item already: no column feeds it yet.
    const auto place = [&] {
      return std::find_if(row.columns.begin(), row.columns.end(),
                          [&](const ColumnOf& one) { return one.item == item.code; });
    };
    while (place() != row.columns.end() && !place()->column.empty()) item.code += "_2";
    item.field.name = item.code;
    const ColumnOf column{item.code, name, table.columns[at].field};
    place() == row.columns.end() ? row.columns.push_back(column)
                                 : static_cast<void>(*place() = column);
    if (entry.find(item.code) == nullptr) entry.items.push_back(std::move(item));
    copy_again = copy_again || table.columns[at].defaulted;
  }
  CB_TRY(const auto stored, rail_.catalog.put(entry, "system"));
  lake::Resource resource;
  resource.code = entry.code;
  resource.schema = stored->schema();
  CB_DO(rail_.lake.define(resource));
  CB_TRY(Plan plan, Plan::compile(rail_.catalog, entry.code, rail_.clock.now()));
  // Also where a copy is under way: what of it was taken before the column came lacks its value.
  if (copy_again && row.state != "waiting") {
    copy_again_ = row.state == "ready" || row.state == "stale";
    row.state = "copying";
    row.copied_to.clear();
    row.rows_copied = 0;
  }
  // Should we die before this transaction lands, it comes again in its old shape first.
  CB_TRY(const capture::Lag lag, source_->lag(row_.position));
  if (!source_->reached(row_.catch_up, lag.position)) row_.catch_up = lag.position;
  CB_DO(rail_.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(save_capture(tx, row_));
    return save_capture_table(tx, row);
  }));
  log(Level::info, "rail", "columns taken in",
      {{"source", name_}, {"table", row.name}, {"columns", std::to_string(added.size())}});
  const std::string table_name = row.name;
  maps_[table_name] = std::make_unique<TableMap>(std::move(row), std::move(plan));
  map = maps_[table_name].get();
  return ok();
}

}  // namespace citybrain::rail
