// Routes of supply: duties, demands and their steps, coordination, the board.
#include <algorithm>

#include "catalog/supply.h"
#include "supply_routes.h"
#include "supply_show.h"

namespace citybrain::catalog {
namespace {

constexpr std::int64_t page_max = 1'000'000;

template <class T>
Reply page_reply(const Supply& supply, const PageOf<T>& page) {
  json::array items;
  for (const T& one : page.items) items.push_back(shown(supply, one));
  return Reply::json(json::object{{"items", std::move(items)}, {"total", page.total}});
}

std::pair<std::int64_t, std::int64_t> page_of(const Request& request) {
  const std::int64_t size = request.int_param("size", 20);
  return {(request.int_param("page", 1) - 1) * size, size};
}

std::vector<std::string> texts_of(const json::object& body, std::string_view name) {
  std::vector<std::string> out;
  const json::value* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_array()) return out;
  for (const json::value& one : value->get_array()) out.emplace_back(one.as_string());
  return out;
}

template <class Map>
json::object counts_of(const Map& map) {
  json::object out;
  for (const auto& [name, count] : map) out[name] = count;
  return out;
}

Result<Reply> board(const Supply& supply) {
  CB_TRY(const Supply::Board board, supply.board());
  json::array departments;
  for (const auto& one : board.departments) {
    departments.push_back(
        json::object{{"department", one.department},
                     {"department_name", department_name(supply.catalog(), one.department)},
                     {"open", one.open},
                     {"overdue", one.overdue}});
  }
  json::object coordination = counts_of(board.coordination);
  coordination["open"] = board.coordination_open;
  const SupplyLimits& limits = supply.limits();
  return Reply::json(json::object{{"demands", counts_of(board.demands)},
                                  {"overdue", board.overdue},
                                  {"due_soon", board.due_soon},
                                  {"duties",
                                   {{"total", board.duties},
                                    {"supplied", board.duties_done},
                                    {"items", board.duty_items},
                                    {"items_supplied", board.duty_items_supplied}}},
                                  {"coordination", std::move(coordination)},
                                  {"returns", counts_of(board.returns)},
                                  {"limits",
                                   {{"check_days", limits.check_days},
                                    {"match_days", limits.match_days},
                                    {"answer_days", limits.answer_days},
                                    {"publish_days", limits.publish_days},
                                    {"dispute_days", limits.dispute_days},
                                    {"deliver_days", limits.deliver_days},
                                    {"remind_days", limits.remind_days},
                                    {"escalate_days", limits.escalate_days}}},
                                  {"by_department", std::move(departments)}});
}

Result<Reply> duties(const Supply& supply, const Request& request) {
  DutyFilter filter;
  filter.department = request.param("department");
  filter.words = request.param("query");
  const std::string state = request.param("state");
  if (!state.empty()) filter.done = state == "supplied";
  std::tie(filter.from, filter.size) = page_of(request);
  CB_TRY(const auto page, supply.duties(filter));
  return page_reply(supply, page);
}

Result<Reply> duty(const Supply& supply, const Request& request) {
  CB_TRY(const Duty one, supply.duty(request.param("code")));
  CB_TRY(const auto items, supply.duty_items(one.code));
  json::object out = shown(supply, one);
  json::array list;
  for (const DutyItem& item : items) {
    list.push_back(json::object{{"position", item.position},
                                {"name", item.name},
                                {"item", item.item},
                                {"supplied", item.supplied}});
  }
  out["item_list"] = std::move(list);
  DemandFilter waiting;
  waiting.duty = one.code;
  waiting.size = 200;
  CB_TRY(const auto page, supply.demands(waiting));
  json::array demands;
  for (const Demand& demand : page.items) demands.push_back(shown(supply, demand));
  out["demands"] = std::move(demands);
  return Reply::json(out);
}

Result<Reply> supplied(Supply& supply, const Request& request) {
  std::vector<std::int64_t> positions;
  for (const json::value& one : request.json.at("positions").as_array()) {
    positions.push_back(one.to_number<std::int64_t>());
  }
  CB_DO(supply.supply_items(request.param("code"), positions, request.principal));
  return duty(supply, request);
}

Result<Reply> demands(const Supply& supply, const Request& request) {
  DemandFilter filter;
  filter.state = request.param("state");
  filter.department = request.param("department");
  filter.provider = request.param("provider");
  filter.words = request.param("query");
  filter.overdue = request.param("overdue") == "true";
  std::tie(filter.from, filter.size) = page_of(request);
  CB_TRY(const auto page, supply.demands(filter));
  return page_reply(supply, page);
}

Result<Reply> demand(const Supply& supply, const Request& request) {
  CB_TRY(const Demand one, supply.demand(request.int_param("id")));
  CB_TRY(const auto events, supply.events_of(one.id));
  CB_TRY(const auto coordination, supply.coordination_of(one.id));
  json::object out = shown(supply, one);
  json::array history;
  for (const DemandEvent& event : events) {
    history.push_back(json::object{{"at", to_iso(event.at)},
                                   {"by", event.actor},
                                   {"from", event.from},
                                   {"to", event.to},
                                   {"note", event.note}});
  }
  out["events"] = std::move(history);
  json::array held;
  for (const Coordination& each : coordination) held.push_back(shown(supply, each));
  out["coordination"] = std::move(held);
  const auto next = supply.next_actions(one, request.principal);
  out["next"] = json::array(next.begin(), next.end());
  return Reply::json(out);
}

Result<Reply> suggestions(const Supply& supply, const Request& request) {
  CB_TRY(const Demand one, supply.demand(request.int_param("id")));
  CB_TRY(const auto all, supply.suggest(one, supply.catalog().sight_of(request.principal)));
  json::array items;
  for (const Suggestion& each : all) {
    const Resource& entry = *each.resource;
    items.push_back(
        json::object{{"resource", entry.code},
                     {"name", entry.name},
                     {"department", entry.department},
                     {"department_name", department_name(supply.catalog(), entry.department)},
                     {"share_type", entry.share_type},
                     {"covers", json::array(each.covers.begin(), each.covers.end())},
                     {"missing", json::array(each.missing.begin(), each.missing.end())},
                     {"score", each.score},
                     {"duty", each.duty}});
  }
  return Reply::json(json::object{{"items", std::move(items)}});
}

Result<Reply> submit(Supply& supply, const Request& request) {
  const json::object& body = request.json.get_object();
  Demand demand;
  demand.name = text_of(body, "name");
  demand.items = texts_of(body, "items");
  demand.purpose = text_of(body, "purpose");
  demand.basis = text_of(body, "basis");
  demand.update_cycle = text_of(body, "update_cycle");
  CB_TRY(demand.wanted_on, parse_date(text_of(body, "wanted_on")));
  CB_TRY(const Demand stored, supply.submit(demand, request.principal));
  return Reply::json(shown(supply, stored), 201);
}

Result<Reply> step(Supply& supply, const Request& request) {
  const json::object& body = request.json.get_object();
  const DemandStep wanted{request.param("action"), text_of(body, "note"), text_of(body, "resource"),
                          text_of(body, "duty"), text_of(body, "provider")};
  CB_TRY(const Demand moved, supply.step(request.int_param("id"), wanted, request.principal));
  return Reply::json(shown(supply, moved));
}

Result<Reply> coordination(const Supply& supply, const Request& request) {
  const std::string state = request.param("state");
  const auto [from, size] = page_of(request);
  CB_TRY(const auto page,
         supply.coordinations(request.param("kind"),
                              state.empty() ? std::nullopt : std::optional(state == "done"), from,
                              size));
  return page_reply(supply, page);
}

Result<Reply> coordinate(Supply& supply, const Request& request) {
  const json::object& body = request.json.get_object();
  Coordination one;
  CB_TRY(one.kind, coordination_kind(text_of(body, "kind")));
  one.title = text_of(body, "title");
  CB_TRY(one.held_on, parse_date(text_of(body, "held_on")));
  one.departments = texts_of(body, "departments");
  if (const json::value* demands = body.if_contains("demands")) {
    for (const json::value& id : demands->as_array()) {
      one.demands.push_back(id.to_number<std::int64_t>());
    }
  }
  one.outcome = text_of(body, "outcome");
  if (const std::string due = text_of(body, "due_on"); !due.empty()) {
    CB_TRY(one.due_on, parse_date(due));
  }
  CB_TRY(const Coordination stored, supply.coordinate(one, request.principal));
  return Reply::json(shown(supply, stored), 201);
}

Result<Reply> finish(Supply& supply, const Request& request) {
  CB_TRY(const Coordination done,
         supply.finish(request.int_param("id"), text_of(request.json.get_object(), "note")));
  return Reply::json(shown(supply, done));
}

Result<Reply> reminders(const Supply& supply, const Request& request) {
  CB_TRY(const auto all,
         supply.reminders(request.param("department"), request.int_param("size", 50)));
  json::array items;
  for (const Reminder& one : all) {
    items.push_back(
        json::object{{"at", to_iso(one.at)},
                     {"level", one.level},
                     {"kind", one.kind},
                     {"id", one.id},
                     {"department", one.department},
                     {"department_name", department_name(supply.catalog(), one.department)},
                     {"text", one.text},
                     {"due_on", to_iso(one.due_on)}});
  }
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

using Show = Result<Reply> (*)(const Supply&, const Request&);
using Change = Result<Reply> (*)(Supply&, const Request&);

Route show_route(Supply& supply, const char* path, const char* summary, std::vector<Param> params,
                 Show show) {
  return {.method = Method::get,
          .path = path,
          .summary = summary,
          .params = std::move(params),
          .right = Right("catalog.read"),
          .audit = Audit::none("shows who owes and asks for data, no records"),
          .handler = [&supply, show](const Request& request) { return show(supply, request); }};
}

Route change_route(Supply& supply, const char* path, const char* summary, std::vector<Param> params,
                   Shape body, const char* right, const char* event, Change change) {
  return {.method = Method::post,
          .path = path,
          .summary = summary,
          .params = std::move(params),
          .body = std::move(body),
          .right = Right(right),
          .audit = Audit(event),
          .handler = [&supply, change](const Request& request) { return change(supply, request); }};
}

std::vector<Param> paged(std::vector<Param> params) {
  params.push_back(query_param("page", shape::integer("from 1", 1, page_max)));
  params.push_back(query_param("size", shape::integer("a page", 1, 200)));
  return params;
}

const Param id_param = path_param("id", shape::integer("number", 1));
const Shape department_shape = shape::text("a department's short name", 60);

}  // namespace

std::vector<Route> supply_show_routes(Supply& supply) {
  return {
      show_route(supply, "/api/catalog/board", "What is open, overdue and done", {},
                 [](const Supply& s, const Request&) { return board(s); }),
      show_route(supply, "/api/catalog/duties", "Who owes which data (责任清单)",
                 paged({query_param("department", department_shape),
                        query_param("query", shape::text("in the name", 200)),
                        query_param("state", shape::word({"open", "supplied"}))}),
                 duties),
      show_route(supply, "/api/catalog/duties/{code}", "One duty with its items",
                 {path_param("code", shape::text("", 60))}, duty),
      show_route(supply, "/api/catalog/demands", "Who asks for which data (需求清单)",
                 paged({query_param("state", shape::text("", 20)),
                        query_param("department", department_shape),
                        query_param("provider", department_shape),
                        query_param("overdue", shape::word({"true", "false"})),
                        query_param("query", shape::text("in name and items", 200))}),
                 demands),
      show_route(supply, "/api/catalog/demands/{id}",
                 "One demand with its history, and what the caller may do next", {id_param},
                 demand),
      show_route(supply, "/api/catalog/demands/{id}/suggestions",
                 "Entries that have what is wanted, best first", {id_param}, suggestions),
      show_route(supply, "/api/catalog/coordination",
                 "Coordination meetings, on-site meetings and special notices",
                 paged({query_param("kind", shape::word({"meeting", "onsite", "notice"})),
                        query_param("state", shape::word({"open", "done"}))}),
                 coordination),
      show_route(supply, "/api/catalog/reminders", "Reminders and escalations, newest first",
                 {query_param("department", department_shape),
                  query_param("size", shape::integer("at most", 1, 200))},
                 reminders),
  };
}

std::vector<Route> supply_change_routes(Supply& supply) {
  using namespace shape;
  const Shape note = object({may("note", text("", 2000))});
  return {
      change_route(supply, "/api/catalog/duties/{code}/supplied",
                   "Marks items of a duty as supplied", {path_param("code", text("", 60))},
                   object({need("positions", array(integer("of the item", 1, 10'000)))}),
                   "catalog.answer", "catalog.duty", supplied),
      change_route(
          supply, "/api/catalog/demands", "Asks for data in one's department's name", {},
          object({need("name", text("which data", 400)), need("items", array(text("", 200))),
                  need("purpose", text("", 2000)), need("basis", text("", 2000)),
                  need("update_cycle", text("", 20)), need("wanted_on", text("date", 10))}),
          "catalog.demand", "catalog.demand", submit),
      change_route(supply, "/api/catalog/demands/{id}/{action}",
                   "A step of a demand, by whom the graph of its states names",
                   {id_param, path_param("action", word({"accept", "return", "resubmit", "match",
                                                         "coordinate", "grant", "refuse", "dispute",
                                                         "satisfy", "withdraw"}))},
                   object({may("note", text("", 2000)), may("resource", text("", 60)),
                           may("duty", text("", 60)), may("provider", text("", 60))}),
                   "catalog.read", "catalog.demand_step", step),
      change_route(
          supply, "/api/catalog/coordination", "Records a meeting or a notice", {},
          object({need("kind", word({"meeting", "onsite", "notice"})), need("title", text("", 400)),
                  need("held_on", text("date", 10)), need("departments", array(text("", 60))),
                  may("demands", array(integer("", 1))), need("outcome", text("", 4000)),
                  may("due_on", text("date", 10))}),
          "catalog.coordinate", "catalog.coordination", coordinate),
      change_route(supply, "/api/catalog/coordination/{id}/done", "What was decided is done",
                   {id_param}, note, "catalog.coordinate", "catalog.coordination_done", finish),
  };
}

}  // namespace citybrain::catalog
