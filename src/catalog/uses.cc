// Catalog: who uses an entry. Views are told by the routes, reads of records
// are followed in the audit log, where guard wrote them before anything left.
#include "catalog/catalog.h"
#include "catalog_state.h"
#include "guard/guard.h"

namespace citybrain::catalog {
namespace {

constexpr std::uint64_t audit_step_max = 500;  // entries of the audit log a step
constexpr std::size_t uses_max = 100'000;      // kept in memory until they are written
constexpr const char* resource_object = "resource:";

Result<void> add_uses(sql::Tx& tx, const std::vector<sql::Params>& rows) {
  CB_DO(
      tx.exec_many("INSERT INTO catalog_use"
                   " (resource, department, kind, purpose, times, last_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)"
                   " ON CONFLICT (resource, department, kind, purpose) DO UPDATE SET"
                   " times = catalog_use.times + excluded.times,"
                   " last_at = CASE WHEN excluded.last_at > catalog_use.last_at"
                   " THEN excluded.last_at ELSE catalog_use.last_at END",
                   rows));
  return ok();
}

}  // namespace

void Catalog::record_use(std::string_view resource, const Principal& who, std::string_view kind,
                         std::string_view purpose) {
  const std::lock_guard lock(state_->uses_mutex);
  const State::UseKey key{resource, who.department, kind, purpose};
  if (state_->uses.size() >= uses_max && !state_->uses.contains(key)) return;
  auto& [times, last] = state_->uses[key];
  ++times;
  last = clock_.now();
}

Result<void> Catalog::write_uses() {
  std::map<State::UseKey, std::pair<std::int64_t, Timestamp>> uses;
  {
    const std::lock_guard lock(state_->uses_mutex);
    uses.swap(state_->uses);
  }
  if (uses.empty()) return ok();
  std::vector<sql::Params> rows;
  for (const auto& [key, use] : uses) {
    const auto& [resource, department, kind, purpose] = key;
    rows.push_back({resource, department, kind, purpose, use.first, use.second.us});
  }
  return db_.write([&](sql::Tx& tx) { return add_uses(tx, rows); });
}

Result<bool> Catalog::follow_audit() {
  if (guard_ == nullptr) return false;
  CB_TRY(const auto row, db_.read([](sql::Session& session) {
    return session.query_one("SELECT position FROM catalog_follow WHERE name = 'audit'");
  }));
  const auto from = static_cast<std::uint64_t>(row ? row->integer(0) : 0);
  CB_TRY(const guard::AuditHead head, guard_->audit_log().head());
  const std::uint64_t to = std::min(head.size, from + audit_step_max);
  if (to <= from) return false;
  std::map<State::UseKey, std::pair<std::int64_t, Timestamp>> uses;
  for (std::uint64_t index = from; index < to; ++index) {
    CB_TRY(const guard::AuditRecord record, guard_->audit_log().at(index));
    if (!record.object.starts_with(resource_object) || record.status >= 400) continue;
    const auto account = guard_->identity().account(record.actor);
    auto& [times, last] = uses[{record.object.substr(std::string_view(resource_object).size()),
                                account ? account->department : "", "read", record.purpose}];
    ++times;
    last = std::max(last, record.at);
  }
  std::vector<sql::Params> rows;
  for (const auto& [key, use] : uses) {
    const auto& [resource, department, kind, purpose] = key;
    rows.push_back({resource, department, kind, purpose, use.first, use.second.us});
  }
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(add_uses(tx, rows));
    CB_DO(
        tx.exec("INSERT INTO catalog_follow (name, position) VALUES ('audit', $1)"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
                {static_cast<std::int64_t>(to)}));
    return ok();
  }));
  return to < head.size;
}

Result<std::vector<Use>> Catalog::uses_of(std::string_view resource) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(
        "SELECT department, kind, purpose, times, last_at FROM catalog_use"
        " WHERE resource = $1 ORDER BY times DESC, department, kind, purpose"
        " LIMIT 200",
        {resource});
  }));
  std::vector<Use> out;
  for (const sql::Row& row : rows) {
    out.push_back(
        {row.text(0), row.text(1), row.text(2), row.integer(3), Timestamp{row.integer(4)}});
  }
  return out;
}

}  // namespace citybrain::catalog
