// Reminders and escalation, the board of what is open, and grants as lineage. See catalog/supply.h.
#include <algorithm>

#include "base/csv.h"
#include "demand_state.h"
#include "sql/outbox.h"
#include "supply_rows.h"

namespace citybrain::catalog {
namespace {

constexpr std::int64_t open_max = 20'000;  // looked at in a step

// Something that somebody owes until a day.
struct Owed {
  std::string kind;
  std::string id;
  std::string name;
  std::string department;
  Date due_on;
};

Result<std::vector<Owed>> owed_until(sql::Session& session, Date until) {
  std::vector<Owed> all;
  const auto read = [&](const char* kind, const char* query) -> Result<void> {
    CB_TRY(const sql::Rows rows, session.query(query, {until.days, open_max}));
    for (const sql::Row& row : rows) {
      all.push_back({kind, row.text(0), row.text(1), row.text(2), day_of(row.integer(3))});
    }
    return ok();
  };
  CB_DO(read("demand",
             "SELECT CAST(id AS TEXT), name, waits_for, due_on FROM catalog_demand"
             " WHERE due_on IS NOT NULL AND due_on <= $1 AND waits_for <> ''"
             " ORDER BY due_on, id LIMIT $2"));
  CB_DO(read("duty",
             "SELECT code, name, department, due_on FROM catalog_duty"
             " WHERE items > supplied AND due_on <= $1 ORDER BY due_on, code LIMIT $2"));
  CB_TRY(const sql::Rows rows,
         session.query("SELECT CAST(id AS TEXT), title, departments, due_on"
                       " FROM catalog_coordination WHERE state = 'open' AND due_on <= $1"
                       " ORDER BY due_on, id LIMIT $2",
                       {until.days, open_max}));
  for (const sql::Row& row : rows) {
    for (const std::string& department : list_of(row.text(2))) {
      all.push_back({"coordination", row.text(0), row.text(1), department, day_of(row.integer(3))});
    }
  }
  return all;
}

std::string name_in(const Catalog& catalog, const std::string& short_name) {
  const auto department = catalog.department(short_name);
  return department ? department->name : short_name;
}

const char* word_of(std::string_view kind) {
  return kind == "demand" ? "数据需求" : kind == "duty" ? "供给责任" : "协调事项";
}

}  // namespace

// Level 1 to whom it waits for, before the day; 2 to the same, after it; 3 to the bureau, 4 to the
// leader, each escalate_days later. The highest level that is due is written; lower ones that were
// missed while nobody ran are not made up for.
Result<bool> Supply::remind() {
  const Date today = clock_.today();
  if (!calendar_.works(today, today)) return false;
  const Date horizon = calendar_.add_working_days(today, limits_.remind_days, today);
  CB_TRY(const auto owed,
         db_.read([&](sql::Session& session) { return owed_until(session, horizon); }));
  std::vector<Reminder> due;
  for (const Owed& one : owed) {
    Reminder reminder{one.kind, one.id, one.due_on, 1, one.department, "", clock_.now()};
    const int left = days_left(one.due_on).value_or(0);
    if (left < 0) reminder.level = 2;
    if (-left > limits_.escalate_days) {
      reminder.level = 3;
      reminder.department = limits_.bureau;
    }
    if (-left > 2 * limits_.escalate_days) {
      reminder.level = 4;
      reminder.department = limits_.leader;
    }
    reminder.text = std::string(word_of(one.kind)) + "“" + one.name + "”" +
                    (left >= 0 ? "还有 " + std::to_string(left) + " 个工作日到期"
                               : "已逾期 " + std::to_string(-left) + " 个工作日") +
                    (reminder.level > 2 ? "，责任单位" + name_in(catalog_, one.department) : "");
    due.push_back(std::move(reminder));
  }
  if (due.empty()) return false;
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    for (const Reminder& one : due) {
      CB_TRY(const std::int64_t fresh,
             tx.exec("INSERT INTO catalog_reminder (kind, id, due_on, level, department, text, at)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                     {one.kind, one.id, one.due_on.days, one.level, one.department, one.text,
                      one.at.us}));
      if (fresh == 0) continue;
      CB_DO(sql::put(tx, one.at, "task.remind", one.kind + ":" + one.id,
                     {{"department", one.department},
                      {"level", one.level},
                      {"text", one.text},
                      {"due_on", to_iso(one.due_on)}}));
    }
    return ok();
  }));
  return false;
}

Result<std::vector<Reminder>> Supply::reminders(std::string_view department,
                                                std::int64_t size) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(
        "SELECT kind, id, due_on, level, department, text, at"
        " FROM catalog_reminder WHERE ($1 = '' OR department = $1)"
        " ORDER BY at DESC, level DESC, kind, id LIMIT $2",
        {department, size});
  }));
  std::vector<Reminder> all;
  for (const sql::Row& row : rows) {
    all.push_back({row.text(0), row.text(1), day_of(row.integer(2)), row.integer(3), row.text(4),
                   row.text(5), Timestamp{row.integer(6)}});
  }
  return all;
}

