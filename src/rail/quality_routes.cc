// Routes of quality: rows pushed, quarantine put right, work orders (数据质量工单), scores.
#include <algorithm>

#include "base/text.h"
#include "rail/work_order.h"
#include "routes.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t page_max = 1'000'000;

json::array reasons_json(const std::vector<Reason>& reasons) {
  json::array out;
  for (const Reason& reason : reasons) {
    out.push_back({{"item", reason.item}, {"check", reason.check}, {"message", reason.message}});
  }
  return out;
}

// Whoever is logged in; the admin socket's own name otherwise.
const std::string& author(const Request& request) { return request.principal.id; }

Result<Reply> push(Rail& rail, const Request& request) {
  const std::string resource = request.param("code");
  const std::string key = request.header("idempotency-key");
  CB_TRY(const PushReport report, rail.push(resource, key, request.body, author(request)));
  json::array rows;
  for (const RowResult& row : report.rows) {
    rows.push_back(
        {{"line", row.line}, {"status", "quarantined"}, {"reasons", reasons_json(row.reasons)}});
  }
  return Reply::json({{"resource", resource},
                      {"key", key},
                      {"accepted", report.accepted},
                      {"quarantined", report.quarantined},
                      {"rows", std::move(rows)},
                      {"replayed", report.replayed}});
}

Result<Reply> resubmit(Rail& rail, const Request& request) {
  const json::object& body = request.json.as_object();
  std::map<std::string, std::string> cells;
  if (!body.at("row").is_object()) return invalid("'row' is no object; send item → text");
  for (const auto& [item, value] : body.at("row").as_object()) {
    if (!value.is_string()) return invalid("the value of '" + std::string(item) + "' is no text");
    cells[std::string(item)] = value.as_string();
  }
  CB_TRY(const ResubmitReport report,
         rail.resubmit(request.param("id"), cells, text_of(body, "note"), author(request)));
  return Reply::json({{"passed", report.passed},
                      {"reasons", reasons_json(report.reasons)},
                      {"state", report.passed ? "corrected" : "open"}});
}

Result<Reply> redrive(Rail& rail, const Request& request) {
  const json::object& body = request.json.as_object();
  const auto* limit = body.if_contains("limit");
  const auto* since = body.if_contains("since");
  CB_TRY(const RedriveReport report,
         rail.redrive(text_of(body, "resource"), text_of(body, "check"),
                      limit ? limit->to_number<std::int64_t>() : 1000,
                      {since ? since->to_number<std::int64_t>() : 0}, author(request)));
  return Reply::json({{"tried", report.tried},
                      {"passed", report.passed},
                      {"left", report.left},
                      {"cannot", report.cannot},
                      {"since", report.since.us},
                      {"more", report.more}});
}

json::object order_json(const WorkOrder& order, const std::string& name) {
  return {{"id", order.id},
          {"kind", order.kind},
          {"resource", order.resource},
          {"resource_name", name},
          {"department", order.department},
          {"source", order.source},
          {"title", order.title},
          {"detail", order.detail},
          {"state", order.state},
          {"assignee", order.assignee},
          {"rows_open", order.rows_open},
          {"opened_at", to_iso(order.opened_at)},
          {"due_on", to_iso(order.due_on)},
          {"overdue", order.overdue},
          {"closed_at", order.closed_at ? to_iso(*order.closed_at) : ""},
          {"closed_by", order.closed_by},
          {"closed_why", order.closed_why}};
}

Result<Reply> orders(Rail& rail, const Request& request) {
  OrderQuery query;
  query.resource = request.param("resource");
  query.department = request.param("department");
  query.kind = request.param("kind");
  query.state = request.param("state");
  query.assignee = request.param("assignee");
  query.overdue = request.param("overdue") == "true";
  query.page = request.int_param("page", 1);
  query.size = request.int_param("size", 20);
  CB_TRY(const OrderPage page, rail.orders().list(query));
  json::array items;
  for (const WorkOrder& order : page.items) {
    items.push_back(order_json(order, rail.name_of(order.resource)));
  }
  return Reply::json({{"items", std::move(items)},
                      {"total", page.total},
                      {"counts",
                       {{"opened", page.opened},
                        {"assigned", page.assigned},
                        {"answered", page.answered},
                        {"closed", page.closed},
                        {"overdue", page.overdue}}}});
}

