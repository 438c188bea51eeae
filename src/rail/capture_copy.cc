// Copying tables: the first look and later ones. A copy that was cut off goes on behind the last
// key that landed, in a later look; the stream, replayed from the slot's beginning, then makes it
// right.
#include <future>

#include "base/crash.h"
#include "base/json.h"
#include "capture_feeder.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t sweep_rows = 1'000;  // keys looked for at a time

std::string key_to_text(const capture::RowText& key) {
  json::array out;
  for (std::size_t i = 0; i < key.size(); ++i) out.emplace_back(key.text(i));
  return json::serialize(out);
}

Result<capture::RowText> key_from_text(const std::string& text) {
  capture::RowText key;
  if (text.empty()) return key;
  CB_TRY(const json::value parsed, parse_json(text));
  if (!parsed.is_array()) return corrupt("rail_capture_table.copied_to is no array");
  for (const json::value& cell : parsed.as_array()) key.add(cell.as_string());
  return key;
}

// A stale table waits until the stream has passed what is replayed: see Feeder::copy_stale.
bool needs_copy(const CaptureTableRow& table) {
  return table.state != "ready" && table.state != "stale";
}

}  // namespace

// Makes publication and slot anew and remembers where the stream begins. A slot that a dead run
// left without our knowing its place is of no use.
Result<std::unique_ptr<capture::Snapshot>> Feeder::start_over() {
  auto look = source_->begin();
  if (!look && look.error().code == Code::conflict) {
    CB_DO(source_->forget());
    look = source_->begin();
  }
  if (!look) return std::move(look).error();
  crash_point("capture.after_begin");
  const std::string position = (*look)->position();
  std::map<std::string, bool> has_rows;
  for (const auto& [name, map] : maps_) {
    bool any = false;
    CB_DO(rail_.lake.look([&](lake::RowsView& rows) -> Result<void> {
      CB_TRY(const Batch first, rows.get_prefix(map->resource(), {}, 1));
      CB_TRY(const bool aside, any_aside(rows.session(), map->resource()));
      any = first.rows > 0 || aside;
      return ok();
    }));
    has_rows[name] = any;
  }
  row_.position = row_.catch_up = seen_ = position;
  for (auto& [name, map] : maps_) {
    CaptureTableRow& table = map->row();
    table.state = "copying";
    table.copied_to.clear();
    table.rows_copied = 0;
    table.sweep = has_rows[name];
  }
  CB_DO(rail_.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(save_capture(tx, row_));
    for (const auto& [name, map] : maps_) CB_DO(save_capture_table(tx, map->row()));
    return ok();
  }));
  return std::move(*look);
}

Result<void> Feeder::copy_tables(std::unique_ptr<capture::Snapshot> look,
                                 const std::stop_token& stop) {
  bool any = false;
  for (const auto& [name, map] : maps_) any = any || needs_copy(map->row());
  if (!any) return ok();
  CB_DO(set_state("snapshot"));
  if (!look) CB_DO(look_at_now(look));
  CB_TRY(std::vector<capture::ForeignTable> shapes, source_->tables());
  // Those that others refer to first.
  for (const bool refers : {false, true}) {
    for (auto& [name, owned] : maps_) {
      TableMap* map = owned.get();
      if (!needs_copy(map->row()) || map->plan().has_refs != refers) continue;
      for (capture::ForeignTable& shape : shapes) {
        if (shape.full_name() != name) continue;
        map->row().rows_estimate = shape.rows_estimate;
        CB_DO(take_shape(map, std::make_shared<const capture::ForeignTable>(shape)));
      }
      if (map->row().state == "copying" || map->row().state == "waiting") {
        CB_DO(copy(*map, *look, stop));
      }
      if (stop.stop_requested()) return ok();
      if (map->row().state == "sweeping") CB_DO(sweep(*map, *look, stop));
      if (stop.stop_requested()) return ok();
    }
  }
  return tell_catalog(true);
}

// A look from which rows may be taken: they are right once the stream has passed its place.
Result<void> Feeder::look_at_now(std::unique_ptr<capture::Snapshot>& look) {
  CB_TRY(look, source_->look_again());
  if (source_->reached(row_.catch_up, look->position())) return ok();
  row_.catch_up = look->position();
  return rail_.db.write([&](sql::Tx& tx) { return save_capture(tx, row_); });
}

// Rows that an earlier run could not complete.
Result<void> Feeder::find_torn() {
  torn_.clear();
  return rail_.db.read([&](sql::Session& session) -> Result<void> {
    torn_.clear();
    for (const auto& [name, map] : maps_) {
      CB_DO(each_aside(session, map->resource(), [&](const AsideRow& row) -> Result<void> {
        if (has_absent(row.row)) torn_[name].push_back(row.key);
        return ok();
      }));
    }
    return ok();
  });
}

// A row whose key moved, between two looks, out of what was not copied yet into what was: neither
// look showed it, and the change that moved it left out its large value. It is fetched by its key.
Result<void> Feeder::mend_torn() {
  // A table whose shape is not known yet waits for its next row, which brings it.
  decltype(torn_) torn;
  for (auto it = torn_.begin(); it != torn_.end();) {
    auto here = it++;
    if (maps_.at(here->first)->shape() != nullptr) torn.insert(torn_.extract(here));
  }
  if (torn.empty()) return ok();
  if (source_->reached(row_.position, row_.catch_up)) {
    looked_at_all_ = false;
    looked_at_.clear();
  }
  std::unique_ptr<capture::Snapshot> look;
  CB_DO(look_at_now(look));
  for (const auto& [name, keys] : torn) {
    TableMap& map = *maps_.at(name);
    std::vector<capture::RowText> wanted;
    for (const std::string& key : keys) wanted.push_back(map.foreign_key(cells_of_key(key)));
    looked_at_[name].insert(keys.begin(), keys.end());
    CB_TRY(const auto found, look->find(*map.shape(), wanted));
    Fold fold;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (found[i]) {
        fold.insert(name, keys[i], map.items_of(*found[i]));
      } else {
        fold.remove(name, keys[i]);
      }
    }
    CB_DO(land_copied(map, fold, map.row()));
  }
  return set_state(source_->reached(row_.position, row_.catch_up) ? "streaming" : "catching_up");
}

