// Policies decided by brain: preparing, whole batches, and one subject with its reasons.
#include "decider.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::benefit {

namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// yuan → fen; more than two decimals are rounded half up, as 财政 does.
std::int64_t fen_of(const brain::Value& amount) {
  if (!amount.is(brain::Kind::number)) return 0;
  const auto fen = amount.as_number().rounded(2, brain::Rounding::half_up).to_scaled(2);
  return fen.value_or(0);
}

// A value as an official would say it.
std::string said(const brain::Value& value) {
  if (value.is_null()) return "无记录";
  if (value.is_true()) return "是";
  if (value.is_false()) return "否";
  return brain::to_text(value);
}

bool is_comparison(const std::string& test) {
  return test.starts_with("<") || test.starts_with(">") || test.starts_with("=") ||
         test.starts_with("[") || test.starts_with("]") || test.starts_with("(") ||
         test.starts_with("!") || test.starts_with("not(");
}

// "参保人数 >= 起点人数（起点人数 30）": the condition as the model says it, and what the
// parameters in it are.
std::string words_of(const brain::ConditionTrace& condition, const brain::Context& constants) {
  std::string words = condition.text;
  if (words == "true") words = "是";
  if (words == "false") words = "否";
  if (!condition.subject.empty()) {
    const char* between = is_comparison(words)                   ? " "
                          : words.find(',') != std::string::npos ? " 属于 "
                                                                 : " = ";
    words = condition.subject + between + words;
  }
  std::vector<std::string> parameters;
  for (const brain::Read& read : condition.reads) {
    const bool written = words.find(read.name) != std::string::npos;
    if (!written || constants.find(read.name) == nullptr) continue;
    parameters.push_back(read.name + " " + said(read.value));
  }
  if (!parameters.empty()) words += "（" + join(parameters, "，") + "）";
  return words;
}

void add_conditions(const std::vector<brain::ConditionTrace>& conditions, std::vector<Reason>& out,
                    const Prepared& prepared) {
  for (const brain::ConditionTrace& condition : conditions) {
    if (condition.text == "-" || condition.text.empty()) continue;
    Reason reason;
    reason.text = words_of(condition, prepared.constants);
    reason.value = said(condition.value);
    reason.holds = condition.truth == brain::Truth::yes;
    for (const brain::Read& read : condition.reads) {
      if (!contains(prepared.wanted, read.name)) continue;
      reason.fact = read.name;
      if (condition.subject.empty()) reason.value = said(read.value);
      break;
    }
    out.push_back(std::move(reason));
  }
}

// Of a table: the rule that was chosen, or where that one asks nothing (the last, catching rest)
// the rule that came nearest, since that is what the subject lacks.
const brain::RuleTrace* telling_rule(const std::vector<brain::RuleTrace>& rules) {
  const auto asked = [](const brain::RuleTrace& rule) {
    return std::count_if(rule.conditions.begin(), rule.conditions.end(),
                         [](const auto& c) { return c.text != "-" && !c.text.empty(); });
  };
  const auto failed = [](const brain::RuleTrace& rule) {
    return std::count_if(rule.conditions.begin(), rule.conditions.end(),
                         [](const auto& c) { return c.truth != brain::Truth::yes; });
  };
  const brain::RuleTrace* nearest = nullptr;
  for (const brain::RuleTrace& rule : rules) {
    if (asked(rule) == 0) continue;
    if (rule.chosen) return &rule;
    if (nearest == nullptr || failed(rule) < failed(*nearest)) nearest = &rule;
  }
  return nearest;
}

// A condition over another decision says nothing of its own where that decision's conditions stand
// among the reasons already.
std::vector<brain::ConditionTrace> own_conditions(std::vector<brain::ConditionTrace> conditions,
                                                  const std::vector<std::string>& told) {
  std::erase_if(conditions, [&](const brain::ConditionTrace& condition) {
    const bool truth = condition.text == "true" || condition.text == "false";
    return truth && contains(told, condition.subject);
  });
  return conditions;
}

