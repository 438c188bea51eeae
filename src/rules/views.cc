// Models, facts and analyses as JSON: see views.h.
#include "views.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/ids.h"
#include "base/text.h"
#include "brain/builtins.h"

namespace citybrain::rules {

// Of the table check while somebody types: about 50 ms.
constexpr std::int64_t typing_steps_max = 2'000'000;

json::object to_json(const ModelInfo& m) {
  json::object out{{"id", m.id},
                   {"version", m.version},
                   {"name", m.name},
                   {"state", name_of(m.state)},
                   {"effective_from", to_iso(m.effective_from)},
                   {"effective_to", nullptr},
                   {"author", m.author},
                   {"publisher", nullptr},
                   {"hash", m.hash},
                   {"note", m.note}};
  if (m.effective_to) out["effective_to"] = to_iso(*m.effective_to);
  if (!m.publisher.empty()) out["publisher"] = m.publisher;
  return out;
}

Shape model_shape() {
  using namespace shape;
  return object({need("id", text()), need("version", integer()), need("name", text()),
                 need("state", word({"draft", "submitted", "published", "returned"})),
                 need("effective_from", text("date")), need("effective_to", any()),
                 need("author", text()), need("publisher", any()),
                 need("hash", text("SHA-256, hex")),
                 need("note", text("why it was returned, else empty"))});
}

namespace {

const FactInfo* fact_named(const std::vector<FactInfo>& facts, std::string_view name,
                           const std::string& subject_type) {
  for (const FactInfo& f : facts) {
    if (f.field.name == name && (subject_type.empty() || f.subject_type == subject_type)) return &f;
  }
  return nullptr;
}

const char* feel_type(Type type) {
  switch (type) {
    case Type::text: return "string";
    case Type::integer:
    case Type::decimal: return "number";
    case Type::boolean: return "boolean";
    case Type::date: return "date";
    case Type::timestamp: return "date and time";
  }
  return "Any";
}

}  // namespace

const char* kind_of(const brain::Input& input, const std::vector<FactInfo>& facts,
                    const std::string& subject_type) {
  if (input.name == input_date) return "date";
  if (input.description.starts_with("参数")) return "parameter";
  return fact_named(facts, input.name, subject_type) != nullptr ? "fact" : "unknown";
}

json::value to_json(const FactInfo& fact) {
  json::array values;
  for (const auto& [code, name] : fact.values) {
    values.push_back(json::object{{"code", code}, {"name", name}});
  }
  return json::object{{"name", fact.field.name},
                      {"subject_type", fact.subject_type},
                      {"type", feel_type(fact.field.type)},
                      {"whole", fact.field.type == Type::integer},
                      {"unit", fact.unit},
                      {"description", fact.description},
                      {"aggregate", fact.aggregate},
                      {"resource", fact.resource},
                      {"resource_name", fact.resource_name},
                      {"item", fact.item},
                      {"item_name", fact.item_name},
                      {"owner", fact.owner},
                      {"owner_name", fact.owner_name},
                      {"values", std::move(values)}};
}

json::value builtins_json() {
  json::array items;
  const auto& docs = brain::builtin_docs();
  for (std::size_t i = 0; i < docs.size();) {
    json::array signatures;
    const brain::BuiltinDoc& first = docs[i];
    for (; i < docs.size() && docs[i].name == first.name; ++i) {
      signatures.emplace_back(docs[i].signature());
    }
    items.push_back(json::object{{"name", first.name},
                                 {"signatures", std::move(signatures)},
                                 {"category", first.group},
                                 {"summary", first.en},
                                 {"summary_zh", first.zh},
                                 {"example", first.example},
                                 {"result", first.gives}});
  }
  return items;
}

brain::OriginOf origins(Knowledge* knowledge, const std::string& subject_type) {
  return [knowledge, subject_type](const std::string& input) -> brain::Origin {
    if (knowledge == nullptr) return {};
    const FactInfo* fact = fact_named(knowledge->facts(), input, subject_type);
    if (fact == nullptr) return {};
    return {fact->resource, fact->resource_name, fact->item};
  };
}

std::vector<std::string> whole_facts(Knowledge* knowledge) {
  std::vector<std::string> out;
  if (knowledge == nullptr) return out;
  for (const FactInfo& f : knowledge->facts()) {
    if (f.field.type == Type::integer) out.push_back(f.field.name);
  }
  return out;
}

namespace {

// Line and column of an input's name in the file.
brain::Span place_of(const std::string& xml, const std::string& input) {
  brain::Span span;
  const std::string mark = "name=\"" + input + "\"";
  for (std::size_t at = xml.find("inputData"); at != std::string::npos;
       at = xml.find("inputData", at + 1)) {
    const std::size_t end = xml.find('>', at);
    const std::size_t found = xml.find(mark, at);
    if (found == std::string::npos || found > end) continue;
    span.begin = static_cast<std::uint32_t>(found);
    span.end = static_cast<std::uint32_t>(found + mark.size());
    break;
  }
  for (std::size_t i = 0; i < span.begin; ++i) {
    if (xml[i] == '\n') {
      ++span.line;
      span.column = 1;
    } else if ((static_cast<unsigned char>(xml[i]) & 0xc0) != 0x80) {
      ++span.column;
    }
  }
  return span;
}

brain::Diagnostic unknown_fact(const std::string& xml, const std::string& input,
                               const std::vector<FactInfo>& facts) {
  std::vector<std::string> names;
  for (const FactInfo& f : facts) names.push_back(f.field.name);
  const auto close = nearest(input, names);
  brain::Diagnostic d;
  d.code = "unknown_fact";
  d.message = "input `" + input + "`: no fact has that name";
  d.where = input;
  d.span = place_of(xml, input);
  d.value = input;
  d.suggestion = (close ? "did you mean `" + *close + "`? " : "") +
                 std::string("a parameter's description begins with 参数");
  return d;
}

json::array decisions_json(const brain::Model& model) {
  json::array out;
  for (const brain::DecisionInfo& d : model.decisions()) {
    json::array reads;
    for (const std::string& name : d.requires_inputs) reads.push_back(json::string(name));
    out.push_back(json::object{{"id", d.id},
                               {"name", d.name},
                               {"type", d.type},
                               {"kind", d.kind},
                               {"inputs", std::move(reads)}});
  }
  return out;
}

}  // namespace

json::object analyse(const std::string& xml, Knowledge* knowledge,
                     const std::string& subject_type) {
  const auto began = std::chrono::steady_clock::now();
  brain::LoadOptions lenient;
  lenient.lenient = true;
  brain::Loaded loaded = brain::Model::load(xml, lenient);
  json::array inputs;
  json::array findings;
  json::array tables;
  bool ok = loaded.model != nullptr;
  if (loaded.model) {
    static const std::vector<FactInfo> no_facts;
    const auto& facts = knowledge == nullptr ? no_facts : knowledge->facts();
    for (const brain::Input& i : loaded.model->inputs()) {
      const std::string kind = kind_of(i, facts, subject_type);
      inputs.push_back(json::object{
          {"name", i.name}, {"type", i.type}, {"description", i.description}, {"kind", kind}});
      if (kind == "unknown" && !facts.empty())
        loaded.diagnostics.push_back(unknown_fact(xml, i.name, facts));
    }
    brain::TableCheckOptions options;
    options.steps_max = typing_steps_max;
    options.whole_inputs = whole_facts(knowledge);
    const brain::TableCheck check = brain::check_tables(*loaded.model, options);
    for (const brain::Finding& f : check.findings) {
      ok = ok && f.diagnostic.severity != brain::Severity::error;
      findings.push_back(brain::to_json(f));
    }
    for (const brain::TableReport& t : check.tables) tables.push_back(brain::to_json(t));
  }
  json::array diagnostics;
  for (const brain::Diagnostic& d : loaded.diagnostics) {
    ok = ok && d.severity != brain::Severity::error;
    diagnostics.push_back(brain::to_json(d));
  }
  const auto took = std::chrono::steady_clock::now() - began;
  return {{"ok", ok},
          {"name", loaded.model ? loaded.model->name() : ""},
          {"hash", to_hex(sha256(xml))},
          {"inputs", std::move(inputs)},
          {"decisions", loaded.model ? decisions_json(*loaded.model) : json::array()},
          {"diagnostics", std::move(diagnostics)},
          {"findings", std::move(findings)},
          {"tables", std::move(tables)},
          {"micros", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}};
}

}  // namespace citybrain::rules
