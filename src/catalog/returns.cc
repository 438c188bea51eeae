// Returns: the standing orders. See catalog/returns.h; deliveries.cc has what is sent.
#include "catalog/returns.h"

#include "return_rows.h"
#include "sql/outbox.h"
#include "sql/sequence.h"
#include "supply_rows.h"
#include "words.h"

namespace citybrain::catalog {

Return return_of(const sql::Row& row) {
  Return one;
  one.id = row.integer(0);
  one.resource = row.text(1);
  one.division = row.text(2);
  one.purpose = row.text(3);
  one.items = list_of(row.text(4));
  one.update_cycle = row.text(5);
  one.state = row.text(6);
  one.since = day_of(row.integer(7));
  one.by = row.text(8);
  one.note = row.text(9);
  one.next_at = {row.integer(10)};
  one.delivered = row.integer(11);
  one.error = row.text(12);
  return one;
}

Result<Return> read_return(sql::Session& session, std::int64_t id) {
  CB_TRY(const auto row,
         session.query_one(
             "SELECT " + std::string(return_columns) + " FROM catalog_return WHERE id = $1", {id}));
  if (!row) return not_found("there is no return " + std::to_string(id));
  return return_of(*row);
}

const Item* division_item_of(const Resource& entry) {
  for (const Item& item : entry.items) {
    if (item.grade > 1) continue;
    for (const Check& check : item.checks) {
      if (check.kind == Check::Kind::code && check.argument == "divisions") return &item;
    }
  }
  return nullptr;
}

Result<std::vector<std::string>> returnable_items(const Resource& entry,
                                                  const std::vector<std::string>& wanted) {
  const auto why_not = [](const Item& item) -> std::string {
    if (item.grade == 4) return "is L4 and never leaves";
    return item.share_type == "不予" ? "is not shared (不予)" : "";
  };
  std::vector<std::string> items;
  if (wanted.empty()) {
    for (const Item& item : entry.items) {
      if (why_not(item).empty()) items.push_back(item.code);
    }
    if (items.empty()) return conflict("'" + entry.code + "' has no item that may be returned");
    return items;
  }
  for (const std::string& code : wanted) {
    const Item* item = entry.find(code);
    if (item == nullptr) return invalid("items: '" + entry.code + "' has no item '" + code + "'");
    const std::string why = why_not(*item);
    if (!why.empty()) return invalid("items: '" + code + "' " + why + "; leave it out");
    items.push_back(code);
  }
  return items;
}

namespace {

// Whether the entry's rows can be divided and may go.
Result<void> check_entry(const Resource& entry, const std::vector<std::string>& items) {
  if (!entry.collected) {
    return conflict("'" + entry.code + "' is only listed; nothing of it is here to be returned");
  }
  if (entry.share_type == "不予") {
    return conflict("'" + entry.code + "' is not shared (" + entry.share_condition + ")");
  }
  CB_DO(returnable_items(entry, items));
  if (division_item_of(entry) == nullptr && entry.grade() > 1) {
    return conflict("'" + entry.code +
                    "' has no item of grade L1 with check code:divisions, so its rows cannot be "
                    "told apart by district; add one to the entry");
  }
  return ok();
}

Result<Return> write_new(sql::Tx& tx, const Return& one, Timestamp now) {
  CB_TRY(const auto there,
         tx.query_one("SELECT id FROM catalog_return WHERE resource = $1 AND division = $2"
                      " AND state <> 'ended'",
                      {one.resource, one.division}));
  if (there) {
    return conflict("division " + one.division + " has '" + one.resource + "' already, as return " +
                    std::to_string(there->integer(0)));
  }
  Return stored = one;
  CB_TRY(stored.id, sql::next_sequence(tx, "catalog_return"));
  CB_DO(
      tx.exec("INSERT INTO catalog_return (id, resource, division, purpose, items, update_cycle,"
              " state, since, started_by, note, next_at, delivered, error)"
              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '')",
              {stored.id, stored.resource, stored.division, stored.purpose, list_text(stored.items),
               stored.update_cycle, stored.state, stored.since.days, stored.by, stored.note,
               stored.next_at.us}));
  if (stored.state == "asked") {
    CB_DO(sql::put(tx, now, "task.return_asked", std::to_string(stored.id),
                   {{"resource", stored.resource}, {"division", stored.division}}));
  }
  return stored;
}

struct Step {
  std::string_view action, from, to;
};

constexpr Step steps[] = {
    {"approve", "asked", "active"}, {"refuse", "asked", "ended"}, {"pause", "active", "paused"},
    {"resume", "paused", "active"}, {"end", "active", "ended"},   {"end", "paused", "ended"},
    {"end", "asked", "ended"},      {"now", "active", "active"},
};

}  // namespace

