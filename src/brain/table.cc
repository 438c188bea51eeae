// Evaluating decision tables: conditions, hit policies, aggregators (DMN 1.5 §8.2.10).
#include <algorithm>
#include <numeric>

#include "evaluation.h"
#include "table_index.h"

namespace citybrain::brain {
namespace {

Truth truth_of(const Value& v) {
  return v.is_true() ? Truth::yes : v.is_false() ? Truth::no : Truth::unknown;
}

// Reads the inputs into their slots; false where one is not allowed.
bool read_inputs(const Table& table, Machine& machine) {
  for (const TableInput& in : table.inputs) {
    Value v = machine.eval_here(*in.expression);
    if (!coerce(v, in.type, &machine)) {
      machine.note("type", "`" + in.text + "` is no " + type_text(in.type), v);
      return false;
    }
    machine.slot(in.slot) = v;
    if (in.allowed && !v.is_null() && !machine.eval_here(*in.allowed).is_true()) {
      machine.note("not_allowed", "`" + in.text + "` is not among its allowed values", v);
      return false;
    }
  }
  return true;
}

Truth matches(const Table& table, const TableRule& rule, Machine& machine) {
  Truth all = Truth::yes;
  for (std::size_t i = 0; i < table.inputs.size(); ++i) {
    if (!rule.tests[i]) continue;
    const Truth t = truth_of(machine.eval_here(*rule.tests[i]));
    if (t == Truth::no) return t;
    if (t == Truth::unknown) all = t;
  }
  return all;
}

Truth trace_rule(const Table& table, const TableRule& rule, int number, Machine& machine,
                 std::vector<RuleTrace>& traces) {
  RuleTrace trace;
  trace.number = number;
  trace.annotation = rule.annotation;
  trace.truth = Truth::yes;
  for (std::size_t i = 0; i < table.inputs.size(); ++i) {
    ConditionTrace c;
    c.subject = table.inputs[i].text;
    c.value = machine.slot(table.inputs[i].slot);
    c.text = rule.tests[i] ? rule.tests[i]->source : "-";
    c.truth = rule.tests[i] ? truth_of(machine.eval_here(*rule.tests[i])) : Truth::yes;
    if (c.truth == Truth::no) trace.truth = Truth::no;
    if (c.truth == Truth::unknown && trace.truth == Truth::yes) trace.truth = Truth::unknown;
    trace.conditions.push_back(std::move(c));
  }
  const Truth truth = trace.truth;
  traces.push_back(std::move(trace));
  return truth;
}

Value output_value(const TableOutput& o, const std::shared_ptr<const Code>& code,
                   Machine& machine) {
  Value v = code ? machine.eval_here(*code) : Value();
  if (!coerce(v, o.type, &machine)) {
    machine.note("type", "the output is no " + type_text(o.type), v);
    return {};
  }
  if (o.allowed && !v.is_null()) {
    machine.slot(o.slot) = v;
    if (!machine.eval_here(*o.allowed).is_true()) {
      machine.note("not_allowed", "the output is not among its allowed values", v);
      return {};
    }
  }
  return v;
}

Value result_of(const Table& table, const TableRule& rule, Machine& machine) {
  if (table.outputs.size() == 1) return output_value(table.outputs[0], rule.outputs[0], machine);
  Context out;
  for (std::size_t i = 0; i < table.outputs.size(); ++i) {
    out.set(table.outputs[i].name, output_value(table.outputs[i], rule.outputs[i], machine));
  }
  return Value::context(std::move(out));
}

Value otherwise(const Table& table, Machine& machine) {
  const bool any = std::any_of(table.outputs.begin(), table.outputs.end(),
                               [](const TableOutput& o) { return o.otherwise != nullptr; });
  if (!any) return {};
  if (table.outputs.size() == 1) {
    return output_value(table.outputs[0], table.outputs[0].otherwise, machine);
  }
  Context out;
  for (const TableOutput& o : table.outputs) out.set(o.name, output_value(o, o.otherwise, machine));
  return Value::context(std::move(out));
}

// Rank of a result by the outputs' allowed values: smaller is better.
std::vector<std::size_t> rank_of(const Table& table, const Value& result) {
  std::vector<std::size_t> rank;
  for (const TableOutput& o : table.outputs) {
    Value v = result;
    if (table.outputs.size() > 1) v = *result.as_context().find(o.name);
    const auto it = std::find_if(o.order.begin(), o.order.end(), [&](const Value& allowed) {
      return equals(v, allowed).is_true();
    });
    rank.push_back(static_cast<std::size_t>(it - o.order.begin()));
  }
  return rank;
}

Value aggregate(const Table& table, const std::vector<Value>& results, Machine& machine) {
  if (table.aggregator == Aggregator::count) {
    return Value::number(static_cast<std::int64_t>(results.size()));
  }
  if (table.aggregator == Aggregator::none) return Value::list(results);
  if (results.empty()) return {};
  Value total = results[0];
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::optional<Value> next;
    if (table.aggregator == Aggregator::sum) {
      next = i == 0 ? (total.is_null() ? std::nullopt : std::optional(total))
                    : arithmetic(Op::add, total, results[i]);
    } else if (const auto order = order_of(results[i], total)) {
      const bool better = table.aggregator == Aggregator::min ? *order < 0 : *order > 0;
      next = better ? results[i] : total;
    }
    if (!next) {
      machine.note("type", "the outputs can't be aggregated", results[i]);
      return {};
    }
    total = *std::move(next);
  }
  return total;
}

Value choose(const Table& table, const std::vector<std::size_t>& hits, Machine& machine,
             std::vector<RuleTrace>* traces) {
  const auto mark = [&](std::size_t rule) {
    if (traces != nullptr) (*traces)[rule].chosen = true;
  };
  const auto result = [&](std::size_t rule) {
    return result_of(table, table.rules[rule], machine);
  };
  if (table.policy == HitPolicy::unique && hits.size() > 1) {
    machine.note("overlap", "rules " + std::to_string(hits[0] + 1) + " and " +
                                std::to_string(hits[1] + 1) + " of a UNIQUE table both hold");
    return {};
  }
  if (table.policy == HitPolicy::unique || table.policy == HitPolicy::first) {
    mark(hits[0]);
    return result(hits[0]);
  }
  std::vector<Value> results;
  for (const std::size_t hit : hits) {
    results.push_back(result(hit));
    if (table.policy != HitPolicy::priority) mark(hit);
  }
  if (table.policy == HitPolicy::any) {
    for (const Value& v : results) {
      if (same(v, results[0])) continue;
      machine.note("contradiction", "rules of an ANY table hold with different outputs", v);
      return {};
    }
    return results[0];
  }
  if (table.policy == HitPolicy::priority || table.policy == HitPolicy::output_order) {
    std::vector<std::size_t> order(results.size());
    std::iota(order.begin(), order.end(), 0);
    std::vector<std::vector<std::size_t>> ranks;
    for (const Value& v : results) ranks.push_back(rank_of(table, v));
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return ranks[a] < ranks[b]; });
    if (table.policy == HitPolicy::priority) {
      mark(hits[order[0]]);
      return results[order[0]];
    }
    std::vector<Value> sorted;
    for (const std::size_t i : order) sorted.push_back(results[i]);
    return Value::list(std::move(sorted));
  }
  if (table.policy == HitPolicy::collect) return aggregate(table, results, machine);
  return Value::list(std::move(results));
}