Result<Reply> order(Rail& rail, const Request& request) {
  CB_TRY(const WorkOrder found, rail.orders().find(request.param("id")));
  json::object out = order_json(found, rail.name_of(found.resource));
  json::array notes;
  for (const WorkNote& note : found.notes) {
    notes.push_back(
        {{"at", to_iso(note.at)}, {"by", note.by}, {"kind", note.kind}, {"text", note.text}});
  }
  out["notes"] = std::move(notes);
  return Reply::json(out);
}

Result<Reply> scores(const Rail& rail) {
  CB_TRY(const auto all, rail.scores());
  json::array items;
  for (const Score& one : all) {
    items.push_back({{"resource", one.resource},
                     {"name", one.name},
                     {"department", one.department},
                     {"version", one.version},
                     {"at", to_iso(one.landed_at)},
                     {"score", one.score},
                     {"completeness", one.completeness},
                     {"validity", one.validity},
                     {"uniqueness", one.uniqueness},
                     {"timeliness", one.timeliness},
                     {"consistency", one.consistency},
                     {"rows", one.rows},
                     {"rows_open", one.rows_open}});
  }
  const auto total = items.size();
  return Reply::json({{"items", std::move(items)}, {"total", total}});
}

using Step = std::function<Result<WorkOrder>(WorkOrders&, const Request&, const json::object&)>;

Route step_route(Rail& rail, const std::string& name, const std::string& summary, Shape body,
                 Step step) {
  return {.method = Method::post,
          .path = "/api/work-orders/{id}/" + name,
          .summary = summary,
          .params = {path_param("id", shape::text("", 40))},
          .body = std::move(body),
          .reply = shape::any("the order"),
          .right = Right("rail.orders_write"),
          .audit = Audit("rail.order_" + name),
          .handler = [&rail, step = std::move(step)](const Request& request) -> Result<Reply> {
            CB_TRY(const WorkOrder order, step(rail.orders(), request, request.json.as_object()));
            return Reply::json(order_json(order, rail.name_of(order.resource)));
          }};
}

void add_rows(std::vector<Route>& routes, Rail& rail) {
  using namespace shape;
  routes.push_back({.method = Method::post,
                    .path = "/api/resources/{code}/records",
                    .summary = "Push rows as NDJSON under the header Idempotency-Key: all of them "
                               "land or are in quarantine, once",
                    .params = {path_param("code", text("", 63))},
                    .reply = any("accepted, quarantined, rows, replayed"),
                    .right = Right("rail.write"),
                    .audit = Audit("rail.push"),
                    .handler = [&rail](const Request& request) { return push(rail, request); }});
  routes.push_back(
      {.method = Method::post,
       .path = "/api/quarantine/{id}/resubmit",
       .summary = "The department's corrected row in place of one in quarantine",
       .params = {path_param("id", text("", 80))},
       .body = object(
           {need("row", any("item → text, over what the row has")), may("note", text("", 600))}),
       .reply = object(
           {need("passed", boolean()), need("reasons", any("why not")), need("state", text())}),
       .right = Right("rail.correct"),
       .audit = Audit("rail.resubmit"),
       .handler = [&rail](const Request& request) { return resubmit(rail, request); }});
  routes.push_back({.method = Method::post,
                    .path = "/api/quarantine/{id}/dismiss",
                    .summary = "Take a row off quarantine by hand, with a reason",
                    .params = {path_param("id", text("", 80))},
                    .body = object({need("note", text("why", 600))}),
                    .reply = object({need("state", text())}),
                    .right = Right("rail.correct"),
                    .audit = Audit("rail.dismiss"),
                    .handler = [&rail](const Request& request) -> Result<Reply> {
                      CB_DO(rail.dismiss(request.param("id"),
                                         text_of(request.json.as_object(), "note"),
                                         author(request)));
                      return Reply::json({{"state", "dismissed"}});
                    }});
  routes.push_back({.method = Method::post,
                    .path = "/api/quarantine/redrive",
                    .summary = "Read the open rows of a resource again by today's rules",
                    .body = object({need("resource", text("", 63)),
                                    may("check", text("of the first reason", 40)),
                                    may("limit", integer("", 1, 5000)),
                                    may("since", integer("of the last reply", 0, INT64_MAX))}),
                    .reply = any("tried, passed, left, cannot, since, more"),
                    .right = Right("rail.correct"),
                    .audit = Audit("rail.redrive"),
                    .handler = [&rail](const Request& request) { return redrive(rail, request); }});
}

