// Routes of the rules: models and their versions, drafting, submitting, publishing, trying.
#include "routes.h"

#include "base/text.h"

namespace citybrain::rules {
namespace {

json::object object_of(const ModelInfo& m) {
  json::object out{{"id", m.id},
                   {"version", m.version},
                   {"name", m.name},
                   {"state", name_of(m.state)},
                   {"effective_from", to_iso(m.effective_from)},
                   {"effective_to", nullptr},
                   {"author", m.author},
                   {"publisher", nullptr},
                   {"hash", m.hash}};
  if (m.effective_to) out["effective_to"] = to_iso(*m.effective_to);
  if (!m.publisher.empty()) out["publisher"] = m.publisher;
  return out;
}

Shape model_shape() {
  using namespace shape;
  return object({need("id", text()), need("version", integer()), need("name", text()),
                 need("state", word({"draft", "submitted", "published"})),
                 need("effective_from", text("date")), need("effective_to", any()),
                 need("author", text()), need("publisher", any()),
                 need("hash", text("SHA-256, hex"))});
}

Shape detail_shape() {
  using namespace shape;
  Shape out = model_shape();
  out.members.push_back(need("xml", text()));
  out.members.push_back(need("inputs", array(any())));
  out.members.push_back(need("decisions", array(any())));
  out.members.push_back(need("diagnostics", array(any())));
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
    items.push_back(object_of(all[i]));
  }
  return Reply::json(json::object{{"items", std::move(items)}, {"total", all.size()}});
}

Result<Reply> show_model(Rules& rules, const Request& request) {
  const std::string id = request.param("id");
  CB_TRY(const ModelInfo info, rules.info(id, request.int_param("version")));
  CB_TRY(const std::string xml, rules.xml(id, info.version));
  const brain::Loaded loaded = brain::Model::load(xml);
  json::object out = object_of(info);
  out["xml"] = xml;
  json::array inputs;
  json::array decisions;
  json::array diagnostics;
  if (loaded.model) {
    for (const brain::Input& i : loaded.model->inputs()) {
      inputs.push_back(
          json::object{{"name", i.name}, {"type", i.type}, {"description", i.description}});
    }
    for (const brain::DecisionInfo& d : loaded.model->decisions()) {
      json::array reads;
      for (const std::string& name : d.requires_inputs) reads.push_back(json::string(name));
      decisions.push_back(json::object{
          {"name", d.name}, {"type", d.type}, {"kind", d.kind}, {"inputs", std::move(reads)}});
    }
  }
  for (const brain::Diagnostic& d : loaded.diagnostics) diagnostics.push_back(brain::to_json(d));
  out["inputs"] = std::move(inputs);
  out["decisions"] = std::move(decisions);
  out["diagnostics"] = std::move(diagnostics);
  return Reply::json(out);
}

Result<Reply> draft_model(Rules& rules, const Request& request) {
  const json::object& body = request.json.as_object();
  const auto from = parse_date(text_of(body, "effective_from"));
  if (!from) return from.error().in("effective_from");
  CB_TRY(const ModelInfo info,
         rules.draft(text_of(body, "id"), text_of(body, "xml"), *from, request.principal.id));
  return Reply::json(object_of(info), 201);
}

// Evaluates every decision of the model for a subject's facts, or for the inputs that are sent.
Result<Reply> try_model(Rules& rules, const Clock& clock, const SubjectContext& context_of,
                        const Request& request) {
  CB_TRY(const Effective tried, rules.compiled(request.param("id"), request.int_param("version")));
  const json::object& body = request.json.as_object();
  brain::Context context;
  const std::string subject = text_of(body, "subject");
  if (!subject.empty()) {
    if (!context_of)
      return unavailable("facts are not connected; send `inputs` instead of `subject`");
    CB_TRY(context, context_of(request.principal, text_of(body, "subject_type"), subject));
  }
  context.set("基准日", brain::Value::date(clock.today()));
  if (const auto* inputs = body.if_contains("inputs"); inputs != nullptr && inputs->is_object()) {
    CB_TRY(const brain::Context sent, tried.model->read_inputs(inputs->as_object()));
    context.merge(sent);
  }
  brain::EvaluateOptions options;
  options.explain = true;
  options.now = clock.now();
  json::array decisions;
  for (const brain::DecisionInfo& d : tried.model->decisions()) {
    const brain::Outcome outcome = tried.model->evaluate(d.name, context, options);
    json::array diagnostics;
    for (const brain::Diagnostic& found : outcome.diagnostics)
      diagnostics.push_back(brain::to_json(found));
    json::object one{{"name", d.name},
                     {"value", brain::to_json(outcome.value)},
                     {"diagnostics", std::move(diagnostics)},
                     {"explanation", nullptr}};
    if (!outcome.explanation.decisions.empty()) {
      one["explanation"] = brain::to_json({{outcome.explanation.decisions.back()}});
    }
    decisions.push_back(std::move(one));
  }
  return Reply::json(json::object{{"model", request.param("id")},
                                  {"version", tried.version},
                                  {"hash", tried.hash},
                                  {"decisions", std::move(decisions)}});
}

Route try_route(Rules& rules, const Clock& clock, SubjectContext context_of) {
  using namespace shape;
  return {.method = Method::post,
          .path = "/api/models/{id}/{version}/try",
          .summary = "Evaluate it for one subject, or for the inputs sent, with the reasons",
          .params = version_params(),
          .body = object({may("subject_type", word({"enterprise", "person"})),
                          may("subject", text("its number", 32)),
                          may("inputs", any("values by input name"))}),
          .reply = object({need("model", text()), need("version", integer()), need("hash", text()),
                           need("decisions", array(any()))}),
          .right = Right("rules.try"),
          .audit = Audit("rules.try"),
          .handler = [&rules, &clock, context = std::move(context_of)](const Request& r) {
            return try_model(rules, clock, context, r);
          }};
}

}  // namespace

std::vector<Route> routes(Rules& rules, const Clock& clock, SubjectContext context_of) {
  using namespace shape;
  constexpr std::int64_t page_max = 1'000'000;
  constexpr std::int64_t xml_length_max = 4 << 20;
  const Audit shows = Audit::none("shows rules, never a record");
  return {
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
       .handler = [&rules](const Request& r) { return show_model(rules, r); }},
      {.method = Method::post,
       .path = "/api/models",
       .summary = "Store a new version as a draft; refused where it does not compile, saying where",
       .body = object({need("id", text("a-z, 0-9, _ and -", 64)),
                       need("xml", text("DMN 1.2 to 1.5", xml_length_max)),
                       need("effective_from", text("date", 10))}),
       .reply = model_shape(),
       .right = Right("rules.write"),
       .audit = Audit("rules.draft"),
       .handler = [&rules](const Request& r) { return draft_model(rules, r); }},
      {.method = Method::post,
       .path = "/api/models/{id}/{version}/submit",
       .summary = "The author hands the draft in for publication",
       .params = version_params(),
       .reply = model_shape(),
       .right = Right("rules.submit"),
       .audit = Audit("rules.submit"),
       .handler = [&rules](const Request& r) -> Result<Reply> {
         CB_TRY(const ModelInfo info,
                rules.submit(r.param("id"), r.int_param("version"), r.principal.id));
         return Reply::json(object_of(info));
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
         return Reply::json(object_of(info));
       }},
      try_route(rules, clock, std::move(context_of))};
}

}  // namespace citybrain::rules
