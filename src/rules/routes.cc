// Routes of models and their versions: listing, drafting, submitting, publishing, trying.
#include "routes.h"
#include "base/text.h"
#include "trial.h"
#include "views.h"

namespace citybrain::rules {
namespace {

Shape detail_shape() {
  using namespace shape;
  Shape out = model_shape();
  out.members.push_back(need("xml", text()));
  out.members.push_back(need("inputs", array(any())));
  out.members.push_back(need("decisions", array(any())));
  out.members.push_back(need("diagnostics", array(any())));
  out.members.push_back(need("findings", array(any("of the tables' check"))));
  return out;
}

std::vector<Param> version_params() {
  return {path_param("id", shape::text("the model", 64)),
          path_param("version", shape::integer("0 = the newest", 0, 1'000'000'000))};
}

Result<Reply> list_models(Rules& rules, const Request& request) {
  CB_TRY(const std::vector<ModelInfo> all, rules.list());
  const auto page = static_cast<std::size_t>(request.int_param("page", 1));
  const auto size = static_cast<std::size_t>(request.int_param("size", 200));
  json::array items;
  for (std::size_t i = (page - 1) * size; i < all.size() && items.size() < size; ++i) {
    items.push_back(to_json(all[i]));
  }
  return Reply::json(json::object{{"items", std::move(items)}, {"total", all.size()}});
}

Result<Reply> show_model(Rules& rules, Knowledge* knowledge, const Request& request) {
  const std::string id = request.param("id");
  CB_TRY(const ModelInfo info, rules.info(id, request.int_param("version")));
  CB_TRY(const std::string xml, rules.xml(id, info.version));
  json::object analysis = analyse(xml, knowledge, "");
  json::object out = to_json(info);
  out["xml"] = xml;
  for (const char* part : {"inputs", "decisions", "diagnostics", "findings"}) {
    out[part] = std::move(analysis[part]);
  }
  return Reply::json(out);
}

Result<Reply> list_versions(Rules& rules, const Request& request) {
  CB_TRY(const std::vector<ModelInfo> all, rules.versions(request.param("id")));
  json::array items;
  for (const ModelInfo& m : all) items.push_back(to_json(m));
  return Reply::json(json::object{{"items", std::move(items)}, {"total", all.size()}});
}

Result<Reply> draft_model(Rules& rules, const Request& request) {
  const json::object& body = request.json.as_object();
  const auto from = parse_date(text_of(body, "effective_from"));
  if (!from) return from.error().in("effective_from");
  std::optional<Date> to;
  if (const std::string text = text_of(body, "effective_to"); !text.empty()) {
    const auto date = parse_date(text);
    if (!date) return date.error().in("effective_to");
    to = *date;
  }
  CB_TRY(const ModelInfo info,
         rules.draft(text_of(body, "id"), text_of(body, "xml"), *from, request.principal.id, to));
  return Reply::json(to_json(info), 201);
}

// From a draft to what is in force.
std::vector<Route> steps(Rules& rules) {
  using namespace shape;
  return {{.method = Method::post,
           .path = "/api/models/{id}/{version}/submit",
           .summary = "The author hands the draft in for publication",
           .params = version_params(),
           .reply = model_shape(),
           .right = Right("rules.submit"),
           .audit = Audit("rules.submit"),
           .handler = [&rules](const Request& r) -> Result<Reply> {
             CB_TRY(const ModelInfo info,
                    rules.submit(r.param("id"), r.int_param("version"), r.principal.id));
             return Reply::json(to_json(info));
           }},
          {.method = Method::post,
           .path = "/api/models/{id}/{version}/publish",
           .summary = "Another person than the author publishes it",
           .params = version_params(),
           .reply = model_shape(),
           .right = Right("rules.publish"),
           .audit = Audit("rules.publish"),
           .handler = [&rules](const Request& r) -> Result<Reply> {
             CB_TRY(const ModelInfo info,
                    rules.publish(r.param("id"), r.int_param("version"), r.principal.id));
             return Reply::json(to_json(info));
           }},
          {.method = Method::post,
           .path = "/api/models/{id}/{version}/return",
           .summary = "Another person than the author hands it back, saying why",
           .params = version_params(),
           .body = object({need("note", text("what the author should change", 1000))}),
           .reply = model_shape(),
           .right = Right("rules.publish"),
           .audit = Audit("rules.return"),
           .handler = [&rules](const Request& r) -> Result<Reply> {
             CB_TRY(const ModelInfo info,
                    rules.give_back(r.param("id"), r.int_param("version"), r.principal.id,
                                    text_of(r.json.as_object(), "note")));
             return Reply::json(to_json(info));
           }}};
}

}  // namespace

std::vector<Route> model_routes(Rules& rules, Knowledge* knowledge) {
  using namespace shape;
  constexpr std::int64_t page_max = 1'000'000;
  constexpr std::int64_t xml_length_max = 4 << 20;
  const Audit shows = Audit::none("shows rules, never a record");
  std::vector<Route> out{
      {.method = Method::get,
       .path = "/api/models",
       .summary = "All versions of all decision models",
       .params = {query_param("page", integer("from 1", 1, page_max)),
                  query_param("size", integer("items a page", 1, 200))},
       .reply = object({need("items", array(model_shape())), need("total", integer())}),
       .right = Right("rules.read"),
       .audit = shows,
       .handler = [&rules](const Request& r) { return list_models(rules, r); }},
      {.method = Method::get,
       .path = "/api/models/{id}/{version}",
       .summary = "One version: its XML, inputs, decisions and what is wrong with it",
       .params = version_params(),
       .reply = detail_shape(),
       .right = Right("rules.read"),
       .audit = shows,
       .handler = [&rules,
                   knowledge](const Request& r) { return show_model(rules, knowledge, r); }},
      {.method = Method::get,
       .path = "/api/models/{id}/versions",
       .summary = "All versions of one model, the newest first",
       .params = {path_param("id", text("the model", 64))},
       .reply = object({need("items", array(model_shape())), need("total", integer())}),
       .right = Right("rules.read"),
       .audit = shows,
       .handler = [&rules](const Request& r) { return list_versions(rules, r); }},
      {.method = Method::post,
       .path = "/api/models",
       .summary = "Store a new version as a draft; refused where it does not compile, saying where",
       .body = object({need("id", text("a-z, 0-9, _ and -", 64)),
                       need("xml", text("DMN 1.2 to 1.5", xml_length_max)),
                       need("effective_from", text("date", 10)),
                       may("effective_to", text("the first day it no longer holds", 10))}),
       .reply = model_shape(),
       .right = Right("rules.write"),
       .audit = Audit("rules.draft"),
       .handler = [&rules](const Request& r) { return draft_model(rules, r); }},
      try_route(rules, knowledge)};
  for (Route& step : steps(rules)) out.push_back(std::move(step));
  return out;
}

}  // namespace citybrain::rules
