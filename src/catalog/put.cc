// Catalog: entries made at run time, their search and their versions.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "body.h"
#include "catalog/catalog.h"
#include "catalog_state.h"
#include "definition.h"
#include "guard/guard.h"
#include "index.h"
#include "store.h"

namespace citybrain::catalog {

// Other entries put at the same time.
struct Catalog::Beside {
  std::map<std::string_view, std::string_view> official;  // official code to code
  std::set<std::string_view> codes;
  std::vector<std::pair<std::size_t, Error>> refused;  // those that collide with one before

  explicit Beside(const std::vector<Resource>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Resource& entry = entries[i];
      if (!codes.insert(entry.code).second) {
        refused.emplace_back(i, conflict("code '" + entry.code + "' is there twice"));
        continue;
      }
      const auto [there, added] = official.emplace(entry.resource_code, entry.code);
      if (added) continue;
      refused.emplace_back(i, conflict("resource_code '" + entry.resource_code + "' is that of '" +
                                       std::string(there->second) + "' as well; choose another"));
    }
  }
};

Result<void> Catalog::check(const Resource& entry, const Snapshot& now,
                            const Beside& beside) const {
  Surroundings around = now.surroundings();
  const auto stored = around.resource;
  around.resource = [&](std::string_view code) {
    return stored(code) || beside.codes.contains(code);
  };
  CB_DO(check_head(entry, around));
  std::set<std::string_view> items;
  for (const Item& item : entry.items) {
    const auto good = check_item(item);
    if (!good) return good.error().in("item." + item.code);
    if (!items.insert(item.code).second) {
      return invalid("item." + item.code + ": code is there twice; choose another");
    }
    if (item.position != static_cast<int>(items.size())) {
      return invalid("item." + item.code + ": position is '" + std::to_string(item.position) +
                     "'; write " + std::to_string(items.size()));
    }
  }
  CB_DO(check_whole(entry, around));
  if (const auto before = now.resources.find(entry.code); before != now.resources.end()) {
    CB_DO(check_growth(*before->second, entry));
  }
  const auto same = now.official.find(entry.resource_code);
  if (same != now.official.end() && same->second != entry.code) {
    return conflict("resource_code '" + entry.resource_code + "' is that of '" + same->second +
                    "'; choose another");
  }
  return ok();
}

Result<void> Catalog::check(const Resource& entry) const {
  const auto now = snapshot();
  return check(entry, *now, Beside({}));
}

std::vector<std::pair<std::size_t, Error>> Catalog::check_all(
    const std::vector<Resource>& entries) const {
  const auto now = snapshot();
  Beside beside(entries);
  std::vector<std::pair<std::size_t, Error>> refused = std::move(beside.refused);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto good = check(entries[i], *now, beside);
    if (!good) refused.emplace_back(i, good.error());
  }
  std::stable_sort(refused.begin(), refused.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return refused;
}

Result<std::shared_ptr<const Resource>> Catalog::put(const Resource& entry, std::string_view by) {
  CB_DO(put_all({entry}, by));
  return resource(entry.code);
}

Result<PutReport> Catalog::put_all(std::vector<Resource> entries, std::string_view by) {
  const std::lock_guard changing(state_->changing);
  const auto now = snapshot();
  const auto refused = check_all(entries);
  if (!refused.empty()) return refused[0].second.in(entries[refused[0].first].code);
  using Stores = std::vector<Stored>;
  CB_TRY(const Stores stored, db_.write([&](sql::Tx& tx) -> Result<Stores> {
    Stores done;
    std::vector<sql::TextDocument> documents;
    for (Resource& entry : entries) {
      CB_TRY(const Stored one, store_entry(tx, entry, by, clock_.now()));
      done.push_back(one);
      if (!one.changed) continue;
      documents.push_back(document_of(entry, now->department_name(entry.department),
                                      theme_of(now->classes, entry.resource_code)));
    }
    CB_DO(state_->index->put(tx, documents));
    return done;
  }));
  auto next = std::make_shared<Snapshot>(*now);
  PutReport report;
  std::vector<std::shared_ptr<const Resource>> fresh;
  std::vector<Lineage> edges;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    report.items += entries[i].items.size();
    if (!stored[i].changed) continue;
    ++(stored[i].was_there ? report.changed : report.added);
    const std::string code = entries[i].code;
    next->add(std::move(entries[i]));
    fresh.push_back(next->resources.at(code));
    if (const std::string& system = fresh.back()->system; !system.empty()) {
      edges.push_back({"system:" + system, "resource:" + code, "supplies", 0});
    }
  }
  report.unchanged = entries.size() - fresh.size();
  swap(std::move(next));
  for (const auto& entry : fresh) CB_DO(hand_down(*entry));
  CB_DO(record_lineage(edges));
  return report;
}

