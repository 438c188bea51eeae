// Demands: submitted, moved along the graph, matched. See catalog/supply.h, demand_state.h.
#include <algorithm>

#include "base/csv.h"
#include "base/json.h"
#include "demand_state.h"
#include "sql/outbox.h"
#include "sql/sequence.h"
#include "supply_rows.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

constexpr std::size_t items_wanted_max = 200;

const DemandEdge* edge_of(std::string_view action, DemandState from) {
  for (const DemandEdge& edge : demand_edges) {
    if (edge.action == action && edge.from == from) return &edge;
  }
  return nullptr;
}

Error no_such_step(const Demand& demand, std::string_view action) {
  std::string could;
  for (const DemandEdge& edge : demand_edges) {
    if (edge.from != demand.state) continue;
    could += (could.empty() ? "" : ", ") + std::string(edge.action);
  }
  return conflict("demand " + std::to_string(demand.id) + " is " + name_of(demand.state) + ", '" +
                  std::string(action) + "' does not follow; " +
                  (could.empty() ? "it is at its end" : "what follows: " + could));
}

Result<void> check_demand(const Demand& demand) {
  if (demand.name.empty()) return invalid("name is empty; say which data is wanted");
  if (demand.items.empty() || demand.items.size() > items_wanted_max) {
    return invalid("items are " + std::to_string(demand.items.size()) + "; name 1.." +
                   std::to_string(items_wanted_max));
  }
  if (demand.purpose.empty()) return invalid("purpose is empty; say what for");
  if (demand.basis.empty()) return invalid("basis is empty; name the duty or rule it serves");
  CB_DO(official(Word::update_cycle, demand.update_cycle));
  return ok();
}

}  // namespace

Result<Demand> demand_of(const sql::Row& row) {
  Demand demand;
  demand.id = row.integer(0);
  demand.name = row.text(1);
  demand.department = row.text(2);
  demand.items = list_of(row.text(3));
  demand.purpose = row.text(4);
  demand.basis = row.text(5);
  demand.update_cycle = row.text(6);
  demand.wanted_on = day_of(row.integer(7));
  CB_TRY(demand.state, demand_state(row.text(8)));
  demand.provider = row.text(9);
  demand.resource = row.text(10);
  demand.duty = row.text(11);
  demand.submitted_at = {row.integer(12)};
  if (const auto due = row.maybe_integer(13)) demand.due_on = day_of(*due);
  demand.waits_for = row.text(14);
  demand.reason = row.text(15);
  demand.version = row.integer(16);
  return demand;
}

Result<Demand> read_demand(sql::Session& session, std::int64_t id) {
  CB_TRY(const auto row,
         session.query_one(
             "SELECT " + std::string(demand_columns) + " FROM catalog_demand WHERE id = $1", {id}));
  if (!row) return not_found("there is no demand " + std::to_string(id));
  return demand_of(*row);
}

Result<void> write_demand(sql::Tx& tx, const Demand& demand) {
  const std::optional<std::int64_t> due_on =
      demand.due_on ? std::optional<std::int64_t>(demand.due_on->days) : std::nullopt;
  CB_DO(
      tx.exec("INSERT INTO catalog_demand (id, name, department, items, purpose, basis,"
              " update_cycle, wanted_on, state, provider, resource, duty, submitted_at, due_on,"
              " waits_for, reason, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
              " $12, $13, $14, $15, $16, $17) ON CONFLICT (id) DO UPDATE SET"
              " state = excluded.state, provider = excluded.provider,"
              " resource = excluded.resource, duty = excluded.duty, due_on = excluded.due_on,"
              " waits_for = excluded.waits_for, reason = excluded.reason,"
              " version = excluded.version",
              {demand.id, demand.name, demand.department, list_text(demand.items), demand.purpose,
               demand.basis, demand.update_cycle, demand.wanted_on.days, name_of(demand.state),
               demand.provider, demand.resource, demand.duty, demand.submitted_at.us, due_on,
               demand.waits_for, demand.reason, demand.version}));
  return ok();
}

