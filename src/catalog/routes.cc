// Routes of the catalogue: departments, resources, one resource. They show what there is, never a
// record.
#include "routes.h"

#include <algorithm>
#include <map>
#include <utility>

namespace citybrain::catalog {
namespace {

constexpr int history_points_max = 100;
constexpr std::int64_t page_max = 1'000'000;

// 9987 → 99.87, null where nothing arrived yet.
json::value percent(std::int64_t score) {
  if (score < 0) return nullptr;
  return static_cast<double>(score) / 100;
}

std::string grade_text(int grade) { return "L" + std::to_string(grade); }

json::object summary_of(const Catalog& catalog, const Resource& resource,
                        const Standing& standing) {
  const auto department = catalog.department(resource.department);
  json::object out = {{"code", resource.code},
                      {"resource_code", resource.resource_code},
                      {"name", resource.name},
                      {"department", resource.department},
                      {"department_name", department ? department->name : ""},
                      {"category", resource.category},
                      {"share_type", resource.share_type},
                      {"open_type", resource.open_type},
                      {"update_cycle", resource.update_cycle},
                      {"version", resource.version},
                      {"items", resource.items.size()},
                      {"rows", standing.rows},
                      {"quality", percent(standing.score)},
                      {"quarantined", standing.rows_bad},
                      {"landed_at", nullptr}};
  if (standing.landed_at) out["landed_at"] = to_iso(*standing.landed_at);
  return out;
}

json::object item_of(const Item& item) {
  std::string checks;
  for (const Check& check : item.checks) checks += (checks.empty() ? "" : "|") + check.text();
  std::string type = name_of(item.field.type);
  if (item.field.type == Type::decimal) type += ":" + std::to_string(item.field.scale);
  return {{"code", item.code},
          {"name", item.name},
          {"type", type},
          {"length", item.length_max},
          {"key", item.key},
          {"required", item.required},
          {"grade", grade_text(item.grade)},
          {"check", checks},
          {"share_type", item.share_type},
          {"open_type", item.open_type},
          {"description", item.description}};
}

Result<Reply> departments(const Catalog& catalog) {
  std::map<std::string, std::int64_t> resources;
  for (const auto& resource : catalog.resources()) ++resources[resource->department];
  json::array items;
  for (const Department& department : catalog.departments()) {
    items.push_back(json::object{{"short", department.short_name},
                                 {"code", department.code},
                                 {"name", department.name},
                                 {"kind", department.kind},
                                 {"resources", resources[department.short_name]}});
  }
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

Result<Reply> list(const Catalog& catalog, const Request& request) {
  const std::string department = request.param("department");
  const std::string category = request.param("category");
  auto found = catalog.find(request.param("query"));
  std::erase_if(found, [&](const auto& resource) {
    return (!department.empty() && resource->department != department) ||
           (!category.empty() && resource->category != category);
  });
  CB_TRY(const auto standings, catalog.standings());
  const auto size = static_cast<std::size_t>(request.int_param("size", 20));
  const auto from = (static_cast<std::size_t>(request.int_param("page", 1)) - 1) * size;
  json::array items;
  for (std::size_t i = from; i < std::min(found.size(), from + size); ++i) {
    const auto standing = standings.find(found[i]->code);
    items.push_back(summary_of(catalog, *found[i],
                               standing == standings.end() ? Standing{} : standing->second));
  }
  return Reply::json(json::object{{"items", std::move(items)}, {"total", found.size()}});
}

Result<Reply> detail(const Catalog& catalog, const Request& request) {
  CB_TRY(const auto resource, catalog.resource(request.param("code")));
  CB_TRY(const Standing standing, catalog.standing_of(resource->code));
  CB_TRY(const auto history, catalog.quality_of(resource->code, history_points_max));
  CB_TRY(const auto edges, catalog.lineage_of(resource->code));
  json::object out = summary_of(catalog, *resource, standing);
  out["abstract"] = resource->abstract;
  out["system"] = resource->system;
  for (const System& system : catalog.systems()) {
    if (system.code == resource->system) out["system_name"] = system.name;
  }
  out["format"] = resource->format;
  out["share_condition"] = resource->share_condition;
  out["share_method"] = resource->share_method;
  out["open_condition"] = resource->open_condition;
  out["published_on"] = to_iso(resource->published_on);
  out["keeping"] = resource->keeping == Keeping::keyed ? "keyed" : "append";
  json::array items;
  for (const Item& item : resource->items) items.push_back(item_of(item));
  out["item_list"] = std::move(items);
  json::array points;
  for (const QualityPoint& point : history) {
    points.push_back(json::object{{"at", to_iso(point.at)},
                                  {"score", percent(point.score)},
                                  {"rows_good", point.rows_good},
                                  {"rows_bad", point.rows_bad},
                                  {"version", point.version}});
  }
  out["quality_history"] = std::move(points);
  json::array lineage;
  for (const Lineage& edge : edges) {
    lineage.push_back(json::object{
        {"from", edge.from}, {"to", edge.to}, {"kind", edge.kind}, {"rows", edge.rows}});
  }
  out["lineage"] = std::move(lineage);
  return Reply::json(out);
}

}  // namespace

std::vector<Route> routes(Catalog& catalog) {
  return {
      {.method = Method::get,
       .path = "/api/departments",
       .summary = "Departments, and how many resources each answers for",
       .right = Right("catalog.read"),
       .audit = Audit::none("shows the catalogue, no records"),
       .handler = [&catalog](const Request&) { return departments(catalog); }},
      {.method = Method::get,
       .path = "/api/resources",
       .summary = "Resources of the catalogue, found by words in names, items and abstract",
       .params = {query_param("query", shape::text("words, all must occur", 200)),
                  query_param("department", shape::text("short name of a department", 60)),
                  query_param("category", shape::word({"基础", "主题", "部门"})),
                  query_param("page", shape::integer("from 1", 1, page_max)),
                  query_param("size", shape::integer("items a page", 1, 200))},
       .right = Right("catalog.read"),
       .audit = Audit::none("shows the catalogue, no records"),
       .handler = [&catalog](const Request& request) { return list(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}",
       .summary = "One resource: its items with grades and checks, its quality over time, lineage",
       .params = {path_param("code", shape::text("code of the resource", 60))},
       .right = Right("catalog.read"),
       .audit = Audit::none("shows the catalogue, no records"),
       .handler = [&catalog](const Request& request) { return detail(catalog, request); }},
  };
}

}  // namespace citybrain::catalog
