// Findings: see catalog/findings.h.
#include "catalog/findings.h"

#include "sql/db.h"

namespace citybrain::catalog {
namespace {

constexpr const char* columns =
    "resource, item, kind, hits, sampled, grade, state, found_at, decided_by, decided_at, note";

Finding finding_of(const sql::Row& row) {
  Finding one;
  one.resource = row.text(0);
  one.item = row.text(1);
  one.kind = row.text(2);
  one.hits = row.integer(3);
  one.sampled = row.integer(4);
  one.grade = static_cast<int>(row.integer(5));
  one.state = row.text(6);
  one.found_at = {row.integer(7)};
  one.decided_by = row.text(8);
  one.decided_at = {row.integer(9)};
  one.note = row.text(10);
  return one;
}

Result<const Item*> item_of(const Resource& entry, std::string_view code) {
  const Item* item = entry.find(code);
  if (item != nullptr) return item;
  return not_found("'" + entry.code + "' has no item '" + std::string(code) + "'");
}

}  // namespace

Findings::Findings(sql::Db& db, Catalog& catalog, const Clock& clock)
    : db_(db), catalog_(catalog), clock_(clock) {}

Result<void> Findings::record(const Finding& finding) {
  if (finding.grade < 1 || finding.grade > 4 || finding.hits < 1) {
    return invalid("a finding has grade 1..4 and hits from 1");
  }
  CB_TRY(const auto entry, catalog_.resource(finding.resource));
  CB_TRY(const Item* const item, item_of(*entry, finding.item));
  if (item->grade >= finding.grade) return ok();
  // One that was accepted, and the grade lowered since, is open again.
  CB_DO(db_.write([&](sql::Tx& tx) {
    return tx.exec(
        "INSERT INTO catalog_finding (resource, item, kind, hits, sampled, grade, state, found_at,"
        " decided_by, decided_at, note) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, '', 0, '')"
        " ON CONFLICT (resource, item, kind) DO UPDATE SET"
        " hits = catalog_finding.hits + excluded.hits,"
        " sampled = catalog_finding.sampled + excluded.sampled, grade = excluded.grade,"
        " found_at = excluded.found_at, state = CASE WHEN catalog_finding.state = 'accepted'"
        " THEN 'open' ELSE catalog_finding.state END",
        {finding.resource, finding.item, finding.kind, finding.hits, finding.sampled, finding.grade,
         clock_.now().us});
  }));
  return ok();
}

Result<std::vector<Finding>> Findings::list(std::string_view resource, std::string_view state,
                                            std::int64_t size) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query("SELECT " + std::string(columns) +
                             " FROM catalog_finding WHERE ($1 = '' OR resource = $1)"
                             " AND ($2 = '' OR state = $2)"
                             " ORDER BY found_at DESC, resource, item, kind LIMIT $3",
                         {resource, state, size});
  }));
  std::vector<Finding> all;
  for (const sql::Row& row : rows) {
    Finding one = finding_of(row);
    // Graded since by another way: nothing is left to decide.
    const auto entry = catalog_.find(one.resource);
    const Item* item = entry == nullptr ? nullptr : entry->find(one.item);
    if (one.state == "open" && (item == nullptr || item->grade >= one.grade)) continue;
    all.push_back(std::move(one));
  }
  return all;
}

Result<Finding> Findings::decide(std::string_view resource, std::string_view item,
                                 std::string_view kind, std::string_view action,
                                 std::string_view note, const Principal& who) {
  CB_TRY(const auto entry, catalog_.resource(resource, catalog_.sight_of(who)));
  if (!catalog_.may(who, "catalog.write_all") && entry->department != who.department) {
    return denied("'" + entry->code + "' is of department '" + entry->department +
                  "'; it grades its items itself");
  }
  CB_TRY(const auto row, db_.read([&](sql::Session& session) {
    return session.query_one("SELECT " + std::string(columns) +
                                 " FROM catalog_finding WHERE resource = $1 AND item = $2"
                                 " AND kind = $3",
                             {resource, item, kind});
  }));
  if (!row) return not_found("nothing was found in '" + std::string(item) + "' of that kind");
  Finding one = finding_of(*row);
  if (one.state != "open") return conflict("the finding is " + one.state + " already");
  if (action == "dismiss" && note.empty()) {
    return invalid("note is empty; say why the grade stays as it is");
  }
  if (action == "accept") {
    CB_DO(item_of(*entry, item));
    Resource next = *entry;
    for (Item& each : next.items) {
      if (each.code == item) each.grade = std::max(each.grade, one.grade);
    }
    CB_DO(catalog_.put(next, who.id));  // dying after it leaves nothing to decide: list() sees so
  }
  one.state = action == "accept" ? "accepted" : "dismissed";
  one.decided_by = who.id;
  one.decided_at = clock_.now();
  one.note = note;
  CB_DO(db_.write([&](sql::Tx& tx) {
    return tx.exec(
        "UPDATE catalog_finding SET state = $4, decided_by = $5, decided_at = $6,"
        " note = $7 WHERE resource = $1 AND item = $2 AND kind = $3",
        {resource, item, kind, one.state, one.decided_by, one.decided_at.us, one.note});
  }));
  return one;
}

}  // namespace citybrain::catalog
