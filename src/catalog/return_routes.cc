// Routes of returns, and the job that delivers. See catalog/returns.h.
#include <fstream>
#include <memory>

#include "catalog/returns.h"
#include "supply_show.h"

namespace citybrain::catalog {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

json::value time_or_null(Timestamp at) {
  return at.us == 0 ? json::value(nullptr) : json::value(to_iso(at));
}

json::object shown(const Returns& returns, const Return& one) {
  const auto entry = returns.catalog().find(one.resource);
  return {{"id", one.id},
          {"resource", one.resource},
          {"resource_name", entry == nullptr ? "" : entry->name},
          {"division", one.division},
          {"purpose", one.purpose},
          {"items", json::array(one.items.begin(), one.items.end())},
          {"update_cycle", one.update_cycle},
          {"state", one.state},
          {"since", to_iso(one.since)},
          {"by", one.by},
          {"note", one.note},
          {"next_at", one.state == "active" ? time_or_null(one.next_at) : json::value(nullptr)},
          {"delivered", one.delivered},
          {"error", one.error}};
}

json::object shown(const Delivery& one) {
  json::array columns;
  for (const DeliveredColumn& column : one.columns) {
    columns.push_back(json::object{{"code", column.code},
                                   {"name", column.name},
                                   {"grade", column.grade},
                                   {"masked", column.masked}});
  }
  return {{"number", one.number},
          {"at", to_iso(one.at)},
          {"state", one.state},
          {"unchanged", one.unchanged()},
          {"rows", one.rows},
          {"bytes", one.bytes},
          {"digest", one.digest},
          {"entry_version", one.entry_version},
          {"columns_seq", one.columns_seq},
          {"audit_index", one.audit_index},
          {"columns", std::move(columns)},
          {"taken_by", one.taken_by},
          {"taken_at", time_or_null(one.taken_at)},
          {"received_by", one.received_by},
          {"received_at", time_or_null(one.received_at)},
          {"note", one.note}};
}

// Who gives sees all, a district its own, others those of entries that exist for them.
bool sees(const Returns& returns, const Request& request, const Return& one) {
  const Catalog& catalog = returns.catalog();
  const Principal& who = request.principal;
  if (catalog.may(who, "catalog.coordinate") || catalog.may(who, "catalog.read_all")) return true;
  if (catalog.may(who, "catalog.returned")) return who.department == one.division;
  const auto entry = catalog.find(one.resource);
  return entry != nullptr && catalog.sight_of(who).sees(*entry);
}

Result<Reply> list(Returns& returns, const Request& request) {
  CB_TRY(const auto all, returns.list({request.param("division"), request.param("resource"),
                                       request.param("state")}));
  json::array items;
  for (const Return& one : all) {
    if (sees(returns, request, one)) items.push_back(shown(returns, one));
  }
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

Result<Reply> detail(Returns& returns, const Request& request) {
  CB_TRY(const Return one, returns.find(request.int_param("id")));
  if (!sees(returns, request, one)) {
    return not_found("there is no return " + std::to_string(one.id));
  }
  CB_TRY(const auto all, returns.deliveries(one.id, request.int_param("size", 50)));
  json::array deliveries;
  for (const Delivery& each : all) deliveries.push_back(shown(each));
  json::object out = shown(returns, one);
  out["deliveries"] = std::move(deliveries);
  out["own"] = request.principal.department == one.division &&
               returns.catalog().may(request.principal, "catalog.returned");
  return Reply::json(out);
}

Result<Reply> subscribe(Returns& returns, const Request& request) {
  const json::object& body = request.json.get_object();
  Return wanted;
  wanted.resource = text_of(body, "resource");
  wanted.division = text_of(body, "division");
  wanted.purpose = text_of(body, "purpose");
  if (const json::value* items = body.if_contains("items")) {
    for (const json::value& item : items->as_array()) wanted.items.emplace_back(item.as_string());
  }
  wanted.update_cycle = text_of(body, "update_cycle");
  CB_TRY(const Return stored, returns.subscribe(wanted, request.principal));
  return Reply::json(shown(returns, stored), 201);
}

Result<Reply> change(Returns& returns, const Request& request) {
  CB_TRY(const Return changed, returns.change(request.int_param("id"), request.param("action"),
                                              text_of(request.json.get_object(), "note")));
  return Reply::json(shown(returns, changed));
}

Result<Reply> file(Returns& returns, const Request& request) {
  const std::int64_t id = request.int_param("id");
  const std::int64_t number = request.int_param("number");
  CB_TRY(const std::string path, returns.take(id, number, request.principal));
  auto in = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!*in) return unavailable("cannot read the file of delivery " + std::to_string(number));
  Reply reply;
  reply.content_type = "text/csv; charset=utf-8";
  reply.headers.emplace_back(
      "Content-Disposition",
      "attachment; filename=return-" + std::to_string(id) + "-" + std::to_string(number) + ".csv");
  reply.pull = [in]() -> Result<std::string> {
    std::string piece(piece_bytes, '\0');
    in->read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in->bad()) return unavailable("the file of the delivery cannot be read to its end");
    piece.resize(static_cast<std::size_t>(in->gcount()));
    return piece;
  };
  return reply;
}

