// Entry: see entry.h.
#include "entry.h"

#include <algorithm>

#include "base/text.h"
#include "catalog/draft.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

Result<bool> read_flag(std::string_view column, std::string_view text, bool otherwise = false) {
  if (text == "1" || text == "true" || text == "是") return true;
  if (text == "0" || text == "false" || text == "否") return false;
  if (text.empty()) return otherwise;
  return invalid(std::string(column) + " is '" + std::string(text) + "'; write 1 or 0");
}

// `kind`: share or open. What is not given unconditionally needs its condition,
// and what is refused to other departments the law that says so.
Result<void> check_condition(const std::string& kind, const std::string& type,
                             const std::string& condition) {
  if (type == "无条件" || !condition.empty()) return ok();
  if (kind == "open" && type == "不予") return ok();
  return invalid(kind + "_type is '" + type + "' and " + kind +
                 "_condition is empty; write the condition" +
                 (kind == "share" ? ", or for 不予 the law" : ""));
}

Result<void> check_text(std::string_view column, std::string_view text, std::size_t points_max) {
  if (!is_utf8(text)) return invalid(std::string(column) + " is no UTF-8; send UTF-8");
  const std::size_t points = code_points(text);
  if (points <= points_max) return ok();
  return invalid(std::string(column) + " has " + std::to_string(points) +
                 " characters; write at most " + std::to_string(points_max));
}

Result<void> check_words(const Resource& entry) {
  for (const auto& [word, text] : {std::pair{Word::category, &entry.category},
                                   {Word::format, &entry.format},
                                   {Word::share_type, &entry.share_type},
                                   {Word::open_type, &entry.open_type},
                                   {Word::update_cycle, &entry.update_cycle}}) {
    CB_TRY(const std::string known, official(word, *text));
    if (known != *text) return invalid(std::string(column_of(word)) + " is '" + *text + "'");
  }
  if (entry.share_type != "不予" || !entry.share_method.empty()) {
    CB_DO(official(Word::share_method, entry.share_method));
  }
  CB_DO(check_condition("share", entry.share_type, entry.share_condition));
  return check_condition("open", entry.open_type, entry.open_condition);
}

}  // namespace

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 60 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<Resource> resource_from(const Cells& cell) {
  Resource entry;
  for (auto [member, column] : {std::pair{&entry.code, "code"},
                                {&entry.resource_code, "resource_code"},
                                {&entry.name, "name"},
                                {&entry.department, "department"},
                                {&entry.system, "system"},
                                {&entry.abstract, "abstract"},
                                {&entry.format_type, "format_type"},
                                {&entry.share_condition, "share_condition"},
                                {&entry.open_condition, "open_condition"}}) {
    *member = cell(column);
  }
  for (auto [member, word] : {std::pair{&entry.category, Word::category},
                              {&entry.format, Word::format},
                              {&entry.share_type, Word::share_type},
                              {&entry.open_type, Word::open_type},
                              {&entry.update_cycle, Word::update_cycle}}) {
    CB_TRY(*member, official(word, cell(column_of(word))));
  }
  if (const std::string method = cell("share_method"); !method.empty()) {
    CB_TRY(entry.share_method, official(Word::share_method, method));
  }
  auto published = parse_date(cell("published_on"));
  if (!published) return published.error().in("published_on");
  entry.published_on = *published;
  const std::string related = cell("related");
  for (const std::string_view code : split(related, '|')) {
    if (!trim(code).empty()) entry.related.emplace_back(trim(code));
  }
  const std::string keeping = cell("keeping");
  if (keeping != "keyed" && keeping != "append") {
    return invalid("keeping is '" + keeping + "'; write keyed or append");
  }
  entry.keeping = keeping == "keyed" ? Keeping::keyed : Keeping::append;
  CB_TRY(entry.collected, read_flag("collected", cell("collected"), true));
  return entry;
}

Result<Item> item_from(const Resource& resource, const Cells& cell, const FindCodes& codes) {
  Item item;
  item.code = cell("code");
  item.name = cell("name");
  item.description = cell("description");
  item.position = static_cast<int>(resource.items.size()) + 1;
  if (const std::string position = cell("position");
      !position.empty() && parse_int(position) != item.position) {
    return invalid("position is '" + position + "'; write " + std::to_string(item.position) +
                   ", items stand in order");
  }
  if (resource.find(item.code) != nullptr) {
    return invalid("code is '" + item.code + "'; write a-z, 0-9 and _, once in a resource");
  }
  CB_TRY(const ReadType type, read_type(item.code, cell("type"), cell("length")));
  item.field = type.field;
  item.length_max = type.length_max;
  CB_TRY(item.key, read_flag("key", cell("key")));
  CB_TRY(item.required, read_flag("required", cell("required")));
  item.required = item.required || item.key;
  const std::string grade = cell("grade");
  if (grade.size() != 2 || grade[0] != 'L' || grade[1] < '1' || grade[1] > '4') {
    return invalid("grade is '" + grade + "'; write L1, L2, L3 or L4");
  }
  item.grade = grade[1] - '0';
  item.share_type = resource.share_type;
  item.open_type = resource.open_type;
  item.share_condition = cell("share_condition");
  item.open_condition = cell("open_condition");
  for (auto [member, word] : {std::pair{&item.share_type, Word::share_type},
                              {&item.share_method, Word::share_method},
                              {&item.open_type, Word::open_type}}) {
    if (const std::string text = cell(column_of(word)); !text.empty()) {
      CB_TRY(*member, official(word, text));
    }
  }
  if (item.share_type != resource.share_type) {
    CB_DO(check_condition("share", item.share_type, item.share_condition));
  }
  if (item.open_type != resource.open_type) {
    CB_DO(check_condition("open", item.open_type, item.open_condition));
  }
  auto checks = parse_checks(cell("check"), item.field, codes);
  if (!checks) return checks.error();
  item.checks = std::move(*checks);
  CB_DO(check_item(item));
  return item;
}

