// Versions of entries: see store.h.
#include "store.h"

#include <map>
#include <set>
#include <utility>

#include "base/ids.h"
#include "base/json.h"
#include "body.h"
#include "index.h"

namespace citybrain::catalog {
namespace {

using Key = std::pair<std::string, std::string>;  // kind, code

std::map<Key, std::string> bodies_of(const Definition& definition) {
  std::map<Key, std::string> bodies;
  for (const auto& [code, d] : definition.departments) {
    bodies[{"department", code}] = json::serialize(json::object{
        {"code", d.code}, {"short", d.short_name}, {"name", d.name}, {"kind", d.kind}});
  }
  for (const auto& [code, s] : definition.systems) {
    bodies[{"system", code}] = json::serialize(json::object{
        {"code", s.code}, {"department", s.department}, {"name", s.name}, {"kind", s.kind}});
  }
  for (const auto& [code, list] : definition.codes) {
    const std::set<std::string> sorted(list->codes.begin(), list->codes.end());
    bodies[{"codes", code}] = json::serialize(json::array(sorted.begin(), sorted.end()));
  }
  for (const auto& [code, resource] : definition.resources) {
    bodies[{"resource", code}] = json::serialize(body_of(resource));
  }
  return bodies;
}

struct Known {
  std::int64_t version = 0;
  std::string digest;
  bool retired = false;
  bool edited = false;
};

Result<std::map<Key, Known>> known_entries(sql::Session& session) {
  std::map<Key, Known> known;
  CB_DO(session.each("SELECT kind, code, version, digest, state, origin FROM catalog_entry", {},
                     [&](const sql::Row& row) -> Result<void> {
                       known[{row.text(0), row.text(1)}] = {row.integer(2), row.text(3),
                                                            row.text(4) == "retired",
                                                            row.text(5) == "edited"};
                       return ok();
                     }));
  return known;
}

// Rows: kind, code, version, digest, state, body, time, origin, by.
Result<void> write_versions(sql::Tx& tx, const std::vector<sql::Params>& rows) {
  CB_DO(
      tx.exec_many("INSERT INTO catalog_version"
                   " (kind, code, version, digest, state, body, recorded_at, "
                   "origin, changed_by)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   rows));
  CB_DO(
      tx.exec_many("INSERT INTO catalog_entry"
                   " (kind, code, version, digest, state, body, changed_at, origin, "
                   "changed_by)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                   " ON CONFLICT (kind, code) DO UPDATE SET version = excluded.version,"
                   " digest = excluded.digest, state = excluded.state, body = excluded.body,"
                   " changed_at = excluded.changed_at, origin = excluded.origin,"
                   " changed_by = excluded.changed_by",
                   rows));
  return ok();
}

// One run of store_definition inside its transaction.
class DefinitionWrite {
 public:
  DefinitionWrite(const Definition& definition, const std::map<Key, std::string>& bodies,
                  Timestamp now)
      : definition_(definition), bodies_(bodies), now_(now) {}

  Result<void> run(sql::Tx& tx, sql::FullText& index) {
    CB_TRY(const auto known, known_entries(tx));
    for (const auto& [key, body] : bodies_) {
      const auto before = known.find(key);
      compare(key, body, before == known.end() ? nullptr : &before->second);
    }
    std::vector<std::string> gone;
    for (const auto& [key, before] : known) {
      if (before.retired || before.edited || bodies_.contains(key)) continue;
      rows_.push_back({key.first, key.second, before.version + 1, before.digest, "retired", "{}",
                       now_.us, "city", ""});
      if (key.first == "resource") gone.push_back(key.second);
    }
    report.changed = rows_.size();
    if (rows_.empty()) return ok();
    CB_DO(write_versions(tx, rows_));
    CB_DO(index.remove(tx, gone));
    // A department's name is searched with each of its resources.
    return index.put(tx, documents());
  }

  StoreReport report;
  std::map<std::string, std::int64_t> versions;  // of resources

 private:
  void compare(const Key& key, const std::string& body, const Known* before) {
    if (before != nullptr && before->edited) {
      (before->retired ? report.gone : report.kept).push_back(key.second);
      return;
    }
    const std::string digest = to_hex(sha256(body));
    std::int64_t version = before == nullptr ? 0 : before->version;
    if (before == nullptr || before->digest != digest || before->retired) {
      ++version;
      rows_.push_back(
          {key.first, key.second, version, digest, "current", body, now_.us, "city", ""});
    }
    if (key.first == "resource") versions[key.second] = version;
  }

  std::vector<sql::TextDocument> documents() const {
    std::vector<sql::TextDocument> documents;
    for (const auto& [code, version] : versions) {
      const Resource& resource = definition_.resources.at(code);
      documents.push_back(document_of(resource,
                                      definition_.departments.at(resource.department).name,
                                      definition_.theme_of(resource.resource_code)));
    }
    return documents;
  }

  const Definition& definition_;
  const std::map<Key, std::string>& bodies_;
  Timestamp now_;
  std::vector<sql::Params> rows_;
};

}  // namespace

Result<StoreReport> store_definition(sql::Db& db, sql::FullText& index, Definition& definition,
                                     Timestamp now) {
  const std::map<Key, std::string> bodies = bodies_of(definition);
  using Done = std::pair<StoreReport, std::map<std::string, std::int64_t>>;
  CB_TRY(Done done, db.write([&](sql::Tx& tx) -> Result<Done> {
    DefinitionWrite write(definition, bodies, now);
    CB_DO(write.run(tx, index));
    return Done{std::move(write.report), std::move(write.versions)};
  }));
  for (const auto& [code, version] : done.second) definition.resources.at(code).version = version;
  return std::move(done.first);
}

Result<std::vector<Resource>> edited_entries(sql::Db& db, const FindCodes& codes,
                                             std::vector<Refusal>& refused) {
  std::vector<Resource> entries;
  CB_DO(db.read([&](sql::Session& session) {
    return session.each(
        "SELECT code, version, body FROM catalog_entry"
        " WHERE kind = 'resource' AND origin = 'edited' AND state = 'current'",
        {}, [&](const sql::Row& row) -> Result<void> {
          CB_TRY(const json::value body, parse_json(row.text(2)));
          if (!body.is_object())
            return corrupt("the stored entry '" + row.text(0) + "' is no entry");
          auto entry = resource_from_body(body.get_object(), codes);
          if (!entry) {
            refused.push_back({"(stored)", 0, row.text(0) + ": " + entry.error().message});
            return ok();
          }
          entry->version = row.integer(1);
          entries.push_back(std::move(*entry));
          return ok();
        });
  }));
  return entries;
}

Result<Stored> store_entry(sql::Tx& tx, Resource& entry, std::string_view by, Timestamp now) {
  const std::string body = json::serialize(body_of(entry));
  const std::string digest = to_hex(sha256(body));
  CB_TRY(const auto before, tx.query_one("SELECT version, digest, state FROM catalog_entry"
                                         " WHERE kind = 'resource' AND code = $1",
                                         {entry.code}));
  Stored stored;
  stored.was_there = before && before->text(2) != "retired";
  entry.version = before ? before->integer(0) : 0;
  if (stored.was_there && before->text(1) == digest) return stored;
  stored.changed = true;
  ++entry.version;
  CB_DO(write_versions(tx, {{"resource", entry.code, entry.version, digest, "current", body, now.us,
                             "edited", by}}));
  return stored;
}

Result<void> retire_entry(sql::Tx& tx, std::string_view code, std::string_view by, Timestamp now) {
  CB_TRY(const auto before, tx.query_one("SELECT version, digest, state FROM catalog_entry"
                                         " WHERE kind = 'resource' AND code = $1",
                                         {code}));
  if (!before || before->text(2) == "retired") {
    return not_found("the catalogue has no resource '" + std::string(code) + "'");
  }
  return write_versions(tx, {{"resource", code, before->integer(0) + 1, before->text(1), "retired",
                              "{}", now.us, "edited", by}});
}

std::string_view resource_of_node(std::string_view node) {
  if (node.starts_with("resource:")) return node.substr(9);
  if (!node.starts_with("item:")) return {};
  node.remove_prefix(5);
  return node.substr(0, node.find('.'));
}

}  // namespace citybrain::catalog
