// Captures: the registry of captured sources, and the threads that run them.
#include "rail/captures.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/csv.h"
#include "base/log.h"
#include "base/text.h"
#include "captures_state.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t name_bytes_max = 40;
constexpr std::size_t tables_max = 1'000;  // of one source

Result<void> check_name(const std::string& name) {
  const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (letters && !name.empty() && name.size() <= name_bytes_max && name[0] >= 'a') return ok();
  return invalid("name '" + name + "' of a source: write [a-z][a-z0-9_]*, at most 40 characters");
}

// The items of a resource and the columns they come from.
Result<CaptureTableRow> row_of(const std::string& source, const TableChoice& choice,
                               const capture::ForeignTable& table, const Plan& plan) {
  CaptureTableRow row;
  row.source = source;
  row.name = choice.table;
  row.resource = choice.resource;
  row.rows_estimate = table.rows_estimate;
  if (!table.obstacle.empty()) return invalid(choice.table + ": " + table.obstacle);
  if (plan.schema.key.empty()) {
    return invalid("resource '" + choice.resource +
                   "' only grows (append); changes need a keyed one");
  }
  for (const ColumnPlan& item : plan.columns) {
    const auto chosen = choice.columns.find(item.field.name);
    const std::string column = chosen == choice.columns.end() ? item.field.name : chosen->second;
    const auto at = table.find(column);
    if (!at) {
      return invalid(choice.table + " has no column '" + column + "' for item '" + item.field.name +
                     "' of " + choice.resource + "; say which in 'columns'");
    }
    row.columns.push_back({item.field.name, column, table.columns[*at].field});
  }
  const ShapeVerdict verdict = TableMap(row, plan).judge(table, false);
  if (!verdict.obstacle.empty()) return invalid(verdict.obstacle);
  return row;
}

Captured shown(const CaptureRow& row, const std::vector<CaptureTableRow>& tables,
               const FeederStatus& status) {
  Captured out;
  out.name = row.name;
  out.kind = row.kind;
  out.address = row.address;
  out.has_password = !row.secret.empty();
  out.password_file = row.secret_file;
  out.department = row.department;
  out.system = row.system;
  out.state = status.state.empty() ? row.state : status.state;
  out.reason = status.state.empty() ? row.reason : status.reason;
  out.position = row.position;
  out.lag_bytes = status.lag_bytes;
  out.lag_bytes_max = status.lag_bytes_max;
  out.rows_waiting = status.rows_waiting;
  out.changes_per_second = status.changes_per_second;
  out.transactions = row.transactions;
  out.alert = status.alert;
  // Two clocks, so what is a little negative is none.
  const bool behind = out.state != "streaming" || status.rows_waiting > 0;
  if (row.commit_at.us > 0) {
    out.commit_at = row.commit_at;
    const std::int64_t age_us = SystemClock().now().us - row.commit_at.us;
    if (behind) out.lag_seconds = std::max<std::int64_t>(0, age_us / 1'000'000);
  }
  out.created_at = row.created_at;
  out.created_by = row.created_by;
  out.updated_at = row.updated_at;
  for (const CaptureTableRow& table : tables) {
    out.tables.push_back({table.name, table.resource, table.state, table.rows_copied,
                          table.rows_estimate, table.upserts, table.removes, table.refused});
  }
  return out;
}

}  // namespace

Result<Registered> registered(CapturesState& state, const std::string& name) {
  return state.rail.db.read([&](sql::Session& session) -> Result<Registered> {
    Registered out;
    CB_TRY(out.row, load_capture(session, name));
    CB_TRY(out.tables, load_capture_tables(session, name));
    return out;
  });
}

Result<std::optional<Registered>> feeding(CapturesState& state, const std::string& resource) {
  CB_TRY(const auto found, state.rail.db.read([&](sql::Session& session) {
    return session.query_one("SELECT source FROM rail_capture_table WHERE resource = $1",
                             {resource});
  }));
  if (!found) return std::optional<Registered>();
  CB_TRY(Registered out, registered(state, found->text(0)));
  return std::optional(std::move(out));
}

void CapturesState::stop(const std::string& name) {
  std::shared_ptr<Feeder> feeder;
  {
    const std::lock_guard lock(mutex);
    const auto found = feeders.find(name);
    if (found == feeders.end()) return;
    feeder = std::move(found->second);
    feeders.erase(found);
  }
  feeder->stop();
}

Captures::Captures(std::unique_ptr<CapturesState> state) : state_(std::move(state)) {}

Captures::~Captures() { stop_all(); }

