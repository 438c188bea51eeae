// The text of a question to the read door: see query.h.
#include "query.h"

#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace citybrain::guard {
namespace {

Result<Cell> cell_of(const ResourceGrades& grades, std::string_view column, std::string_view text) {
  const auto item = grades.schema.find(column);
  if (!item) {
    return invalid("resource '" + grades.resource + "' has no item '" + std::string(column) + "'");
  }
  const auto cell = parse_cell(grades.schema.fields[*item], text);
  if (cell) return *cell;
  return cell.error().in("item '" + std::string(column) + "'");
}

// "district=330203&kind=1": items and values joined by '&'; also != < <= > >=.
Result<Comparison> comparison_of(const ResourceGrades& grades, std::string_view text) {
  using Op = Comparison::Op;
  static const std::vector<std::pair<std::string_view, Op>> ops = {
      {"!=", Op::ne}, {"<=", Op::le}, {">=", Op::ge}, {"=", Op::eq}, {"<", Op::lt}, {">", Op::gt}};
  const std::size_t at = text.find_first_of("!<>=");
  for (const auto& [sign, op] : ops) {
    if (at == std::string_view::npos || text.substr(at, sign.size()) != sign) continue;
    const std::string_view column = trim(text.substr(0, at));
    CB_TRY(const Cell value, cell_of(grades, column, text.substr(at + sign.size())));
    if (is_null(value)) return invalid("the filter on '" + std::string(column) + "' has no value");
    return Comparison{std::string(column), op, value};
  }
  return invalid("a filter is item=value, item!=value, item<value …, joined by '&'");
}

}  // namespace

Result<ReadSpec> read_query(const ResourceGrades& grades, const QueryText& text) {
  ReadSpec spec;
  spec.resource = grades.resource;
  spec.limit = text.limit;
  spec.offset = text.offset;
  if (!text.key.empty()) {
    const auto cells = split(text.key, ',');
    if (cells.size() != grades.schema.key.size()) {
      return invalid("'key' takes the " + std::to_string(grades.schema.key.size()) +
                     " key items (" + join(grades.schema.key, ", ") + "), joined by ','");
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      CB_TRY(Cell cell, cell_of(grades, grades.schema.key[i], cells[i]));
      spec.key.push_back(std::move(cell));
    }
  }
  if (!text.filter.empty()) {
    for (const std::string_view one : split(text.filter, '&')) {
      CB_TRY(Comparison comparison, comparison_of(grades, one));
      spec.comparisons.push_back(std::move(comparison));
    }
  }
  if (!text.sort.empty()) {
    for (const std::string_view column : split(text.sort, ','))
      spec.sort.emplace_back(trim(column));
  }
  return spec;
}

Result<ReadSpec> filter_query(const ResourceGrades& grades, const std::string& filter) {
  QueryText text;
  text.filter = filter;
  return read_query(grades, text);
}

}  // namespace citybrain::guard
