// Routes that show what belongs to an entry: versions, lineage, impact and uses.
#include "catalog/lineage.h"
#include "routes.h"
#include "show.h"

namespace citybrain::catalog {
namespace {

Result<Reply> versions(const Catalog& catalog, const Request& request) {
  const std::string code = request.param("code");
  CB_DO(catalog.resource(code, catalog.sight_of(request.principal)));
  CB_TRY(const auto history, catalog.history(code));
  json::array items;
  for (const Version& version : history) {
    items.push_back(json::object{{"version", version.version},
                                 {"at", to_iso(version.at)},
                                 {"origin", version.origin},
                                 {"by", version.changed_by},
                                 {"retired", version.retired}});
  }
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

Result<Reply> one_version(const Catalog& catalog, const Request& request) {
  const std::string code = request.param("code");
  CB_DO(catalog.resource(code, catalog.sight_of(request.principal)));
  CB_TRY(const Resource entry, catalog.at_version(code, request.int_param("version")));
  json::object out = summary_of(catalog, entry, {});
  for (auto& member : shown_entry(catalog, entry)) out[member.key()] = member.value();
  return Reply::json(out);
}

Result<Reply> diff(const Catalog& catalog, const Request& request) {
  const std::string code = request.param("code");
  CB_TRY(const auto entry, catalog.resource(code, catalog.sight_of(request.principal)));
  const std::int64_t to = request.int_param("to", entry->version);
  const std::int64_t from = request.int_param("from", std::max<std::int64_t>(to - 1, 1));
  CB_TRY(const auto differences, catalog.diff(code, from, to));
  json::array items;
  for (const Difference& one : differences) {
    items.push_back(json::object{{"what", one.what}, {"before", one.before}, {"after", one.after}});
  }
  return Reply::json(json::object{{"from", from}, {"to", to}, {"items", std::move(items)}});
}

Result<Reply> lineage(const Catalog& catalog, const Request& request) {
  CB_TRY(const auto entry,
         catalog.resource(request.param("code"), catalog.sight_of(request.principal)));
  const std::string direction = request.param("direction", "both");
  CB_TRY(const LineageGraph graph,
         graph_of(catalog, entry->code, request.param("item"),
                  direction == "up"     ? Direction::up
                  : direction == "down" ? Direction::down
                                        : Direction::both,
                  static_cast<int>(request.int_param("depth", 6)), filter_for(catalog, request)));
  return Reply::json(shown(graph));
}

Result<Reply> impact(const Catalog& catalog, const Request& request) {
  CB_TRY(const auto entry,
         catalog.resource(request.param("code"), catalog.sight_of(request.principal)));
  SchemaChange change;
  const std::string kind = request.param("change", "removed");
  change.kind = kind == "renamed"    ? SchemaChange::Kind::renamed
                : kind == "retyped"  ? SchemaChange::Kind::retyped
                : kind == "regraded" ? SchemaChange::Kind::regraded
                                     : SchemaChange::Kind::removed;
  change.item = request.param("item");
  change.to = request.param("to");
  CB_TRY(const ImpactReport report,
         impact_of(catalog, entry->code, change, filter_for(catalog, request)));
  json::array items;
  std::map<std::string, std::int64_t> counts;
  for (const Impact& one : report.impacts) {
    items.push_back(shown(one));
    ++counts[one.kind];
  }
  json::object by_kind;
  for (const auto& [name, count] : counts) by_kind[name] = count;
  const std::size_t total = items.size();
  return Reply::json(json::object{{"breaks", report.breaks},
                                  {"counts", std::move(by_kind)},
                                  {"items", std::move(items)},
                                  {"total", total}});
}

Result<Reply> uses(Catalog& catalog, const Request& request) {
  CB_TRY(const auto entry,
         catalog.resource(request.param("code"), catalog.sight_of(request.principal)));
  CB_TRY(const auto all, catalog.uses_of(entry->code));
  json::array items;
  for (const Use& use : all) {
    const auto department = catalog.department(use.department);
    items.push_back(json::object{{"department", use.department},
                                 {"department_name", department ? department->name : ""},
                                 {"kind", use.kind},
                                 {"purpose", use.purpose},
                                 {"times", use.times},
                                 {"last_at", to_iso(use.last_at)}});
  }
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

const Param code_param = path_param("code", shape::text("code of the resource", 60));

}  // namespace

std::vector<Route> entry_view_routes(Catalog& catalog) {
  const Audit shows = Audit::none("shows the catalogue, no records");
  return {
      {.method = Method::get,
       .path = "/api/resources/{code}/versions",
       .summary = "All versions of an entry, newest first",
       .params = {code_param},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return versions(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}/versions/{version}",
       .summary = "The entry as it was in that version",
       .params = {code_param, path_param("version", shape::integer("from 1", 1))},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return one_version(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}/diff",
       .summary = "What differs between two versions, by default the last two",
       .params = {code_param, query_param("from", shape::integer("version", 1)),
                  query_param("to", shape::integer("version", 1))},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return diff(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}/lineage",
       .summary = "Where it comes from and what is made of it, as far as the "
                  "caller may see",
       .params = {code_param, query_param("item", shape::text("one item, default all", 60)),
                  query_param("direction", shape::word({"up", "down", "both"})),
                  query_param("depth", shape::integer("steps", 1, lineage_depth_max))},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return lineage(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}/impact",
       .summary = "What a change of an item or of the whole resource would break",
       .params = {code_param, query_param("item", shape::text("default: the resource", 60)),
                  query_param("change", shape::word({"removed", "renamed", "retyped", "regraded"})),
                  query_param("to", shape::text("new name, type or grade", 60))},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return impact(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}/uses",
       .summary = "Which departments use it, for what and how often",
       .params = {code_param},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return uses(catalog, request); }},
  };
}

}  // namespace citybrain::catalog