Result<std::unique_ptr<Captures>> Captures::open(Rail& rail, CaptureOptions options) {
  CB_TRY(Sealer sealer, Sealer::open(options.dir));
  if (options.dir.empty()) options.dir = std::filesystem::temp_directory_path().string();
  return std::unique_ptr<Captures>(new Captures(
      std::make_unique<CapturesState>(*rail.state_, std::move(sealer), std::move(options))));
}

Result<void> Captures::add(const std::string& name, const Connection& at,
                           const std::string& department, const std::string& system,
                           const std::vector<TableChoice>& tables, const std::string& by) {
  CB_DO(check_name(name));
  if (tables.empty() || tables.size() > tables_max) {
    return invalid("name 1.." + std::to_string(tables_max) + " tables");
  }
  CB_TRY(capture::Settings settings, state_->settings(at));
  settings.name = name;
  for (const TableChoice& choice : tables) settings.tables.push_back(choice.table);
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_TRY(const capture::About about, source->look());
  for (const capture::Finding& finding : about.findings) {
    if (finding.weight != capture::Finding::Weight::obstacle) continue;
    return invalid(finding.what + ": " + finding.remedy);
  }
  CB_TRY(const auto shapes, source->tables());
  std::vector<CaptureTableRow> rows;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    CB_TRY(const Plan plan,
           Plan::compile(state_->rail.catalog, tables[i].resource, state_->rail.clock.now()));
    const auto shape = std::find_if(shapes.begin(), shapes.end(), [&](const auto& one) {
      return one.full_name() == tables[i].table;
    });
    if (shape == shapes.end()) return not_found("no table '" + tables[i].table + "' over there");
    CB_TRY(CaptureTableRow row, row_of(name, tables[i], *shape, plan));
    rows.push_back(std::move(row));
    lake::Resource resource;
    resource.code = tables[i].resource;
    resource.schema = plan.schema;
    CB_DO(state_->rail.lake.define(resource));
  }
  CaptureRow row;
  row.name = name;
  row.kind = at.kind;
  row.address = at.address;
  row.watermark = at.watermark;
  row.secret = state_->sealer.seal(at.password);
  row.secret_file = at.password_file;
  row.department = department;
  row.system = system;
  row.created_at = row.updated_at = state_->rail.clock.now();
  row.created_by = by;
  return state_->rail.db.write([&](sql::Tx& tx) -> Result<void> {
    const auto there = load_capture(tx, name);
    if (there) return conflict("a source '" + name + "' is there already; choose another name");
    if (there.error().code != Code::not_found) return there.error();
    CB_DO(save_capture(tx, row));
    for (const CaptureTableRow& table : rows) {
      CB_TRY(const auto taken,
             tx.query_one("SELECT source FROM rail_capture_table WHERE resource = $1",
                          {table.resource}));
      if (taken) {
        return conflict("resource '" + table.resource + "' is fed by source '" + taken->text(0) +
                        "' already");
      }
      CB_DO(save_capture_table(tx, table));
    }
    return ok();
  });
}

Result<std::vector<Captured>> Captures::list() const {
  CB_TRY(const auto rows,
         state_->rail.db.read([&](sql::Session& session) -> Result<std::vector<Registered>> {
           std::vector<Registered> out;
           CB_TRY(std::vector<CaptureRow> all, load_captures(session));
           for (CaptureRow& row : all) {
             CB_TRY(auto tables, load_capture_tables(session, row.name));
             out.push_back({std::move(row), std::move(tables)});
           }
           return out;
         }));
  std::vector<Captured> out;
  for (const Registered& one : rows) {
    const auto feeder = state_->feeder(one.row.name);
    out.push_back(shown(one.row, one.tables, feeder ? feeder->status() : FeederStatus()));
  }
  return out;
}

Result<Captured> Captures::find(const std::string& name) const {
  CB_TRY(const Registered one, registered(*state_, name));
  const auto feeder = state_->feeder(name);
  return shown(one.row, one.tables, feeder ? feeder->status() : FeederStatus());
}

Result<void> Captures::pause(const std::string& name, const std::string& reason) {
  CB_DO(registered(*state_, name));
  state_->stop(name);
  return state_->rail.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(CaptureRow row, load_capture(tx, name));
    row.wanted = "pause";
    row.state = "paused";
    row.reason = reason.empty() ? "paused by hand" : reason;
    row.updated_at = state_->rail.clock.now();
    return save_capture(tx, row);
  });
}

