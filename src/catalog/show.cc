// Show: see show.h.
#include "show.h"

#include "body.h"
#include "entry.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

std::string type_text(const Item& item) {
  std::string type = name_of(item.field.type);
  if (item.field.type == Type::decimal) type += ":" + std::to_string(item.field.scale);
  return type;
}

json::object shown_item(const Item& item) {
  const OfficialType type = official_type(item.field, item.length_max);
  return {{"code", item.code},
          {"name", item.name},
          {"type", type_text(item)},
          {"type_name", type.name},
          {"length", item.length_max},
          {"key", item.key},
          {"required", item.required},
          {"grade", "L" + std::to_string(item.grade)},
          {"check", checks_text(item)},
          {"share_type", item.share_type},
          {"share_condition", item.share_condition},
          {"share_method", item.share_method},
          {"open_type", item.open_type},
          {"open_condition", item.open_condition},
          {"description", item.description}};
}

// The names of an official code's class, item and heading.
json::array class_path(const Catalog& catalog, std::string_view code) {
  const auto classes = catalog.classes();
  json::array path;
  const std::string_view digits = code.substr(0, code.find('/'));
  for (const std::size_t length : {std::size_t{1}, std::size_t{3}, std::size_t{6}, digits.size()}) {
    if (length > digits.size() || (length == digits.size() && length <= 6)) break;
    const auto found = classes.find(digits.substr(0, length));
    path.push_back(json::object{{"code", digits.substr(0, length)},
                                {"name", found == classes.end() ? "" : found->second}});
  }
  return path;
}

}  // namespace

json::value percent(std::int64_t score) {
  if (score < 0) return nullptr;
  return static_cast<double>(score) / 100;
}

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
                      {"grade", "L" + std::to_string(resource.grade())},
                      {"update_cycle", resource.update_cycle},
                      {"collected", resource.collected},
                      {"version", resource.version},
                      {"items", resource.items.size()},
                      {"rows", standing.rows},
                      {"quality", percent(standing.score)},
                      {"quarantined", standing.rows_bad},
                      {"landed_at", nullptr}};
  if (standing.landed_at) out["landed_at"] = to_iso(*standing.landed_at);
  return out;
}

json::object shown_entry(const Catalog& catalog, const Resource& resource) {
  json::object out;
  const auto department = catalog.department(resource.department);
  out["department_code"] = department ? department->code : "";
  out["classes"] = class_path(catalog, resource.resource_code);
  out["abstract"] = resource.abstract;
  out["system"] = resource.system;
  out["system_name"] = "";
  for (const System& system : catalog.systems()) {
    if (system.code == resource.system) out["system_name"] = system.name;
  }
  out["format"] = resource.format;
  out["format_type"] = resource.format_type;
  out["share_condition"] = resource.share_condition;
  out["share_method"] = resource.share_method;
  out["open_condition"] = resource.open_condition;
  out["published_on"] = to_iso(resource.published_on);
  out["related"] = json::array(resource.related.begin(), resource.related.end());
  out["keeping"] = resource.keeping == Keeping::keyed ? "keyed" : "append";
  out["share_words"] = json::object{
      {"national", in_vocabulary(Word::share_type, resource.share_type, Vocabulary::national)},
      {"zhejiang", in_vocabulary(Word::share_type, resource.share_type, Vocabulary::zhejiang)}};
  out["open_words"] = json::object{
      {"national", in_vocabulary(Word::open_type, resource.open_type, Vocabulary::national)},
      {"zhejiang", in_vocabulary(Word::open_type, resource.open_type, Vocabulary::zhejiang)}};
  json::array items;
  for (const Item& item : resource.items) items.push_back(shown_item(item));
  out["item_list"] = std::move(items);
  return out;
}

json::array shown(const std::vector<Lineage>& edges) {
  json::array out;
  for (const Lineage& edge : edges) {
    out.push_back(json::object{
        {"from", edge.from}, {"to", edge.to}, {"kind", edge.kind}, {"rows", edge.rows}});
  }
  return out;
}

json::object shown(const LineageGraph& graph) {
  json::array nodes;
  for (const LineageNode& node : graph.nodes) {
    nodes.push_back(json::object{{"id", node.id},
                                 {"kind", node.kind},
                                 {"label", node.label},
                                 {"resource", node.resource},
                                 {"distance", node.distance}});
  }
  return {
      {"nodes", std::move(nodes)}, {"edges", shown(graph.edges)}, {"truncated", graph.truncated}};
}

json::object shown(const Impact& impact) {
  return {{"kind", impact.kind},
          {"id", impact.id},
          {"label", impact.label},
          {"effect", impact.effect},
          {"path", json::array(impact.path.begin(), impact.path.end())}};
}

Shape entry_shape() {
  using namespace shape;
  const auto words = [](Word word) { return shape::word(words_in(word, Vocabulary::own)); };
  const Shape item =
      object({need("code", text("a-z, 0-9, _", 60)), need("name", text("Chinese name", 800)),
              need("type", text("text, integer, decimal:2, date, timestamp, boolean "
                                "or an official word",
                                40)),
              may("length", integer("characters of a text", 0, 1'000'000)), may("key", boolean()),
              may("required", boolean()), need("grade", word({"L1", "L2", "L3", "L4"})),
              may("share_type", text("", 40)), may("share_condition", text("", 4000)),
              may("share_method", text("", 40)), may("open_type", text("", 40)),
              may("open_condition", text("", 4000)), may("check", text("range:0..5|past …", 2000)),
              may("description", text("", 4000))});
  return object({need("resource_code", text("official code: 类1 项2 目3 细目*/顺序*", 80)),
                 need("name", text("", 800)),
                 need("department", text("short name", 60)),
                 may("system", text("", 60)),
                 need("category", words(Word::category)),
                 may("abstract", text("", 16000)),
                 need("format", words(Word::format)),
                 may("format_type", text("", 240)),
                 need("share_type", text("own, national or Zhejiang", 40)),
                 may("share_condition", text("", 4000)),
                 may("share_method", text("", 40)),
                 need("open_type", text("", 40)),
                 may("open_condition", text("", 4000)),
                 need("update_cycle", text("", 40)),
                 need("published_on", text("date", 10)),
                 may("related", array(text("", 80))),
                 need("keeping", word({"keyed", "append"})),
                 may("collected", boolean("the platform gathers its records")),
                 may("version", integer("that was seen; conflict where it is another", 0)),
                 need("items", array(item))});
}

Result<Resource> entry_from(const Catalog& catalog, const json::object& body) {
  const auto cells_of = [](const json::object& object) -> Cells {
    return [&object](std::string_view column) -> std::string {
      const json::value* value =
          object.if_contains(json::string_view(column.data(), column.size()));
      if (value == nullptr || value->is_null()) return "";
      if (value->is_string()) return std::string(value->get_string());
      if (!value->is_array()) return json::serialize(*value);
      std::string joined;
      for (const json::value& one : value->get_array()) {
        joined += (joined.empty() ? "" : "|") + std::string(one.as_string());
      }
      return joined;
    };
  };
  CB_TRY(Resource entry, resource_from(cells_of(body)));
  const FindCodes codes = [&](std::string_view name) { return catalog.code_list(name); };
  for (const json::value& item : body.at("items").as_array()) {
    auto read = item_from(entry, cells_of(item.as_object()), codes);
    if (!read) {
      return read.error().in("item " + std::to_string(entry.items.size() + 1));
    }
    entry.items.push_back(std::move(*read));
  }
  return entry;
}

}  // namespace citybrain::catalog
