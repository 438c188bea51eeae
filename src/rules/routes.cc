// Routes of the rules: list, show, draft, submit, publish, try.
#include "routes.h"

namespace citybrain::rules {
namespace {

json::object json_of(const ModelInfo& info) {
  return {{"id", info.id},
          {"name", info.name},
          {"version", info.version},
          {"state", name_of(info.state)},
          {"effective_from", to_iso(info.effective_from)},
          {"effective_to",
           info.effective_to ? json::value(to_iso(*info.effective_to)) : json::value(nullptr)},
          {"author", info.author},
          {"publisher", info.publisher},
          {"hash", info.hash}};
}

Shape model_shape() {
  return shape::object({shape::need("id", shape::text()), shape::need("name", shape::text()),
                        shape::need("version", shape::integer()),
                        shape::need("state", shape::word({"draft", "submitted", "published"})),
                        shape::need("effective_from", shape::text("date")),
                        shape::may("effective_to", shape::text("date, null = open")),
                        shape::need("author", shape::text()),
                        shape::need("publisher", shape::text()),
                        shape::need("hash", shape::text("SHA-256 of the XML, hex"))});
}

Result<Reply> list(const Rules& rules) {
  CB_TRY(const std::vector<ModelInfo> models, rules.list());
  json::array items;
  for (const ModelInfo& info : models) items.push_back(json_of(info));
  const auto total = static_cast<std::int64_t>(items.size());
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

Result<Reply> show(const Rules& rules, const Request& request) {
  const std::string id = request.param("id");
  CB_TRY(const ModelInfo info, rules.info(id, request.int_param("version")));
  CB_TRY(const std::string xml, rules.xml(id, info.version));
  json::object out = json_of(info);
  json::array inputs;
  json::array decisions;
  json::array diagnostics;
  const brain::Loaded loaded = brain::Model::load(xml);
  if (loaded.model) {
    for (const brain::Input& input : loaded.model->inputs()) {
      inputs.push_back(json::object{{"name", input.name}, {"type", input.type}});
    }
    for (const brain::DecisionInfo& decision : loaded.model->decisions()) {
      decisions.push_back(
          json::object{{"name", decision.name}, {"type", decision.type}, {"kind", decision.kind}});
    }
  }
  for (const brain::Diagnostic& diagnostic : loaded.diagnostics) {
    diagnostics.push_back(brain::to_json(diagnostic));
  }
  out["xml"] = xml;
  out["inputs"] = std::move(inputs);
  out["decisions"] = std::move(decisions);
  out["diagnostics"] = std::move(diagnostics);
  return Reply::json(out);
}

Result<Reply> draft(Rules& rules, const Request& request) {
  const json::object& body = request.json.as_object();
  CB_TRY(const Date from, parse_date(text_of(body, "effective_from")));
  CB_TRY(const ModelInfo info,
         rules.draft(text_of(body, "id"), text_of(body, "xml"), from, request.principal.id));
  return Reply::json(json_of(info), 201);
}

Result<Reply> advance(Rules& rules, const Request& request, bool publish) {
  const std::string id = request.param("id");
  const std::int64_t version = request.int_param("version");
  auto info = publish ? rules.publish(id, version, request.principal.id)
                      : rules.submit(id, version, request.principal.id);
  if (!info) return std::move(info).error();
  return Reply::json(json_of(*info));
}

// Every decision of the model, for one subject's facts or for inputs that come in the body.
Result<Reply> try_model(const Rules& rules, const SubjectContext& context_of, const Clock& clock,
                        const Request& request) {
  CB_TRY(const Effective effective,
         rules.compiled(request.param("id"), request.int_param("version")));
  const json::object& body = request.json.as_object();
  brain::Context context;
  if (context_of && body.contains("subject")) {
    CB_TRY(context,
           context_of(request.principal, text_of(body, "subject_type"), text_of(body, "subject")));
  }
  if (const json::value* inputs = body.if_contains("inputs"); inputs && inputs->is_object()) {
    CB_TRY(const brain::Context given, effective.model->read_inputs(inputs->get_object()));
    context.merge(given);
  }
  if (context.find("基准日") == nullptr) context.set("基准日", brain::Value::date(clock.today()));
  json::array decisions;
  for (const brain::DecisionInfo& decision : effective.model->decisions()) {
    brain::EvaluateOptions options;
    options.explain = true;
    options.now = clock.now();
    const brain::Outcome outcome = effective.model->evaluate(decision.name, context, options);
    json::array diagnostics;
    for (const brain::Diagnostic& d : outcome.diagnostics) diagnostics.push_back(to_json(d));
    decisions.push_back(json::object{{"decision", decision.name},
                                     {"value", brain::to_json(outcome.value)},
                                     {"diagnostics", std::move(diagnostics)},
                                     {"explanation", brain::to_json(outcome.explanation)}});
  }
  return Reply::json(json::object{{"version", effective.version},
                                  {"hash", effective.hash},
                                  {"decisions", std::move(decisions)}});
}

std::vector<Param> which() {
  return {path_param("id", shape::text("", 64)),
          path_param("version", shape::integer("0 = the newest", 0, 1'000'000))};
}

}  // namespace

std::vector<Route> routes(Rules& rules, const Clock& clock, const SubjectContext& context_of) {
  const std::string one = "/api/models/{id}/{version}";
  return {
      {.method = Method::get,
       .path = "/api/models",
       .summary = "All versions of all decision models, newest first by model",
       .reply = shape::object({shape::need("items", shape::array(model_shape())),
                               shape::need("total", shape::integer())}),
       .right = Right("rules.read"),
       .audit = Audit::none("shows rules, no records"),
       .handler = [&rules](const Request&) { return list(rules); }},
      {.method = Method::get,
       .path = one,
       .summary = "One version with its XML, inputs, decisions and diagnostics",
       .params = which(),
       .right = Right("rules.read"),
       .audit = Audit::none("shows rules, no records"),
       .handler = [&rules](const Request& request) { return show(rules, request); }},
      {.method = Method::post,
       .path = "/api/models",
       .summary = "Stores a draft as the next version",
       .body = shape::object({shape::need("id", shape::text("a-z, 0-9 and _", 64)),
                              shape::need("xml", shape::text("DMN 1.2 to 1.5", 4 << 20)),
                              shape::need("effective_from", shape::text("date", 10))}),
       .reply = model_shape(),
       .right = Right("rules.write"),
       .audit = Audit("rules.draft"),
       .handler = [&rules](const Request& request) { return draft(rules, request); }},
      {.method = Method::post,
       .path = one + "/submit",
       .summary = "By the author: asks for publication",
       .params = which(),
       .reply = model_shape(),
       .right = Right("rules.submit"),
       .audit = Audit("rules.submit"),
       .handler = [&rules](const Request& r) { return advance(rules, r, false); }},
      {.method = Method::post,
       .path = one + "/publish",
       .summary = "By another than the author: from its day on, the model is in force",
       .params = which(),
       .reply = model_shape(),
       .right = Right("rules.publish"),
       .audit = Audit("rules.publish"),
       .handler = [&rules](const Request& r) { return advance(rules, r, true); }},
      {.method = Method::post,
       .path = one + "/try",
       .summary = "Evaluates every decision for one subject, with the explanation",
       .params = which(),
       .body = shape::object({shape::may("subject_type", shape::word({"enterprise", "person"})),
                              shape::may("subject", shape::text("", 32)),
                              shape::may("inputs", shape::any("name → value"))}),
       .right = Right("rules.try"),
       .audit = Audit("rules.try"),
       .handler =
           [&rules, &clock, context_of](const Request& request) {
             return try_model(rules, context_of, clock, request);
           }},
  };
}

}  // namespace citybrain::rules
