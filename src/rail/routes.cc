// Routes of the rail: sources and how far they are, quarantine with its rows masked.
#include "routes.h"

#include <algorithm>
#include <utility>

namespace citybrain::rail {
namespace {

constexpr std::int64_t page_max = 1'000'000;

Result<Reply> sources(const Rail& rail, const Request& request) {
  const std::string resource = request.param("resource");
  CB_TRY(auto found, rail.sources());
  if (!resource.empty()) {
    std::erase_if(found, [&](const Source& source) { return source.resource != resource; });
  }
  const auto size = static_cast<std::size_t>(request.int_param("size", 200));
  const auto from = (static_cast<std::size_t>(request.int_param("page", 1)) - 1) * size;
  json::array items;
  for (std::size_t i = from; i < std::min(found.size(), from + size); ++i) {
    const Source& source = found[i];
    items.push_back(json::object{{"name", source.name},
                                 {"resource", source.resource},
                                 {"kind", source.kind},
                                 {"state", source.state},
                                 {"position", source.position},
                                 {"bytes_total", source.bytes_total},
                                 {"rows_landed", source.rows_landed},
                                 {"rows_quarantined", source.rows_quarantined},
                                 {"lag_seconds", source.lag_seconds},
                                 {"found_at", to_iso(source.found_at)},
                                 {"updated_at", to_iso(source.updated_at)},
                                 {"error", source.error}});
  }
  return Reply::json(json::object{{"items", std::move(items)}, {"total", found.size()}});
}

Result<Reply> quarantine(const Rail& rail, const Request& request) {
  QuarantineQuery query;
  query.resource = request.param("resource");
  query.state = request.param("state", "open");
  query.check = request.param("check");
  query.item = request.param("item");
  query.source = request.param("source");
  query.key = request.param("key");
  query.text = request.param("text");
  query.page = request.int_param("page", 1);
  query.size = request.int_param("size", 20);
  CB_TRY(const auto page, rail.quarantine(query));
  json::array items;
  for (const Quarantined& row : page.items) {
    json::array reasons;
    for (const Reason& reason : row.reasons) {
      reasons.push_back(json::object{
          {"item", reason.item}, {"check", reason.check}, {"message", reason.message}});
    }
    json::array fields;
    for (const MaskedField& field : row.fields) {
      fields.push_back(json::object{{"item", field.item},
                                    {"name", field.name},
                                    {"value_masked", field.value_masked},
                                    {"bad", field.bad}});
    }
    items.push_back(json::object{{"id", row.id},
                                 {"resource", row.resource},
                                 {"source", row.source},
                                 {"file", row.file},
                                 {"line", row.line},
                                 {"state", row.state},
                                 {"key_masked", row.key_masked},
                                 {"reasons", std::move(reasons)},
                                 {"row_masked", row.row_masked},
                                 {"fields", std::move(fields)},
                                 {"whole", row.whole},
                                 {"work_order", row.work_order},
                                 {"at", to_iso(row.at)},
                                 {"settled_at", row.settled_at ? to_iso(*row.settled_at) : ""},
                                 {"settled_by", row.settled_by}});
  }
  json::array by_check;
  for (const CheckCount& one : page.by_check) {
    by_check.push_back(json::object{{"item", one.item}, {"check", one.check}, {"rows", one.rows}});
  }
  return Reply::json(json::object{
      {"items", std::move(items)}, {"total", page.total}, {"by_check", std::move(by_check)}});
}

}  // namespace

std::vector<Route> routes(Rail& rail) {
  return {
      {.method = Method::get,
       .path = "/api/sources",
       .summary = "Sources of records: state, position, rows landed and quarantined, lag",
       .params = {query_param("resource", shape::text("code of a resource", 60)),
                  query_param("page", shape::integer("from 1", 1, page_max)),
                  query_param("size", shape::integer("items a page", 1, 200))},
       .right = Right("rail.read"),
       .audit = Audit::none("shows counts and positions, no records"),
       .handler = [&rail](const Request& request) { return sources(rail, request); }},
      {.method = Method::get,
       .path = "/api/quarantine",
       .summary = "Rows that failed their checks, with reasons; cells masked by grade",
       .params = {query_param("resource", shape::text("code of a resource", 60)),
                  query_param("state", shape::word({"open", "corrected", "redriven", "dismissed",
                                                    "removed", "all"})),
                  query_param("check", shape::text("of the first reason", 40)),
                  query_param("item", shape::text("of the first reason", 63)),
                  query_param("source", shape::text("", 200)),
                  query_param("key", shape::text("key items joined by '|'", 1000)),
                  query_param("text", shape::text("part of a reason or of the key", 200)),
                  query_param("page", shape::integer("from 1", 1, page_max)),
                  query_param("size", shape::integer("items a page", 1, 200))},
       .right = Right("rail.quarantine"),
       .audit = Audit("rail.quarantine_read"),
       .handler = [&rail](const Request& request) { return quarantine(rail, request); }},
  };
}

}  // namespace citybrain::rail
