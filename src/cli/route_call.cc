// See route_call.h.
#include "route_call.h"

#include <filesystem>
#include <optional>

#include "base/text.h"
#include "instance.h"
#include "rooms.h"

namespace citybrain::cli {
namespace {

// Does a path fit a route's, and with which parameters?
bool fits(const std::string& pattern, const std::string& path, Request& request) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      request.params.emplace(wanted[i].substr(1, wanted[i].size() - 2), given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

Result<json::value> call_here(City& city, const std::string& method, const std::string& target,
                              const json::value& body) {
  const std::string path = target.substr(0, target.find('?'));
  for (const Room& room : city.rooms()) {
    for (const Route& route : room.routes) {
      Request request;
      if (name_of(route.method) != method || route.path.find("/live") != std::string::npos ||
          !fits(route.path, path, request)) {
        continue;
      }
      if (path.size() < target.size()) {
        for (const std::string_view pair :
             split(std::string_view(target).substr(path.size() + 1), '&')) {
          const std::size_t equals = pair.find('=');
          if (equals == std::string_view::npos) continue;
          request.params.emplace(pair.substr(0, equals), pair.substr(equals + 1));
        }
      }
      request.path = path;
      request.json = body;
      request.principal.kind = Principal::Kind::system;
      request.principal.id = "operator";
      if (!route.body.empty()) CB_DO(conforms(body, route.body));
      CB_TRY(const Reply reply, route.handler(request));
      return parse_json(reply.body);
    }
  }
  return internal("no route " + method + " " + path);
}

}  // namespace

Result<json::value> call_city(const std::string& data_dir, const std::string& method,
                              const std::string& path, const json::value& body) {
  if (!std::filesystem::exists(data_dir)) {
    return not_found("no folder '" + data_dir + "'; name the city's with --data");
  }
  CB_TRY(std::optional<InstanceLock> lock, lock_or_server(data_dir));
  if (!lock) return ask_server(data_dir, method, path, body);
  CityOptions options = options_here(data_dir);
  if (read_demo_mark(data_dir)) options.demo = true;
  CB_TRY(const std::unique_ptr<City> city, City::open(options, std::move(*lock)));
  return call_here(*city, method, path, body);
}

}  // namespace citybrain::cli
