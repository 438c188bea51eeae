// See source_command.h.
#include "source_command.h"

#include <cstdio>
#include <iostream>

#include "args.h"
#include "base/text.h"
#include "route_call.h"

namespace citybrain::cli {
namespace {

const Option data_option{"data", data_default, "the city's data folder"};

std::vector<Option> source_options() {
  return {data_option,
          {"kind", "postgres", "add: postgres, mariadb or odbc"},
          {"address", "", "add: \"host=… port=… dbname=… user=…\", no password in it"},
          {"password-file", "", "add: a file on the server that holds the password"},
          {"password-stdin", "", "add, resume: read the password from standard input", true},
          {"watermark", "", "add: odbc's growing column"},
          {"department", "", "add: short name of the department that owns the records"},
          {"system", "", "add: code of its system"},
          {"tables", "", "add: schema.table, several by commas; \"all\" that can be captured"},
          {"reason", "", "pause: why"},
          {"accept", "", "resume: go on without columns that are gone", true},
          {"force", "", "remove: also where the server is not reached", true}};
}

Result<std::string> password_of(const Args& args) {
  std::string password;
  if (!args.has("password-stdin")) return password;
  std::getline(std::cin, password);
  if (password.empty()) return invalid("no password came on standard input");
  return password;
}

Result<json::object> connection_of(const Args& args) {
  if (args.get("address").empty()) {
    return invalid("--address is missing; write \"host=… port=… dbname=… user=…\"");
  }
  json::object out{{"kind", args.get("kind")}, {"address", args.get("address")}};
  CB_TRY(const std::string password, password_of(args));
  if (!password.empty()) out["password"] = password;
  if (!args.get("password-file").empty()) out["password_file"] = args.get("password-file");
  if (!args.get("watermark").empty()) out["watermark"] = args.get("watermark");
  return out;
}

Result<json::array> tables_of(const Args& args, const json::object& connection) {
  json::array names;
  if (args.get("tables") != "all") {
    for (const std::string_view name : split(args.get("tables"), ',')) {
      if (!trim(name).empty()) names.emplace_back(trim(name));
    }
    if (names.empty()) return invalid("--tables is missing; write schema.table,… or all");
    return names;
  }
  CB_TRY(const json::value found,
         call_city(args.get("data"), "POST", "/api/captures/tables", connection));
  for (const json::value& one : found.at("items").as_array()) {
    if (one.at("obstacle").as_string().empty()) names.push_back(one.at("table"));
  }
  return names;
}

// The wizard's way: entries are proposed, taken as they are, and the source starts.
Result<json::value> add(const Args& args, const std::string& name) {
  if (args.get("department").empty()) return invalid("--department is missing");
  CB_TRY(const json::object connection, connection_of(args));
  CB_TRY(const json::array tables, tables_of(args, connection));
  const json::object ask{{"connection", connection},
                         {"tables", tables},
                         {"department", args.get("department")},
                         {"system", args.get("system")}};
  CB_TRY(const json::value proposed,
         call_city(args.get("data"), "POST", "/api/captures/propose", ask));
  json::array chosen;
  for (const json::value& one : proposed.at("items").as_array()) {
    chosen.push_back(json::object{{"table", one.at("table")},
                                  {"resource", one.at("entry").at("code")},
                                  {"columns", one.at("columns")},
                                  {"entry", one.at("entry")}});
  }
  const json::object body{{"name", name},
                          {"connection", connection},
                          {"department", args.get("department")},
                          {"system", args.get("system")},
                          {"tables", std::move(chosen)}};
  return call_city(args.get("data"), "POST", "/api/captures", body);
}

void print_sources(const json::value& found) {
  for (const json::value& one : found.at("items").as_array()) {
    std::printf("%-20s %-10s %-12s lag %lds, %ld bytes  %ld changes/s  %s\n",
                one.at("name").as_string().c_str(), one.at("kind").as_string().c_str(),
                one.at("state").as_string().c_str(), one.at("lag_seconds").as_int64(),
                one.at("lag_bytes").as_int64(), one.at("changes_per_second").as_int64(),
                one.at("reason").as_string().c_str());
    if (!one.at("alert").as_string().empty()) {
      std::printf("    ! %s\n", one.at("alert").as_string().c_str());
    }
    for (const json::value& table : one.at("tables").as_array()) {
      std::printf("    %-28s → %-24s %-8s upserts %ld, removes %ld, refused %ld\n",
                  table.at("table").as_string().c_str(), table.at("resource").as_string().c_str(),
                  table.at("state").as_string().c_str(), table.at("upserts").as_int64(),
                  table.at("removes").as_int64(), table.at("refused").as_int64());
    }
  }
}

Result<void> run_source(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, source_options()));
  const auto& given = args.words();
  const std::string step = given.empty() ? "" : given[0];
  if (step == "list" && given.size() == 1) {
    CB_TRY(const json::value found, call_city(args.get("data"), "GET", "/api/captures", {}));
    print_sources(found);
    return ok();
  }
  if (given.size() != 2) {
    return invalid("usage: citybrain source list | add NAME … | pause|resume|resync|remove NAME");
  }
  const std::string& name = given[1];
  json::object body;
  if (step == "pause") {
    body["reason"] = args.get("reason");
  } else if (step == "resume") {
    CB_TRY(const std::string password, password_of(args));
    body["accept"] = args.has("accept");
    if (!password.empty()) body["password"] = password;
  } else if (step == "remove") {
    body["force"] = args.has("force");
  } else if (step != "resync" && step != "add") {
    return invalid("'" + step + "' is no step; write list, add, pause, resume, resync or remove");
  }
  auto done = step == "add"
                  ? add(args, name)
                  : call_city(args.get("data"), "POST", "/api/captures/" + name + "/" + step,
                              step == "resync" ? json::value() : json::value(body));
  if (!done) return std::move(done).error();
  std::cout << json::serialize(*done) << std::endl;
  return ok();
}

Result<void> run_reconcile(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, {data_option}));
  if (args.words().size() != 1) return invalid("usage: citybrain reconcile RESOURCE [--data DIR]");
  CB_TRY(const json::value told, call_city(args.get("data"), "POST", "/api/reconcile",
                                           json::object{{"resource", args.words()[0]}}));
  std::cout << json::serialize(told) << std::endl;
  if (!told.at("equal").as_bool()) return conflict("source and lake differ; a work order is open");
  return ok();
}

Result<void> run_where(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, {data_option}));
  if (args.words().size() < 2) return invalid("usage: citybrain where RESOURCE KEY… [--data DIR]");
  const json::array key(args.words().begin() + 1, args.words().end());
  CB_TRY(const json::value found,
         call_city(args.get("data"), "POST", "/api/whereabouts",
                   json::object{{"resource", args.words()[0]}, {"key", key}}));
  std::cout << found.at("verdict").as_string().c_str() << '\n'
            << json::serialize(found) << std::endl;
  return ok();
}

}  // namespace

Command source_command() {
  return {"source",
          "source list | add NAME | pause NAME | resume NAME | resync NAME | remove NAME\n" +
              options_help(source_options()),
          "captured databases (数据高铁): connect, watch, stop, go on", run_source};
}

Command reconcile_command() {
  return {"reconcile", "reconcile RESOURCE [--data DIR]",
          "compare a resource with its source; a signed statement", run_reconcile};
}

Command where_command() {
  return {"where", "where RESOURCE KEY… [--data DIR]",
          "why is a row not there: source, lake, quarantine", run_where};
}

}  // namespace citybrain::cli
