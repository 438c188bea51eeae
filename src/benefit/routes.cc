// Routes of benefit: what staff see and do, and what a firm or citizen sees and does for itself.
#include "routes.h"

#include "corrections.h"
#include "state.h"
#include "views.h"

namespace citybrain::benefit {

Handler view(const std::shared_ptr<Benefit>& benefit, ViewOf make) {
  return [benefit, make](const Request& request) -> Result<Reply> {
    CB_TRY(json::object object, make(benefit->state(), request));
    return Reply::json(object);
  };
}

std::vector<Param> with_page(std::vector<Param> params) {
  params.push_back(query_param("page", shape::integer("from 1", 1, 1'000'000)));
  params.push_back(query_param("size", shape::integer("items a page", 1, 200)));
  return params;
}

namespace {

Shape fen() { return shape::integer("in fen"); }

Shape list_of(Shape item) {
  using namespace shape;
  return object({need("items", array(std::move(item))), need("total", integer()),
                 may("note", text()), may("facts_as_of", integer()), may("audit", any())});
}

Shape reason_shape() {
  using namespace shape;
  return object({need("text", text("the condition, as the model says it")),
                 need("value", text("what was read")), need("holds", boolean()),
                 need("fact", text()), need("resource", text("where the fact comes from")),
                 need("resource_name", text("its name"))});
}

Shape line_shape() {
  using namespace shape;
  return object({need("code", text()), need("name", text()), need("level", text()),
                 need("division", text()), need("division_name", text()), need("year", integer()),
                 need("functional_code", text()), need("economic_code", text()),
                 need("department_name", text()), need("appropriated_fen", fen()),
                 need("pending_fen", fen()), need("posted_fen", fen()),
                 need("available_fen", fen())});
}

std::string member(const Request& request, std::string_view name) {
  return text_of(request.json.as_object(), name);
}

std::vector<Route> money_routes(const std::shared_ptr<Benefit>& b) {
  return {
      {.method = Method::get,
       .path = "/api/lines",
       .summary = "Budget lines and what is left",
       .params = with_page({query_param("level"), query_param("division")}),
       .reply = list_of(line_shape()),
       .right = Right("benefit.read"),
       .audit = Audit::none("shows no personal records"),
       .handler = view(b, lines_view)},
      {.method = Method::post,
       .path = "/api/lines/import",
       .summary = "Import budget lines from CSV, all or nothing",
       .body = shape::object({shape::need("csv", shape::text("columns of city/lines.csv"))}),
       .right = Right("benefit.import"),
       .audit = Audit("benefit.import"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(const LineReport report,
                b->import_lines(member(request, "csv"), request.principal.id));
         return Reply::json(json::object{
             {"lines", report.lines}, {"fresh", report.fresh}, {"amount_fen", report.amount_fen}});
       }},
      {.method = Method::get,
       .path = "/api/payments",
       .summary = "Payments, newest first",
       .params = with_page({query_param("state"), query_param("policy")}),
       .right = Right("benefit.read"),
       .audit = Audit("benefit.payments"),
       .handler = view(b, payments_view)},
      {.method = Method::get,
       .path = "/api/claims",
       .summary = "Claims that finance looks at",
       .params = with_page({query_param("state")}),
       .right = Right("benefit.claims"),
       .audit = Audit("benefit.claims"),
       .handler = view(b, claims_view)},
      {.method = Method::post,
       .path = "/api/claims/{id}/approve",
       .summary = "Approve a claim; by another than the claimant",
       .params = {path_param("id")},
       .right = Right("benefit.approve"),
       .audit = Audit("benefit.approve"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_DO(b->approve(request.principal, request.param("id")));
         return Reply::json(json::object{{"id", request.param("id")}, {"state", "approved"}});
       }},
      {.method = Method::get,
       .path = "/api/decisions/{id}",
       .summary = "What a decision rests on: facts, model, reasons",
       .params = {path_param("id")},
       .right = Right("benefit.decisions"),
       .audit = Audit("benefit.decision"),
       .handler = [b](const Request& request) -> Result<Reply> {
         CB_TRY(json::object object,
                decision_view(b->state(), request.principal, request.param("id")));
         return Reply::json(object);
       }}};
}

Particulars particulars_of(const Request& request) {
  return {request.param("id"), member(request, "payee"), member(request, "account")};
}

Shape particulars_shape() {
  using namespace shape;
  return object({need("payee", text("as the bank knows it", 200)), need("account", text("", 64))});
}

std::vector<Route> correction_routes(const std::shared_ptr<Benefit>& b) {
  return {{.method = Method::post,
           .path = "/api/payments/{id}/correction",
           .summary = "Propose payee and account for money that came back",
           .params = {path_param("id")},
           .body = particulars_shape(),
           .right = Right("benefit.correct"),
           .audit = Audit("benefit.correct"),
           .handler = [b](const Request& request) -> Result<Reply> {
             const auto& parts = b->state().parts;
             CB_DO(propose_correction(parts.db, particulars_of(request), request.principal.id,
                                      parts.clock.now()));
             return Reply::json(json::object{{"id", request.param("id")}, {"state", "returned"}});
           }},
          {.method = Method::post,
           .path = "/api/payments/{id}/correction/confirm",
           .summary = "Key the proposed payee and account in again; by another officer",
           .params = {path_param("id")},
           .body = particulars_shape(),
           .right = Right("benefit.approve"),
           .audit = Audit("benefit.correct_confirm"),
           .handler = [b](const Request& request) -> Result<Reply> {
             auto& s = b->state();
             CB_DO(confirm_correction(s.parts.db, s.ledger, particulars_of(request),
                                      request.principal.id, s.parts.clock.now()));
             return Reply::json(json::object{{"id", request.param("id")}, {"state", "pending"}});
           }}};
}

std::vector<Route> own_routes(const std::shared_ptr<Benefit>& b) {
  return {{.method = Method::get,
           .path = "/api/me/entitlements",
           .summary = "What I am entitled to and why; all=1: also what not and why not",
           .params = {query_param("all", shape::word({"0", "1"})),
                      query_param("reasons", shape::word({"0", "1"}, "0 = the sentence alone"))},
           .reply = list_of([] {
             using namespace shape;
             return object({need("policy", text()), need("name", text()), need("mode", text()),
                            need("entitled", boolean()), need("amount_fen", fen()),
                            need("state", text()), need("reasons", array(reason_shape())),
                            need("decision", any()), need("summary", text()), need("basis", text()),
                            need("window_to", text()), may("in_words", text()), may("id", text()),
                            may("note", text()), may("end_to_end_id", text())});
           }()),
           .right = Right::signed_in(),
           .audit = Audit("benefit.own"),
           .handler = [b](const Request& request) -> Result<Reply> {
             CB_TRY(json::object object,
                    my_entitlements_view(b->state(), request.principal, request.param("all") == "1",
                                         request.param("reasons") != "0"));
             return Reply::json(object);
           }}};
}

}  // namespace

std::vector<Route> routes_of(const std::shared_ptr<Benefit>& benefit) {
  std::vector<Route> all = policy_routes_of(benefit);
  for (auto& part : {money_routes(benefit), correction_routes(benefit), own_routes(benefit),
                     claim_routes_of(benefit)}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace citybrain::benefit