Result<Supply::Board> Supply::board() const {
  const Date today = clock_.today();
  const Date soon = calendar_.add_working_days(today, limits_.remind_days, today);
  return db_.read([&](sql::Session& session) -> Result<Board> {
    Board board;
    const auto count = [&](const char* query, auto& into) -> Result<void> {
      CB_TRY(const sql::Rows rows, session.query(query));
      for (const sql::Row& row : rows) into[row.text(0)] = row.integer(1);
      return ok();
    };
    CB_DO(count("SELECT state, COUNT(*) FROM catalog_demand GROUP BY state", board.demands));
    CB_DO(
        count("SELECT kind, COUNT(*) FROM catalog_coordination GROUP BY kind", board.coordination));
    CB_DO(count("SELECT state, COUNT(*) FROM catalog_return GROUP BY state", board.returns));
    CB_TRY(const auto duties,
           session.query_one("SELECT COUNT(*), COALESCE(SUM(CASE WHEN items = supplied THEN 1 ELSE"
                             " 0 END), 0), CAST(COALESCE(SUM(items), 0) AS BIGINT),"
                             " CAST(COALESCE(SUM(supplied), 0) AS BIGINT) FROM catalog_duty"));
    board.duties = duties->integer(0);
    board.duties_done = duties->integer(1);
    board.duty_items = duties->integer(2);
    board.duty_items_supplied = duties->integer(3);
    CB_TRY(const auto open,
           session.query_one("SELECT COUNT(*) FROM catalog_coordination WHERE state = 'open'"));
    board.coordination_open = open->integer(0);
    CB_TRY(const sql::Rows waiting,
           session.query("SELECT waits_for, COUNT(*), SUM(CASE WHEN due_on < $1 THEN 1 ELSE 0 END),"
                         " SUM(CASE WHEN due_on >= $1 AND due_on <= $2 THEN 1 ELSE 0 END)"
                         " FROM catalog_demand WHERE waits_for <> '' GROUP BY waits_for",
                         {today.days, soon.days}));
    for (const sql::Row& row : waiting) {
      board.departments.push_back({row.text(0), row.integer(1), row.integer(2)});
      board.overdue += row.integer(2);
      board.due_soon += row.integer(3);
    }
    std::sort(board.departments.begin(), board.departments.end(), [](const auto& a, const auto& b) {
      return std::tuple(-a.overdue, -a.open, a.department) <
             std::tuple(-b.overdue, -b.open, b.department);
    });
    return board;
  });
}

Result<std::vector<Lineage>> Supply::edges() const {
  using Edges = std::vector<Lineage>;
  return db_.read([&](sql::Session& session) -> Result<Edges> {
    Edges edges;
    CB_TRY(const sql::Rows demands,
           session.query("SELECT id, resource, department FROM catalog_demand"
                         " WHERE resource <> '' AND state IN ('granted', 'satisfied')"));
    for (const sql::Row& row : demands) {
      edges.push_back({"resource:" + row.text(1),
                       "demand:" + std::to_string(row.integer(0)) + " " + row.text(2), "granted",
                       0});
    }
    CB_TRY(const sql::Rows returns,
           session.query("SELECT id, resource, division FROM catalog_return"
                         " WHERE state <> 'ended'"));
    for (const sql::Row& row : returns) {
      edges.push_back({"resource:" + row.text(1),
                       "return:" + std::to_string(row.integer(0)) + " " + row.text(2), "returned",
                       0});
    }
    return edges;
  });
}

namespace {

// How many of the wanted items an entry has; an item counts where one name holds the other.
void cover(Suggestion& suggestion, const std::vector<std::string>& wanted) {
  for (const std::string& want : wanted) {
    const auto& items = suggestion.resource->items;
    const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) {
      return item.name.find(want) != std::string::npos || want.find(item.name) != std::string::npos;
    });
    if (found == items.end()) {
      suggestion.missing.push_back(want);
    } else {
      suggestion.covers.push_back(found->name);
    }
  }
  const auto all = static_cast<std::int64_t>(wanted.size());
  suggestion.score = all == 0 ? 0 : static_cast<std::int64_t>(suggestion.covers.size()) * 100 / all;
}

}  // namespace

Result<std::vector<Suggestion>> Supply::suggest(const Demand& demand, const Sight& sight) const {
  constexpr std::size_t suggestions_max = 10;
  constexpr std::size_t searches_max = 6;
  std::vector<std::string> searches = {demand.name};
  for (const std::string& item : demand.items) searches.push_back(item);
  if (searches.size() > searches_max) searches.resize(searches_max);
  std::map<std::string, Suggestion> found;
  for (const std::string& words : searches) {
    if (code_points(words) > 64) continue;
    CB_TRY(const Found hits, catalog_.search({.words = words, .size = 50}, sight));
    for (const auto& resource : hits.resources) found[resource->code].resource = resource;
  }
  std::vector<Suggestion> all;
  for (auto& [code, suggestion] : found) {
    cover(suggestion, demand.items);
    if (suggestion.resource->name.find(demand.name) != std::string::npos) suggestion.score += 50;
    all.push_back(std::move(suggestion));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  if (all.size() > suggestions_max) all.resize(suggestions_max);
  for (Suggestion& one : all) {
    one.score = std::min<std::int64_t>(one.score, 100);
    CB_TRY(const auto row, db_.read([&](sql::Session& session) {
      return session.query(
          "SELECT code FROM catalog_duty WHERE resource = $1 ORDER BY code LIMIT 1",
          {one.resource->code});
    }));
    if (!row.empty()) one.duty = row[0].text(0);
  }
  return all;
}

}  // namespace citybrain::catalog