void add_orders(std::vector<Route>& routes, Rail& rail) {
  using namespace shape;
  const Audit none = Audit::none("shows what is owed, no records");
  routes.push_back(
      {.method = Method::get,
       .path = "/api/work-orders",
       .summary = "Work orders on the quality of records, what is due first",
       .params =
           {query_param("resource", text("", 63)), query_param("department", text("", 40)),
            query_param("kind", word({"", "quarantine", "drift", "stale", "difference", "schema"})),
            query_param("state", word({"", "all", "opened", "assigned", "answered", "closed"})),
            query_param("assignee", text("", 100)), query_param("overdue", word({"true", "false"})),
            query_param("page", integer("from 1", 1, page_max)),
            query_param("size", integer("", 1, 200))},
       .reply = any("items, total, counts"),
       .right = Right("rail.orders"),
       .audit = none,
       .handler = [&rail](const Request& request) { return orders(rail, request); }});
  routes.push_back({.method = Method::get,
                    .path = "/api/work-orders/{id}",
                    .summary = "A work order with its notes",
                    .params = {path_param("id", text("", 40))},
                    .reply = any("the order and its notes"),
                    .right = Right("rail.orders"),
                    .audit = none,
                    .handler = [&rail](const Request& request) { return order(rail, request); }});
  routes.push_back({.method = Method::get,
                    .path = "/api/scores",
                    .summary = "Quality of each resource now, in 1/100 percent, worst first",
                    .reply = any("items, total"),
                    .right = Right("rail.read"),
                    .audit = Audit::none("shows shares, no records"),
                    .handler = [&rail](const Request&) { return scores(rail); }});
}

void add_steps(std::vector<Route>& routes, Rail& rail) {
  using namespace shape;
  routes.push_back(
      step_route(rail, "assign", "Give an order to somebody",
                 object({need("assignee", text("", 100)), may("note", text("", 600))}),
                 [](WorkOrders& all, const Request& request, const json::object& body) {
                   return all.assign(request.param("id"), text_of(body, "assignee"),
                                     text_of(body, "note"), author(request));
                 }));
  routes.push_back(step_route(
      rail, "comment", "Say something on an order", object({need("text", text("", 2000))}),
      [](WorkOrders& all, const Request& request, const json::object& b) {
        return all.comment(request.param("id"), text_of(b, "text"), author(request));
      }));
  routes.push_back(step_route(rail, "answer", "The department says it is right at the source now",
                              object({need("text", text("", 2000))}),
                              [](WorkOrders& all, const Request& request, const json::object& b) {
                                return all.answer(request.param("id"), text_of(b, "text"),
                                                  author(request));
                              }));
  routes.push_back(step_route(
      rail, "close", "Close an order whose rows are settled", object({need("why", text("", 600))}),
      [](WorkOrders& all, const Request& request, const json::object& b) {
        return all.close_by_hand(request.param("id"), text_of(b, "why"), author(request));
      }));
}

}  // namespace

std::vector<Route> quality_routes(Rail& rail) {
  std::vector<Route> routes;
  add_rows(routes, rail);
  add_orders(routes, rail);
  add_steps(routes, rail);
  return routes;
}

}  // namespace citybrain::rail
