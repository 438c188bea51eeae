// Explanations as JSON: see brain/explain.h.
#include "brain/explain.h"

#include "brain/diagnostic.h"
#include "brain/words.h"

namespace citybrain::brain {

const char* name_of(Truth truth) {
  switch (truth) {
    case Truth::no: return "false";
    case Truth::yes: return "true";
    case Truth::unknown: return "unknown";
  }
  return "";
}

namespace {

// Without `origin_of` the reads say nothing of where they came from.
json::array reads_json(const std::vector<Read>& reads, const OriginOf& origin_of) {
  json::array out;
  for (const Read& r : reads) {
    json::object read{{"name", r.name}, {"value", to_json(r.value)}, {"absent", r.absent}};
    if (origin_of) {
      const Origin origin = origin_of(r.name);
      read["resource"] = origin.resource;
      read["resource_name"] = origin.resource_name;
      read["item"] = origin.item;
    }
    out.push_back(std::move(read));
  }
  return out;
}

json::array conditions_json(const std::vector<ConditionTrace>& conditions,
                            const OriginOf& origin_of) {
  json::array out;
  for (const ConditionTrace& c : conditions) {
    out.push_back(json::object{{"subject", c.subject},
                               {"text", c.text},
                               {"truth", name_of(c.truth)},
                               {"value", to_json(c.value)},
                               {"reads", reads_json(c.reads, origin_of)}});
  }
  return out;
}

}  // namespace

json::value to_json(const Explanation& explanation) { return to_json(explanation, {}); }

json::value to_json(const Explanation& explanation, const OriginOf& origin_of) {
  json::array decisions;
  for (const DecisionTrace& d : explanation.decisions) {
    json::array rules;
    for (const RuleTrace& r : d.rules) {
      json::array outputs;
      for (const std::string& output : r.outputs) outputs.emplace_back(output);
      rules.push_back(json::object{{"number", r.number},
                                   {"outputs", std::move(outputs)},
                                   {"truth", name_of(r.truth)},
                                   {"chosen", r.chosen},
                                   {"annotation", r.annotation},
                                   {"conditions", conditions_json(r.conditions, origin_of)}});
    }
    decisions.push_back(json::object{{"name", d.name},
                                     {"kind", d.kind},
                                     {"value", to_json(d.value)},
                                     {"reads", reads_json(d.reads, origin_of)},
                                     {"rules", std::move(rules)},
                                     {"conditions", conditions_json(d.conditions, origin_of)}});
  }
  return json::object{{"decisions", std::move(decisions)}};
}

std::string Diagnostic::text() const {
  std::string out = "line " + std::to_string(span.line) + ", column " + std::to_string(span.column);
  if (!where.empty()) out += ", " + where;
  out += ": " + message;
  if (!value.empty()) out += " (" + value.substr(0, 200) + ")";
  if (!suggestion.empty()) out += "; " + suggestion;
  return out;
}

json::value to_json(const Diagnostic& d) {
  return json::object{{"severity", d.severity == Severity::error ? "error" : "warning"},
                      {"code", d.code},
                      {"message", d.message},
                      {"where", d.where},
                      {"line", d.span.line},
                      {"column", d.span.column},
                      {"begin", d.span.begin},
                      {"end", d.span.end},
                      {"value", d.value},
                      {"suggestion", d.suggestion}};
}

}  // namespace citybrain::brain