Returns::Returns(sql::Db& db, Catalog& catalog, guard::Guard* guard, const Clock& clock,
                 std::string dir)
    : db_(db), catalog_(catalog), guard_(guard), clock_(clock), dir_(std::move(dir)) {}

Result<Return> Returns::subscribe(const Return& wanted, const Principal& who) {
  const bool bureau = catalog_.may(who, "catalog.coordinate");
  const bool district = catalog_.may(who, "catalog.returned") && who.department == wanted.division;
  if (!bureau && !district) {
    return denied("data of division " + wanted.division +
                  " is asked for by the district itself, or given by the data bureau");
  }
  CB_TRY(const auto entry, bureau ? catalog_.resource(wanted.resource)
                                  : catalog_.resource(wanted.resource, catalog_.sight_of(who)));
  CB_DO(check_entry(*entry, wanted.items));
  const auto divisions = catalog_.code_list("divisions");
  if (divisions && !divisions->codes.contains(wanted.division)) {
    return invalid("division is '" + wanted.division + "'; write a code of divisions.csv");
  }
  if (wanted.purpose.empty()) return invalid("purpose is empty; say what for");
  Return one = wanted;
  CB_TRY(one.update_cycle, official(Word::update_cycle, wanted.update_cycle));
  one.state = bureau ? "active" : "asked";
  one.since = clock_.today();
  one.by = who.id;
  one.next_at = clock_.now();
  return db_.write([&](sql::Tx& tx) { return write_new(tx, one, clock_.now()); });
}

Result<Return> Returns::change(std::int64_t id, std::string_view action, std::string_view note) {
  return db_.write([&](sql::Tx& tx) -> Result<Return> {
    CB_TRY(Return one, read_return(tx, id));
    const Step* step = nullptr;
    for (const Step& each : steps) {
      if (each.action == action && each.from == one.state) step = &each;
    }
    if (step == nullptr) {
      return conflict("return " + std::to_string(id) + " is " + one.state + "; '" +
                      std::string(action) + "' does not follow");
    }
    if (action == "refuse" && note.empty()) return invalid("note is empty; say why it is refused");
    const bool due_now = action == "approve" || action == "resume" || action == "now";
    one.state = step->to;
    if (action != "now") one.note = note;
    if (due_now) one.next_at = clock_.now();
    CB_DO(tx.exec("UPDATE catalog_return SET state = $2, note = $3, next_at = $4 WHERE id = $1",
                  {id, one.state, one.note, one.next_at.us}));
    return one;
  });
}

Result<Return> Returns::find(std::int64_t id) const {
  return db_.read([&](sql::Session& session) { return read_return(session, id); });
}

Result<std::vector<Return>> Returns::list(const ReturnFilter& filter) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query("SELECT " + std::string(return_columns) +
                             " FROM catalog_return WHERE ($1 = '' OR division = $1)"
                             " AND ($2 = '' OR resource = $2) AND ($3 = '' OR state = $3)"
                             " ORDER BY id LIMIT 1000",
                         {filter.division, filter.resource, filter.state});
  }));
  std::vector<Return> all;
  for (const sql::Row& row : rows) all.push_back(return_of(row));
  return all;
}

}  // namespace citybrain::catalog
