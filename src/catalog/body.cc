// Body: see body.h.
#include "body.h"

#include <map>

namespace citybrain::catalog {
namespace {

std::int64_t integer_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool flag_of(const json::object& object, std::string_view name, bool otherwise) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

Result<Item> item_from_body(const json::object& body, const FindCodes& codes) {
  Item item;
  item.position = static_cast<int>(integer_of(body, "position"));
  item.code = text_of(body, "code");
  item.name = text_of(body, "name");
  CB_TRY(const Type type, type_from(text_of(body, "type")));
  item.field = {item.code, type, static_cast<int>(integer_of(body, "scale"))};
  item.length_max = static_cast<int>(integer_of(body, "length"));
  item.key = flag_of(body, "key", false);
  item.required = flag_of(body, "required", false);
  item.grade = static_cast<int>(integer_of(body, "grade"));
  item.share_type = text_of(body, "share_type");
  item.share_condition = text_of(body, "share_condition");
  item.share_method = text_of(body, "share_method");
  item.open_type = text_of(body, "open_type");
  item.open_condition = text_of(body, "open_condition");
  item.description = text_of(body, "description");
  if (const std::string checks = text_of(body, "check"); !checks.empty()) {
    CB_TRY(item.checks, parse_checks(checks, item.field, codes));
  }
  return item;
}

// A scalar as text; an array of texts joined by '|'.
std::string shown(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "";
  if (!value.is_array()) return json::serialize(value);
  std::string out;
  for (const json::value& one : value.get_array()) out += (out.empty() ? "" : "|") + shown(one);
  return out;
}

void compare(const std::string& prefix, const json::object& before, const json::object& after,
             std::vector<Difference>& out) {
  for (const auto& member : after) {
    if (member.key() == "items") continue;
    const json::value* old = before.if_contains(member.key());
    const std::string was = old == nullptr ? "" : shown(*old);
    const std::string is = shown(member.value());
    if (was != is) out.push_back({prefix + std::string(member.key()), was, is});
  }
  for (const auto& member : before) {
    if (member.key() == "items" || after.contains(member.key())) continue;
    out.push_back({prefix + std::string(member.key()), shown(member.value()), ""});
  }
}

std::map<std::string, const json::object*> items_in(const json::object& body) {
  std::map<std::string, const json::object*> items;
  const json::value* all = body.if_contains("items");
  if (all == nullptr || !all->is_array()) return items;
  for (const json::value& item : all->get_array()) {
    if (item.is_object()) items[text_of(item.get_object(), "code")] = &item.get_object();
  }
  return items;
}

}  // namespace

std::string checks_text(const Item& item) {
  std::string checks;
  for (const Check& check : item.checks) checks += (checks.empty() ? "" : "|") + check.text();
  return checks;
}

json::object body_of(const Item& item) {
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
          {"share_condition", item.share_condition},
          {"share_method", item.share_method},
          {"open_type", item.open_type},
          {"open_condition", item.open_condition},
          {"check", checks_text(item)},
          {"description", item.description}};
}

json::object body_of(const Resource& resource) {
  json::array items;
  for (const Item& item : resource.items) items.push_back(body_of(item));
  return {{"code", resource.code},
          {"resource_code", resource.resource_code},
          {"name", resource.name},
          {"department", resource.department},
          {"system", resource.system},
          {"category", resource.category},
          {"abstract", resource.abstract},
          {"format", resource.format},
          {"format_type", resource.format_type},
          {"share_type", resource.share_type},
          {"share_condition", resource.share_condition},
          {"share_method", resource.share_method},
          {"open_type", resource.open_type},
          {"open_condition", resource.open_condition},
          {"update_cycle", resource.update_cycle},
          {"published_on", to_iso(resource.published_on)},
          {"related", json::array(resource.related.begin(), resource.related.end())},
          {"keeping", resource.keeping == Keeping::keyed ? "keyed" : "append"},
          {"collected", resource.collected},
          {"items", std::move(items)}};
}

Result<Resource> resource_from_body(const json::object& body, const FindCodes& codes) {
  Resource entry;
  for (auto [member, name] : {std::pair{&entry.code, "code"},
                              {&entry.resource_code, "resource_code"},
                              {&entry.name, "name"},
                              {&entry.department, "department"},
                              {&entry.system, "system"},
                              {&entry.category, "category"},
                              {&entry.abstract, "abstract"},
                              {&entry.format, "format"},
                              {&entry.format_type, "format_type"},
                              {&entry.share_type, "share_type"},
                              {&entry.share_condition, "share_condition"},
                              {&entry.share_method, "share_method"},
                              {&entry.open_type, "open_type"},
                              {&entry.open_condition, "open_condition"},
                              {&entry.update_cycle, "update_cycle"}}) {
    *member = text_of(body, name);
  }
  if (entry.code.empty()) return corrupt("the stored entry has no code");
  CB_TRY(entry.published_on, parse_date(text_of(body, "published_on")));
  entry.keeping = text_of(body, "keeping") == "append" ? Keeping::append : Keeping::keyed;
  entry.collected = flag_of(body, "collected", true);
  if (const json::value* related = body.if_contains("related"); related && related->is_array()) {
    for (const json::value& code : related->get_array()) entry.related.push_back(shown(code));
  }
  const json::value* items = body.if_contains("items");
  if (items == nullptr || !items->is_array()) return entry;  // of before items stood in the body
  for (const json::value& item : items->get_array()) {
    if (!item.is_object()) return corrupt("the stored entry '" + entry.code + "' has no items");
    CB_TRY(Item read, item_from_body(item.get_object(), codes));
    entry.items.push_back(std::move(read));
  }
  return entry;
}

std::vector<Difference> differences(const json::object& before, const json::object& after) {
  std::vector<Difference> out;
  compare("", before, after, out);
  const auto old = items_in(before);
  const auto now = items_in(after);
  for (const auto& [code, item] : now) {
    const auto was = old.find(code);
    if (was == old.end()) {
      out.push_back({"items." + code, "", text_of(*item, "name")});
    } else {
      compare("items." + code + ".", *was->second, *item, out);
    }
  }
  for (const auto& [code, item] : old) {
    if (!now.contains(code)) out.push_back({"items." + code, text_of(*item, "name"), ""});
  }
  return out;
}

}  // namespace citybrain::catalog
