// Draft: see catalog/draft.h.
#include "catalog/draft.h"

#include <set>

#include "base/text.h"
#include "checks.h"
#include "propose.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

bool has_chinese(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

// A comment is a name where it is short: "企业名称（以登记为准）" → 企业名称.
std::string name_from(std::string_view name, std::string_view comment) {
  for (const char* stop : {"（", "(", "，", ",", "：", ":", "；", ";", "\n"}) {
    comment = comment.substr(0, comment.find(stop));
  }
  comment = trim(comment);
  const bool usable = !comment.empty() && is_utf8(comment) && code_points(comment) <= 40;
  return std::string(usable ? comment : name);
}

// The first free running number under the department's class.
std::string free_official_code(const Catalog& catalog, const std::string& department) {
  const auto departments = catalog.departments();
  std::size_t order = 1;
  for (const Department& one : departments) {
    if (one.short_name == department) break;
    ++order;
  }
  std::string prefix = "3" + std::string(order < 10 ? "0" : "") + std::to_string(order % 100);
  // Where the department has entries already, theirs is its class.
  std::set<std::int64_t> numbers;
  for (const auto& entry : catalog.resources()) {
    if (entry->department == department && entry->category == "部门") {
      prefix = entry->resource_code.substr(0, 3);
    }
    const auto slash = entry->resource_code.find('/');
    numbers.insert(parse_int(entry->resource_code.substr(slash + 1)).value_or(0));
  }
  const std::int64_t next = numbers.empty() ? 1 : *numbers.rbegin() + 1;
  std::string digits = std::to_string(next);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return prefix + "001/" + digits;
}

Result<Item> item_for(const TableShape::Column& column, int position, std::string code,
                      Draft& draft) {
  Item item;
  item.position = position;
  item.code = std::move(code);
  item.name = name_from(column.name, column.comment);
  if (column.scale < 0 || column.scale > 9) {
    return invalid("column '" + column.name + "' has " + std::to_string(column.scale) +
                   " decimals; at most 9 are kept");
  }
  item.field = {item.code, column.type, column.scale};
  item.length_max = column.type == Type::text ? column.length_max : 0;
  item.key = column.key;
  item.required = column.required || column.key;
  item.share_type = draft.entry.share_type;
  item.open_type = draft.entry.open_type;
  item.description = has_chinese(column.comment) ? column.comment : column.name;
  const Proposal proposal = propose(item.name + " " + column.name, column.samples);
  item.grade = proposal.grade;
  if (!proposal.check.empty() && column.type == Type::text) {
    const FindCodes none = [](std::string_view) { return nullptr; };
    CB_TRY(item.checks, parse_checks(proposal.check, item.field, none));
  }
  if (!proposal.reason.empty()) {
    draft.reasons.push_back({item.code, proposal.reason + ": L" + std::to_string(item.grade) +
                                            (proposal.check.empty() ? "" : ", check ") +
                                            proposal.check});
  }
  return item;
}

}  // namespace

Result<Draft> draft_entry(const Catalog& catalog, const TableShape& table,
                          const DraftOptions& options) {
  if (table.columns.empty() || table.columns.size() > items_max) {
    return invalid("table '" + table.name + "' has " + std::to_string(table.columns.size()) +
                   " columns; an entry has 1.." + std::to_string(items_max));
  }
  if (!catalog.department(options.department)) {
    return invalid("department '" + options.department + "' is not in departments.csv");
  }
  Draft draft;
  Resource& entry = draft.entry;
  std::set<std::string, std::less<>> taken;
  for (const auto& known : catalog.resources()) taken.insert(known->code);
  const std::size_t dot = table.name.rfind('.');
  const std::string bare = dot == std::string::npos ? table.name : table.name.substr(dot + 1);
  entry.code = identifier_for(bare, "t_", taken);
  entry.resource_code = free_official_code(catalog, options.department);
  entry.name = name_from(bare, table.comment);
  entry.department = options.department;
  entry.system = options.system;
  entry.category = "部门";
  entry.abstract = table.comment.empty() ? entry.name : table.comment;
  entry.format = "数据库";
  entry.format_type = options.format_type;
  entry.share_type = "有条件";
  entry.share_condition = "依法履行职责需要，说明用途并经提供部门同意";
  entry.share_method = "服务";
  entry.open_type = "不予";
  CB_TRY(entry.update_cycle, official(Word::update_cycle, options.update_cycle));
  entry.published_on = catalog.today();
  entry.keeping = Keeping::append;
  std::set<std::string, std::less<>> codes;
  for (const TableShape::Column& column : table.columns) {
    if (column.key) entry.keeping = Keeping::keyed;
    std::string code = identifier_for(column.name, "c_", codes);
    CB_TRY(Item item,
           item_for(column, static_cast<int>(entry.items.size()) + 1, std::move(code), draft));
    entry.items.push_back(std::move(item));
  }
  if (entry.keeping == Keeping::append) {
    draft.reasons.push_back({"", "the table has no primary key: rows are only ever added"});
  }
  CB_DO(catalog.check(entry));
  return draft;
}

}  // namespace citybrain::catalog