std::vector<Reason> reasons_of(const brain::Explanation& explanation, const Prepared& prepared) {
  std::vector<Reason> reasons;
  std::vector<std::string> told;
  for (const brain::DecisionTrace& decision : explanation.decisions) {
    const std::size_t before = reasons.size();
    add_conditions(own_conditions(decision.conditions, told), reasons, prepared);
    const brain::RuleTrace* rule = telling_rule(decision.rules);
    if (rule != nullptr) add_conditions(own_conditions(rule->conditions, told), reasons, prepared);
    if (reasons.size() > before) told.push_back(decision.name);
  }
  return reasons;
}

Result<brain::Context> constants_of(const Policy& policy, const brain::Model& model, Date on) {
  CB_TRY(const json::value parameters, parse_json(policy.parameters));
  CB_TRY(brain::Context constants, model.read_inputs(parameters.as_object()));
  constants.set(input_date, brain::Value::date(on));
  return constants;
}

}  // namespace

Verdict verdict_of(const brain::Value& entitled, const brain::Value& amount) {
  const std::int64_t fen = fen_of(amount);
  if (!entitled.is_true() || fen <= 0) return {};
  return {true, fen};
}

Result<Prepared> prepare(const Policy& policy, ModelSource& models,
                         const std::vector<std::string>& known, Date on) {
  Prepared prepared;
  prepared.policy = policy;
  prepared.on = on;
  auto effective = models.effective(policy.model, on);
  if (!effective) return effective.error().in("policy '" + policy.code + "'");
  prepared.effective = std::move(*effective);
  const brain::Model& model = *prepared.effective.model;
  CB_TRY(prepared.constants, constants_of(policy, model, on));
  for (const brain::Input& input : model.inputs()) {
    if (prepared.constants.find(input.name) != nullptr) continue;
    if (!contains(known, input.name)) {
      return invalid("policy '" + policy.code + "': model '" + policy.model + "' reads '" +
                     input.name + "', which is neither a fact of a " + policy.subject +
                     " nor a parameter of the policy");
    }
    prepared.wanted.push_back(input.name);
  }
  for (const char* decision : {decision_entitled, decision_amount}) {
    if (model.has_decision(decision)) continue;
    return not_found("policy '" + policy.code + "': model '" + policy.model +
                     "' has no decision `" + decision + "`");
  }
  return prepared;
}

Result<Explained> explain(const Prepared& prepared, const Batch& one_row, const FactSource& facts) {
  if (one_row.rows != 1) return not_found("nothing is known of this subject");
  brain::Context context;
  Explained explained;
  for (const std::string& fact : prepared.wanted) {
    brain::Value value = brain::Value::of(one_row.column(fact).cell_at(0));
    const std::string resource = facts.resource_of(prepared.policy.subject, fact);
    explained.facts.push_back(json::object{{"fact", fact},
                                           {"value", brain::to_text(value)},
                                           {"resource", resource},
                                           {"resource_name", facts.resource_name(resource)}});
    context.set(fact, std::move(value));
  }
  context.merge(prepared.constants);
  const brain::Model& model = *prepared.effective.model;
  brain::EvaluateOptions with_reasons;
  with_reasons.explain = true;
  const brain::Outcome entitled = model.evaluate(decision_entitled, context, with_reasons);
  const brain::Outcome amount = model.evaluate(decision_amount, context);
  explained.verdict = verdict_of(entitled.value, amount.value);
  if (model.has_decision(decision_reason)) {
    const brain::Value words = model.evaluate(decision_reason, context).value;
    if (words.is(brain::Kind::text)) explained.in_words = words.as_text();
  }
  explained.reasons = reasons_of(entitled.explanation, prepared);
  for (Reason& reason : explained.reasons) {
    if (!reason.fact.empty()) {
      reason.resource = facts.resource_of(prepared.policy.subject, reason.fact);
      reason.resource_name = facts.resource_name(reason.resource);
    }
  }
  explained.explanation = brain::to_json(entitled.explanation);
  return explained;
}

bool needs_approval(const Policy& policy, std::int64_t amount_fen, std::int64_t from_fen) {
  if (amount_fen >= from_fen) return true;
  const auto parameters = parse_json(policy.parameters);
  if (!parameters || !parameters->is_object()) return true;
  const json::value* checked = parameters->as_object().if_contains(parameter_checked);
  return checked != nullptr && checked->is_bool() && checked->as_bool();
}

}  // namespace citybrain::benefit