Result<void> Catalog::retire(std::string_view code, std::string_view by) {
  CB_TRY(const auto entry, resource(code));
  CB_TRY(const auto edges, lineage());
  for (const Lineage& edge : edges) {
    if (resource_of_node(edge.from) != code || !edge.to.starts_with("fact:")) continue;
    return conflict("'" + std::string(code) + "' is used by " + edge.to +
                    "; see its impact and change what uses it first");
  }
  const std::lock_guard changing(state_->changing);
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(retire_entry(tx, code, by, clock_.now()));
    return state_->index->remove(tx, std::vector<std::string>{std::string(code)});
  }));
  auto next = std::make_shared<Snapshot>(*snapshot());
  next->remove(code);
  swap(std::move(next));
  return ok();
}

bool Catalog::may(const Principal& who, std::string_view right) const {
  if (guard_ != nullptr) return guard_->may(who, right).has_value();
  return std::find(who.roles.begin(), who.roles.end(), right) != who.roles.end();
}

Sight Catalog::sight_of(const Principal& who) const {
  Sight sight;
  sight.staff = who.kind == Principal::Kind::staff || who.kind == Principal::Kind::system;
  sight.department = who.department;
  sight.all = may(who, "catalog.read_all");
  return sight;
}

Result<Found> Catalog::search(const Search& wanted, const Sight& sight) const {
  CB_TRY(const sql::TextHits hits, db_.read([&](sql::Session& session) {
    return state_->index->search(session, query_of(wanted, sight));
  }));
  const auto now = snapshot();
  Found found;
  found.total = hits.total;
  for (const auto& hit : hits.hits) {
    const auto entry = now->resources.find(hit.key);
    if (entry != now->resources.end()) found.resources.push_back(entry->second);
  }
  for (const auto& [name, counts] : hits.facets) {
    for (const auto& count : counts) found.facets[name].push_back({count.value, count.documents});
  }
  return found;
}

std::map<std::string, std::string, std::less<>> Catalog::classes() const {
  return snapshot()->classes;
}

Result<std::vector<Version>> Catalog::history(std::string_view code) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(
        "SELECT version, state, origin, changed_by, "
        "recorded_at FROM catalog_version"
        " WHERE kind = 'resource' AND code = $1 ORDER BY "
        "version DESC LIMIT 1000",
        {code});
  }));
  if (rows.empty()) {
    return not_found("the catalogue never had a resource '" + std::string(code) + "'");
  }
  std::vector<Version> out;
  for (const sql::Row& row : rows) {
    out.push_back({row.integer(0), row.text(1) == "retired", row.text(2), row.text(3),
                   Timestamp{row.integer(4)}});
  }
  return out;
}

namespace {

Result<json::object> body_at(sql::Db& db, std::string_view code, std::int64_t version) {
  CB_TRY(const auto row, db.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT body FROM catalog_version"
        " WHERE kind = 'resource' AND code = $1 AND version = $2",
        {code, version});
  }));
  if (!row) {
    return not_found("'" + std::string(code) + "' has no version " + std::to_string(version) +
                     "; see its history");
  }
  CB_TRY(json::value body, parse_json(row->text(0)));
  if (!body.is_object()) return corrupt("the stored version of '" + std::string(code) + "'");
  return std::move(body.get_object());
}

}  // namespace

Result<Resource> Catalog::at_version(std::string_view code, std::int64_t version) const {
  CB_TRY(const json::object body, body_at(db_, code, version));
  const auto now = snapshot();
  CB_TRY(Resource entry, resource_from_body(body, now->surroundings().codes));
  entry.version = version;
  return entry;
}

Result<std::vector<Difference>> Catalog::diff(std::string_view code, std::int64_t from,
                                              std::int64_t to) const {
  CB_TRY(const json::object before, body_at(db_, code, from));
  CB_TRY(const json::object after, body_at(db_, code, to));
  return differences(before, after);
}

}  // namespace citybrain::catalog
