// Commands of the program: see commands.h. A command that needs the stores of a city that a server
// holds asks that server over its admin socket.
#include "commands.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include "admin_room.h"
#include "args.h"
#include "audit_command.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/ids.h"
#include "base/text.h"
#include "benefit/treasury_sim.h"
#include "brain/tck.h"
#include "builtins_reference.h"
#include "catalog_command.h"
#include "decision_commands.h"
#include "demo_city.h"
#include "migrate_command.h"
#include "rooms.h"
#include "serve.h"
#include "source_command.h"
#include "surface.h"

namespace citybrain::cli {
namespace {

const Option data_option{"data", "var/city", "the city's data folder"};

std::vector<Option> serve_options() {
  return {
      data_option,
      {"address", "127.0.0.1", "address to listen on"},
      {"port", "8080", "port to listen on, 0 = any free one"},
      {"store", "", "PostgreSQL instead of the embedded store: postgres:CONNINFO"},
      {"columns", "", "a ClickHouse cluster instead of the embedded columns: clickhouse://…"},
      {"standby", "", "wait while another process serves this store's city, then take over", true},
      {"advertise", "", "with --standby: the address at which other processes reach this one"},
      {"proxies", "", "addresses of proxies and other processes, as 10.0.0.5,10.1.0.0/16"},
      {"treasury", "", "address of the treasury, http://host:port"}};
}

Result<CityOptions> city_options(const Args& args) {
  CityOptions options = options_here(args.get("data"));
  if (const auto mark = read_demo_mark(options.data_dir)) options.demo = true;
  return options;
}

Result<void> run_serve(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, serve_options()));
  CB_TRY(const std::int64_t port, args.integer("port", 0, 65535));
  hold_signals();
  CB_TRY(CityOptions options, city_options(args));
  if (!args.get("store").empty()) options.store = args.get("store");
  if (!args.get("columns").empty()) options.columns = args.get("columns");
  options.treasury = args.get("treasury");
  ServeOptions serving{.address = args.get("address"),
                       .port = static_cast<std::uint16_t>(port),
                       .advertise = args.get("advertise")};
  for (const std::string_view proxy : split(args.get("proxies"), ',')) {
    if (!proxy.empty()) serving.proxies.emplace_back(proxy);
  }
  if (options.store.starts_with("postgres:") || args.has("standby")) {
    return serve_leading(std::move(options), std::move(serving), args.has("standby"));
  }
  CB_TRY(const std::unique_ptr<City> city, City::open(options));
  return serve(*city, serving);
}

Result<void> run_demo(const std::vector<std::string>& words) {
  const std::vector<Option> options = {
      {"data", "var/demo", "the demo city's data folder"},
      {"scale", "0.02", "1 = the full city"},
      {"seed", "2020", "of the generator"},
      {"address", "127.0.0.1", "address to listen on"},
      {"port", "8080", "port to listen on, 0 = any free one"},
      {"catalogue", "", "a file of tools/city/catalogue.py to list"},
      {"fill-only", "", "fill the city and stop", true}};
  CB_TRY(const Args args, Args::parse(words, options));
  CB_TRY(const std::int64_t port, args.integer("port", 0, 65535));
  CB_TRY(const std::int64_t seed, args.integer("seed", 0, INT64_MAX));
  const auto scale = parse_scaled(args.get("scale"), 6);
  if (!scale || *scale < 100 || *scale > 10'000'000) {
    return invalid("--scale is '" + args.get("scale") + "'; give 0.0001..10");
  }
  hold_signals();
  DemoOptions demo;
  demo.data_dir = args.get("data");
  demo.scale = args.get("scale");
  demo.scale_value = static_cast<double>(*scale) / 1e6;
  demo.seed = static_cast<std::uint64_t>(seed);
  demo.serve = {args.get("address"), static_cast<std::uint16_t>(port)};
  demo.fill_only = args.has("fill-only");
  demo.catalogue = args.get("catalogue");
  return run_demo_city(demo);
}

// Runs `local` on the opened city, or asks the server that holds it.
Result<json::value> on_city(const Args& args, const std::string& path, const json::object& body,
                            const std::function<Result<json::object>(City&)>& local) {
  const std::string data = args.get("data");
  if (!std::filesystem::exists(data)) {
    return not_found("no folder '" + data + "'; name the city's with --data");
  }
  CB_TRY(std::optional<InstanceLock> lock, lock_or_server(data));
  if (!lock) return ask_server(data, "POST", path, body);
  CB_TRY(const CityOptions options, city_options(args));
  CB_TRY(const std::unique_ptr<City> city, City::open(options, std::move(*lock)));
  CB_TRY(json::object result, local(*city));
  return json::value(std::move(result));
}

Result<void> print(Result<json::value> result) {
  if (!result) return std::move(result).error();
  std::cout << json::serialize(*result) << std::endl;
  return ok();
}

Result<std::string> read_password(const std::string& login) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1;
  termios before{};
  if (terminal) {
    std::fprintf(stderr, "password for %s: ", login.c_str());
    ::tcgetattr(STDIN_FILENO, &before);
    termios quiet = before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
  }
  std::string password;
  std::getline(std::cin, password);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    std::fprintf(stderr, "\n");
  }
  if (password.empty()) return invalid("no password; type one, or pipe it in on one line");
  return password;
}

