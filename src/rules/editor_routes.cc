// Routes that the editor asks: facts and built-ins to pick from, analysis as somebody types, trial,
// diff.
#include "base/ids.h"
#include "base/text.h"
#include "brain/diff.h"
#include "routes.h"
#include "trial.h"
#include "views.h"

namespace citybrain::rules {
namespace {

constexpr std::int64_t xml_length_max = 4 << 20;

Reply list_reply(json::array items) {
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

Shape list_shape(const char* what) {
  using namespace shape;
  return object({need("items", array(any(what))), need("total", integer())});
}

Result<Reply> list_facts(Knowledge* knowledge, const Request& request) {
  if (knowledge == nullptr) return unavailable("facts are not connected");
  const std::string type = request.param("subject_type");
  json::array items;
  for (const FactInfo& fact : knowledge->facts()) {
    if (type.empty() || fact.subject_type == type) items.push_back(to_json(fact));
  }
  return list_reply(std::move(items));
}

Result<Reply> list_uses(Knowledge* knowledge, const Request& request) {
  if (knowledge == nullptr) return unavailable("policies are not connected");
  CB_TRY(const std::vector<ModelUse> uses, knowledge->uses(request.param("model")));
  json::array items;
  for (const ModelUse& use : uses) {
    items.push_back(json::object{{"policy", use.policy},
                                 {"name", use.name},
                                 {"subject_type", use.subject_type},
                                 {"parameters", use.parameters}});
  }
  return list_reply(std::move(items));
}

// One side of a diff: a text, or a stored version.
Result<std::string> side_of(const Rules& rules, const json::object& body, const char* name) {
  const auto* side = body.if_contains(name);
  if (side == nullptr || !side->is_object()) {
    return invalid(std::string("'") + name + "' is missing; send {xml} or {id, version}");
  }
  const json::object& object = side->as_object();
  if (const std::string xml = text_of(object, "xml"); !xml.empty()) return xml;
  const std::string id = text_of(object, "id");
  if (id.empty()) {
    return invalid(std::string("'") + name + "' names nothing; send {xml} or {id, version}");
  }
  const auto* version = object.if_contains("version");
  return rules.xml(id, version != nullptr && version->is_int64() ? version->as_int64() : 0);
}

Result<Reply> diff(const Rules& rules, const Request& request) {
  const json::object& body = request.json.as_object();
  CB_TRY(const std::string left, side_of(rules, body, "left"));
  CB_TRY(const std::string right, side_of(rules, body, "right"));
  CB_TRY(const brain::ModelDiff found, brain::diff_models(left, right));
  json::object out = brain::to_json(found).as_object();
  const auto side = [](const std::string& xml) {
    brain::LoadOptions lenient;
    lenient.lenient = true;
    const auto model = brain::Model::load(xml, lenient).model;
    return json::object{{"name", model ? model->name() : ""}, {"hash", to_hex(sha256(xml))}};
  };
  out["left"] = side(left);
  out["right"] = side(right);
  return Reply::json(out);
}

Route validate_route(Knowledge* knowledge, const Audit& shows) {
  using namespace shape;
  return {
      .method = Method::post,
      .path = "/api/rules/validate",
      .summary =
          "What is wrong with a model's text, and what its tables leave open; stores nothing",
      .body = object({need("xml", text("DMN 1.2 to 1.5", xml_length_max)),
                      may("subject_type", word({"enterprise", "person"}))}),
      .reply = object({need("ok", boolean()), need("name", text()), need("hash", text()),
                       need("inputs", array(any())), need("decisions", array(any())),
                       need("diagnostics", array(any())), need("findings", array(any())),
                       need("tables", array(any())), need("micros", integer())}),
      .right = Right("rules.read"),
      .audit = shows,
      .handler = [knowledge](const Request& r) -> Result<Reply> {
        const json::object& body = r.json.as_object();
        return Reply::json(analyse(text_of(body, "xml"), knowledge, text_of(body, "subject_type")));
      }};
}

}  // namespace

std::vector<Route> editor_routes(Rules& rules, Knowledge* knowledge) {
  using namespace shape;
  const Audit shows = Audit::none("shows rules, never a record");
  return {{.method = Method::get,
           .path = "/api/rules/facts",
           .summary = "The facts that models may read, with names, types and codes",
           .params = {query_param("subject_type", word({"enterprise", "person"}))},
           .reply = list_shape("a fact"),
           .right = Right("rules.read"),
           .audit = shows,
           .handler = [knowledge](const Request& r) { return list_facts(knowledge, r); }},
          {.method = Method::get,
           .path = "/api/rules/builtins",
           .summary = "The built-in functions of FEEL",
           .reply = list_shape("a function"),
           .right = Right("rules.read"),
           .audit = shows,
           .handler = [](const Request&) -> Result<Reply> {
             return list_reply(builtins_json().as_array());
           }},
          {.method = Method::get,
           .path = "/api/rules/uses",
           .summary = "Policies that pay by a model, and the parameters they fill in",
           .params = {query_param("model", text("its id", 64))},
           .reply = list_shape("a policy"),
           .right = Right("rules.read"),
           .audit = shows,
           .handler = [knowledge](const Request& r) { return list_uses(knowledge, r); }},
          validate_route(knowledge, shows),
          {.method = Method::post,
           .path = "/api/rules/diff",
           .summary = "Two models compared, element by element and cell by cell",
           .body = object({need("left", any("{xml} or {id, version}")),
                           need("right", any("{xml} or {id, version}"))}),
           .reply = object({need("same", boolean()), need("left", any()), need("right", any()),
                            need("elements", array(any()))}),
           .right = Right("rules.read"),
           .audit = shows,
           .handler = [&rules](const Request& r) { return diff(rules, r); }},
          evaluate_route(rules, knowledge)};
}

}  // namespace citybrain::rules
