// /api/resources/{code}/records and /api/purposes: the read door over HTTP.
#include "base/text.h"
#include "routes.h"

namespace citybrain::guard {
namespace {

constexpr std::size_t text_bytes_max = 1000;  // of key, filter and sort

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

Result<ReadSpec> spec_of(const ResourceGrades& grades, const Request& request) {
  ReadSpec spec;
  spec.resource = grades.resource;
  spec.limit = request.int_param("limit", 20);
  const std::string key = request.param("key");
  if (!key.empty()) {
    const auto cells = split(key, ',');
    if (cells.size() != grades.schema.key.size()) {
      return invalid("'key' takes the " + std::to_string(grades.schema.key.size()) +
                     " key items (" + join(grades.schema.key, ", ") + "), joined by ','");
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      CB_TRY(Cell cell, cell_of(grades, grades.schema.key[i], cells[i]));
      spec.key.push_back(std::move(cell));
    }
  }
  const std::string filter = request.param("filter");
  if (!filter.empty()) {
    for (const std::string_view one : split(filter, '&')) {
      CB_TRY(Comparison comparison, comparison_of(grades, one));
      spec.comparisons.push_back(std::move(comparison));
    }
  }
  const std::string sort = request.param("sort");
  if (!sort.empty()) {
    for (const std::string_view column : split(sort, ',')) spec.sort.emplace_back(trim(column));
  }
  return spec;
}

Result<Reply> records(Guard& guard, const Request& request) {
  CB_TRY(const ResourceGrades grades, guard.grades_of(request.param("code")));
  CB_TRY(const ReadSpec spec, spec_of(grades, request));
  const Access access{request.principal, request.param("purpose"), request.param("basis")};
  CB_TRY(const ReadResult read, guard.read(access, spec));
  json::array columns;
  for (const ReadColumn& column : read.columns) {
    columns.push_back({{"code", column.code},
                       {"name", column.name},
                       {"grade", name_of(column.grade)},
                       {"masked", column.masked}});
  }
  json::array rows;
  for (std::size_t i = 0; i < read.batch.rows; ++i) {
    json::array row;
    for (const Cell& cell : read.batch.row(i)) row.push_back(to_json(cell));
    rows.push_back(std::move(row));
  }
  Reply reply = Reply::json(
      {{"columns", std::move(columns)},
       {"rows", std::move(rows)},
       {"audit", {{"index", read.audit_index}}},
       {"as_of", {{"rows_seq", read.as_of.rows_seq}, {"columns_seq", read.as_of.columns_seq}}}});
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

}  // namespace

std::vector<Route> record_routes(Guard& guard) {
  using namespace shape;
  std::vector<Route> routes;
  routes.push_back(
      {.method = Method::get,
       .path = "/api/resources/{code}/records",
       .summary = "Records of a resource, masked as the caller's rights and purpose demand",
       .params = {path_param("code", text("", 63)),
                  query_param("purpose", text("code or name of a purpose (/api/purposes)", 100)),
                  query_param("basis", text("legal basis or case number", 600)),
                  query_param("key", text("key items joined by ','", text_bytes_max)),
                  query_param("filter", text("item=value joined by '&'", text_bytes_max)),
                  query_param("sort", text("items joined by ','", text_bytes_max)),
                  query_param("limit", integer("rows", 1, Guard::rows_max))},
       .reply = any("columns, rows, audit.index, as_of"),
       .right = Right::signed_in(),
       .audit = Audit::none("the read door writes guard.read with columns and count"),
       .handler = [&guard](const Request& request) { return records(guard, request); }});
  routes.push_back({.method = Method::get,
                    .path = "/api/purposes",
                    .summary = "The purposes for which records may be read",
                    .reply = any("items and total"),
                    .right = Right::signed_in(),
                    .audit = Audit::none("shows the list of purposes"),
                    .handler = [&guard](const Request&) -> Result<Reply> {
                      json::array items;
                      for (const Purpose& purpose : guard.purposes()) {
                        items.push_back({{"code", purpose.code},
                                         {"name", purpose.name},
                                         {"basis", purpose.basis}});
                      }
                      return Reply::json({{"items", items}, {"total", items.size()}});
                    }});
  return routes;
}

}  // namespace citybrain::guard
