// Routes of entries: search, one entry, its versions, lineage, impact and uses,
// and its change.
#include "base/text.h"
#include "catalog/lineage.h"
#include "routes.h"
#include "show.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

constexpr int history_points_max = 100;
constexpr std::int64_t page_max = 1'000'000;

const char* const filter_names[] = {"department",   "category",  "theme",
                                    "share_type",   "open_type", "grade",
                                    "update_cycle", "format",    "collected"};

Result<Reply> departments(const Catalog& catalog, const Request& request) {
  const Sight sight = catalog.sight_of(request.principal);
  CB_TRY(const Found all, catalog.search({.size = 0}, sight));
  std::map<std::string, std::int64_t> resources;
  if (const auto facet = all.facets.find("department"); facet != all.facets.end()) {
    for (const Found::Count& count : facet->second) resources[count.value] = count.resources;
  }
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

// A facet's value as people read it.
std::string label_of(const Catalog& catalog, std::string_view facet, const std::string& value) {
  if (facet == "department") {
    const auto department = catalog.department(value);
    return department ? department->name : value;
  }
  if (facet == "collected") return value == "yes" ? "已归集" : "仅编目";
  if (facet == "grade") {
    return value == "L4"   ? "L4 敏感"
           : value == "L3" ? "L3 较敏感"
           : value == "L2" ? "L2 低敏感"
                           : "L1 不敏感";
  }
  return value;
}

// The names of items in which a word of the search occurs, for showing why an
// entry was found.
json::array matched_items(const Resource& resource, const std::string& words) {
  json::array matched;
  const std::string wanted = lower_ascii(words);
  for (const Item& item : resource.items) {
    for (const std::string_view word : split(wanted, ' ')) {
      const bool in_name = !word.empty() && lower_ascii(item.name).find(word) != std::string::npos;
      if (!in_name && (word.empty() || item.code.find(word) == std::string::npos)) continue;
      matched.push_back(json::object{{"code", item.code}, {"name", item.name}});
      break;
    }
    if (matched.size() == 5) break;
  }
  return matched;
}

}  // namespace

NodeFilter filter_for(const Catalog& catalog, const Request& request) {
  return visible_nodes(catalog, catalog.sight_of(request.principal), [&](std::string_view right) {
    return catalog.may(request.principal, right);
  });
}

Search search_of(const Request& request) {
  Search search;
  search.words = request.param("query");
  search.size = request.int_param("size", 20);
  search.from = (request.int_param("page", 1) - 1) * search.size;
  for (const char* name : filter_names) {
    const std::string values = request.param(name);
    for (const std::string_view value : split(values, ',')) {
      if (!value.empty()) search.filters[name].emplace_back(value);
    }
  }
  return search;
}

std::vector<Param> search_params() {
  std::vector<Param> params = {
      query_param("query", shape::text("words, all must occur; pinyin initials as well", 200)),
      query_param("page", shape::integer("from 1", 1, page_max)),
      query_param("size", shape::integer("items a page", 1, 200))};
  for (const char* name : filter_names) {
    params.push_back(query_param(name, shape::text("values, joined by commas", 1000)));
  }
  return params;
}

