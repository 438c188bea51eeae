// `citybrain catalog`: see catalog_command.h. Each part is one of the catalogue's routes, asked of
// the server that holds the city, or called on the city opened here.
#include "catalog_command.h"

#include <filesystem>
#include <iostream>
#include <optional>

#include "args.h"
#include "base/csv.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/transfer.h"
#include "instance.h"
#include "rooms.h"

namespace citybrain::cli {
namespace {

const char* const usage =
    "catalog list|search WORDS|show CODE|lineage CODE|impact CODE|import FILE|export FILE\n"
    "  [--data DIR]";

std::vector<Option> options() {
  return {{"data", "var/city", "the city's data folder"},
          {"department", "", "list, search, export: short name of a department"},
          {"size", "20", "list, search: how many"},
          {"item", "", "lineage, impact: one item"},
          {"change", "removed", "impact: removed, renamed, retyped or regraded"},
          {"to", "", "impact: the new name, type or grade"},
          {"words", "national", "export: national or zhejiang"},
          {"dry-run", "", "import: check and write nothing", true},
          {"json", "", "print the whole answer as JSON", true}};
}

// One of the catalogue's routes with its parameters.
struct Ask {
  Method method = Method::get;
  std::string path;  // as in the route's table
  std::map<std::string, std::string> params = {};
  json::object body = {};
};

std::string percent_encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
    if (plain) {
      out.push_back(c);
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

Result<json::value> ask_running(const std::string& data, const Ask& ask) {
  std::string path = ask.path;
  std::string query;
  for (const auto& [name, value] : ask.params) {
    const std::string place = "{" + name + "}";
    if (const auto at = path.find(place); at != std::string::npos) {
      path.replace(at, place.size(), percent_encoded(value));
    } else if (!value.empty()) {
      query += (query.empty() ? "?" : "&") + name + "=" + percent_encoded(value);
    }
  }
  return ask_server(data, ask.method == Method::get ? "GET" : "POST", path + query, ask.body);
}

Result<json::value> ask_here(const std::string& data, InstanceLock lock, const Ask& ask) {
  CityOptions city_options = options_here(data);
  city_options.demo = read_demo_mark(data).has_value();
  CB_TRY(const std::unique_ptr<City> city, City::open(city_options, std::move(lock)));
  Request request;
  request.principal.kind = Principal::Kind::system;
  request.principal.id = "system:operator";
  request.principal.roles = {"operator"};
  for (const auto& [name, value] : ask.params) {
    if (!value.empty()) request.params[name] = value;
  }
  request.json = ask.body;
  for (const Room& room : city->rooms()) {
    for (const Route& route : room.routes) {
      if (route.method != ask.method || route.path != ask.path) continue;
      CB_TRY(const Reply reply, route.handler(request));
      return parse_json(reply.body);
    }
  }
  return internal("no route " + ask.path);
}

Result<json::value> asked(const std::string& data, const Ask& ask) {
  if (!std::filesystem::exists(data)) {
    return not_found("no folder '" + data + "'; name the city's with --data");
  }
  CB_TRY(std::optional<InstanceLock> lock, lock_or_server(data));
  if (!lock) return ask_running(data, ask);
  return ask_here(data, std::move(*lock), ask);
}

std::string text_in(const json::value& object, const char* name) {
  return text_of(object.as_object(), name);
}

void print_entries(const json::value& answer) {
  for (const json::value& one : answer.at("items").as_array()) {
    std::cout << text_in(one, "code") << "  " << text_in(one, "name") << "  "
              << text_in(one, "department_name") << "  " << text_in(one, "share_type") << "  "
              << text_in(one, "grade") << "  " << json::serialize(one.at("items")) << " items\n";
  }
  std::cout << json::serialize(answer.at("total")) << " in all" << std::endl;
}

void print_entry(const json::value& entry) {
  for (const char* name :
       {"code", "resource_code", "name", "department_name", "system_name", "abstract", "format",
        "share_type", "share_condition", "open_type", "update_cycle", "published_on", "keeping"}) {
    std::cout << name << ": " << text_in(entry, name) << '\n';
  }
  for (const json::value& item : entry.at("item_list").as_array()) {
    std::cout << "  " << text_in(item, "code") << "  " << text_in(item, "name") << "  "
              << text_in(item, "type") << "  " << text_in(item, "grade") << "  "
              << text_in(item, "check") << '\n';
  }
  std::cout.flush();
}

void print_edges(const json::value& graph) {
  for (const json::value& edge : graph.at("edges").as_array()) {
    std::cout << text_in(edge, "from") << "  --" << text_in(edge, "kind") << "->  "
              << text_in(edge, "to") << '\n';
  }
  std::cout << graph.at("nodes").as_array().size() << " nodes" << std::endl;
}

void print_impact(const json::value& report) {
  for (const json::value& one : report.at("items").as_array()) {
    std::cout << text_in(one, "effect") << "  " << text_in(one, "id") << "  "
              << text_in(one, "label") << '\n';
  }
  std::cout << (report.at("breaks").as_bool() ? "it breaks what is marked so" : "nothing breaks")
            << std::endl;
}

void print_import(const json::value& report) {
  for (const json::value& one : report.at("refused").as_array()) {
    std::cout << text_in(one, "sheet") << "!" << text_in(one, "cell") << "  "
              << text_in(one, "column") << "  " << text_in(one, "message") << '\n';
  }
  const auto number = [&](const char* name) { return json::serialize(report.at(name)); };
  std::cout << number("entries") << " entries: " << number("added") << " added, "
            << number("changed") << " changed, " << number("unchanged") << " unchanged, "
            << number("refused_total") << " cells refused, " << number("items") << " items"
            << std::endl;
}

void print_whole(const json::value& answer) { std::cout << json::serialize(answer) << std::endl; }

using Print = void (*)(const json::value&);

// The question that a part of the command is, and how its answer is shown.
Result<std::pair<Ask, Print>> question(const Args& args) {
  const auto& words = args.words();
  if (words.empty()) return invalid("usage: citybrain " + std::string(usage));
  const std::string& what = words[0];
  std::string rest;
  for (std::size_t i = 1; i < words.size(); ++i) rest += (i > 1 ? " " : "") + words[i];
  if (what != "list" && rest.empty()) return invalid("usage: citybrain " + std::string(usage));
  if (what == "list" || what == "search") {
    return std::pair{
        Ask{Method::get,
            "/api/resources",
            {{"query", rest}, {"department", args.get("department")}, {"size", args.get("size")}}},
        &print_entries};
  }
  if (what == "show") {
    return std::pair{Ask{Method::get, "/api/resources/{code}", {{"code", rest}}}, &print_entry};
  }
  if (what == "lineage") {
    return std::pair{Ask{Method::get,
                         "/api/resources/{code}/lineage",
                         {{"code", rest}, {"item", args.get("item")}}},
                     &print_edges};
  }
  if (what == "impact") {
    return std::pair{Ask{Method::get,
                         "/api/resources/{code}/impact",
                         {{"code", rest},
                          {"item", args.get("item")},
                          {"change", args.get("change")},
                          {"to", args.get("to")}}},
                     &print_impact};
  }
  const std::string file = std::filesystem::absolute(rest).string();
  if (what == "import") {
    return std::pair{Ask{Method::post,
                         "/api/admin/catalog/import",
                         {},
                         {{"file", file}, {"dry_run", args.has("dry-run")}}},
                     &print_import};
  }
  if (what == "export") {
    return std::pair{
        Ask{Method::post,
            "/api/admin/catalog/export",
            {},
            {{"file", file}, {"words", args.get("words")}, {"department", args.get("department")}}},
        &print_whole};
  }
  return invalid("'" + what + "' is no part of catalog; usage: citybrain " + std::string(usage));
}

Result<void> run(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, options()));
  CB_TRY(const auto ask, question(args));
  CB_TRY(const json::value answer, asked(args.get("data"), ask.first));
  (args.has("json") ? &print_whole : ask.second)(answer);
  return ok();
}

Result<Reply> import_file(City& city, const Request& request) {
  const json::object& body = request.json.get_object();
  const json::value* dry = body.if_contains("dry_run");
  CB_TRY(const catalog::ImportReport report,
         catalog::import_entries(city.catalog(), text_of(body, "file"),
                                 {request.principal.id, dry != nullptr && dry->as_bool()}));
  return Reply::json(catalog::shown(report));
}

Result<Reply> export_file(City& city, const Request& request) {
  const json::object& body = request.json.get_object();
  const std::string file = text_of(body, "file");
  const std::string department = text_of(body, "department");
  CB_TRY(const catalog::FileFormat format,
         catalog::file_format(std::filesystem::path(file).extension() == ".csv" ? "csv" : "xlsx"));
  auto entries = city.catalog().resources();
  std::erase_if(entries, [&](const auto& entry) {
    return !department.empty() && entry->department != department;
  });
  const std::string words = text_of(body, "words");
  CB_TRY(const std::string bytes, catalog::export_entries(city.catalog(), entries, format,
                                                          words.empty() ? "national" : words));
  CB_DO(write_file(file, bytes));
  return Reply::json(
      json::object{{"file", file}, {"entries", entries.size()}, {"bytes", bytes.size()}});
}

}  // namespace

Command catalog_command() {
  return {"catalog", usage + ("\n" + options_help(options())),
          "search, show, import and export the catalogue; lineage and impact", run};
}

std::vector<Route> catalog_admin_routes(City& city) {
  using namespace shape;
  return {
      {.method = Method::post,
       .path = "/api/admin/catalog/import",
       .summary = "Puts the entries of a workbook or CSV on the server's disk",
       .body = object({need("file", text("", 4096)), may("dry_run", boolean())}),
       .right = Right("catalog.write"),
       .audit = Audit("catalog.import_file"),
       .handler = [&city](const Request& request) { return import_file(city, request); }},
      {.method = Method::post,
       .path = "/api/admin/catalog/export",
       .summary = "Writes the catalogue as a workbook or CSV on the server's disk",
       .body = object({need("file", text("", 4096)), may("words", text("", 20)),
                       may("department", text("", 60))}),
       .right = Right("system.backup"),
       .audit = Audit("catalog.export_file"),
       .handler = [&city](const Request& request) { return export_file(city, request); }},
  };
}

}  // namespace citybrain::cli
