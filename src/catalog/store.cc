// Versions of entries: see store.h.
#include "store.h"

#include <map>
#include <set>
#include <utility>

#include "base/ids.h"
#include "base/json.h"

namespace citybrain::catalog {
namespace {

using Key = std::pair<std::string, std::string>;  // kind, code

json::object body_of(const Item& item) {
  std::string checks;
  for (const Check& check : item.checks) checks += (checks.empty() ? "" : "|") + check.text();
  return {{"position", item.position},
          {"code", item.code},
          {"name", item.name},
          {"type", name_of(item.field.type)},
          {"scale", item.field.scale},
          {"length", item.length_max},
          {"key", item.key},
          {"required", item.required},
          {"grade", item.grade},
          {"share_type", item.share_type},
          {"open_type", item.open_type},
          {"check", checks},
          {"description", item.description}};
}

json::object body_of(const Resource& resource) {
  std::string items;
  for (const Item& item : resource.items) items += json::serialize(body_of(item));
  return {{"code", resource.code},
          {"resource_code", resource.resource_code},
          {"name", resource.name},
          {"department", resource.department},
          {"system", resource.system},
          {"category", resource.category},
          {"abstract", resource.abstract},
          {"format", resource.format},
          {"share_type", resource.share_type},
          {"share_condition", resource.share_condition},
          {"share_method", resource.share_method},
          {"open_type", resource.open_type},
          {"open_condition", resource.open_condition},
          {"update_cycle", resource.update_cycle},
          {"published_on", to_iso(resource.published_on)},
          {"keeping", resource.keeping == Keeping::keyed ? "keyed" : "append"},
          {"items_digest", to_hex(sha256(items))}};
}

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
    for (const Item& item : resource.items) {
      bodies[{"item", code + "." + item.code}] = json::serialize(body_of(item));
    }
  }
  return bodies;
}

struct Stored {
  std::int64_t version = 0;
  std::string digest;
  bool retired = false;
};

Result<std::map<Key, Stored>> stored_entries(sql::Session& session) {
  std::map<Key, Stored> stored;
  CB_DO(session.each("SELECT kind, code, version, digest, state FROM catalog_entry", {},
                     [&](const sql::Row& row) -> Result<void> {
                       stored[{row.text(0), row.text(1)}] = {row.integer(2), row.text(3),
                                                             row.text(4) == "retired"};
                       return ok();
                     }));
  return stored;
}

Result<void> write_versions(sql::Tx& tx, const std::vector<sql::Params>& rows) {
  CB_DO(
      tx.exec_many("INSERT INTO catalog_version"
                   " (kind, code, version, digest, state, body, recorded_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   rows));
  CB_DO(
      tx.exec_many("INSERT INTO catalog_entry"
                   " (kind, code, version, digest, state, body, changed_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)"
                   " ON CONFLICT (kind, code) DO UPDATE SET version = excluded.version,"
                   " digest = excluded.digest, state = excluded.state, body = excluded.body,"
                   " changed_at = excluded.changed_at",
                   rows));
  return ok();
}

}  // namespace

Result<std::size_t> store_definition(sql::Db& db, Definition& definition, Timestamp now) {
  const std::map<Key, std::string> bodies = bodies_of(definition);
  struct Done {
    std::size_t changed = 0;
    std::map<std::string, std::int64_t> versions;  // of resources
  };
  const auto write = [&](sql::Tx& tx) -> Result<Done> {
    CB_TRY(const auto stored, stored_entries(tx));
    Done done;
    std::vector<sql::Params> rows;
    for (const auto& [key, body] : bodies) {
      const auto before = stored.find(key);
      const std::string digest = to_hex(sha256(body));
      std::int64_t version = before == stored.end() ? 0 : before->second.version;
      if (before == stored.end() || before->second.digest != digest || before->second.retired) {
        ++version;
        rows.push_back({key.first, key.second, version, digest, "current", body, now.us});
      }
      if (key.first == "resource") done.versions[key.second] = version;
    }
    for (const auto& [key, before] : stored) {
      if (before.retired || bodies.contains(key)) continue;
      rows.push_back(
          {key.first, key.second, before.version + 1, before.digest, "retired", "{}", now.us});
    }
    done.changed = rows.size();
    if (!rows.empty()) CB_DO(write_versions(tx, rows));
    return done;
  };
  CB_TRY(const Done done, db.write(write));
  for (auto& [code, resource] : definition.resources) resource.version = done.versions.at(code);
  return done.changed;
}

std::string_view resource_of_node(std::string_view node) {
  if (node.starts_with("resource:")) return node.substr(9);
  if (!node.starts_with("item:")) return {};
  node.remove_prefix(5);
  return node.substr(0, node.find('.'));
}

}  // namespace citybrain::catalog
