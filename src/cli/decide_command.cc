// citybrain decide MODEL --input FILE|-: decisions for the inputs in a JSON file, with the reasons.
#include <algorithm>
#include <iostream>
#include <iterator>

#include "args.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "brain/model.h"
#include "brain/words.h"
#include "decision_commands.h"
#include "model_files.h"
#include "text_table.h"

namespace citybrain::cli {
namespace {

constexpr std::size_t input_bytes_max = 64 << 20;
constexpr const char* input_date = "基准日";

std::vector<Option> options() {
  return {{"input", "", "file with the inputs, - = standard input"},
          {"decision", "", "this decision alone"},
          {"date", "", "基准日 and today() (today)"},
          {"explain", "", "say why, in words: of --decision, else of 资格, else of the last", true},
          {"strict", "", "refuse inputs that are left out", true},
          {"json", "", "print JSON instead of a table", true}};
}

Result<std::string> read_input(const std::string& name) {
  if (name.empty()) {
    return invalid(
        "--input is missing; name a JSON file, or - for standard input, such as"
        " {\"参保人数\": 30}");
  }
  if (name != "-") return read_file(name);
  std::string out;
  for (char c = 0; out.size() <= input_bytes_max && std::cin.get(c);) out += c;
  if (out.size() > input_bytes_max) return exhausted("the input has more than 64 MiB");
  return out;
}

// One object, or a list of them: one a subject.
Result<std::vector<json::object>> subjects_of(const std::string& text, const std::string& name) {
  const auto value = parse_json(text);
  if (!value) return value.error().in(name);
  std::vector<json::object> out;
  if (value->is_object()) {
    out.push_back(value->as_object());
    return out;
  }
  if (!value->is_array()) {
    return invalid(name + ": send an object of inputs by name, or a list of such objects");
  }
  for (const json::value& one : value->as_array()) {
    if (!one.is_object()) {
      return invalid(name + ": item " + std::to_string(out.size() + 1) + " is no object");
    }
    out.push_back(one.as_object());
  }
  return out;
}

Result<brain::Context> context_of(const brain::Model& model, const json::object& inputs,
                                  Date date) {
  std::vector<std::string> names;
  for (const brain::Input& i : model.inputs()) names.push_back(i.name);
  for (const brain::DecisionInfo& d : model.decisions()) names.push_back(d.name);
  for (const auto& given : inputs) {
    if (std::find(names.begin(), names.end(), given.key()) != names.end()) continue;
    const auto near = nearest(std::string(given.key()), names);
    return invalid("the model has no input '" + std::string(given.key()) + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
  }
  brain::Context context;
  context.set(input_date, brain::Value::date(date));
  CB_TRY(const brain::Context given, model.read_inputs(inputs));
  context.merge(given);
  // A decision's name gives its value instead of its logic.
  for (const brain::DecisionInfo& d : model.decisions()) {
    if (const auto* value = inputs.if_contains(d.name))
      context.set(d.name, brain::from_json(*value));
  }
  return context;
}

struct Decided {
  std::string name;
  brain::Outcome outcome;
};

std::vector<std::string> parameters_of(const brain::Model& model) {
  std::vector<std::string> out{input_date};
  for (const brain::Input& i : model.inputs()) {
    if (i.description.starts_with("参数")) out.push_back(i.name);
  }
  return out;
}

// The decision that is explained: 资格 where there is one, else the last.
const Decided& telling(const std::vector<Decided>& all) {
  const auto entitled =
      std::find_if(all.begin(), all.end(), [](const Decided& d) { return d.name == "资格"; });
  return entitled == all.end() ? all.back() : *entitled;
}

void show_why(const brain::Model& model, const Decided& d) {
  const brain::Why why = brain::in_words(d.outcome.explanation, parameters_of(model), {});
  std::cout << '\n' << d.name << " = " << brain::to_text(d.outcome.value) << '\n';
  for (const brain::WhyLine& line : why.lines) {
    const char* mark = line.truth == brain::Truth::yes  ? "✓"
                       : line.truth == brain::Truth::no ? "✗"
                                                        : "?";
    std::cout << "  " << mark << ' ' << line.zh << "\n    " << line.en << '\n';
  }
  for (const brain::WayOut& way : why.ways) {
    std::cout << "  要改变结果，须 To change it";
    if (way.rule > 0) std::cout << "（规则 rule " << way.rule << "）";
    std::cout << ":\n";
    for (const brain::Wanted& w : way.conditions)
      std::cout << "    · " << w.zh << "\n      " << w.en << '\n';
  }
}

void show_text(const brain::Model& model, const std::vector<Decided>& all, bool explain) {
  TextTable table({"决策 decision", "值 value"});
  for (const Decided& d : all) table.add({d.name, brain::to_text(d.outcome.value)});
  std::cout << table.text();
  for (const Decided& d : all) {
    for (const brain::Diagnostic& found : d.outcome.diagnostics)
      std::cout << "! " << d.name << ": " << found.text() << '\n';
  }
  if (explain) show_why(model, telling(all));
}

json::object json_of(const brain::Model& model, const std::vector<Decided>& all, bool explain) {
  json::object out;
  for (const Decided& d : all) {
    json::array diagnostics;
    for (const brain::Diagnostic& found : d.outcome.diagnostics)
      diagnostics.push_back(brain::to_json(found));
    json::object one{{"value", brain::to_json(d.outcome.value)},
                     {"diagnostics", std::move(diagnostics)}};
    if (explain) {
      const brain::Why why = brain::in_words(d.outcome.explanation, parameters_of(model), {});
      json::array zh;
      json::array en;
      for (const brain::WhyLine& line : why.lines) {
        zh.emplace_back(line.zh);
        en.emplace_back(line.en);
      }
      one["why"] = json::object{{"zh", std::move(zh)}, {"en", std::move(en)}};
      one["explanation"] = brain::to_json(d.outcome.explanation);
    }
    out[d.name] = std::move(one);
  }
  return out;
}

Result<void> run(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, options()));
  if (args.words().size() != 1) {
    return invalid(
        "usage: citybrain decide MODEL --input FILE|- ; a model is a file or an id of"
        " decisions/");
  }
  CB_TRY(const std::vector<ModelFile> files, model_files(args.words()));
  if (files.size() != 1) return invalid("'" + args.words()[0] + "' is a folder; name one model");
  const auto model = brain::Model::load(files[0].xml).checked();
  if (!model) return model.error().in(files[0].path);
  Date date = SystemClock().today();
  if (!args.get("date").empty()) {
    const auto given = parse_date(args.get("date"));
    if (!given) return given.error().in("--date");
    date = *given;
  }
  std::vector<std::string> decisions;
  for (const brain::DecisionInfo& d : (*model)->decisions()) {
    if (args.get("decision").empty() || args.get("decision") == d.name) decisions.push_back(d.name);
  }
  if (decisions.empty()) {
    return not_found("the model has no decision '" + args.get("decision") + "'");
  }
  CB_TRY(const std::string text, read_input(args.get("input")));
  CB_TRY(const std::vector<json::object> subjects, subjects_of(text, args.get("input")));
  brain::EvaluateOptions evaluate;
  evaluate.explain = args.has("explain");
  evaluate.strict = args.has("strict");
  evaluate.now = city_midnight(date);
  json::array out;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    auto context = context_of(**model, subjects[i], date);
    if (!context) {
      return subjects.size() == 1 ? context.error()
                                  : context.error().in("item " + std::to_string(i + 1));
    }
    std::vector<Decided> all;
    for (const std::string& name : decisions)
      all.push_back({name, (*model)->evaluate(name, *context, evaluate)});
    if (args.has("json")) {
      out.push_back(json_of(**model, all, evaluate.explain));
    } else {
      if (subjects.size() > 1) std::cout << (i > 0 ? "\n" : "") << "# " << i + 1 << '\n';
      show_text(**model, all, evaluate.explain);
    }
  }
  if (args.has("json")) {
    std::cout << json::serialize(subjects.size() == 1 ? out[0] : json::value(out)) << '\n';
  }
  std::cout << std::flush;
  return ok();
}

}  // namespace

Command decide_command() {
  return {
      "decide",
      "decide MODEL --input FILE|- [--explain] [--decision NAME] [--json]\n"
      "  MODEL: a DMN file, or an id of decisions/\n"
      "  FILE: JSON, inputs by name, or a list of such objects\n" +
          options_help(options()) +
          "  Example: echo '{\"参保人数\": 30}' | citybrain decide zhaogong --input - --explain",
      "decide for the inputs in a file, with the reasons", run};
}

}  // namespace citybrain::cli
