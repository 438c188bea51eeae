// /api/resources/{code}/records and /api/purposes: the read door over HTTP.
#include "query.h"
#include "routes.h"

namespace citybrain::guard {
namespace {

constexpr std::size_t text_bytes_max = 1000;  // of key, filter and sort

Result<Reply> records(Guard& guard, const Request& request) {
  CB_TRY(const ResourceGrades grades, guard.grades_of(request.param("code")));
  CB_TRY(const ReadSpec spec, read_query(grades, {.key = request.param("key"),
                                                  .filter = request.param("filter"),
                                                  .sort = request.param("sort"),
                                                  .limit = request.int_param("limit", 20),
                                                  .offset = request.int_param("offset", 0)}));
  const Access access{request.principal, request.param("purpose"), request.param("basis"),
                      request.param("grant")};
  CB_TRY(const ReadResult read, guard.read(access, spec));
  json::array columns;
  for (const ReadColumn& column : read.columns) {
    columns.push_back({{"code", column.code},
                       {"name", column.name},
                       {"grade", name_of(column.grade)},
                       {"masked", column.masked}});
  }
  json::array disputed;
  for (const auto& [row, id] : read.disputed) disputed.push_back({{"row", row}, {"dispute", id}});
  Reply reply = Reply::json(
      {{"columns", std::move(columns)},
       {"rows", answer_rows(read.batch)},
       {"disputed", std::move(disputed)},
       {"audit", {{"index", read.audit_index}, {"salt", read.answer_salt}}},
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
                  query_param("limit", integer("rows", 1, Guard::rows_max)),
                  query_param("offset", integer("rows before", 0, Guard::offset_max)),
                  query_param("grant", text("id of a grant, where several apply", 40))},
       .reply = any("columns, rows, disputed, audit.index, as_of"),
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
