// http's Authorizer on guard: see authorizer.h.
#include "authorizer.h"

#include "http/cookie.h"

namespace citybrain::cli {
namespace {

// The request as its signature covers it. Views of the request: used at once.
guard::SignedMessage signed_message(const Request& request) {
  return {name_of(request.method), request.target, request.header("host"),
          [&request](std::string_view name) -> std::optional<std::string> {
            const auto [from, to] = request.headers.equal_range(name);
            if (from == to) return std::nullopt;
            std::string value = from->second;
            for (auto next = std::next(from); next != to; ++next) value += ", " + next->second;
            return value;
          },
          request.body};
}

}  // namespace

Result<Principal> GuardAuthorizer::authenticate(const Request& request) {
  if (request.remote == "unix") {
    Principal admin;
    admin.kind = Principal::Kind::system;
    admin.id = "system:admin";
    admin.name = "admin socket";
    admin.roles = {"operator"};
    return admin;
  }
  if (request.headers.contains("signature-input"))
    return guard_.identity().authenticate(signed_message(request));
  const std::string secret = http::cookie_of(request, "cb_session");
  if (secret.empty()) return Principal{};
  auto principal = guard_.authenticate(secret);
  // A session that is over is no session: what anyone may see stays open, the rest asks to log in.
  if (!principal && principal.error().code == Code::denied) return Principal{};
  return principal;
}

Result<void> GuardAuthorizer::authorize(const Principal& principal, const Route& route,
                                        const Request&) {
  return guard_.may(principal, route.right.name);
}

Result<void> GuardAuthorizer::audited(const Principal& principal, const Route& route,
                                      const Request& request, int status) {
  // The object names the route by its pattern with those parameters that name things of the city;
  // a parameter that may hold a person's number is left out.
  std::string object = std::string(name_of(route.method)) + " " + route.path;
  for (const std::string_view name : {"code", "id", "version", "policy", "resource", "index"}) {
    const std::string value = request.param(name);
    if (!value.empty() && value.size() <= 64) object += " " + std::string(name) + "=" + value;
  }
  auto written = guard_.audit(route.audit.event, principal, object, status);
  if (!written) return std::move(written).error();
  return ok();
}

}  // namespace citybrain::cli
