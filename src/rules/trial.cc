// One model for one subject: see trial.h.
#include "trial.h"

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "brain/words.h"
#include "views.h"

namespace citybrain::rules {
namespace {

constexpr std::int64_t xml_length_max = 4 << 20;

json::array diagnostics_json(const std::vector<brain::Diagnostic>& all) {
  json::array out;
  for (const brain::Diagnostic& d : all) out.push_back(brain::to_json(d));
  return out;
}

// The subject's facts, under what was sent as `inputs`.
Result<brain::Context> inputs_of(Knowledge* knowledge, const brain::Model& model,
                                 const Request& request) {
  const json::object& body = request.json.as_object();
  brain::Context context;
  const std::string subject = text_of(body, "subject");
  if (!subject.empty()) {
    if (knowledge == nullptr)
      return unavailable("facts are not connected; send `inputs` instead of `subject`");
    if (text_of(body, "subject_type").empty()) {
      return invalid("'subject_type' is missing; send enterprise or person with 'subject'");
    }
    CB_TRY(context, knowledge->one(request.principal, text_of(body, "subject_type"), subject));
  }
  if (const auto* inputs = body.if_contains("inputs"); inputs != nullptr && inputs->is_object()) {
    for (const auto& sent : inputs->as_object()) {
      const bool known = std::any_of(model.inputs().begin(), model.inputs().end(),
                                     [&](const brain::Input& i) { return i.name == sent.key(); });
      if (known) continue;
      std::vector<std::string> names;
      for (const brain::Input& i : model.inputs()) names.push_back(i.name);
      const auto close = nearest(std::string(sent.key()), names);
      return invalid("the model has no input `" + std::string(sent.key()) + "`" +
                     (close ? "; did you mean `" + *close + "`?" : ""));
    }
    CB_TRY(const brain::Context sent, model.read_inputs(inputs->as_object()));
    context.merge(sent);
  }
  return context;
}

struct Evaluated {
  json::array decisions;
  brain::Explanation asked;  // of the decision asked for
};

Evaluated evaluate_all(const brain::Model& model, const brain::Context& context, Timestamp now,
                       const std::string& asked, const brain::OriginOf& origin_of) {
  brain::EvaluateOptions options;
  options.explain = true;
  options.now = now;
  Evaluated out;
  for (const brain::DecisionInfo& d : model.decisions()) {
    brain::Outcome outcome = model.evaluate(d.name, context, options);
    json::object one{{"id", d.id},
                     {"name", d.name},
                     {"kind", d.kind},
                     {"value", brain::to_json(outcome.value)},
                     {"diagnostics", diagnostics_json(outcome.diagnostics)},
                     {"explanation", nullptr}};
    if (!outcome.explanation.decisions.empty()) {
      one["explanation"] = brain::to_json({{outcome.explanation.decisions.back()}}, origin_of);
    }
    out.decisions.push_back(std::move(one));
    if (d.name == asked || d.id == asked) out.asked = std::move(outcome.explanation);
  }
  return out;
}

// The decision whose reasons are told: as asked, else 资格, else the last one.
Result<std::string> decision_of(const brain::Model& model, const std::string& asked) {
  if (!asked.empty()) {
    if (model.has_decision(asked)) return asked;
    std::vector<std::string> names;
    for (const brain::DecisionInfo& d : model.decisions()) names.push_back(d.name);
    const auto close = nearest(asked, names);
    return not_found("the model has no decision `" + asked + "`" +
                     (close ? "; did you mean `" + *close + "`?" : ""));
  }
  if (model.has_decision("资格")) return std::string("资格");
  if (model.decisions().empty()) return invalid("the model has no decision; draw one");
  return model.decisions().back().name;
}

json::object why_json(const brain::Why& why) {
  json::array zh;
  json::array en;
  for (const brain::WhyLine& line : why.lines) {
    json::object one{{"text", line.zh},
                     {"holds", nullptr},
                     {"decision", line.decision},
                     {"rule", nullptr},
                     {"value", brain::said_zh(line.value)},
                     {"fact", line.input},
                     {"resource", line.origin.resource},
                     {"resource_name", line.origin.resource_name}};
    if (line.truth != brain::Truth::unknown) one["holds"] = line.truth == brain::Truth::yes;
    if (line.rule > 0) one["rule"] = line.rule;
    zh.push_back(one);
    one["text"] = line.en;
    one["value"] = brain::said_en(line.value);
    en.push_back(std::move(one));
  }
  return {{"zh", std::move(zh)}, {"en", std::move(en)}};
}

json::array changes_json(const brain::Why& why) {
  json::array out;
  for (const brain::WayOut& way : why.ways) {
    json::array conditions;
    for (const brain::Wanted& w : way.conditions) {
      conditions.push_back(json::object{{"text_zh", w.zh},
                                        {"text_en", w.en},
                                        {"input", w.input},
                                        {"have", brain::to_json(w.have)},
                                        {"need", w.need},
                                        {"resource", w.origin.resource},
                                        {"resource_name", w.origin.resource_name}});
    }
    json::object one{
        {"decision", way.decision}, {"rule", nullptr}, {"conditions", std::move(conditions)}};
    if (way.rule > 0) one["rule"] = way.rule;
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> parameter_names(const brain::Model& model,
                                         const brain::Context& parameters) {
  std::vector<std::string> out{input_date};
  for (const brain::Input& i : model.inputs()) {
    if (i.description.starts_with("参数") || parameters.find(i.name) != nullptr)
      out.push_back(i.name);
  }
  return out;
}

Result<Reply> evaluate(Rules& rules, Knowledge* knowledge, const Request& request) {
  const json::object& body = request.json.as_object();
  CB_TRY(const Chosen chosen, choose(rules, body));
  const brain::Model& model = *chosen.model;
  CB_TRY(const std::string asked, decision_of(model, text_of(body, "decision")));
  CB_TRY(const Date date, date_of(body, rules.clock().today()));
  CB_TRY(const brain::Context parameters, parameters_of(rules, knowledge, model, chosen.id, body));
  brain::Context context;
  context.set(input_date, brain::Value::date(date));
  CB_TRY(const brain::Context inputs, inputs_of(knowledge, model, request));
  context.merge(inputs);
  context.merge(parameters);
  const brain::OriginOf origin_of = origins(knowledge, text_of(body, "subject_type"));
  Evaluated all = evaluate_all(model, context, rules.clock().now(), asked, origin_of);
  const brain::Why why = brain::in_words(all.asked, parameter_names(model, parameters), origin_of);
  json::object out{{"model", nullptr},
                   {"version", nullptr},
                   {"hash", chosen.hash},
                   {"date", to_iso(date)},
                   {"policy", nullptr},
                   {"decision", asked},
                   {"decisions", std::move(all.decisions)},
                   {"why", why_json(why)},
                   {"changes", changes_json(why)}};
  if (!chosen.id.empty() && chosen.version > 0) {
    out["model"] = chosen.id;
    out["version"] = chosen.version;
  }
  if (const std::string policy = text_of(body, "policy"); !policy.empty()) out["policy"] = policy;
  return Reply::json(out);
}

Result<Reply> try_model(Rules& rules, Knowledge* knowledge, const Request& request) {
  CB_TRY(const Effective tried, rules.compiled(request.param("id"), request.int_param("version")));
  brain::Context context;
  context.set(input_date, brain::Value::date(rules.clock().today()));
  CB_TRY(const brain::Context inputs, inputs_of(knowledge, *tried.model, request));
  context.merge(inputs);
  const std::string type = text_of(request.json.as_object(), "subject_type");
  Evaluated all =
      evaluate_all(*tried.model, context, rules.clock().now(), "", origins(knowledge, type));
  return Reply::json(json::object{{"model", request.param("id")},
                                  {"version", tried.version},
                                  {"hash", tried.hash},
                                  {"decisions", std::move(all.decisions)}});
}

}  // namespace

Result<Chosen> choose(const Rules& rules, const json::object& body) {
  const std::string xml = text_of(body, "xml");
  const std::string id = text_of(body, "model");
  if (!xml.empty()) {
    CB_TRY(auto model, brain::Model::load(xml).checked());
    return Chosen{std::move(model), id, 0, to_hex(sha256(xml))};
  }
  if (id.empty()) return invalid("send 'xml', or 'model' with 'version' (0 = the newest)");
  std::int64_t version = 0;
  if (const auto* sent = body.if_contains("version"); sent != nullptr && sent->is_int64())
    version = sent->as_int64();
  CB_TRY(Effective found, rules.compiled(id, version));
  return Chosen{std::move(found.model), id, found.version, std::move(found.hash)};
}

Result<brain::Context> parameters_of(const Rules&, Knowledge* knowledge, const brain::Model& model,
                                     const std::string& id, const json::object& body) {
  brain::Context out;
  if (const std::string policy = text_of(body, "policy"); !policy.empty()) {
    if (knowledge == nullptr) return unavailable("policies are not connected; send 'parameters'");
    CB_TRY(const std::vector<ModelUse> uses, knowledge->uses(id));
    const auto use = std::find_if(uses.begin(), uses.end(),
                                  [&](const ModelUse& u) { return u.policy == policy; });
    if (use == uses.end()) {
      return not_found(
          "no policy '" + policy + "' uses " +
          (id.empty() ? "this model; send 'model' with its id" : "model '" + id + "'"));
    }
    CB_TRY(out, model.read_inputs(use->parameters));
  }
  if (const auto* sent = body.if_contains("parameters"); sent != nullptr && sent->is_object()) {
    CB_TRY(const brain::Context own, model.read_inputs(sent->as_object()));
    out.merge(own);
  }
  return out;
}

Result<Date> date_of(const json::object& body, Date today) {
  const std::string text = text_of(body, "date");
  if (text.empty()) return today;
  auto date = parse_date(text);
  if (!date) return date.error().in("date");
  return *date;
}

Route evaluate_route(Rules& rules, Knowledge* knowledge) {
  using namespace shape;
  return {
      .method = Method::post,
      .path = "/api/rules/evaluate",
      .summary = "Evaluate a text or a version for one subject or for inputs, and say why",
      .body = object({may("xml", text("a model that is not stored", xml_length_max)),
                      may("model", text("or one that is", 64)),
                      may("version", integer("0 = the newest", 0, 1'000'000'000)),
                      may("subject_type", word({"enterprise", "person"})),
                      may("subject", text("its number", 32)),
                      may("inputs", any("values by input name")),
                      may("parameters", any("values by input name, over the policy's")),
                      may("policy", text("whose parameters are taken", 64)),
                      may("date", text("基准日, today if left out", 10)),
                      may("decision", text("whose reasons are told", 200))}),
      .reply = object({need("model", any()), need("version", any()), need("hash", text()),
                       need("date", text("date")), need("policy", any()), need("decision", text()),
                       need("decisions", array(any())), need("why", any("sentences: zh and en")),
                       need("changes", array(any("what would change it")))}),
      .right = Right("rules.try"),
      .audit = Audit("rules.try"),
      .handler = [&rules, knowledge](const Request& r) { return evaluate(rules, knowledge, r); }};
}

Route try_route(Rules& rules, Knowledge* knowledge) {
  using namespace shape;
  return {
      .method = Method::post,
      .path = "/api/models/{id}/{version}/try",
      .summary = "Evaluate it for one subject, or for the inputs sent, with the reasons",
      .params = {path_param("id", text("the model", 64)),
                 path_param("version", integer("0 = the newest", 0, 1'000'000'000))},
      .body = object({may("subject_type", word({"enterprise", "person"})),
                      may("subject", text("its number", 32)),
                      may("inputs", any("values by input name"))}),
      .reply = object({need("model", text()), need("version", integer()), need("hash", text()),
                       need("decisions", array(any()))}),
      .right = Right("rules.try"),
      .audit = Audit("rules.try"),
      .handler = [&rules, knowledge](const Request& r) { return try_model(rules, knowledge, r); }};
}

}  // namespace citybrain::rules
