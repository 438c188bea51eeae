// Routes of policies: the list, drafting, the checks, publication, history.
#include "policy_views.h"
#include "routes.h"
#include "views.h"

namespace citybrain::benefit {

namespace {

using BenefitPtr = std::shared_ptr<Benefit>;

std::string member(const Request& request, std::string_view name) {
  return text_of(request.json.as_object(), name);
}

bool flag(const Request& request, std::string_view name) {
  const json::value* value = request.json.as_object().if_contains(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::vector<std::string> states() {
  std::vector<std::string> names;
  for (const PolicyEdge& edge : policy_edges()) {
    if (std::find(names.begin(), names.end(), edge.to) == names.end()) names.emplace_back(edge.to);
  }
  return names;
}

Shape words() { return shape::text("in words", 2000); }

json::object report_json(const MatchReport& r) {
  return {{"subjects", r.subjects},       {"policies", r.policies},
          {"entitled", r.entitled},       {"fresh", r.fresh},
          {"lapsed", r.lapsed},           {"amount_fen", r.amount_fen},
          {"evaluations", r.evaluations}, {"seconds", r.seconds}};
}

// What somebody does to a policy; answers with the policy as it stands then.
using PolicyStep =
    std::function<Result<void>(const Policies&, sql::Tx&, const Request&, const std::string& code)>;

struct StepRoute {
  const char* verb;
  const char* summary;
  const char* right;
  Shape body;
  PolicyStep step;
};

Route step_route(const BenefitPtr& b, StepRoute r) {
  return {
      .method = Method::post,
      .path = std::string("/api/policies/{code}/") + r.verb,
      .summary = r.summary,
      .params = {path_param("code")},
      .body = std::move(r.body),
      .right = Right(r.right),
      .audit = Audit(std::string("benefit.policy_") + r.verb),
      .handler = [b, step = std::move(r.step)](const Request& request) -> Result<Reply> {
        const std::string code = request.param("code");
        Benefit::State& s = b->state();
        CB_DO(s.parts.db.write([&](sql::Tx& tx) { return step(s.policies, tx, request, code); }));
        CB_TRY(json::object object, policy_view(s, code));
        return Reply::json(object);
      }};
}

Shape draft_shape() {
  using namespace shape;
  return object(
      {need("name", text("", 200)), need("level", word({"city", "district"})),
       need("division", text("code", 12)), need("department", text("short code", 20)),
       need("subject", word({"enterprise", "person"})),
       need("mode", word({"免申即享", "即申即享", "承诺兑现"})),
       need("model", text("a decision model's id", 100)),
       need("line", text("LINE, or CITY+OTHER; * is the payee's division", 100)),
       need("city_share", integer("percent", 0, 100)), need("window_from", text("YYYY-MM-DD", 10)),
       need("window_to", text("YYYY-MM-DD", 10)), need("basis", text("the rule it rests on", 500)),
       may("parameters", any()), may("summary", text("", 2000))});
}

Route draft_route(const BenefitPtr& b) {
  return {.method = Method::put,
          .path = "/api/policies/{code}",
          .summary = "Draft a policy, or change its draft",
          .params = {path_param("code")},
          .body = draft_shape(),
          .right = Right("benefit.draft"),
          .audit = Audit("benefit.policy_draft"),
          .handler = [b](const Request& request) -> Result<Reply> {
            const std::string code = request.param("code");
            const json::object& body = request.json.as_object();
            const auto at = [&](const char* column) -> std::string {
              if (column == std::string_view("code")) return code;
              const json::value* value = body.if_contains(column);
              if (value == nullptr) return "";
              return value->is_string() ? text_of(body, column) : json::serialize(*value);
            };
            CB_TRY(Policy draft, policy_from(at));
            Benefit::State& s = b->state();
            CB_DO(s.parts.db.write([&](sql::Tx& tx) {
              return draft_policy(tx, draft, request.principal.id, s.parts.clock.now());
            }));
            CB_TRY(json::object object, policy_view(s, code));
            return Reply::json(object);
          }};
}

std::vector<Route> step_routes(const BenefitPtr& b) {
  using namespace shape;
  std::vector<std::string> kinds;
  for (const CheckKind& kind : check_kinds()) kinds.emplace_back(kind.kind);
  const Shape said = object({need("words", words())});
  return {
      step_route(b, {"submit", "Send a draft to be checked", "benefit.draft", object({}),
                     [](const Policies& p, sql::Tx& tx, const Request& r, const std::string& code) {
                       return p.submit(tx, code, r.principal.id);
                     }}),
      step_route(
          b, {"recall", "Take a policy back that is not published yet", "benefit.draft", object({}),
              [](const Policies& p, sql::Tx& tx, const Request& r, const std::string& code) {
                return p.recall(tx, code, r.principal.id);
              }}),
      step_route(
          b, {"check", "Make one of the checks, by its department", "benefit.check",
              object({need("kind", word(kinds)), need("passes", boolean()), may("words", words())}),
              [](const Policies& p, sql::Tx& tx, const Request& r, const std::string& code) {
                return p.check(tx, code, member(r, "kind"), r.principal, flag(r, "passes"),
                               member(r, "words"));
              }}),
      step_route(b, {"return", "Send a checked policy back to its drafter", "benefit.publish", said,
                     [](const Policies& p, sql::Tx& tx, const Request& r, const std::string& code) {
                       return p.send_back(tx, code, r.principal.id, member(r, "words"));
                     }}),
      step_route(b, {"stop", "Take no more claims, before the window ends", "benefit.publish", said,
                     [](const Policies& p, sql::Tx& tx, const Request& r, const std::string& code) {
                       return p.stop(tx, code, r.principal.id, member(r, "words"));
                     }}),
      step_route(b, {"evaluate", "What a closed policy has achieved", "benefit.evaluate",
                     object({need("score", integer("of 100", 0, 100)), need("words", words())}),
                     [](const Policies& p, sql::Tx& tx, const Request& r, const std::string& code) {
                       return p.evaluate(tx, code, r.principal.id,
                                         r.json.as_object().at("score").to_number<std::int64_t>(),
                                         member(r, "words"));
                     }}),
  };
}

Route publish_route(const BenefitPtr& b) {
  return {.method = Method::post,
          .path = "/api/policies/{code}/publish",
          .summary = "Publish a checked policy; by another than its drafter and checkers",
          .params = {path_param("code")},
          .right = Right("benefit.publish"),
          .audit = Audit("benefit.publish"),
          .handler = [b](const Request& request) -> Result<Reply> {
            const std::string code = request.param("code");
            CB_DO(b->publish(code, request.principal.id));
            CB_TRY(json::object object, policy_view(b->state(), code));
            return Reply::json(object);
          }};
}

Route match_route(const BenefitPtr& b) {
  return {.method = Method::post,
          .path = "/api/policies/{code}/match",
          .summary = "Decide all subjects for one open policy",
          .params = {path_param("code")},
          .right = Right("benefit.match"),
          .audit = Audit("benefit.match"),
          .handler = [b](const Request& request) -> Result<Reply> {
            CB_TRY(const MatchReport report, b->match(request.param("code")));
            return Reply::json(report_json(report));
          }};
}

}  // namespace

std::vector<Route> policy_routes_of(const BenefitPtr& b) {
  std::vector<Route> routes = {
      {.method = Method::get,
       .path = "/api/policies",
       .summary = "Policies",
       .params = with_page({query_param("query", shape::text("in name or code", 100)),
                            query_param("level", shape::word({"city", "district"})),
                            query_param("division"), query_param("mode"),
                            query_param("state", shape::word(states()))}),
       .right = Right("benefit.read"),
       .audit = Audit::none("shows no personal records"),
       .handler = view(b, policies_view)},
      {.method = Method::get,
       .path = "/api/policies/{code}",
       .summary = "One policy",
       .params = {path_param("code")},
       .right = Right("benefit.read"),
       .audit = Audit::none("shows no personal records"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(json::object object, policy_view(b->state(), request.param("code")));
         return Reply::json(object);
       }},
      {.method = Method::get,
       .path = "/api/policies/{code}/history",
       .summary = "Its checks and events; as it stood at the end of a day",
       .params = {path_param("code"), query_param("on", shape::text("YYYY-MM-DD", 10))},
       .right = Right("benefit.read"),
       .audit = Audit::none("shows no personal records"),
       .handler = view(b, policy_history_view)}};
  routes.push_back(draft_route(b));
  routes.push_back(publish_route(b));
  routes.push_back(match_route(b));
  for (Route& route : step_routes(b)) routes.push_back(std::move(route));
  return routes;
}

}  // namespace citybrain::benefit
