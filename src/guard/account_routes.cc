// /api/me/totp: one's own authenticator app; /api/systems/keys: the keys by which systems sign.
#include "routes.h"

namespace citybrain::guard {
namespace {

constexpr std::int64_t overlap_hours_default = 24 * 7;
constexpr std::int64_t hour_us = 3600LL * 1'000'000;

json::value key_json(const Guard& guard, const Identity::KeyInfo& key, const Clock& clock) {
  return {{"id", key.id},
          {"system", guard.identity().name_of(key.account)},
          {"key", key.key},
          {"created", to_iso(key.created)},
          {"valid_until",
           key.valid_until.us == INT64_MAX ? json::value() : json::value(to_iso(key.valid_until))},
          {"valid", key.valid_until > clock.now()}};
}

Result<Reply> add_key(Guard& guard, const Clock& clock, const Request& request) {
  const json::object& body = request.json.as_object();
  CB_TRY(const SystemKey key, system_key_from(text_of(body, "key")));
  const auto* hours = body.if_contains("overlap_hours");
  const std::int64_t overlap = hours ? hours->to_number<std::int64_t>() : overlap_hours_default;
  CB_TRY(const auto added,
         guard.identity().add_system_key(text_of(body, "login"), key, overlap * hour_us));
  return Reply::json(key_json(guard, added, clock), 201);
}

Reply done() {
  Reply reply;
  reply.status = 204;
  return reply;
}

void add_totp(std::vector<Route>& routes, Guard& guard) {
  using namespace shape;
  const Shape code = object({need("code", text("six digits of the app", 6))});
  routes.push_back(
      {.method = Method::post,
       .path = "/api/me/totp",
       .summary = "Begin an authenticator app: its secret, shown this once",
       .reply =
           object({need("secret", text("base 32")), need("uri", text("otpauth:// for a QR code"))}),
       .right = Right::signed_in(),
       .audit = Audit("guard.totp_begin"),
       .handler = [&guard](const Request& request) -> Result<Reply> {
         CB_TRY(const std::string secret, guard.identity().begin_totp(request.principal.id));
         Reply reply =
             Reply::json({{"secret", secret},
                          {"uri", "otpauth://totp/citybrain?secret=" + secret +
                                      "&issuer=citybrain&algorithm=SHA1&digits=6&period=30"}});
         reply.headers.emplace_back("Cache-Control", "no-store");
         return reply;
       }});
  routes.push_back({.method = Method::post,
                    .path = "/api/me/totp/confirm",
                    .summary = "From now on a login needs the app's code",
                    .body = code,
                    .reply = none(),
                    .right = Right::signed_in(),
                    .audit = Audit("guard.totp_confirm"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      CB_DO(guard.identity().confirm_totp(
                          request.principal.id, text_of(request.json.as_object(), "code")));
                      return done();
                    }});
  routes.push_back({.method = Method::post,
                    .path = "/api/me/totp/drop",
                    .summary = "End the authenticator app",
                    .body = code,
                    .reply = none(),
                    .right = Right::signed_in(),
                    .audit = Audit("guard.totp_drop"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      CB_DO(guard.identity().drop_totp(request.principal.id,
                                                       text_of(request.json.as_object(), "code")));
                      return done();
                    }});
}

void add_keys(std::vector<Route>& routes, Guard& guard, const Clock& clock) {
  using namespace shape;
  const Right keys("accounts.write");
  routes.push_back({.method = Method::get,
                    .path = "/api/systems/keys",
                    .summary = "The public keys by which systems sign their requests",
                    .reply = object({need("items", array(any("a key")))}),
                    .right = keys,
                    .audit = Audit("guard.keys_read"),
                    .handler = [&guard, &clock](const Request&) -> Result<Reply> {
                      CB_TRY(const auto all, guard.identity().system_keys());
                      json::array items;
                      for (const auto& key : all) items.push_back(key_json(guard, key, clock));
                      return Reply::json({{"items", std::move(items)}});
                    }});
  routes.push_back(
      {.method = Method::post,
       .path = "/api/systems/keys",
       .summary = "A new key of a system; its others go on for overlap_hours (168)",
       .body = object({need("login", text("", 100)),
                       need("key", text("ed25519:BASE64 or ecdsa-p256-sha256:BASE64", 200)),
                       may("overlap_hours", integer("", 0, 24 * 365))}),
       .reply = any("the key with the id that requests name"),
       .right = keys,
       .audit = Audit("guard.key_add"),
       .handler = [&guard, &clock](const Request& r) { return add_key(guard, clock, r); }});
  routes.push_back({.method = Method::del,
                    .path = "/api/systems/keys/{id}",
                    .summary = "Revoke a key at once",
                    .params = {path_param("id", text("", 40))},
                    .reply = none(),
                    .right = keys,
                    .audit = Audit("guard.key_revoke"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      CB_DO(guard.identity().revoke_system_key(request.param("id")));
                      return done();
                    }});
}

}  // namespace

std::vector<Route> account_routes(Guard& guard, const Clock& clock) {
  std::vector<Route> routes;
  add_totp(routes, guard);
  add_keys(routes, guard, clock);
  return routes;
}

}  // namespace citybrain::guard