Result<Reply> receive(Returns& returns, const Request& request) {
  const json::object& body = request.json.get_object();
  CB_TRY(const Delivery received,
         returns.receive(request.int_param("id"), request.int_param("number"),
                         text_of(body, "digest"), text_of(body, "note"), request.principal));
  return Reply::json(shown(received));
}

using Handle = Result<Reply> (*)(Returns&, const Request&);

const Param id_param = path_param("id", shape::integer("of the return", 1));
const Param number_param = path_param("number", shape::integer("of the delivery", 1));

std::vector<Route> show_routes() {
  const Audit shows = Audit::none("shows standing orders and deliveries, no records");
  return {
      {.method = Method::get,
       .path = "/api/catalog/returns",
       .summary = "Data returned to districts (回流区县): standing orders",
       .params = {query_param("division", shape::text("code", 12)),
                  query_param("resource", shape::text("code", 60)),
                  query_param("state", shape::word({"asked", "active", "paused", "ended"}))},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = {}},
      {.method = Method::get,
       .path = "/api/catalog/returns/{id}",
       .summary = "One standing order and what was delivered, newest first",
       .params = {id_param, query_param("size", shape::integer("deliveries", 1, 200))},
       .right = Right("catalog.read"),
       .audit = shows,
       .handler = {}},
      {.method = Method::get,
       .path = "/api/catalog/returns/{id}/deliveries/{number}/file",
       .summary = "The file of a delivery (CSV), for the district it is for",
       .params = {id_param, number_param},
       .right = Right("catalog.returned"),
       .audit = Audit("catalog.return_take"),
       .handler = {}},
  };
}

std::vector<Route> change_routes() {
  using namespace shape;
  return {
      {.method = Method::post,
       .path = "/api/catalog/returns",
       .summary = "Gives a district a resource, or asks for it in its name",
       .body = object({need("resource", text("", 60)), need("division", text("", 12)),
                       need("purpose", text("", 2000)), may("items", array(text("", 60))),
                       need("update_cycle", text("", 20))}),
       .right = Right("catalog.read"),  // and what subscribe() asks for
       .audit = Audit("catalog.return"),
       .handler = {}},
      {.method = Method::post,
       .path = "/api/catalog/returns/{id}/{action}",
       .summary = "Approves or refuses what was asked, pauses, resumes, ends, or delivers now",
       .params = {id_param, path_param("action", word({"approve", "refuse", "pause", "resume",
                                                       "end", "now"}))},
       .body = object({may("note", text("", 2000))}),
       .right = Right("catalog.coordinate"),
       .audit = Audit("catalog.return_change"),
       .handler = {}},
      {.method = Method::post,
       .path = "/api/catalog/returns/{id}/deliveries/{number}/received",
       .summary = "The district confirms a delivery by the digest of the file that arrived",
       .params = {id_param, number_param},
       .body = object({need("digest", text("hex SHA-256", 64)), may("note", text("", 2000))}),
       .right = Right("catalog.returned"),
       .audit = Audit("catalog.return_received"),
       .handler = {}},
  };
}

}  // namespace

void add_returns(Room& room, Returns& returns) {
  const auto add = [&](std::vector<Route> routes, std::vector<Handle> handles) {
    for (std::size_t i = 0; i < routes.size(); ++i) {
      routes[i].handler = [&returns, handle = handles[i]](const Request& request) {
        return handle(returns, request);
      };
      room.routes.push_back(std::move(routes[i]));
    }
  };
  add(show_routes(), {list, detail, file});
  add(change_routes(), {subscribe, change, receive});
  room.jobs.push_back({"catalog.deliver", std::chrono::seconds(5),
                       [&returns](const std::stop_token&) { return returns.deliver(); }});
}

}  // namespace citybrain::catalog
