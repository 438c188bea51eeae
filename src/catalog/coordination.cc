// Coordination (协调会, 现场办公会, 专项通报). See catalog/supply.h.
#include <algorithm>

#include "base/csv.h"
#include "demand_state.h"
#include "sql/outbox.h"
#include "sql/sequence.h"
#include "supply_rows.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

using Kind = Coordination::Kind;
constexpr Kind kinds[] = {Kind::meeting, Kind::onsite, Kind::notice};

constexpr const char* columns =
    "id, kind, title, held_on, departments, outcome, due_on, state, done_on, note";

Result<Coordination> coordination_from(sql::Session& session, const sql::Row& row) {
  Coordination one;
  one.id = row.integer(0);
  CB_TRY(one.kind, coordination_kind(row.text(1)));
  one.title = row.text(2);
  one.held_on = day_of(row.integer(3));
  one.departments = list_of(row.text(4));
  one.outcome = row.text(5);
  if (const auto due = row.maybe_integer(6)) one.due_on = day_of(*due);
  one.done = row.text(7) == "done";
  if (const auto done = row.maybe_integer(8)) one.done_on = day_of(*done);
  one.note = row.text(9);
  CB_TRY(const sql::Rows demands,
         session.query("SELECT demand FROM catalog_coordination_demand WHERE coordination = $1"
                       " ORDER BY demand",
                       {one.id}));
  for (const sql::Row& demand : demands) one.demands.push_back(demand.integer(0));
  return one;
}

Result<void> write(sql::Tx& tx, const Coordination& one) {
  const auto days = [](const std::optional<Date>& date) {
    return date ? std::optional<std::int64_t>(date->days) : std::nullopt;
  };
  CB_DO(tx.exec(
      "INSERT INTO catalog_coordination (id, kind, title, held_on, departments, outcome,"
      " due_on, state, done_on, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
      " ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
      " done_on = excluded.done_on, note = excluded.note",
      {one.id, name_of(one.kind), one.title, one.held_on.days, list_text(one.departments),
       one.outcome, days(one.due_on), one.done ? "done" : "open", days(one.done_on), one.note}));
  for (const std::int64_t demand : one.demands) {
    CB_DO(
        tx.exec("INSERT INTO catalog_coordination_demand (coordination, demand)"
                " VALUES ($1, $2) ON CONFLICT DO NOTHING",
                {one.id, demand}));
  }
  return ok();
}

Result<void> check(const Catalog& catalog, const Coordination& one) {
  if (one.title.empty()) return invalid("title is empty; say what it was about");
  if (one.outcome.empty()) return invalid("outcome is empty; say what was decided");
  if (one.departments.empty()) return invalid("departments are none; name those that took part");
  for (const std::string& department : one.departments) {
    if (catalog.department(department)) continue;
    return invalid("department '" + department + "' is not in departments.csv; write its short");
  }
  if (one.due_on && *one.due_on < one.held_on) {
    return invalid("due_on is " + to_iso(*one.due_on) + ", before it was held on " +
                   to_iso(one.held_on));
  }
  return ok();
}

}  // namespace

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::meeting: return "meeting";
    case Kind::onsite: return "onsite";
    case Kind::notice: return "notice";
  }
  return "meeting";
}

const char* title_of(Kind kind) {
  switch (kind) {
    case Kind::meeting: return "数据共享协调会";
    case Kind::onsite: return "现场办公会";
    case Kind::notice: return "专项通报";
  }
  return "数据共享协调会";
}

Result<Kind> coordination_kind(std::string_view name) {
  for (const Kind kind : kinds) {
    if (name == name_of(kind) || name == title_of(kind)) return kind;
  }
  return invalid("kind is '" + std::string(name) + "'; write meeting, onsite or notice");
}

Result<Coordination> Supply::coordinate(const Coordination& given, const Principal& who) {
  CB_DO(check(catalog_, given));
  return db_.write([&](sql::Tx& tx) -> Result<Coordination> {
    Coordination one = given;
    CB_TRY(one.id, sql::next_sequence(tx, "catalog_coordination"));
    for (const std::int64_t demand : one.demands) CB_DO(read_demand(tx, demand));
    CB_DO(write(tx, one));
    CB_DO(sql::put(tx, clock_.now(), "task.coordination", std::to_string(one.id),
                   {{"title", one.title},
                    {"kind", name_of(one.kind)},
                    {"by", who.id},
                    {"due_on", one.due_on ? to_iso(*one.due_on) : ""}}));
    return one;
  });
}