Result<void> run_admin(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, {data_option, {"login", "admin", "whose password"}}));
  const std::string login = args.get("login");
  CB_TRY(const std::string password, read_password(login));
  std::filesystem::create_directories(args.get("data"));
  return print(on_city(args, "/api/admin/accounts", {{"login", login}, {"password", password}},
                       [&](City& city) -> Result<json::object> {
                         CB_DO(set_admin_password(city, login, password));
                         return json::object{{"login", login}};
                       }));
}

Result<void> run_backup(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, {data_option, {"to", "", "a new folder"}}));
  if (args.get("to").empty()) return invalid("--to is missing; name a new folder");
  const std::string to = std::filesystem::absolute(args.get("to")).string();
  return print(on_city(args, "/api/admin/backup", {{"to", to}},
                       [&](City& city) { return back_up(city, to); }));
}

Result<void> run_restore(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, {data_option, {"from", "", "the backup's folder"}}));
  if (args.get("from").empty()) return invalid("--from is missing; name the backup's folder");
  auto restored = restore(args.get("from"), args.get("data"));
  if (!restored) return std::move(restored).error();
  return print(json::value(std::move(*restored)));
}

Result<void> run_ingest(const std::vector<std::string>& words) {
  CB_TRY(const Args args,
         Args::parse(words, {data_option, {"resource", "", "code of the resource"}}));
  if (args.words().size() != 1 || args.get("resource").empty()) {
    return invalid("usage: citybrain ingest FILE --resource CODE [--data DIR]");
  }
  const std::string file = std::filesystem::absolute(args.words()[0]).string();
  const std::string resource = args.get("resource");
  return print(on_city(args, "/api/admin/ingest", {{"file", file}, {"resource", resource}},
                       [&](City& city) { return ingest(city, file, resource); }));
}

Result<void> run_verify(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, {data_option}));
  return print(on_city(args, "/api/admin/verify", {}, [](City& city) { return verify(city); }));
}

Result<void> run_tck(const std::vector<std::string>& words) {
  CB_TRY(const Args args,
         Args::parse(words, {{"score", "", "print the score by folder instead", true}}));
  if (args.words().size() != 1) return invalid("usage: citybrain tck DIR [--score]");
  CB_TRY(const brain::TckReport report, brain::run_tck(args.words()[0]));
  if (args.has("score")) {
    std::cout << brain::score_text(report);
    return ok();
  }
  for (const std::string& line : report.failures) std::cout << line << '\n';
  std::cout << report.rounded << " equal in the digits that the case writes, " << report.tolerated
            << " within 1e-8 after a transcendental function\n";
  std::cout << report.total.passed << " passed, " << report.total.failed << " failed" << std::endl;
  if (report.total.failed > 0) return invalid("some cases failed");
  return ok();
}

Result<void> run_surface(const std::vector<std::string>& words) {
  CB_TRY(const Args args,
         Args::parse(words, {data_option, {"to", "", "folder for the text files"}}));
  CityOptions options;
  options.data_dir = args.get("data");
  CB_TRY(const std::unique_ptr<City> city, City::open(options));
  return write_surface(*city, args.get("to"));
}

}  // namespace

std::vector<Command> commands() {
  return {
      {"serve", "serve [--data DIR] [--port N]\n" + options_help(serve_options()), "serve a city",
       run_serve},
      {"demo",
       "demo [--data DIR] [--scale 0.02] [--seed N] [--port N] [--catalogue FILE] [--fill-only]",
       "fill the demo city (演示数据) and serve it", run_demo},
      {"admin", "admin [--data DIR] [--login NAME]", "set the first password, or a new one",
       run_admin},
      {"ingest", "ingest FILE --resource CODE [--data DIR]", "read a file into a resource",
       run_ingest},
      source_command(),
      reconcile_command(),
      where_command(),
      {"backup", "backup --to DIR [--data DIR]", "copy a city, living or not", run_backup},
      {"restore", "restore --from DIR [--data DIR]", "put a backup into a new folder", run_restore},
      {"verify", "verify [--data DIR]", "recompute the audit log and the ledger", run_verify},
      audit_command(),
      migrate_command(),
      catalog_command(),
      benefit::treasury_command(),
      decide_command(),
      check_command(),
      simulate_command(),
      builtins_command(),
      {"tck", "tck DIR [--score]", "run the DMN conformance cases under a folder", run_tck},
      {"surface", "surface --to DIR [--data DIR]", "write routes, events and commands as text",
       run_surface},
  };
}

Result<void> run_command(const std::vector<std::string>& words) {
  const std::vector<Command> all = commands();
  if (words.empty() || words[0] == "help" || words[0] == "--help") {
    std::cout << "citybrain (城市大脑): citybrain COMMAND\n\n";
    for (const Command& command : all) {
      std::string name = "  " + command.name;
      name.resize(12, ' ');
      std::cout << name << command.summary << '\n';
    }
    std::cout << "\ncitybrain help COMMAND shows one; the guides are under docs/guide/.\n";
    if (words.size() < 2) return ok();
  }
  const std::string name = words[0] == "help" && words.size() > 1 ? words[1] : words[0];
  std::vector<std::string> names;
  for (const Command& command : all) {
    names.push_back(command.name);
    if (command.name != name) continue;
    if (words[0] == "help") {
      std::cout << "\nusage: citybrain " << command.usage << '\n';
      return ok();
    }
    return command.run({words.begin() + 1, words.end()});
  }
  const auto near = nearest(name, names);
  return invalid("no command '" + name + "'; " +
                 (near ? "did you mean '" + *near + "'?" : "citybrain help lists them"));
}

}  // namespace citybrain::cli
