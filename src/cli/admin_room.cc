// What whoever runs the city does: see admin_room.h.
#include "admin_room.h"

#include <algorithm>
#include <filesystem>

#include "base/csv.h"
#include "base/ids.h"
#include "benefit/ledger.h"
#include "catalog_command.h"
#include "guard/guard.h"
#include "lake/lake.h"
#include "rail/rail.h"
#include "rooms.h"
#include "sql/db.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* manifest_name = "manifest.json";
// What makes a city's folder; each is optional but the store.
constexpr const char* store_file = "city.db";
constexpr const char* columns_file = "columns.duckdb";
constexpr const char* treasury_file = "treasury.db";
constexpr const char* demo_file = "demo.json";

Result<std::string> digest_of(const std::string& path) {
  CB_TRY(const std::string bytes, read_file(path));
  return to_hex(sha256(bytes));
}

Result<void> copy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return unavailable("cannot copy '" + from + "': " + error.message());
  return ok();
}

Result<Reply> reply_of(Result<json::object> result) {
  if (!result) return std::move(result).error();
  return Reply::json(json::value(std::move(*result)));
}

std::string member(const Request& request, std::string_view name) {
  return text_of(request.json.get_object(), name);
}

}  // namespace

Result<void> set_admin_password(City& city, const std::string& login, const std::string& password) {
  guard::Identity& identity = city.guard().identity();
  auto set = identity.set_password(login, password);
  if (set || set.error().code != Code::not_found) return set;
  guard::Account account;
  account.login = login;
  account.name = login;
  account.roles = {"admin"};
  auto made = identity.create_account(account, password);
  if (!made) return std::move(made).error();
  return ok();
}

Result<json::object> back_up(City& city, const std::string& to) {
  std::error_code error;
  fs::create_directories(to, error);
  if (error) return unavailable("cannot make folder '" + to + "': " + error.message());
  if (!fs::is_empty(to)) return conflict("'" + to + "' is not empty; name a new folder");
  CB_DO(city.lake().backup_columns(to + "/" + columns_file));
  CB_DO(city.db().backup(to + "/" + store_file));
  const std::string demo = city.options().data_dir + "/" + demo_file;
  if (fs::exists(demo)) CB_DO(copy(demo, to + "/" + demo_file));
  json::object files;
  for (const char* name : {store_file, columns_file, demo_file}) {
    const std::string path = to + "/" + name;
    if (!fs::exists(path)) continue;
    CB_TRY(const std::string digest, digest_of(path));
    files[name] = json::object{{"bytes", fs::file_size(path)}, {"sha256", digest}};
  }
  json::object manifest{{"at", to_iso(city.clock().now())}, {"files", files}};
  CB_DO(write_file(to + "/" + manifest_name, json::serialize(manifest) + "\n"));
  manifest["to"] = fs::absolute(to).string();
  return manifest;
}

Result<json::object> restore(const std::string& from, const std::string& data_dir) {
  auto text = read_file(from + "/" + manifest_name);
  if (!text) {
    return invalid("'" + from + "' holds no " + manifest_name +
                   ": it is no backup, or one that was not finished");
  }
  CB_TRY(const json::value manifest, parse_json(*text));
  if (fs::exists(data_dir + "/" + store_file)) {
    return conflict("'" + data_dir + "' already holds a city; restore into a new folder");
  }
  CB_TRY(const InstanceLock lock, InstanceLock::take(data_dir));
  const json::object& files = manifest.at("files").as_object();
  // The store comes last: a folder without it is no city, so dying half way leaves none.
  std::vector<std::string> names;
  for (const auto& file : files) names.emplace_back(file.key());
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a == store_file, a) < std::pair(b == store_file, b);
  });
  for (const std::string& name : names) {
    const std::string want = text_of(files.at(name).as_object(), "sha256");
    const std::string part = data_dir + "/" + name + ".part";
    CB_DO(copy(from + "/" + name, part));
    CB_TRY(const std::string digest, digest_of(part));
    if (digest != want) {
      return corrupt("'" + from + "/" + name + "' is not what was backed up: its digest differs");
    }
    fs::rename(part, data_dir + "/" + name);
  }
  return json::object{{"at", manifest.at("at")}, {"files", files}};
}

Result<json::object> ingest(City& city, const std::string& file, const std::string& resource) {
  CB_TRY(const rail::IngestReport report, city.rail().ingest(file, resource));
  for (;;) {
    CB_TRY(const bool more, city.rail().feed_step({}));
    if (!more) break;
  }
  json::object reasons;
  for (const auto& [reason, rows] : report.reasons) reasons[reason] = rows;
  json::array unknown;
  for (const std::string& name : report.unknown_columns) unknown.emplace_back(name);
  return json::object{{"source", report.source},
                      {"rows_landed", report.progress.rows_landed},
                      {"rows_quarantined", report.progress.rows_quarantined},
                      {"reasons", reasons},
                      {"unknown_columns", unknown},
                      {"complete", report.complete},
                      {"seconds", report.seconds}};
}

Result<json::object> verify(City& city) {
  CB_TRY(const guard::AuditHead head, city.guard().audit_log().verify_all());
  json::object out{
      {"audit_entries", head.size},
      {"audit_root", to_hex(std::string_view(reinterpret_cast<const char*>(head.root.data()),
                                             head.root.size()))}};
  for (const Room& room : city.rooms()) {
    for (const Command& command : room.commands) {
      if (command.name != "ledger") continue;
      CB_DO(command.run({"verify"}));
      out["ledger"] = "balanced";
    }
  }
  return out;
}

Room admin_room(City& city) {
  Room room;
  room.name = "cli";
  room.routes = catalog_admin_routes(city);
  room.routes.push_back(
      {.method = Method::post,
       .path = "/api/admin/accounts",
       .summary =
           "Sets a login's password; makes an account with the role admin where there is none",
       .body = shape::object({shape::need("login", shape::text("", 64)),
                              shape::need("password", shape::text("", 256))}),
       .right = Right("accounts.write"),
       .audit = Audit("cli.account"),
       .handler = [&city](const Request& request) -> Result<Reply> {
         CB_DO(set_admin_password(city, member(request, "login"), member(request, "password")));
         return Reply::json(json::object{{"login", member(request, "login")}});
       }});
  room.routes.push_back({.method = Method::post,
                         .path = "/api/admin/backup",
                         .summary = "Copies the living city to a folder on the server",
                         .body = shape::object({shape::need("to", shape::text("", 4096))}),
                         .right = Right("system.backup"),
                         .audit = Audit("cli.backup"),
                         .handler = [&city](const Request& request) {
                           return reply_of(back_up(city, member(request, "to")));
                         }});
  room.routes.push_back({.method = Method::post,
                         .path = "/api/admin/ingest",
                         .summary = "Reads a file on the server into a resource",
                         .body = shape::object({shape::need("file", shape::text("", 4096)),
                                                shape::need("resource", shape::text("", 64))}),
                         .right = Right("rail.write"),
                         .audit = Audit("cli.ingest"),
                         .handler = [&city](const Request& request) {
                           return reply_of(
                               ingest(city, member(request, "file"), member(request, "resource")));
                         }});
  room.routes.push_back({.method = Method::post,
                         .path = "/api/admin/verify",
                         .summary = "Recomputes the audit log's tree and the ledger's balances",
                         .right = Right("system.read"),
                         .audit = Audit("cli.verify"),
                         .handler = [&city](const Request&) { return reply_of(verify(city)); }});
  return room;
}

}  // namespace citybrain::cli