Result<void> write_event(sql::Tx& tx, const Demand& demand, Timestamp at, std::string_view actor,
                         std::string_view from, std::string_view note) {
  CB_DO(
      tx.exec("INSERT INTO catalog_demand_event"
              " (demand, version, at, actor, from_state, to_state, note)"
              " VALUES ($1, $2, $3, $4, $5, $6, $7)",
              {demand.id, demand.version, at.us, actor, from, name_of(demand.state), note}));
  CB_DO(sql::put(tx, at, std::string("task.demand.") + name_of(demand.state),
                 std::to_string(demand.id),
                 {{"name", demand.name},
                  {"department", demand.department},
                  {"waits_for", demand.waits_for},
                  {"due_on", demand.due_on ? to_iso(*demand.due_on) : ""}}));
  return ok();
}

const char* name_of(DemandState state) {
  switch (state) {
    case DemandState::submitted: return "submitted";
    case DemandState::accepted: return "accepted";
    case DemandState::returned: return "returned";
    case DemandState::matched: return "matched";
    case DemandState::coordinating: return "coordinating";
    case DemandState::granted: return "granted";
    case DemandState::refused: return "refused";
    case DemandState::disputed: return "disputed";
    case DemandState::satisfied: return "satisfied";
    case DemandState::withdrawn: return "withdrawn";
  }
  return "submitted";
}

Result<DemandState> demand_state(std::string_view name) {
  for (int state = 0; state <= static_cast<int>(DemandState::withdrawn); ++state) {
    if (name == name_of(static_cast<DemandState>(state))) return static_cast<DemandState>(state);
  }
  return invalid("state is '" + std::string(name) +
                 "'; write submitted, accepted, returned, "
                 "matched, coordinating, granted, refused, disputed, satisfied or withdrawn");
}

void Supply::set_due(Demand& demand) const {
  demand.due_on.reset();
  demand.waits_for.clear();
  const auto wait = [&](const std::string& department, int days) {
    demand.waits_for = department;
    demand.due_on = due_in(days);
  };
  switch (demand.state) {
    case DemandState::submitted: return wait(limits_.bureau, limits_.check_days);
    case DemandState::accepted: return wait(limits_.bureau, limits_.match_days);
    case DemandState::matched:
      return wait(demand.provider,
                  demand.resource.empty() ? limits_.publish_days : limits_.answer_days);
    case DemandState::coordinating: return wait(limits_.bureau, limits_.publish_days);
    case DemandState::granted: return wait(demand.provider, limits_.deliver_days);
    case DemandState::disputed: return wait(limits_.bureau, limits_.dispute_days);
    case DemandState::returned: demand.waits_for = demand.department; return;
    case DemandState::refused:
    case DemandState::satisfied:
    case DemandState::withdrawn: return;
  }
}

// The catalogue's entry, a duty, or only a department that is to catalogue it first. What is shared
// with everybody needs no answer.
Result<void> Supply::match(Demand& demand, const DemandStep& step) const {
  demand.resource = step.resource;
  demand.duty = step.duty;
  demand.provider = step.provider;
  if (!step.duty.empty()) {
    CB_TRY(const Duty owed, duty(step.duty));
    demand.provider = owed.department;
    if (demand.resource.empty()) demand.resource = owed.resource;
  }
  if (!demand.resource.empty()) {
    CB_TRY(const auto entry, catalog_.resource(demand.resource));
    demand.provider = entry->department;
    if (entry->share_type == "无条件") demand.state = DemandState::granted;
  }
  if (demand.provider.empty()) {
    return invalid(
        "nothing to match with; send 'resource', 'duty', or the 'provider' that is to "
        "catalogue it first");
  }
  if (!catalog_.department(demand.provider)) {
    return invalid("provider is '" + demand.provider + "'; write a department's short name");
  }
  return ok();
}

