// Running a comparison: both sides are brought to one position, the outcome is stated and signed, a
// difference opens a work order.
#include <future>

#include "base/ids.h"
#include "base/log.h"
#include "captures_state.h"
#include "reconcile.h"

namespace citybrain::rail {
namespace {

constexpr std::chrono::milliseconds freeze_wait{5'000};
constexpr std::chrono::milliseconds look_wait{5'000};
constexpr std::chrono::milliseconds advance_wait{30'000};

// Lets the feeder go on, whatever happens.
class Held {
 public:
  explicit Held(Hold& hold) : hold_(hold) {}
  ~Held() { let_go(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void let_go() {
    if (!gone_) hold_.let_go();
    gone_ = true;
  }

 private:
  Hold& hold_;
  bool gone_ = false;
};

json::object described(const CapturesState& state, const TableMap& map, const Comparison& found,
                       const std::string& position) {
  json::array differences;
  for (const Difference& one : found.differences) {
    differences.push_back(json::object{{"key", one.key}, {"kind", one.kind}});
  }
  return json::object{{"resource", map.resource()},
                      {"source", map.row().source},
                      {"table", map.row().name},
                      {"equal", found.equal()},
                      {"position", position},
                      {"at", to_iso(state.rail.clock.now())},
                      {"rows_source", found.source.rows},
                      {"rows_lake", found.lake.rows - found.quarantined},
                      {"rows_quarantined", found.quarantined},
                      {"checksum_source", std::to_string(found.source.sum)},
                      {"checksum_lake", std::to_string(found.lake.sum)},
                      {"ranges", found.ranges},
                      {"ranges_different", found.ranges_different},
                      {"differences", std::move(differences)}};
}

// What is signed: no key of a row is in it, so that it can be shown to anyone.
std::string statement_of(const json::object& told) {
  json::object out = told;
  out.erase("differences");
  out["statement"] = told.at("equal").as_bool() ? "complete up to this position and time"
                                                : "differs at this position and time";
  return json::serialize(out);
}

Result<void> keep(CapturesState& state, json::object& told) {
  const std::string resource(told.at("resource").as_string());
  const std::string source(told.at("source").as_string());
  const bool equal = told.at("equal").as_bool();
  const Timestamp now = state.rail.clock.now();
  const std::string body = statement_of(told);
  const std::string signature = state.sealer.sign(body);
  const std::string key = state.sealer.public_key();
  const std::string id = derived_id({"rail_statement", body});
  told["id"] = id;
  told["statement"] = body;
  told["signature"] = signature;
  told["public_key"] = key;
  json::object stored = told;
  return state.rail.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("INSERT INTO rail_statement (id, resource, source, equal, stated_at, body,"
                " signature, public_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                " ON CONFLICT (id) DO NOTHING",
                {id, resource, source, equal, now.us, json::serialize(stored), signature, key}));
    if (equal) {
      return state.rail.orders.close(tx, resource, "difference", source, "对账一致", now);
    }
    CB_DO(state.rail.orders.open(tx,
                                 {.resource = resource,
                                  .kind = "difference",
                                  .source = source,
                                  .title = "与来源对账不一致",
                                  .detail = {{"position", told.at("position")},
                                             {"rows_source", told.at("rows_source")},
                                             {"rows_lake", told.at("rows_lake")},
                                             {"rows_quarantined", told.at("rows_quarantined")},
                                             {"ranges_different", told.at("ranges_different")},
                                             {"statement", id}}},
                                 now));
    return ok();
  });
}

}  // namespace

Result<json::object> Captures::reconcile(const std::string& resource) {
  const std::lock_guard turn(state_->comparing);
  CB_TRY(const auto fed, feeding(*state_, resource));
  if (!fed) return not_found("resource '" + resource + "' is fed by no captured source");
  const auto feeder = state_->feeder(fed->row.name);
  if (!feeder || fed->row.state != "streaming") {
    return conflict("source '" + fed->row.name + "' is " + fed->row.state +
                    "; it is compared while it is streaming");
  }
  CB_TRY(capture::Settings settings, settings_of(fed->row, state_->sealer, fed->tables));
  CB_TRY(const std::shared_ptr<capture::Source> source, capture::open(std::move(settings)));
  Held held(feeder->hold());
  if (!feeder->hold().freeze(freeze_wait)) {
    return unavailable("source '" + fed->row.name + "' is in the middle of a long transaction");
  }
  CB_TRY(const auto look, source->look_exactly(look_wait));
  CB_TRY(const auto shapes, source->tables());
  if (!feeder->hold().advance(look->position(), advance_wait)) {
    return unavailable("source '" + fed->row.name + "' did not come to the place of the look");
  }
  for (const CaptureTableRow& table : fed->tables) {
    if (table.resource != resource) continue;
    CB_TRY(Plan plan, Plan::compile(state_->rail.catalog, resource, state_->rail.clock.now()));
    // The feeder may have taken in a column since.
    CB_TRY(const Registered now, registered(*state_, fed->row.name));
    CaptureTableRow row = table;
    for (const CaptureTableRow& one : now.tables) {
      if (one.name == table.name) row = one;
    }
    TableMap map(std::move(row), std::move(plan));
    for (const capture::ForeignTable& shape : shapes) {
      if (shape.full_name() != table.name) continue;
      map.take_shape(std::make_shared<const capture::ForeignTable>(shape));
    }
    if (map.shape() == nullptr) return not_found("table '" + table.name + "' is gone over there");
    Comparison found;
    CB_DO(state_->rail.lake.look([&](lake::RowsView& rows) -> Result<void> {
      // The snapshot is taken by its first statement; from then on the feeder may go.
      CB_DO(rows.session().query("SELECT position FROM rail_capture WHERE name = $1",
                                 {fed->row.name}));
      held.let_go();
      CB_TRY(found, compare(map, rows, *look));
      return ok();
    }));
    json::object told = described(*state_, map, found, look->position());
    CB_DO(keep(*state_, told));
    if (!found.equal()) {
      log(Level::warn, "rail", "source and lake differ",
          {{"resource", resource}, {"ranges", std::to_string(found.ranges_different)}});
    }
    return told;
  }
  return internal("a captured table went while it was looked for");
}

Result<bool> Captures::reconcile_step(std::stop_token stop) {
  CB_TRY(const auto all, list());
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
  std::string next;
  std::int64_t oldest = INT64_MAX;
  for (const Captured& one : all) {
    if (one.state != "streaming" || one.kind == "odbc") continue;
    for (const CapturedTable& table : one.tables) {
      const std::lock_guard lock(state_->mutex);
      const auto [at, fresh] = state_->compared_at.try_emplace(table.resource, now);
      // The first comparison waits a turn too: a source that has just come has enough to do.
      if (now - at->second < state_->options.compare_every_s || at->second >= oldest) continue;
      oldest = at->second;
      next = table.resource;
    }
  }
  if (next.empty() || stop.stop_requested()) return false;
  const auto told = reconcile(next);
  const std::lock_guard lock(state_->mutex);
  state_->compared_at[next] = now;
  if (!told && !capture::passes_by_itself(told.error()) && told.error().code != Code::conflict) {
    return told.error();
  }
  return false;
}

Result<json::array> Captures::statements(const std::string& resource, std::int64_t limit) const {
  if (limit < 1 || limit > 1'000)
    return invalid("'limit' is " + std::to_string(limit) + "; send 1..1000");
  CB_TRY(const sql::Rows rows, state_->rail.db.read([&](sql::Session& session) {
    return resource.empty()
               ? session.query("SELECT body FROM rail_statement ORDER BY stated_at DESC LIMIT $1",
                               {limit})
               : session.query(
                     "SELECT body FROM rail_statement WHERE resource = $1"
                     " ORDER BY stated_at DESC LIMIT $2",
                     {resource, limit});
  }));
  json::array out;
  for (const sql::Row& row : rows) {
    CB_TRY(json::value body, parse_json(row.text(0)));
    out.push_back(std::move(body));
  }
  return out;
}

}  // namespace citybrain::rail