namespace {

Result<Reply> list(const Catalog& catalog, const Request& request) {
  const Search search = search_of(request);
  CB_TRY(const Found found, catalog.search(search, catalog.sight_of(request.principal)));
  CB_TRY(const auto standings, catalog.standings_of(found.resources));
  json::array items;
  for (std::size_t i = 0; i < found.resources.size(); ++i) {
    const auto& resource = found.resources[i];
    json::object item = summary_of(catalog, *resource, standings[i]);
    item["abstract"] = resource->abstract;
    item["matched"] = matched_items(*resource, search.words);
    items.push_back(std::move(item));
  }
  json::object facets;
  for (const auto& [name, counts] : found.facets) {
    json::array values;
    for (const Found::Count& count : counts) {
      values.push_back(json::object{{"value", count.value},
                                    {"label", label_of(catalog, name, count.value)},
                                    {"count", count.resources}});
    }
    facets[name] = std::move(values);
  }
  return Reply::json(json::object{
      {"items", std::move(items)}, {"total", found.total}, {"facets", std::move(facets)}});
}

Result<Reply> detail(Catalog& catalog, const Request& request) {
  const Sight sight = catalog.sight_of(request.principal);
  CB_TRY(const auto resource, catalog.resource(request.param("code"), sight));
  CB_TRY(const Standing standing, catalog.standing_of(resource->code));
  CB_TRY(const auto history, catalog.quality_of(resource->code, history_points_max));
  CB_TRY(auto edges, catalog.lineage_of(resource->code));
  const NodeFilter visible = filter_for(catalog, request);
  std::erase_if(edges, [&](const Lineage& e) { return !visible(e.from) || !visible(e.to); });
  json::object out = summary_of(catalog, *resource, standing);
  for (auto& member : shown_entry(catalog, *resource)) out[member.key()] = member.value();
  json::array points;
  for (const QualityPoint& point : history) {
    points.push_back(json::object{{"at", to_iso(point.at)},
                                  {"score", percent(point.score)},
                                  {"rows_good", point.rows_good},
                                  {"rows_bad", point.rows_bad},
                                  {"version", point.version}});
  }
  out["quality_history"] = std::move(points);
  out["lineage"] = shown(edges);
  catalog.record_use(resource->code, request.principal, "view");
  return Reply::json(out);
}

// catalog.write is for entries of one's own department, catalog.write_all for all.
Result<void> check_writer(const Catalog& catalog, const Principal& who, const Resource& entry) {
  if (catalog.may(who, "catalog.write_all") || entry.department == who.department) return ok();
  return denied("'" + entry.code + "' is of department '" + entry.department +
                "'; it changes its entries itself");
}

// What is there already must be the caller's to change as well, and be the version he saw.
Result<void> check_there(const Catalog& catalog, const Request& request) {
  const auto there = catalog.resource(request.param("code"));
  if (!there) return ok();
  CB_DO(check_writer(catalog, request.principal, **there));
  if (!request.json.is_object()) return ok();
  const json::value* seen = request.json.get_object().if_contains("version");
  if (seen == nullptr || seen->to_number<std::int64_t>() == (*there)->version) return ok();
  return conflict("'" + (*there)->code + "' is at version " + std::to_string((*there)->version) +
                  " by now; look at it again and repeat the change");
}

Result<Reply> put(Catalog& catalog, const Request& request) {
  CB_TRY(Resource entry, entry_from(catalog, request.json.get_object()));
  entry.code = request.param("code");
  CB_DO(check_writer(catalog, request.principal, entry));
  CB_DO(check_there(catalog, request));
  CB_TRY(const auto stored, catalog.put(entry, request.principal.id));
  return Reply::json(json::object{{"code", stored->code}, {"version", stored->version}});
}

Result<Reply> retire(Catalog& catalog, const Request& request) {
  CB_DO(check_there(catalog, request));
  CB_DO(catalog.retire(request.param("code"), request.principal.id));
  return Reply::json(json::object{{"code", request.param("code")}, {"retired", true}});
}

// The enumerations, in every vocabulary.
Result<Reply> words(const Catalog& catalog) {
  json::object out;
  for (const Word word : {Word::category, Word::format, Word::share_type, Word::share_method,
                          Word::open_type, Word::update_cycle}) {
    json::array values;
    for (const std::string& own : words_in(word, Vocabulary::own)) {
      values.push_back(json::object{{"value", own},
                                    {"number", in_vocabulary(word, own, Vocabulary::number)},
                                    {"national", in_vocabulary(word, own, Vocabulary::national)},
                                    {"zhejiang", in_vocabulary(word, own, Vocabulary::zhejiang)}});
    }
    out[column_of(word)] = std::move(values);
  }
  json::array classes;
  for (const auto& [code, name] : catalog.classes()) {
    classes.push_back(json::object{{"code", code}, {"name", name}});
  }
  out["classes"] = std::move(classes);
  const auto types = official_type_names();
  out["types"] = json::array(types.begin(), types.end());
  return Reply::json(out);
}

const Param code_param = path_param("code", shape::text("code of the resource", 60));

}  // namespace

std::vector<Route> entry_routes(Catalog& catalog) {
  const Audit shows = Audit::none("shows the catalogue, no records");
  return {
      {.method = Method::get,
       .path = "/api/departments",
       .summary = "Departments, and how many resources each answers for",
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return departments(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources",
       .summary = "Resources found by words in names, items and descriptions, "
                  "ranked, with facets",
       .params = search_params(),
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return list(catalog, request); }},
      {.method = Method::get,
       .path = "/api/resources/{code}",
       .summary = "One resource: its items with grades and checks, its quality "
                  "over time, lineage",
       .params = {code_param},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request& request) { return detail(catalog, request); }},
      {.method = Method::put,
       .path = "/api/resources/{code}",
       .summary = "Adds or changes an entry with its items, as a new version",
       .params = {code_param},
       .body = entry_shape(),
       .right = Right("catalog.write"),
       .audit = Audit("catalog.put"),
       .handler = [&catalog](const Request& request) { return put(catalog, request); }},
      {.method = Method::del,
       .path = "/api/resources/{code}",
       .summary = "Takes an entry out of the catalogue; its versions stay readable",
       .params = {code_param},
       .right = Right("catalog.write"),
       .audit = Audit("catalog.retire"),
       .handler = [&catalog](const Request& request) { return retire(catalog, request); }},
      {.method = Method::get,
       .path = "/api/catalog/words",
       .summary = "The catalogue's enumerations in national and Zhejiang "
                  "words, and its classes",
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = [&catalog](const Request&) { return words(catalog); }},
  };
}

}  // namespace citybrain::catalog