Result<Demand> Supply::submit(const Demand& wanted, const Principal& who) {
  Demand demand = wanted;
  CB_DO(check_demand(demand));
  CB_TRY(demand.update_cycle, official(Word::update_cycle, demand.update_cycle));
  demand.department = who.department;
  if (!catalog_.department(demand.department)) {
    return denied("the account belongs to no department; only departments ask for shared data");
  }
  demand.state = DemandState::submitted;
  demand.version = 1;
  demand.submitted_at = clock_.now();
  set_due(demand);
  return db_.write([&](sql::Tx& tx) -> Result<Demand> {
    Demand stored = demand;
    CB_TRY(stored.id, sql::next_sequence(tx, "catalog_demand"));
    CB_DO(write_demand(tx, stored));
    CB_DO(write_event(tx, stored, stored.submitted_at, who.id, "", ""));
    return stored;
  });
}

Result<Demand> Supply::step(std::int64_t id, const DemandStep& wanted, const Principal& who) {
  return db_.write([&](sql::Tx& tx) -> Result<Demand> {
    CB_TRY(Demand demand, read_demand(tx, id));
    const DemandEdge* edge = edge_of(wanted.action, demand.state);
    if (edge == nullptr) return no_such_step(demand, wanted.action);
    const auto allowed = next_actions(demand, who);
    if (std::find(allowed.begin(), allowed.end(), wanted.action) == allowed.end()) {
      return denied("'" + wanted.action + "' is for " +
                    (edge->by == Role::asker      ? "the department that asks"
                     : edge->by == Role::provider ? "the department that supplies"
                                                  : "the data bureau"));
    }
    if (edge->needs_note && wanted.note.empty()) {
      return invalid("note is empty; '" + wanted.action + "' needs its reason");
    }
    const char* from = name_of(demand.state);
    demand.state = edge->to;
    if (wanted.action == "match") CB_DO(match(demand, wanted));
    if (edge->needs_note) demand.reason = wanted.note;
    ++demand.version;
    set_due(demand);
    CB_DO(write_demand(tx, demand));
    CB_DO(write_event(tx, demand, clock_.now(), who.id, from, wanted.note));
    return demand;
  });
}

std::vector<std::string> Supply::next_actions(const Demand& demand, const Principal& who) const {
  std::vector<std::string> actions;
  for (const DemandEdge& edge : demand_edges) {
    if (edge.from != demand.state) continue;
    const bool may = edge.by == Role::asker      ? is(who, "catalog.demand", demand.department)
                     : edge.by == Role::provider ? is(who, "catalog.answer", demand.provider)
                                                 : catalog_.may(who, "catalog.coordinate");
    if (may) actions.emplace_back(edge.action);
  }
  return actions;
}

Result<Demand> Supply::demand(std::int64_t id) const {
  return db_.read([&](sql::Session& session) { return read_demand(session, id); });
}

Result<PageOf<Demand>> Supply::demands(const DemandFilter& filter) const {
  using Page = PageOf<Demand>;
  if (!filter.state.empty()) CB_DO(demand_state(filter.state));
  const std::string like = "%" + filter.words + "%";
  const sql::Params base = {filter.state,   filter.department,   filter.provider, like,
                            filter.overdue, clock_.today().days, filter.duty};
  return db_.read([&](sql::Session& session) -> Result<Page> {
    const std::string where =
        " FROM catalog_demand WHERE ($1 = '' OR state = $1) AND ($2 = '' OR department = $2)"
        " AND ($3 = '' OR provider = $3) AND (name LIKE $4 OR items LIKE $4)"
        " AND ($5 = 0 OR due_on < $6) AND ($7 = '' OR duty = $7)";
    Page page;
    CB_TRY(const auto count, session.query_one("SELECT COUNT(*)" + where, base));
    page.total = count->integer(0);
    sql::Params all = base;
    all.push_back(filter.size);
    all.push_back(filter.from);
    CB_TRY(const sql::Rows rows,
           session.query("SELECT " + std::string(demand_columns) + where +
                             " ORDER BY CASE WHEN due_on IS NULL THEN 1 ELSE 0 END, due_on, id"
                             " LIMIT $8 OFFSET $9",
                         all));
    for (const sql::Row& row : rows) {
      CB_TRY(Demand demand, demand_of(row));
      page.items.push_back(std::move(demand));
    }
    return page;
  });
}

