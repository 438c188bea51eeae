// The table check's door: every table of a model, and its reports as JSON. See
// brain/table_check.h.
#include "brain/table_check.h"

#include "table_checker.h"

namespace citybrain::brain {
namespace {

struct Walk {
  const Model::Impl& model;
  const TableCheckOptions& options;
  Budget& budget;
  TableCheck& out;

  void boxed(const Item& item, const Logic& logic, const Boxed& at) const {
    if (at.table) {
      TableChecker(model, item, logic, *at.table, options, budget, out).run();
    }
    for (const Boxed& part : at.parts) boxed(item, logic, part);
    if (at.function) boxed(item, *at.function, at.function->root);
  }
};

}  // namespace

TableCheck check_tables(const Model& model, const TableCheckOptions& options) {
  TableCheck out;
  Budget budget(options.steps_max);
  const Walk walk{model.impl(), options, budget, out};
  for (const Item& item : model.impl().items) {
    if (item.logic && item.path.empty()) walk.boxed(item, *item.logic, item.logic->root);
  }
  return out;
}

json::value to_json(const Finding& finding) {
  json::object out = to_json(finding.diagnostic).as_object();
  json::array rules;
  for (const int r : finding.rules) rules.emplace_back(r);
  json::array example;
  for (const ExampleInput& e : finding.example) {
    example.push_back(json::object{{"input", e.input},
                                   {"value", e.symbol.empty() ? to_json(e.value) : nullptr},
                                   {"zh", e.zh},
                                   {"en", e.en}});
  }
  out["message_zh"] = finding.message_zh;
  out["decision"] = finding.decision;
  out["element"] = finding.element;
  out["rules"] = std::move(rules);
  out["example"] = std::move(example);
  return out;
}

json::value to_json(const TableReport& report) {
  const auto texts = [](const std::vector<std::string>& all) {
    json::array out;
    for (const std::string& text : all) out.emplace_back(text);
    return out;
  };
  return json::object{{"decision", report.decision},
                      {"element", report.element},
                      {"policy", report.policy},
                      {"rules", report.rules},
                      {"inputs", texts(report.inputs)},
                      {"complete", report.complete},
                      {"checked", report.checked},
                      {"null_inputs", texts(report.null_inputs)},
                      {"opaque_inputs", texts(report.opaque_inputs)},
                      {"more", report.more}};
}

}  // namespace citybrain::brain
