// /api/grants…: who may read what of another department, and the question "is it this?".
#include "base/text.h"
#include "query.h"
#include "routes.h"

namespace citybrain::guard {
namespace {

json::value grant_json(const Guard& guard, const Grant& g) {
  json::object masks;
  for (const auto& [item, mask] : g.masks) masks[item] = mask.text();
  const auto use = guard.grants().use_of(g.id);
  return {{"id", g.id},
          {"department", g.department},
          {"account", g.account.empty() ? "" : guard.identity().name_of(g.account)},
          {"purpose", g.purpose},
          {"resource", g.resource},
          {"columns", json::array(g.columns.begin(), g.columns.end())},
          {"masks", std::move(masks)},
          {"rows", g.rows},
          {"basis", g.basis},
          {"filed_by", guard.identity().name_of(g.filed_by)},
          {"approved_by", guard.identity().name_of(g.approved_by)},
          {"from", to_iso(g.from)},
          {"until", to_iso(g.until)},
          {"rows_a_day_max", g.rows_a_day_max},
          {"reads_a_minute_max", g.reads_a_minute_max},
          {"revoked", g.revoked.us == 0 ? json::value() : json::value(to_iso(g.revoked))},
          {"use", {{"reads", use ? use->reads : 0}, {"rows", use ? use->rows : 0}}}};
}

Result<Reply> list(const Guard& guard, std::string_view department) {
  CB_TRY(const auto grants, guard.grants().list(department));
  json::array items;
  for (const Grant& grant : grants) items.push_back(grant_json(guard, grant));
  return Reply::json({{"items", std::move(items)}});
}

std::int64_t number_in(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value ? value->to_number<std::int64_t>() : 0;
}

Result<Reply> give(Guard& guard, const Request& request) {
  const json::object& body = request.json.as_object();
  Grant grant;
  grant.department = text_of(body, "department");
  grant.account = text_of(body, "account");
  grant.purpose = text_of(body, "purpose");
  grant.resource = text_of(body, "resource");
  for (const json::value& column : body.at("columns").as_array()) {
    grant.columns.emplace_back(column.as_string());
  }
  if (const auto* masks = body.if_contains("masks"); masks && masks->is_object()) {
    for (const auto& [item, mask] : masks->as_object()) {
      if (!mask.is_string()) return invalid("the mask of '" + std::string(item) + "' is no text");
      CB_TRY(grant.masks[std::string(item)], Mask::parse(std::string(mask.as_string())));
    }
  }
  grant.rows = text_of(body, "rows");
  grant.basis = text_of(body, "basis");
  grant.filed_by = text_of(body, "filed_by");
  grant.approved_by = request.principal.id;
  CB_DO(guard.identity().account(grant.filed_by));
  CB_TRY(const Date last, parse_date(text_of(body, "until")));
  grant.until = city_midnight(Date{last.days + 1});
  grant.rows_a_day_max = number_in(body, "rows_a_day_max");
  grant.reads_a_minute_max = number_in(body, "reads_a_minute_max");
  CB_TRY(const Grant given, guard.give(grant));
  return Reply::json(grant_json(guard, given), 201);
}

Result<Reply> verify(Guard& guard, const Request& request) {
  const json::object& body = request.json.as_object();
  const std::string code = request.param("code");
  CB_TRY(const ResourceGrades grades, guard.grades_of(code));
  QueryText text;
  text.key = text_of(body, "key");
  CB_TRY(const ReadSpec spec, read_query(grades, text));
  std::vector<std::pair<std::string, Cell>> claims;
  if (!body.at("values").is_object()) return invalid("'values' is no object; send item → text");
  for (const auto& [item, value] : body.at("values").as_object()) {
    const auto at = grades.schema.find(item);
    if (!at) return invalid("resource '" + code + "' has no item '" + std::string(item) + "'");
    if (!value.is_string()) return invalid("the value of '" + std::string(item) + "' is no text");
    CB_TRY(Cell cell, parse_cell(grades.schema.fields[*at], std::string(value.as_string())));
    claims.emplace_back(item, std::move(cell));
  }
  const Access access{request.principal, text_of(body, "purpose"), text_of(body, "basis"),
                      text_of(body, "grant")};
  CB_TRY(const Guard::Verified verified, guard.verify(access, code, spec.key, claims));
  json::object matches;
  for (const auto& [item, yes] : verified.matches) matches[item] = yes;
  return Reply::json({{"matches", std::move(matches)},
                      {"dispute", verified.dispute},
                      {"audit", {{"index", verified.audit_index}}}});
}

Shape grant_shape() {
  using namespace shape;
  return object({need("department", text("who may read", 40)),
                 may("account", text("id; only this account of it", 40)),
                 need("purpose", text("code or name", 100)), need("resource", text("", 63)),
                 need("columns", array(text("item", 63))),
                 may("masks", any("item → clear, nullify, redact, partial, year, month, district, "
                                  "bucket:N, pseudonym, format_preserving, verify")),
                 may("rows", text("filter, as of records", 1000)),
                 need("basis", text("legal basis", 600)),
                 need("filed_by", text("id of the account that asked", 40)),
                 need("until", text("last day, 2021-12-31", 10)),
                 may("rows_a_day_max", integer("", 0, INT64_MAX)),
                 may("reads_a_minute_max", integer("", 0, INT64_MAX))});
}

}  // namespace

std::vector<Route> grant_routes(Guard& guard) {
  using namespace shape;
  const Shape items = object({need("items", array(any("a grant and its use")))});
  std::vector<Route> routes;
  routes.push_back({.method = Method::get,
                    .path = "/api/grants",
                    .summary = "All grants, newest first, with their use",
                    .params = {query_param("department", text("", 40))},
                    .reply = items,
                    .right = Right("guard.grants"),
                    .audit = Audit("guard.grants_read"),
                    .handler = [&guard](const Request& request) {
                      return list(guard, request.param("department"));
                    }});
  routes.push_back({.method = Method::post,
                    .path = "/api/grants",
                    .summary = "Give a grant that another person filed",
                    .body = grant_shape(),
                    .reply = any("the grant"),
                    .right = Right("guard.grants"),
                    .audit = Audit("guard.grant"),
                    .handler = [&guard](const Request& request) { return give(guard, request); }});
  routes.push_back({.method = Method::del,
                    .path = "/api/grants/{id}",
                    .summary = "Revoke a grant at once",
                    .params = {path_param("id", text("", 40))},
                    .reply = none(),
                    .right = Right("guard.grants"),
                    .audit = Audit("guard.grant_revoke"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      CB_DO(guard.grants().revoke(request.param("id")));
                      Reply reply;
                      reply.status = 204;
                      return reply;
                    }});
  routes.push_back({.method = Method::get,
                    .path = "/api/me/grants",
                    .summary = "The grants of one's own department",
                    .reply = items,
                    .right = Right::signed_in(),
                    .audit = Audit::none("shows what the caller's department was granted"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      if (request.principal.department.empty()) {
                        return Reply::json({{"items", json::array()}});
                      }
                      return list(guard, request.principal.department);
                    }});
  routes.push_back(
      {.method = Method::post,
       .path = "/api/resources/{code}/verify",
       .summary = "Is it this? Yes or no for each value of one record, and nothing else",
       .params = {path_param("code", text("", 63))},
       .body = object({need("key", text("key items joined by ','", 1000)),
                       need("values", any("item → value as text")),
                       need("purpose", text("code or name", 100)), may("basis", text("", 600)),
                       may("grant", text("", 40))}),
       .reply = object({need("matches", any("item → true or false")),
                        need("dispute", text("id of the record's dispute; empty = undisputed", 40)),
                        need("audit", any("index"))}),
       .right = Right::signed_in(),
       .audit = Audit::none("the door writes guard.verify with the items"),
       .handler = [&guard](const Request& request) { return verify(guard, request); }});
  return routes;
}

}  // namespace citybrain::guard