Result<std::vector<DemandEvent>> Supply::events_of(std::int64_t id) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(
        "SELECT at, actor, from_state, to_state, note FROM catalog_demand_event"
        " WHERE demand = $1 ORDER BY version",
        {id});
  }));
  std::vector<DemandEvent> events;
  for (const sql::Row& row : rows) {
    events.push_back(
        {Timestamp{row.integer(0)}, row.text(1), row.text(2), row.text(3), row.text(4)});
  }
  return events;
}

Result<std::int64_t> Supply::import_demands(std::string_view csv) {
  CB_TRY(const CsvTable table,
         parse_csv(csv, {"id", "name", "department", "items", "purpose", "basis", "update_cycle",
                         "wanted_on", "submitted_at", "state", "provider", "resource", "duty",
                         "due_on", "reason"}));
  std::vector<Demand> demands;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto read = [&]() -> Result<Demand> {
      const auto cell = [&](const char* name) { return table.at(row, name); };
      Demand demand;
      demand.id = parse_int(cell("id")).value_or(0);
      if (demand.id < 1) return invalid("id is '" + cell("id") + "'; write a number from 1");
      demand.name = cell("name");
      demand.department = cell("department");
      demand.items = parts_of(cell("items"));
      demand.purpose = cell("purpose");
      demand.basis = cell("basis");
      demand.update_cycle = cell("update_cycle");
      CB_TRY(demand.wanted_on, parse_date(cell("wanted_on")));
      CB_TRY(demand.submitted_at, parse_timestamp(cell("submitted_at")));
      CB_TRY(demand.state, demand_state(cell("state")));
      demand.provider = cell("provider");
      demand.resource = cell("resource");
      demand.duty = cell("duty");
      demand.reason = cell("reason");
      CB_DO(check_demand(demand));
      for (const std::string& department : {demand.department, demand.provider}) {
        if (!department.empty() && !catalog_.department(department)) {
          return invalid("department '" + department + "' is not in departments.csv");
        }
      }
      set_due(demand);
      if (demand.due_on && !cell("due_on").empty()) {
        CB_TRY(demand.due_on, parse_date(cell("due_on")));
      }
      return demand;
    };
    auto demand = read();
    if (!demand) return demand.error().in("demands.csv:" + std::to_string(row + 2));
    demands.push_back(std::move(*demand));
  }
  return db_.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::int64_t fresh = 0;
    for (const Demand& demand : demands) {
      CB_TRY(const auto there,
             tx.query_one("SELECT id FROM catalog_demand WHERE id = $1", {demand.id}));
      if (there) continue;
      CB_DO(write_demand(tx, demand));
      CB_DO(
          tx.exec("INSERT INTO catalog_demand_event"
                  " (demand, version, at, actor, from_state, to_state, note)"
                  " VALUES ($1, 1, $2, '', '', $3, $4)",
                  {demand.id, demand.submitted_at.us, name_of(demand.state), demand.reason}));
      ++fresh;
      // New ones are numbered behind those taken over.
      CB_TRY(const std::int64_t next, sql::next_sequence(tx, "catalog_demand"));
      if (demand.id > next) {
        CB_DO(sql::next_sequence(tx, "catalog_demand", demand.id - next));
      }
    }
    return fresh;
  });
}

}  // namespace citybrain::catalog