Result<void> Captures::resume(const std::string& name, bool accept, const std::string& password) {
  CB_TRY(Registered one, registered(*state_, name));
  state_->stop(name);
  if (!password.empty()) {
    one.row.secret = state_->sealer.seal(password);
    one.row.secret_file.clear();
  }
  std::vector<CaptureTableRow> changed;
  if (accept) {
    CB_TRY(capture::Settings settings, settings_of(one.row, state_->sealer, one.tables));
    CB_TRY(const auto source, capture::open(std::move(settings)));
    CB_TRY(const auto shapes, source->tables());
    for (CaptureTableRow& table : one.tables) {
      CB_TRY(const auto entry, state_->rail.catalog.resource(table.resource));
      for (const capture::ForeignTable& shape : shapes) {
        if (shape.full_name() != table.name) continue;
        for (ColumnOf& column : table.columns) {
          const catalog::Item* item = entry->find(column.item);
          const bool needed = item != nullptr && (item->key || item->required);
          if (column.gone || shape.find(column.column)) continue;
          if (needed) {
            return conflict("item '" + column.item +
                            "' must be there; make it optional in the"
                            " catalogue before going on without column '" +
                            column.column + "'");
          }
          column.gone = true;
        }
      }
      changed.push_back(table);
    }
  }
  return state_->rail.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(CaptureRow row, load_capture(tx, name));
    row.wanted = "run";
    row.state = row.position.empty() ? "created" : "waiting";
    row.reason.clear();
    row.secret = one.row.secret;
    row.secret_file = one.row.secret_file;
    row.updated_at = state_->rail.clock.now();
    for (const CaptureTableRow& table : changed) CB_DO(save_capture_table(tx, table));
    for (const CaptureTableRow& table : one.tables) {
      CB_DO(state_->rail.orders.close(tx, table.resource, "schema", name, "采集已恢复",
                                      row.updated_at));
    }
    return save_capture(tx, row);
  });
}

Result<void> Captures::resync(const std::string& name) {
  CB_TRY(const Registered one, registered(*state_, name));
  state_->stop(name);
  CB_TRY(capture::Settings settings, settings_of(one.row, state_->sealer, one.tables));
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_DO(source->forget());
  return state_->rail.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(CaptureRow row, load_capture(tx, name));
    row.wanted = "run";
    row.state = "created";
    row.reason.clear();
    row.position.clear();
    row.catch_up.clear();
    row.updated_at = state_->rail.clock.now();
    return save_capture(tx, row);
  });
}

Result<std::string> Captures::remove(const std::string& name, bool force) {
  CB_TRY(const Registered one, registered(*state_, name));
  state_->stop(name);
  std::string left;
  const auto forgotten = [&]() -> Result<void> {
    CB_TRY(capture::Settings settings, settings_of(one.row, state_->sealer, one.tables));
    CB_TRY(const auto source, capture::open(std::move(settings)));
    return source->forget();
  }();
  if (!forgotten) {
    if (!force) {
      return forgotten.error().in(
          "what was made over there could not be taken back; remove with"
          " 'force' to leave it");
    }
    left = "slot and publication 'citybrain_" + name +
           "' may still be there, and the slot keeps the server's log: drop them by hand";
  }
  CB_DO(state_->rail.db.write([&](sql::Tx& tx) -> Result<void> {
    for (const CaptureTableRow& table : one.tables) {
      CB_DO(tx.exec("DELETE FROM rail_capture_aside WHERE resource = $1", {table.resource}));
    }
    CB_DO(tx.exec("DELETE FROM rail_capture_table WHERE source = $1", {name}));
    CB_DO(tx.exec("DELETE FROM rail_capture WHERE name = $1", {name}));
    return ok();
  }));
  return left;
}

Result<bool> Captures::supervise(std::stop_token stop) {
  CB_TRY(const auto rows,
         state_->rail.db.read([](sql::Session& session) { return load_captures(session); }));
  for (const CaptureRow& row : rows) {
    if (stop.stop_requested()) break;
    auto feeder = state_->feeder(row.name);
    const bool wanted = row.wanted == "run" && row.state != "failed";
    if (!wanted) {
      if (feeder) state_->stop(row.name);
      continue;
    }
    if (feeder && !feeder->ended()) {
      feeder->measure();
      continue;
    }
    feeder = std::make_shared<Feeder>(state_->rail, state_->sealer, state_->options, row.name);
    {
      const std::lock_guard lock(state_->mutex);
      state_->feeders[row.name] = feeder;
    }
    feeder->start();
  }
  return false;
}

void Captures::stop_all() {
  if (!state_) return;
  std::vector<std::string> names;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, feeder] : state_->feeders) names.push_back(name);
  }
  for (const std::string& name : names) state_->stop(name);
}

}  // namespace citybrain::rail