Result<void> Feeder::copy(TableMap& map, capture::Snapshot& look, const std::stop_token& stop) {
  const capture::ForeignTable shape = *map.shape();
  const auto rows_max = static_cast<std::size_t>(options_.copy_rows);
  CB_TRY(capture::RowText after, key_from_text(map.row().copied_to));
  const auto read = [&] { return look.read(shape, after, rows_max); };
  auto next = std::async(std::launch::async, read);
  while (!stop.stop_requested()) {
    CB_TRY(const std::vector<capture::RowText> rows, next.get());
    const bool last = rows.size() < rows_max;
    if (!rows.empty()) after = map.foreign_key_of(rows.back());
    const std::string copied_to = rows.empty() ? map.row().copied_to : key_to_text(after);
    // The next piece is read while this one lands.
    if (!last) next = std::async(std::launch::async, read);
    Fold fold;
    for (const capture::RowText& row : rows) {
      capture::RowText items = map.items_of(row);
      std::string key = map.key_of(items);
      fold.insert(map.row().name, std::move(key), std::move(items));
    }
    CaptureTableRow table = map.row();
    table.copied_to = copied_to;
    table.rows_copied += static_cast<std::int64_t>(rows.size());
    table.state = last ? (table.sweep ? "sweeping" : "ready") : "copying";
    const auto landed = land_copied(map, fold, table);
    if (!landed) {
      if (!last) next.wait();
      return landed.error();
    }
    count(static_cast<std::int64_t>(rows.size()));
    if (last) return ok();
  }
  next.wait();
  return ok();
}

Result<void> Feeder::land_copied(TableMap& map, const Fold& fold, const CaptureTableRow& after) {
  const NextFold one = [&](std::size_t index, const Fold*& out) -> Result<bool> {
    out = &fold;
    return index == 0 && !fold.empty();
  };
  FoldParts parts(rail_, maps_, one, row_.position);
  CaptureTableRow table;
  crash_point("capture.before_land");
  CB_DO(rail_.lake.land_all([&](std::size_t index, lake::RowsView& rows, sql::Tx& tx,
                                lake::Part& part) { return parts.next(index, rows, tx, part); },
                            [&](sql::Tx& tx) -> Result<void> {
                              table = after;
                              for (const auto& [name, counts] : parts.counts()) {
                                table.upserts += counts.upserts;
                                table.removes += counts.removes;
                                table.refused += counts.refused;
                              }
                              CB_DO(move_capture(tx, name_, row_.position, row_.position, {}, 0,
                                                 rail_.clock.now()));
                              return save_capture_table(tx, table);
                            }));
  crash_point("capture.after_land");
  map.row() = table;
  landed_once_ = true;
  rail_.changed(map.resource());
  return ok();
}

// Rows that we have and the source has not any more, looked for by their keys: no order of the
// source's need be ours.
Result<void> Feeder::sweep(TableMap& map, capture::Snapshot& look, const std::stop_token& stop) {
  std::vector<Cell> after;
  for (bool more = true; more;) {
    if (stop.stop_requested()) return ok();
    std::vector<std::string> keys;
    CB_DO(rail_.lake.look([&](lake::RowsView& rows) -> Result<void> {
      keys.clear();
      CB_TRY(const Batch page, rows.get_prefix(map.resource(), {}, sweep_rows, after));
      more = static_cast<std::int64_t>(page.rows) == sweep_rows;
      for (std::size_t i = 0; i < page.rows; ++i) {
        capture::RowText items;
        const std::vector<Cell> cells = page.row(i);
        for (const Cell& cell : cells) {
          is_null(cell) ? items.add_null() : items.add(canonical_text(cell));
        }
        keys.push_back(map.key_of(items));
        if (i + 1 == page.rows) after = *map.key_cells(keys.back());
      }
      return ok();
    }));
    CB_DO(sweep_page(map, look, keys));
  }
  std::vector<std::string> aside;
  CB_DO(rail_.db.read([&](sql::Session& session) {
    aside.clear();
    return each_aside(session, map.resource(), [&](const AsideRow& row) -> Result<void> {
      aside.push_back(row.key);
      return ok();
    });
  }));
  CB_DO(sweep_page(map, look, aside));
  CaptureTableRow table = map.row();
  table.state = "ready";
  table.sweep = false;
  return land_copied(map, Fold(), table);
}

Result<void> Feeder::sweep_page(TableMap& map, capture::Snapshot& look,
                                const std::vector<std::string>& keys) {
  std::vector<capture::RowText> wanted;
  std::vector<std::string> ours;
  for (const std::string& key : keys) {
    if (key.empty()) continue;
    wanted.push_back(map.foreign_key(cells_of_key(key)));
    ours.push_back(key);
  }
  if (wanted.empty()) return ok();
  CB_TRY(const auto found, look.find(*map.shape(), wanted));
  Fold fold;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) fold.remove(map.row().name, ours[i]);
  }
  return fold.empty() ? ok() : land_copied(map, fold, map.row());
}

}  // namespace citybrain::rail
