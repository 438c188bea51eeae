// What follows of one column's value: see graph_suppose.h.
#include "graph_suppose.h"

#include <algorithm>

#include "bulk_run.h"

namespace citybrain::brain {

using Form = GraphNode::Form;

namespace {

// Three-valued and (or its dual) of one of `a` and one of `b`.
Possible junction(Possible a, Possible b, bool is_and) {
  const Possible deciding = is_and ? can_be_no : can_be_yes;
  const Possible other = is_and ? can_be_yes : can_be_no;
  const auto both = static_cast<Possible>(can_be_unknown | other);
  auto out = static_cast<Possible>((a | b) & deciding);
  if ((a & can_be_unknown) != 0 && (b & both) != 0) out |= can_be_unknown;
  if ((b & can_be_unknown) != 0 && (a & both) != 0) out |= can_be_unknown;
  return static_cast<Possible>(out | (a & b & other));
}

Possible of(const Value& value) { return possible(answered(value)); }

}  // namespace

template <typename Fn>
void Supposed::each_leaf(const GraphNode& choice, Fn&& fn) {
  for (std::size_t i = 0; i + 1 < choice.kids.size(); i += 2) {
    const Possible guard = answers(choice.kids[i]);
    if ((guard & can_be_yes) != 0) fn(choice.kids[i + 1]);
    if (guard == can_be_yes) return;
  }
  fn(choice.kids.back());
}

Possible Supposed::answers(NodeRef ref) {
  if (known_.size() <= ref) known_.resize(std::max<std::size_t>(ref + 1, graph_.size()));
  if (known_[ref].answers != 0) return known_[ref].answers;
  const Possible found = compute(graph_[ref]);
  return known_[ref].answers = found;
}

Possible Supposed::compute(const GraphNode& n) {
  const Possible anything = n.certain ? (can_be_yes | can_be_no) : any_answer;
  switch (n.form) {
    case Form::constant: return of(n.value);
    case Form::column: {
      const Values* values = values_of_column(n);
      if (values == nullptr) return anything;
      Possible out = 0;
      for (const Value& v : *values) out |= of(v);
      return out;
    }
    case Form::ask: return ask(n, n.kids[0]);
    case Form::truth_of:
      if (graph_[n.kids[0]].shape == Shape::truth) return answers(n.kids[0]);
      return nullness(n.kids[0]) == null ? can_be_unknown : any_answer;
    case Form::is_null: {
      const std::uint8_t kid = nullness(n.kids[0]);
      return static_cast<Possible>(((kid & null) != 0 ? can_be_yes : 0) |
                                   ((kid & some) != 0 ? can_be_no : 0));
    }
    case Form::all:
    case Form::any: {
      Possible out = n.form == Form::all ? can_be_yes : can_be_no;
      for (const NodeRef kid : n.kids) out = junction(out, answers(kid), n.form == Form::all);
      return out;
    }
    case Form::negation: {
      const Possible kid = answers(n.kids[0]);
      return static_cast<Possible>((kid & can_be_unknown) |
                                   ((kid & can_be_yes) != 0 ? can_be_no : 0) |
                                   ((kid & can_be_no) != 0 ? can_be_yes : 0));
    }
    case Form::hit: {
      Possible out = can_be_yes;
      for (const NodeRef kid : n.kids) {
        const Possible a = answers(kid);
        if ((a & can_be_yes) == 0) return can_be_no;
        if (a != can_be_yes) out = can_be_yes | can_be_no;
      }
      return out;
    }
    case Form::twice: {
      const auto hits = std::count_if(n.kids.begin(), n.kids.end(), [&](NodeRef kid) {
        return (answers(kid) & can_be_yes) != 0;
      });
      return hits < 2 ? can_be_no : (can_be_yes | can_be_no);
    }
    case Form::choice: {
      Possible out = 0;
      each_leaf(n, [&](NodeRef leaf) {
        out |= graph_[leaf].shape == Shape::truth || graph_.is_constant(leaf) ? answers(leaf)
                                                                              : any_answer;
      });
      return out;
    }
    default: return anything;
  }
}

const Supposed::Values* Supposed::values_of_column(const GraphNode& n) const {
  const auto it = columns_.find(n.number);
  return it == columns_.end() ? nullptr : &it->second;
}

// Does the value stand for others, of which the predicate may say otherwise?
bool Supposed::is_anything(const GraphNode& ask, const Value& value) const {
  return asks_ != nullptr && !value.is_null() && (*asks_)[ask.number].by == AskPlan::By::value;
}

Possible Supposed::ask(const GraphNode& n, NodeRef ref) {
  const Predicate& p = graph_.predicate(n);
  const GraphNode& operand = graph_[ref];
  Possible out = 0;
  if (operand.form == Form::choice) {
    each_leaf(operand, [&](NodeRef leaf) { out |= ask(n, leaf); });
    return out;
  }
  if (operand.shape == Shape::truth) {
    const Possible a = answers(ref);
    if ((a & can_be_yes) != 0) out |= of(p.holds(Value::boolean(true)));
    if ((a & can_be_no) != 0) out |= of(p.holds(Value::boolean(false)));
    if ((a & can_be_unknown) != 0) out |= of(p.holds({}));
    return out;
  }
  if (const Values* few = values(ref)) {
    for (const Value& v : *few) out |= is_anything(n, v) ? any_answer : of(p.holds(v));
    return out;
  }
  return nullness(ref) == null ? of(p.holds({})) : any_answer;
}

const Supposed::Values* Supposed::values(NodeRef ref) {
  const auto it = values_.find(ref);
  if (it != values_.end()) return it->second.few ? &it->second.values : nullptr;
  KnownValues found;
  found.few = compute_values(graph_[ref], found.values);
  const KnownValues& kept = values_[ref] = std::move(found);
  return kept.few ? &kept.values : nullptr;
}

bool Supposed::compute_values(const GraphNode& n, Values& out) {
  constexpr std::size_t values_max = 4;
  const auto add = [&](const Value& v) {
    if (std::none_of(out.begin(), out.end(), [&](const Value& o) { return same(o, v); }))
      out.push_back(v);
    return out.size() <= values_max;
  };
  if (n.form == Form::constant) return add(n.value);
  if (n.form == Form::column) {
    const Values* values = values_of_column(n);
    return values != nullptr && std::all_of(values->begin(), values->end(), add);
  }
  if (n.form == Form::choice) {
    bool few = true;
    each_leaf(n, [&](NodeRef leaf) {
      const Values* of_leaf = few ? values(leaf) : nullptr;
      few = of_leaf != nullptr && std::all_of(of_leaf->begin(), of_leaf->end(), add);
    });
    return few;
  }
  Values made;
  return n.form == Form::calc && asks_ == nullptr && calc_values(n, made) &&
         std::all_of(made.begin(), made.end(), add);
}

// Of each combination of the operands' few values.
bool Supposed::calc_values(const GraphNode& n, Values& out) {
  constexpr std::size_t combinations_max = 16;
  std::vector<Values> rows = {{}};
  for (const NodeRef kid : n.kids) {
    const Values* of_kid = values(kid);
    if (of_kid == nullptr || rows.size() * of_kid->size() > combinations_max) return false;
    std::vector<Values> more;
    for (const Values& row : rows) {
      for (const Value& v : *of_kid) {
        more.push_back(row);
        more.back().push_back(v);
      }
    }
    rows = std::move(more);
  }
  for (const Values& row : rows) {
    const bool nothing =
        std::any_of(row.begin(), row.end(), [](const Value& v) { return v.is_null(); }) ||
        (n.calc == Calc::divide && row[1].as_number().is_zero());
    out.push_back(nothing ? Value() : calc_value(n, row));
  }
  return true;
}

std::uint8_t Supposed::nullness(NodeRef ref) {
  if (known_.size() <= ref) known_.resize(std::max<std::size_t>(ref + 1, graph_.size()));
  if (known_[ref].nullness != 0) return known_[ref].nullness;
  const std::uint8_t found = compute_nullness(graph_[ref]);
  return known_[ref].nullness = found;
}

std::uint8_t Supposed::compute_nullness(const GraphNode& n) {
  constexpr auto either = static_cast<std::uint8_t>(null | some);
  if (n.form == Form::constant) return n.value.is_null() ? null : some;
  if (n.certain) return some;
  if (n.form == Form::column) {
    const Values* values = values_of_column(n);
    if (values == nullptr) return either;
    std::uint8_t out = 0;
    for (const Value& v : *values) out |= v.is_null() ? null : some;
    return out;
  }
  if (n.shape == Shape::truth) {
    const Possible a = compute(n);
    return static_cast<std::uint8_t>(((a & can_be_unknown) != 0 ? null : 0) |
                                     ((a & (can_be_yes | can_be_no)) != 0 ? some : 0));
  }
  if (n.form == Form::choice) {
    std::uint8_t out = 0;
    each_leaf(n, [&](NodeRef leaf) { out |= nullness(leaf); });
    return out;
  }
  if (n.form != Form::calc) return either;
  std::uint8_t out = some;
  for (const NodeRef kid : n.kids) {
    const std::uint8_t of_kid = nullness(kid);
    if (of_kid == null) return null;
    out |= of_kid;
  }
  if (n.zero == no_ref) return out;
  const Possible zero = answers(n.zero);
  if (zero == can_be_yes) return null;
  return (zero & can_be_yes) != 0 ? either : out;
}

}  // namespace citybrain::brain
