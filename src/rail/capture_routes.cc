// Routes of captured sources: the wizard's steps, the registry, comparing, and the search for a
// row.
#include "base/json.h"
#include "captures_state.h"
#include "rail/captures.h"

namespace citybrain::rail {
namespace {

const Right read_right{"rail.read"};
const Right write_right{"rail.sources"};
const Right row_right{"rail.quarantine"};

Shape connection_shape() {
  return shape::object({shape::need("kind", shape::word({"postgres", "mariadb", "odbc"})),
                        shape::need("address", shape::text("host=… port=… dbname=… user=…", 2'000)),
                        shape::may("password", shape::text("never given back", 1'000)),
                        shape::may("password_file", shape::text("a file on the server", 1'000)),
                        shape::may("watermark", shape::text("odbc: the growing column", 200))});
}

Connection connection_from(const json::object& at) {
  return {text_of(at, "kind"), text_of(at, "address"), text_of(at, "password"),
          text_of(at, "password_file"), text_of(at, "watermark")};
}

const json::object& body_of(const Request& request) { return request.json.get_object(); }

std::vector<std::string> texts_of(const json::value& array) {
  std::vector<std::string> out;
  for (const json::value& one : array.as_array()) out.emplace_back(one.as_string());
  return out;
}

std::map<std::string, std::string> columns_of(const json::object& table) {
  std::map<std::string, std::string> out;
  const json::value* columns = table.if_contains("columns");
  if (columns == nullptr || !columns->is_object()) return out;
  for (const auto& one : columns->as_object()) {
    if (one.value().is_string()) out[one.key()] = one.value().as_string();
  }
  return out;
}

json::object shown(const Captured& one) {
  json::array tables;
  for (const CapturedTable& table : one.tables) {
    tables.push_back(json::object{{"table", table.table},
                                  {"resource", table.resource},
                                  {"state", table.state},
                                  {"rows_copied", table.rows_copied},
                                  {"rows_estimate", table.rows_estimate},
                                  {"upserts", table.upserts},
                                  {"removes", table.removes},
                                  {"refused", table.refused}});
  }
  return json::object{
      {"name", one.name},
      {"kind", one.kind},
      {"address", one.address},
      {"has_password", one.has_password},
      {"password_file", one.password_file},
      {"department", one.department},
      {"system", one.system},
      {"state", one.state},
      {"reason", one.reason},
      {"alert", one.alert},
      {"position", one.position},
      {"commit_at", one.commit_at ? json::value(to_iso(*one.commit_at)) : json::value()},
      {"lag_seconds", one.lag_seconds},
      {"lag_bytes", one.lag_bytes},
      {"lag_bytes_max", one.lag_bytes_max},
      {"rows_waiting", one.rows_waiting},
      {"changes_per_second", one.changes_per_second},
      {"transactions", one.transactions},
      {"created_at", to_iso(one.created_at)},
      {"created_by", one.created_by},
      {"updated_at", to_iso(one.updated_at)},
      {"tables", std::move(tables)}};
}

Result<json::array> all_shown(const Captures& captures) {
  CB_TRY(const auto all, captures.list());
  json::array items;
  for (const Captured& one : all) items.push_back(shown(one));
  return items;
}

Result<Reply> reply_of(Captures& captures, const std::string& name, Result<void> done) {
  if (!done) return std::move(done).error();
  CB_TRY(const Captured one, captures.find(name));
  return Reply::json(shown(one));
}

Result<Reply> add(Captures& captures, const Request& request) {
  const json::object& body = body_of(request);
  const Connection at = connection_from(body.at("connection").as_object());
  const std::string department = text_of(body, "department");
  const std::string system = text_of(body, "system");
  std::vector<TableChoice> choices;
  for (const json::value& value : body.at("tables").as_array()) {
    const json::object& table = value.as_object();
    TableChoice choice{text_of(table, "table"), text_of(table, "resource"), columns_of(table)};
    if (const json::value* entry = table.if_contains("entry"); entry && entry->is_object()) {
      CB_DO(captures.enter(at, choice.table, entry->as_object(), choice.columns, department, system,
                           request.principal.id));
      if (const std::string code = text_of(entry->as_object(), "code"); !code.empty()) {
        choice.resource = code;
      }
    }
    choices.push_back(std::move(choice));
  }
  const std::string name = text_of(body, "name");
  return reply_of(captures, name,
                  captures.add(name, at, department, system, choices, request.principal.id));
}

// About twice a second: what changed since.
Reply live(Captures& captures) {
  auto last = std::make_shared<std::string>();
  return Reply::stream_of([&captures, last](std::uint64_t& cursor) -> std::vector<StreamEvent> {
    const auto items = all_shown(captures);
    if (!items) return {};
    std::string data = json::serialize(json::object{{"items", *items}});
    if (data == *last) return {};
    *last = data;
    ++cursor;
    return {{"captures", std::move(data)}};
  });
}

std::vector<Route> wizard_routes(Captures& captures) {
  return {
      {.method = Method::post,
       .path = "/api/captures/look",
       .summary = "Is a foreign database reached, and fit for capture? Changes nothing there",
       .body = connection_shape(),
       .right = write_right,
       .audit = Audit("rail.capture_look"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         CB_TRY(json::object found, captures.look(connection_from(body_of(request))));
         return Reply::json(std::move(found));
       }},
      {.method = Method::post,
       .path = "/api/captures/tables",
       .summary = "Its tables with columns, keys, sizes, and what stands in the way of capture",
       .body = connection_shape(),
       .right = write_right,
       .audit = Audit("rail.capture_look"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         CB_TRY(json::array items, captures.tables(connection_from(body_of(request))));
         const auto total = items.size();
         return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
       }},
      {.method = Method::post,
       .path = "/api/captures/propose",
       .summary = "Catalogue entries proposed from some of its tables, with reasons",
       .body = shape::object({shape::need("connection", connection_shape()),
                              shape::need("tables", shape::array(shape::text("schema.table", 200))),
                              shape::need("department", shape::text("short name", 60)),
                              shape::may("system", shape::text("code", 60))}),
       .right = write_right,
       .audit = Audit("rail.capture_look"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         const json::object& body = body_of(request);
         CB_TRY(json::array items,
                captures.propose(connection_from(body.at("connection").as_object()),
                                 texts_of(body.at("tables")), text_of(body, "department"),
                                 text_of(body, "system")));
         const auto total = items.size();
         return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
       }},
      {.method = Method::post,
       .path = "/api/captures",
       .summary = "Registers a source and its tables; it starts by itself",
       .body = shape::object(
           {shape::need("name", shape::text("[a-z][a-z0-9_]*", 40)),
            shape::need("connection", connection_shape()),
            shape::need("department", shape::text("short name", 60)),
            shape::may("system", shape::text("code", 60)),
            shape::need("tables",
                        shape::array(shape::object(
                            {shape::need("table", shape::text("schema.table", 200)),
                             shape::need("resource", shape::text("code", 60)),
                             shape::may("columns", shape::any("item → column")),
                             shape::may("entry", shape::any("as proposed, names and grades"
                                                            " chosen"))})))}),
       .right = write_right,
       .audit = Audit("rail.capture_add"),
       .handler = [&captures](const Request& request) { return add(captures, request); }},
  };
}

std::vector<Route> registry_routes(Captures& captures) {
  const auto name = path_param("name", shape::text("of the source", 40));
  return {
      {.method = Method::get,
       .path = "/api/captures",
       .summary = "Captured sources: state, position, lag, throughput",
       .right = read_right,
       .audit = Audit::none("shows counts and positions, no records"),
       .handler = [&captures](const Request&) -> Result<Reply> {
         CB_TRY(json::array items, all_shown(captures));
         const auto total = items.size();
         return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
       }},
      {.method = Method::get,
       .path = "/api/captures/live",
       .summary = "The same as a stream of events, whenever it changes",
       .right = read_right,
       .audit = Audit::none("shows counts and positions, no records"),
       .handler = [&captures](const Request&) -> Result<Reply> { return live(captures); }},
      {.method = Method::get,
       .path = "/api/captures/{name}",
       .summary = "One captured source",
       .params = {name},
       .right = read_right,
       .audit = Audit::none("shows counts and positions, no records"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         CB_TRY(const Captured one, captures.find(request.param("name")));
         return Reply::json(shown(one));
       }},
  };
}

std::vector<Route> step_routes(Captures& captures) {
  const auto name = path_param("name", shape::text("of the source", 40));
  return {
      {.method = Method::post,
       .path = "/api/captures/{name}/pause",
       .summary = "Stops a source where it is",
       .params = {name},
       .body = shape::object({shape::may("reason", shape::text("", 500))}),
       .right = write_right,
       .audit = Audit("rail.capture_pause"),
       .handler =
           [&captures](const Request& request) {
             const std::string source = request.param("name");
             return reply_of(captures, source,
                             captures.pause(source, text_of(body_of(request), "reason")));
           }},
      {.method = Method::post,
       .path = "/api/captures/{name}/resume",
       .summary = "Goes on from there; 'accept': without columns that are gone",
       .params = {name},
       .body = shape::object({shape::may("accept", shape::boolean()),
                              shape::may("password", shape::text("a new one", 1'000))}),
       .right = write_right,
       .audit = Audit("rail.capture_resume"),
       .handler =
           [&captures](const Request& request) {
             const std::string source = request.param("name");
             const json::value* accept = body_of(request).if_contains("accept");
             return reply_of(captures, source,
                             captures.resume(source, accept != nullptr && accept->as_bool(),
                                             text_of(body_of(request), "password")));
           }},
      {.method = Method::post,
       .path = "/api/captures/{name}/resync",
       .summary = "Copies all tables anew under a new slot; rows stay meanwhile",
       .params = {name},
       .right = write_right,
       .audit = Audit("rail.capture_resync"),
       .handler =
           [&captures](const Request& request) {
             const std::string source = request.param("name");
             return reply_of(captures, source, captures.resync(source));
           }},
      {.method = Method::post,
       .path = "/api/captures/{name}/remove",
       .summary = "Takes back what was made over there and forgets the source; rows stay",
       .params = {name},
       .body = shape::object({shape::may("force", shape::boolean())}),
       .right = write_right,
       .audit = Audit("rail.capture_remove"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         const json::value* force = body_of(request).if_contains("force");
         CB_TRY(const std::string left,
                captures.remove(request.param("name"), force != nullptr && force->as_bool()));
         return Reply::json(json::object{{"name", request.param("name")}, {"left_behind", left}});
       }},
  };
}

std::vector<Route> compare_routes(Captures& captures) {
  return {
      {.method = Method::post,
       .path = "/api/reconcile",
       .summary = "Compares a resource with its source at one position; a signed statement",
       .body = shape::object({shape::need("resource", shape::text("code", 60))}),
       .right = write_right,
       .audit = Audit("rail.reconcile"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         CB_TRY(json::object told, captures.reconcile(text_of(body_of(request), "resource")));
         return Reply::json(std::move(told));
       }},
      {.method = Method::get,
       .path = "/api/reconcile",
       .summary = "Signed statements of completeness, newest first",
       .params = {query_param("resource", shape::text("code", 60)),
                  query_param("limit", shape::integer("at most", 1, 1'000))},
       .right = row_right,
       .audit = Audit("rail.statements_read"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         CB_TRY(json::array items,
                captures.statements(request.param("resource"), request.int_param("limit", 20)));
         const auto total = items.size();
         return Reply::json(json::object{
             {"items", std::move(items)}, {"total", total}, {"public_key", captures.public_key()}});
       }},
      {.method = Method::post,
       .path = "/api/whereabouts",
       .summary = "Why is a row not there? By key, at the source, in the lake, in quarantine",
       .body = shape::object({shape::need("resource", shape::text("code", 60)),
                              shape::need("key", shape::array(shape::text("", 1'000)))}),
       .right = row_right,
       .audit = Audit("rail.whereabouts"),
       .handler = [&captures](const Request& request) -> Result<Reply> {
         CB_TRY(json::object found, captures.whereabouts(text_of(body_of(request), "resource"),
                                                         texts_of(body_of(request).at("key"))));
         return Reply::json(std::move(found));
       }},
  };
}

// The largest of a figure over all sources; 0 where the store does not answer.
double largest(const Captures& captures, std::int64_t Captured::*member) {
  std::int64_t out = 0;
  if (const auto all = captures.list()) {
    for (const Captured& one : *all) out = std::max(out, one.*member);
  }
  return static_cast<double>(out);
}

}  // namespace

std::string Captures::public_key() const { return state_->sealer.public_key(); }

void add_captures(Room& room, Captures& captures) {
  for (auto routes : {wizard_routes(captures), registry_routes(captures), step_routes(captures),
                      compare_routes(captures)}) {
    for (Route& route : routes) room.routes.push_back(std::move(route));
  }
  room.jobs.push_back({"rail.capture", std::chrono::milliseconds(1'000),
                       [&captures](std::stop_token stop) { return captures.supervise(stop); }});
  room.jobs.push_back(
      {"rail.reconcile", std::chrono::milliseconds(10'000),
       [&captures](std::stop_token stop) { return captures.reconcile_step(stop); }});
  room.metrics.push_back(
      {.name = "citybrain_capture_lag_bytes",
       .help = "Foreign log still to be read, of the source farthest behind",
       .value = [&captures] { return largest(captures, &Captured::lag_bytes); }});
  room.metrics.push_back(
      {.name = "citybrain_capture_lag_seconds",
       .help = "Age of the oldest change that has not landed",
       .value = [&captures] { return largest(captures, &Captured::lag_seconds); }});
  room.metrics.push_back(
      {.name = "citybrain_capture_rows_waiting",
       .help = "Changes read and not landed, of the source with most",
       .value = [&captures] { return largest(captures, &Captured::rows_waiting); }});
}

}  // namespace citybrain::rail