// The rules that hold, ascending, by the index; false where it can't say.
bool find_hits(const Table& table, Machine& machine, std::vector<std::size_t>& hits) {
  std::vector<Value> inputs;
  inputs.reserve(table.inputs.size());
  for (const TableInput& in : table.inputs) inputs.push_back(machine.slot(in.slot));
  std::vector<std::uint64_t> rules;
  if (!table.index->candidates(inputs, rules)) return false;
  for (std::size_t w = 0; w < rules.size(); ++w) {
    for (std::uint64_t bits = rules[w]; bits != 0 && !machine.exhausted(); bits &= bits - 1) {
      const std::size_t rule = w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
      if (!table.index->is_sure(rule) && matches(table, table.rules[rule], machine) != Truth::yes) {
        continue;
      }
      hits.push_back(rule);
      if (table.policy == HitPolicy::first) return true;
    }
  }
  return true;
}

}  // namespace

Value evaluate_table(const Table& table, Machine& machine, std::vector<RuleTrace>* traces) {
  if (!read_inputs(table, machine)) return {};
  std::vector<std::size_t> hits;
  machine.quiet(1);
  const bool found = traces == nullptr && table.index && find_hits(table, machine, hits);
  for (std::size_t i = 0; !found && i < table.rules.size() && !machine.exhausted(); ++i) {
    const Truth t = traces != nullptr ? trace_rule(table, table.rules[i], static_cast<int>(i) + 1,
                                                   machine, *traces)
                                      : matches(table, table.rules[i], machine);
    if (t != Truth::yes) continue;
    hits.push_back(i);
    if (table.policy == HitPolicy::first && traces == nullptr) break;
  }
  machine.quiet(-1);
  if (!hits.empty()) return choose(table, hits, machine, traces);
  Value v = otherwise(table, machine);
  const bool many = table.policy == HitPolicy::collect || table.policy == HitPolicy::rule_order ||
                    table.policy == HitPolicy::output_order;
  if (!v.is_null() || !many) return v;
  if (table.aggregator == Aggregator::count) return Value::number(0);
  return table.aggregator == Aggregator::none ? Value::list({}) : Value();
}

}  // namespace citybrain::brain
