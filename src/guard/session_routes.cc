// /api/session, /api/sessions: log in, log out, see and end one's own sessions.
#include "routes.h"

namespace citybrain::guard {
namespace {

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::value principal_json(const Guard& guard, const Principal& principal) {
  if (principal.anonymous()) return nullptr;
  return {{"kind", citybrain::name_of(principal.kind)},
          {"name", principal.name},
          {"department", principal.department},
          {"subject", principal.subject},
          {"roles", array_of(principal.roles)},
          {"rights", array_of(guard.identity().rights_of(principal))}};
}

Shape principal_shape() {
  using namespace shape;
  return object({need("kind", text()), need("name", text()), need("department", text()),
                 need("subject", text("the own number of a citizen or enterprise")),
                 need("roles", array(text())), need("rights", array(text()))});
}

std::string cookie(const std::string& secret, std::int64_t seconds) {
  return "cb_session=" + secret +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds);
}

// The entry of a login names the account, which http does not know yet; of a failure it keeps a
// salted digest of the login.
Result<void> record_login(Guard& guard, const std::string& login, const Principal& principal,
                          int status) {
  AuditEntry entry;
  entry.event = "guard.login";
  entry.actor = principal.id;
  entry.object = "session";
  entry.status = status;
  if (principal.anonymous()) entry.subjects = {login};
  CB_DO(guard.audit_log().append(entry));
  return ok();
}

Result<Reply> log_in(Guard& guard, const Clock& clock, const Request& request) {
  const json::object& body = request.json.as_object();
  const std::string login = text_of(body, "login");
  const std::string password = text_of(body, "password");
  const std::string code = text_of(body, "code");
  const std::string agent = request.header("user-agent");
  const auto in = guard.identity().login({login, password, code, request.remote, agent});
  if (!in) {
    if (in.error().code == Code::denied || in.error().code == Code::exhausted) {
      CB_DO(record_login(guard, login, {}, in.error().code == Code::denied ? 401 : 429));
    }
    return in.error();
  }
  CB_DO(record_login(guard, login, in->principal, 200));
  Reply reply = Reply::json({{"principal", principal_json(guard, in->principal)}});
  const std::int64_t seconds = (in->expires.us - clock.now().us) / 1'000'000;
  reply.headers.emplace_back("Set-Cookie", cookie(in->secret, seconds));
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

Result<Reply> log_out(Guard& guard, const Request& request) {
  CB_DO(guard.identity().logout(request.principal.session));
  Reply reply;
  reply.status = 204;
  reply.headers.emplace_back("Set-Cookie", cookie("", 0));
  return reply;
}

Result<Reply> list_sessions(const Guard& guard, const Request& request) {
  CB_TRY(const auto sessions, guard.identity().sessions_of(request.principal.id));
  json::array items;
  for (const SessionInfo& session : sessions) {
    items.push_back({{"id", session.id},
                     {"created", to_iso(session.created)},
                     {"last_seen", to_iso(session.last_seen)},
                     {"expires", to_iso(session.expires)},
                     {"remote", session.remote},
                     {"agent", session.agent},
                     {"current", session.id == request.principal.session}});
  }
  return Reply::json({{"items", items}, {"total", items.size()}});
}

}  // namespace

std::vector<Route> session_routes(Guard& guard, const Clock& clock, const RoomOptions& options) {
  using namespace shape;
  const json::value city = {{"name", options.city_name}, {"demo", options.demo}};
  std::vector<Route> routes;
  routes.push_back({.method = Method::post,
                    .path = "/api/session",
                    .summary = "Log in; sets the cookie cb_session",
                    .body = object({need("login", text("", 100)), need("password", text("", 256)),
                                    may("code", text("of the authenticator app", 6))}),
                    .reply = object({need("principal", principal_shape())}),
                    .right = Right::anyone(),
                    .audit = Audit::none("the handler writes guard.login with the account"),
                    .handler = [&guard, &clock](const Request& request) {
                      return log_in(guard, clock, request);
                    }});
  routes.push_back(
      {.method = Method::del,
       .path = "/api/session",
       .summary = "Log out",
       .reply = none(),
       .right = Right::signed_in(),
       .audit = Audit("guard.logout"),
       .handler = [&guard](const Request& request) { return log_out(guard, request); }});
  routes.push_back(
      {.method = Method::get,
       .path = "/api/session",
       .summary = "Who is logged in, the city's name and its clock",
       .reply = object({need("principal", any("null, or as POST /api/session gives it")),
                        need("city", object({need("name", text()), need("demo", boolean())})),
                        need("now", text())}),
       .right = Right::anyone(),
       .audit = Audit::none("shows the caller what he is"),
       .handler = [&guard, &clock, city](const Request& request) -> Result<Reply> {
         Reply reply = Reply::json({{"principal", principal_json(guard, request.principal)},
                                    {"city", city},
                                    {"now", to_iso(clock.now())}});
         reply.headers.emplace_back("Cache-Control", "no-store");
         return reply;
       }});
  routes.push_back(
      {.method = Method::get,
       .path = "/api/sessions",
       .summary = "The account's own sessions",
       .reply = any("items and total"),
       .right = Right::signed_in(),
       .audit = Audit::none("shows the caller his own sessions"),
       .handler = [&guard](const Request& request) { return list_sessions(guard, request); }});
  routes.push_back({.method = Method::del,
                    .path = "/api/sessions/{id}",
                    .summary = "End one of the account's own sessions",
                    .params = {path_param("id", text("", 40))},
                    .reply = none(),
                    .right = Right::signed_in(),
                    .audit = Audit("guard.end_session"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      CB_DO(
                          guard.identity().end_session(request.principal.id, request.param("id")));
                      Reply reply;
                      reply.status = 204;
                      return reply;
                    }});
  return routes;
}

}  // namespace citybrain::guard