Result<Coordination> Supply::finish(std::int64_t id, std::string_view note) {
  return db_.write([&](sql::Tx& tx) -> Result<Coordination> {
    CB_TRY(const auto row, tx.query_one("SELECT " + std::string(columns) +
                                            " FROM catalog_coordination"
                                            " WHERE id = $1",
                                        {id}));
    if (!row) return not_found("there is no coordination " + std::to_string(id));
    CB_TRY(Coordination one, coordination_from(tx, *row));
    if (one.done) return conflict("coordination " + std::to_string(id) + " is done already");
    one.done = true;
    one.done_on = clock_.today();
    one.note = note;
    CB_DO(write(tx, one));
    return one;
  });
}

Result<PageOf<Coordination>> Supply::coordinations(std::string_view kind, std::optional<bool> done,
                                                   std::int64_t from, std::int64_t size) const {
  using Page = PageOf<Coordination>;
  if (!kind.empty()) CB_DO(coordination_kind(kind));
  const std::string state = !done ? "" : *done ? "done" : "open";
  return db_.read([&](sql::Session& session) -> Result<Page> {
    const std::string where =
        " FROM catalog_coordination WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR state = $2)";
    Page page;
    CB_TRY(const auto count, session.query_one("SELECT COUNT(*)" + where, {kind, state}));
    page.total = count->integer(0);
    CB_TRY(const sql::Rows rows,
           session.query("SELECT " + std::string(columns) + where +
                             " ORDER BY held_on DESC, id DESC LIMIT $3 OFFSET $4",
                         {kind, state, size, from}));
    for (const sql::Row& row : rows) {
      CB_TRY(Coordination one, coordination_from(session, row));
      page.items.push_back(std::move(one));
    }
    return page;
  });
}

Result<std::vector<Coordination>> Supply::coordination_of(std::int64_t demand) const {
  using All = std::vector<Coordination>;
  return db_.read([&](sql::Session& session) -> Result<All> {
    CB_TRY(const sql::Rows rows,
           session.query("SELECT " + std::string(columns) +
                             " FROM catalog_coordination WHERE id"
                             " IN (SELECT coordination FROM catalog_coordination_demand"
                             " WHERE demand = $1) ORDER BY held_on, id",
                         {demand}));
    All all;
    for (const sql::Row& row : rows) {
      CB_TRY(Coordination one, coordination_from(session, row));
      all.push_back(std::move(one));
    }
    return all;
  });
}

Result<std::int64_t> Supply::import_coordination(std::string_view csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"id", "kind", "title", "held_on", "departments",
                                               "demands", "outcome", "due_on", "done_on", "note"}));
  std::vector<Coordination> all;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto read = [&]() -> Result<Coordination> {
      const auto cell = [&](const char* name) { return table.at(row, name); };
      Coordination one;
      one.id = parse_int(cell("id")).value_or(0);
      if (one.id < 1) return invalid("id is '" + cell("id") + "'; write a number from 1");
      CB_TRY(one.kind, coordination_kind(cell("kind")));
      one.title = cell("title");
      CB_TRY(one.held_on, parse_date(cell("held_on")));
      one.departments = parts_of(cell("departments"));
      for (const std::string& demand : parts_of(cell("demands"))) {
        one.demands.push_back(parse_int(demand).value_or(0));
      }
      one.outcome = cell("outcome");
      if (!cell("due_on").empty()) {
        CB_TRY(one.due_on, parse_date(cell("due_on")));
      }
      if (!cell("done_on").empty()) {
        CB_TRY(one.done_on, parse_date(cell("done_on")));
      }
      one.done = one.done_on.has_value();
      one.note = cell("note");
      CB_DO(check(catalog_, one));
      return one;
    };
    auto one = read();
    if (!one) return one.error().in("coordination.csv:" + std::to_string(row + 2));
    all.push_back(std::move(*one));
  }
  return db_.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::int64_t fresh = 0;
    for (const Coordination& one : all) {
      CB_TRY(const auto there,
             tx.query_one("SELECT id FROM catalog_coordination WHERE id = $1", {one.id}));
      if (there) continue;
      CB_DO(write(tx, one));
      ++fresh;
      CB_TRY(const std::int64_t next, sql::next_sequence(tx, "catalog_coordination"));
      if (one.id > next) {
        CB_DO(sql::next_sequence(tx, "catalog_coordination", one.id - next));
      }
    }
    return fresh;
  });
}

}  // namespace citybrain::catalog
