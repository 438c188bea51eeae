// Index: see index.h.
#include "index.h"

namespace citybrain::catalog {
namespace {

// Fields, in this order.
enum Field : std::size_t { title, code, item_name, item_code, department, description };

const char* const facet_names[] = {"department",   "category",  "theme",
                                   "share_type",   "open_type", "grade",
                                   "update_cycle", "format",    "collected"};

}  // namespace

bool Sight::sees(const Resource& resource) const {
  if (all) return true;
  if (!staff) return resource.open_type != "不予";
  return resource.share_type != "不予" || resource.department == department;
}

std::unique_ptr<sql::FullText> make_index() {
  return std::make_unique<sql::FullText>(
      "catalog", std::vector<sql::TextField>{{.weight = 8, .initials = true},
                                             {.weight = 6},
                                             {.weight = 4, .initials = true},
                                             {.weight = 3},
                                             {.weight = 2, .initials = true},
                                             {.weight = 1}});
}

sql::TextDocument document_of(const Resource& resource, const std::string& department_name,
                              const std::string& theme) {
  sql::TextDocument document;
  document.key = resource.code;
  document.parts = {{title, resource.name},
                    {code, resource.code},
                    {code, resource.resource_code},
                    {department, department_name},
                    {description, resource.abstract}};
  for (const Item& item : resource.items) {
    document.parts.push_back({item_name, item.name});
    document.parts.push_back({item_code, item.code});
    if (!item.description.empty() && item.description != item.name) {
      document.parts.push_back({description, item.description});
    }
  }
  if (document.parts.size() > sql::FullText::parts_max) {
    document.parts.resize(sql::FullText::parts_max);
  }
  document.facets = {{"department", resource.department},
                     {"category", resource.category},
                     {"share_type", resource.share_type},
                     {"open_type", resource.open_type},
                     {"grade", "L" + std::to_string(resource.grade())},
                     {"update_cycle", resource.update_cycle},
                     {"format", resource.format},
                     {"collected", resource.collected ? "yes" : "no"}};
  if (!theme.empty()) document.facets.push_back({"theme", theme});
  return document;
}

sql::TextQuery query_of(const Search& search, const Sight& sight) {
  sql::TextQuery query;
  query.words = search.words;
  query.from = search.from;
  query.size = search.size;
  for (const auto& [name, values] : search.filters) {
    if (!values.empty()) query.filters.push_back({name, values});
  }
  for (const char* name : facet_names) query.facets.emplace_back(name);
  if (sight.all) return query;
  const char* kind = sight.staff ? "share_type" : "open_type";
  query.only = {{kind, "无条件"}, {kind, "有条件"}};
  if (sight.staff && !sight.department.empty()) {
    query.only.push_back({"department", sight.department});
  }
  return query;
}

}  // namespace citybrain::catalog
