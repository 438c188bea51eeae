// Routes of claims: the claimant's, the departments', the complaints body's.
#include "claim_views.h"
#include "guard/note.h"
#include "routes.h"

namespace citybrain::benefit {

namespace {

using BenefitPtr = std::shared_ptr<Benefit>;

Claims& claims_of(const BenefitPtr& b) { return b->state().claims; }

std::string member(const Request& request, std::string_view name) {
  return text_of(request.json.as_object(), name);
}

bool flag(const Request& request, std::string_view name) {
  const json::value* value = request.json.as_object().if_contains(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

Shape papers_shape() {
  using namespace shape;
  return array(object({need("code", text("of the procedure's paper", 64)),
                       need("content", text("base64, at most 256 KiB decoded", 400'000)),
                       may("file", text("its name", 200)), may("media", text("", 100))}));
}

Result<std::vector<SentPaper>> papers_of(const Request& request) {
  std::vector<SentPaper> papers;
  const json::value* list = request.json.as_object().if_contains("papers");
  if (list == nullptr) return papers;
  for (const json::value& item : list->as_array()) {
    const json::object& o = item.as_object();
    SentPaper paper{text_of(o, "code"), text_of(o, "file"), text_of(o, "media"), ""};
    auto bytes = guard::from_base64(text_of(o, "content"));
    if (!bytes) return bytes.error().in("paper '" + paper.code + "'");
    paper.bytes = std::move(*bytes);
    papers.push_back(std::move(paper));
  }
  return papers;
}

Shape words_shape(bool with_reason) {
  using namespace shape;
  std::vector<Shape::Member> members = {may("words", text("in words", 2000))};
  if (with_reason) {
    std::vector<std::string> codes;
    for (const ReasonCode& reason : reason_codes()) codes.emplace_back(reason.code);
    members.push_back(need("reason", word(codes)));
  }
  return object(std::move(members));
}

// A claimant's act; answers with the claim as it stands then.
Route own_act(const BenefitPtr& b, const char* verb, const char* summary, Shape body,
              std::function<Result<void>(Claims&, const Request&, const std::string&)> act) {
  return {.method = Method::post,
          .path = std::string("/api/me/claims/{id}/") + verb,
          .summary = summary,
          .params = {path_param("id")},
          .body = std::move(body),
          .right = Right::signed_in(),
          .audit = Audit("benefit.claim"),
          .handler = [b, act](const Request& request) -> Result<Reply> {
            const std::string id = request.param("id");
            CB_DO(act(claims_of(b), request, id));
            CB_TRY(json::object view, my_claim_view(b->state(), request.principal, id));
            return Reply::json(view);
          }};
}

Route desk_act(const BenefitPtr& b, const char* verb, const char* summary, Shape body,
               std::function<Result<void>(Claims&, const Request&, const std::string&)> act) {
  return {.method = Method::post,
          .path = std::string("/api/desk/claims/{id}/") + verb,
          .summary = summary,
          .params = {path_param("id")},
          .body = std::move(body),
          .right = Right("benefit.review"),
          .audit = Audit("benefit.review"),
          .handler = [b, act](const Request& request) -> Result<Reply> {
            const std::string id = request.param("id");
            CB_DO(act(claims_of(b), request, id));
            CB_TRY(json::object view, desk_claim_view(b->state(), request.principal, id));
            return Reply::json(view);
          }};
}

Handler submit_handler(const BenefitPtr& b) {
  return [b](const Request& request) -> Result<Reply> {
    Submission sent;
    sent.policy = member(request, "policy");
    const json::value* promise = request.json.as_object().if_contains("promise");
    // The one-click button of a policy that is paid on a promise says what is promised.
    sent.promise = promise == nullptr || (promise->is_bool() && promise->as_bool());
    CB_TRY(sent.papers, papers_of(request));
    CB_TRY(const std::string id, claims_of(b).submit(request.principal, sent));
    CB_TRY(json::object view, my_claim_view(b->state(), request.principal, id));
    return Reply::json(view, 201);
  };
}

// What a claimant does with a claim that is on its way.
std::vector<Route> own_acts(const BenefitPtr& b) {
  using namespace shape;
  std::vector<Route> routes;
  const auto words = object({need("words", text("in words", 2000))});
  routes.push_back(own_act(b, "supplement", "Send what was asked for, or a promised paper",
                           object({need("papers", papers_shape())}),
                           [](Claims& c, const Request& r, const std::string& id) -> Result<void> {
                             CB_TRY(const auto papers, papers_of(r));
                             return c.supplement(r.principal, id, papers);
                           }));
  routes.push_back(own_act(b, "withdraw", "Withdraw it while no money has left", none(),
                           [](Claims& c, const Request& r, const std::string& id) {
                             return c.withdraw(r.principal, id);
                           }));
  routes.push_back(own_act(b, "object", "Object to a refusal; another officer decides", words,
                           [](Claims& c, const Request& r, const std::string& id) {
                             return c.object(r.principal, id, member(r, "words"));
                           }));
  routes.push_back(own_act(b, "complain", "Complain to a body other than the payer", words,
                           [](Claims& c, const Request& r, const std::string& id) -> Result<void> {
                             CB_DO(c.complain(r.principal, id, member(r, "words")));
                             return ok();
                           }));
  return routes;
}

std::vector<Route> own_routes(const BenefitPtr& b) {
  using namespace shape;
  std::vector<Route> routes = {
      {.method = Method::post,
       .path = "/api/me/claims",
       .summary = "Claim: one click, or with the papers that the policy asks for",
       .body = object({need("policy", text("code of the policy", 64)),
                       may("promise", boolean("承诺兑现: that all of it is true")),
                       may("papers", papers_shape())}),
       .right = Right::signed_in(),
       .audit = Audit("benefit.claim"),
       .handler = submit_handler(b)},
      {.method = Method::get,
       .path = "/api/me/claims",
       .summary = "Where my money is",
       .right = Right::signed_in(),
       .audit = Audit("benefit.own"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(json::object view, my_claims_view(b->state(), request.principal));
         return Reply::json(view);
       }},
      {.method = Method::get,
       .path = "/api/me/claims/{id}",
       .summary = "One claim of mine: its stations, reviews, complaints",
       .params = {path_param("id")},
       .right = Right::signed_in(),
       .audit = Audit("benefit.own"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(json::object view,
                my_claim_view(b->state(), request.principal, request.param("id")));
         return Reply::json(view);
       }},
      {.method = Method::get,
       .path = "/api/me/notices",
       .summary = "What I was told, newest first",
       .right = Right::signed_in(),
       .audit = Audit("benefit.own"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(json::object view, my_notices_view(b->state(), request.principal));
         return Reply::json(view);
       }},
      {.method = Method::post,
       .path = "/api/me/notices/read",
       .summary = "All notices are read",
       .right = Right::signed_in(),
       .audit = Audit("benefit.own"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(const std::int64_t read, read_notices(b->state(), request.principal));
         return Reply::json(json::object{{"read", read}});
       }}};
  for (Route& route : own_acts(b)) routes.push_back(std::move(route));
  return routes;
}

std::vector<Route> desk_reads(const BenefitPtr& b) {
  return {{.method = Method::get,
           .path = "/api/desk/claims",
           .summary = "Claims that wait for my department, in the order of their completeness",
           .params = {query_param("view", shape::word({"todo", "all", "checks"})),
                      query_param("page", shape::integer("from 1", 1, 1'000'000)),
                      query_param("size", shape::integer("items a page", 1, 200))},
           .right = Right("benefit.review"),
           .audit = Audit("benefit.claims"),
           .handler = [b](const Request& request) -> Result<Reply> {
             CB_TRY(json::object view, desk_view(b->state(), request));
             return Reply::json(view);
           }},
          {.method = Method::get,
           .path = "/api/desk/claims/{id}",
           .summary = "One claim's file and what I may do",
           .params = {path_param("id")},
           .right = Right("benefit.review"),
           .audit = Audit("benefit.claims"),
           .handler = [b](const Request& request) -> Result<Reply> {
             CB_TRY(json::object view,
                    desk_claim_view(b->state(), request.principal, request.param("id")));
             return Reply::json(view);
           }},
          {.method = Method::get,
           .path = "/api/desk/claims/{id}/papers/{code}",
           .summary = "A paper as it was sent",
           .params = {path_param("id"), path_param("code")},
           .right = Right("benefit.review"),
           .audit = Audit("benefit.paper"),
           .handler = [b](const Request& request) {
             return desk_paper(b->state(), request.param("id"), request.param("code"));
           }}};
}

std::vector<Route> desk_routes(const BenefitPtr& b) {
  using namespace shape;
  std::vector<Route> routes = desk_reads(b);
  routes.push_back(desk_act(b, "accept", "Accept: all is there", none(),
                            [](Claims& c, const Request& r, const std::string& id) {
                              return c.accept(r.principal, id);
                            }));
  routes.push_back(desk_act(b, "accept_with_gaps", "Accept; what may come later is promised",
                            none(), [](Claims& c, const Request& r, const std::string& id) {
                              return c.accept_with_gaps(r.principal, id);
                            }));
  routes.push_back(desk_act(b, "ask", "Ask once for all that is missing",
                            object({may("more", array(text("papers that came but won't do", 64))),
                                    may("words", text("", 2000))}),
                            [](Claims& c, const Request& r, const std::string& id) {
                              std::vector<std::string> more;
                              if (const json::value* list =
                                      r.json.as_object().if_contains("more")) {
                                for (const json::value& code : list->as_array()) {
                                  more.emplace_back(code.as_string());
                                }
                              }
                              return c.ask(r.principal, id, more, member(r, "words"));
                            }));
  routes.push_back(desk_act(b, "refuse", "Refuse with a reason", words_shape(true),
                            [](Claims& c, const Request& r, const std::string& id) {
                              return c.refuse(r.principal, id, member(r, "reason"),
                                              member(r, "words"));
                            }));
  routes.push_back(desk_act(b, "pass", "My department passes it", words_shape(false),
                            [](Claims& c, const Request& r, const std::string& id) {
                              return c.pass(r.principal, id, member(r, "words"));
                            }));
  routes.push_back(desk_act(b, "reject", "My department rejects it", words_shape(true),
                            [](Claims& c, const Request& r, const std::string& id) {
                              return c.reject(r.principal, id, member(r, "reason"),
                                              member(r, "words"));
                            }));
  routes.push_back(
      desk_act(b, "revoke", "Revoke an approval whose money has not left", words_shape(true),
               [](Claims& c, const Request& r, const std::string& id) {
                 return c.revoke(r.principal, id, member(r, "reason"), member(r, "words"));
               }));
  const auto verdict = [](const char* name) {
    return object({need(name, boolean()), may("words", text("why", 2000))});
  };
  routes.push_back(desk_act(b, "objection", "Uphold or dismiss an objection", verdict("upheld"),
                            [](Claims& c, const Request& r, const std::string& id) {
                              return c.decide_objection(r.principal, id, flag(r, "upheld"),
                                                        member(r, "words"));
                            }));
  routes.push_back(desk_act(b, "check", "Check after payment what was promised", verdict("holds"),
                            [](Claims& c, const Request& r, const std::string& id) {
                              return c.check(r.principal, id, flag(r, "holds"), member(r, "words"));
                            }));
  return routes;
}

std::vector<Route> complaint_routes(const BenefitPtr& b) {
  using namespace shape;
  return {{.method = Method::get,
           .path = "/api/desk/complaints",
           .summary = "Complaints for my body",
           .params = {query_param("state", word({"filed", "answered"})),
                      query_param("page", integer("from 1", 1, 1'000'000)),
                      query_param("size", integer("items a page", 1, 200))},
           .right = Right("benefit.complaints"),
           .audit = Audit("benefit.complaints"),
           .handler = [b](const Request& request) -> Result<Reply> {
             CB_TRY(json::object view, complaints_view(b->state(), request));
             return Reply::json(view);
           }},
          {.method = Method::post,
           .path = "/api/desk/complaints/{id}/answer",
           .summary = "Answer a complaint",
           .params = {path_param("id")},
           .body = object({need("founded", boolean()), need("words", text("", 2000))}),
           .right = Right("benefit.complaints"),
           .audit = Audit("benefit.complaint"),
           .handler = [b](const Request& request) -> Result<Reply> {
             CB_DO(claims_of(b).answer(request.principal, request.param("id"),
                                       flag(request, "founded"), member(request, "words")));
             return Reply::json(json::object{{"id", request.param("id")}, {"state", "answered"}});
           }}};
}

}  // namespace

std::vector<Route> claim_routes_of(const std::shared_ptr<Benefit>& b) {
  std::vector<Route> all = own_routes(b);
  for (auto& part : {desk_routes(b), complaint_routes(b)}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace citybrain::benefit