Result<void> check_head(const Resource& resource, const Surroundings& around) {
  if (!is_identifier(resource.code)) {
    return invalid("code is '" + resource.code + "'; write a-z, 0-9 and _, at most 60");
  }
  if (resource.name.empty()) return invalid("name is empty; write the resource's name");
  CB_DO(check_text("name", resource.name, 200));
  CB_DO(check_text("abstract", resource.abstract, 4000));
  CB_DO(check_text("share_condition", resource.share_condition, 1000));
  CB_DO(check_text("open_condition", resource.open_condition, 1000));
  CB_DO(check_text("format_type", resource.format_type, 60));
  if (!around.department(resource.department)) {
    return invalid("department '" + resource.department +
                   "' is not in departments.csv; write its short");
  }
  if (!resource.system.empty() && !around.system(resource.system)) {
    return invalid("system '" + resource.system + "' is not in systems.csv; write its code");
  }
  CB_DO(check_words(resource));
  CB_DO(check_resource_code(resource.resource_code, resource.category));
  for (const std::string& related : resource.related) {
    const std::string category = related.starts_with('1')   ? "基础"
                                 : related.starts_with('2') ? "主题"
                                                            : "部门";
    const auto known = check_resource_code(related, category);
    if (!known) return known.error().in("related");
  }
  return ok();
}

Result<void> check_item(const Item& item) {
  if (!is_identifier(item.code)) {
    return invalid("code is '" + item.code + "'; write a-z, 0-9 and _, once in a resource");
  }
  if (item.name.empty()) return invalid("name is empty; write the item's Chinese name");
  if (item.field.name != item.code) {
    return invalid("code is '" + item.code + "', but its field is '" + item.field.name + "'");
  }
  if (item.grade < 1 || item.grade > 4) {
    return invalid("grade is '" + std::to_string(item.grade) + "'; write L1, L2, L3 or L4");
  }
  CB_DO(check_text("name", item.name, 200));
  return check_text("description", item.description, 1000);
}

Result<void> check_whole(const Resource& resource, const Surroundings& around) {
  const std::string named = "resource '" + resource.code + "'";
  if (resource.items.empty()) return invalid(named + " has no items; add them");
  if (resource.items.size() > items_max) {
    return exhausted(named + " has " + std::to_string(resource.items.size()) + " items; at most " +
                     std::to_string(items_max));
  }
  const bool keyed = resource.keeping == Keeping::keyed;
  if (keyed && std::none_of(resource.items.begin(), resource.items.end(),
                            [](const Item& item) { return item.key; })) {
    return invalid(named +
                   " is keyed and has no key item; mark one with key=1, or write keeping "
                   "append");
  }
  for (const Item& item : resource.items) {
    const std::string where = resource.code + "." + item.code;
    for (const Check& check : item.checks) {
      if (check.kind == Check::Kind::after) {
        const Item* other = resource.find(check.argument);
        if (other != nullptr && other->field.type == item.field.type) continue;
        return invalid(where + ": check '" + check.text() +
                       "' names no item of this resource of the same type");
      }
      if (check.kind == Check::Kind::ref && !around.resource(check.argument) &&
          check.argument != resource.code) {
        return invalid(where + ": check '" + check.text() + "' names no resource; write its code");
      }
    }
  }
  return ok();
}

Result<void> check_growth(const Resource& before, const Resource& entry) {
  if (!before.collected || !entry.collected) return ok();
  if (before.keeping != entry.keeping) {
    return conflict("keeping cannot change: records of '" + entry.code + "' are held");
  }
  for (std::size_t i = 0; i < before.items.size(); ++i) {
    const Item& was = before.items[i];
    const std::string where = "item." + was.code;
    if (i >= entry.items.size() || entry.items[i].code != was.code) {
      return conflict(where + ": its records are held; keep it at place " + std::to_string(i + 1) +
                      " and add new items at the end");
    }
    if (entry.items[i].field != was.field || entry.items[i].key != was.key) {
      return conflict(where +
                      ": its records are held; keep its type and key as they were, or add " +
                      "an item of the new type at the end");
    }
  }
  for (std::size_t i = before.items.size(); i < entry.items.size(); ++i) {
    if (!entry.items[i].key) continue;
    return conflict("item." + entry.items[i].code + ": records are held under the key there is");
  }
  return ok();
}

}  // namespace citybrain::catalog
