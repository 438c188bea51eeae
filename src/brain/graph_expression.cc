// Expressions as nodes: comparisons with what is constant, arithmetic, functions that have a
// column's form. See graph_build.h.
#include <algorithm>

#include "builtin.h"
#include "graph_build.h"
#include "machine.h"

namespace citybrain::brain {

std::optional<Made> EntryBuilder::expression(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  switch (n.op) {
    case Op::constant: return constant(code.constants[n.a]);
    case Op::global: {
      const Item::Kind kind = plan_.model->items[n.a].kind;
      if (kind != Item::Kind::input && kind != Item::Kind::decision) return std::nullopt;
      return item(n.a);
    }
    case Op::and_:
    case Op::or_: return junction(code, id, *logic_);
    case Op::equal:
    case Op::unequal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return comparison(code, id);
    case Op::between: return between(code, id);
    case Op::in: return membership(code, id);
    case Op::if_: return conditional(code, id);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::negate: return arithmetic(code, id);
    case Op::call: return call(code, id);
    case Op::path: return path(code, id);
    default: return std::nullopt;
  }
}

// Operands evaluated all, null where one is null, with a diagnostic each time.
std::optional<Made> EntryBuilder::strict(Calc calc, const std::vector<Made>& operands,
                                         Rounding mode, int digits) {
  std::vector<NodeRef> nodes;
  std::vector<AccountRef> accounts;
  for (const Made& m : operands) {
    nodes.push_back(m.node);
    accounts.push_back(m.account);
  }
  const NodeRef node = graph_.calc(calc, std::move(nodes), mode, digits);
  if (node == no_ref) return std::nullopt;
  accounts.push_back(accounts_.nulls(node));
  return Made{node, accounts_.sum(std::move(accounts))};
}

std::optional<Made> EntryBuilder::comparison(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  const Fold folding = [this](const Code& c, NodeId node) { return fold(c, node); };
  for (const bool left : {false, true}) {
    const auto predicate = predicate_of_comparison(code, id, left, folding);
    if (!predicate) continue;
    const auto operand = expression(code, left ? n.b : n.a);
    if (!operand || graph_[operand->node].shape != shape_of(predicate->kind)) return std::nullopt;
    const NodeRef asked = graph_.ask(operand->node, *predicate);
    return Made{asked, accounts_.sum({operand->account,
                                      accounts_.unknowns(asked, static_cast<std::uint32_t>(
                                                                    predicate->unknown_of_null))})};
  }
  if (n.op == Op::equal || n.op == Op::unequal) return std::nullopt;
  const auto a = expression(code, n.a);
  const auto b = expression(code, n.b);
  return a && b ? order(n.op, *a, *b) : std::nullopt;
}

// a < b as a - b < 0: exact, since a difference of decimals is 0 only where they are equal.
std::optional<Made> EntryBuilder::order(Op op, const Made& a, const Made& b) {
  if (graph_.is_constant(a.node) || graph_.is_constant(b.node)) return std::nullopt;
  const NodeRef difference = graph_.calc(Calc::subtract, {a.node, b.node});
  if (difference == no_ref) return std::nullopt;
  const NodeRef asked = graph_.ask(difference, predicate_of_order(op, Value::number(0)));
  return Made{asked, accounts_.sum({a.account, b.account, accounts_.unknowns(asked, 1)})};
}

std::optional<Made> EntryBuilder::membership(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  const auto predicate =
      predicate_of_tests(code, id, [this](const Code& c, NodeId node) { return fold(c, node); });
  if (!predicate) return std::nullopt;
  const auto operand = expression(code, n.a);
  if (!operand || graph_[operand->node].shape != shape_of(predicate->kind)) return std::nullopt;
  const NodeRef asked = graph_.ask(operand->node, *predicate);
  return Made{asked, accounts_.sum({operand->account,
                                    accounts_.unknowns(asked, static_cast<std::uint32_t>(
                                                                  predicate->unknown_of_null))})};
}

std::optional<Made> EntryBuilder::between(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  const auto low = fold(code, n.b);
  const auto high = fold(code, n.c);
  if (!low || !high) return std::nullopt;
  const auto predicate = predicate_of_range(*low, *high);
  const auto operand = expression(code, n.a);
  if (!predicate || !operand || graph_[operand->node].shape != shape_of(predicate->kind)) {
    return std::nullopt;
  }
  const NodeRef asked = graph_.ask(operand->node, *predicate);
  return Made{asked, accounts_.sum({operand->account, accounts_.unknowns(asked, 1)})};
}

std::optional<Made> EntryBuilder::conditional(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  const auto a = expression(code, n.b);
  const auto b = expression(code, n.c);
  if (!a || !b) return std::nullopt;
  const Made c = condition(code, n.a, *logic_);
  return Made{graph_.choice({{c.node, a->node}}, b->node),
              accounts_.sum({c.account, accounts_.unknowns(c.node, 1),
                             accounts_.guarded(Account::Op::where, c.node, a->account),
                             accounts_.guarded(Account::Op::unless, c.node, b->account)})};
}

std::optional<Made> EntryBuilder::arithmetic(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  if (const auto known = fold(code, id)) return constant(*known);
  const auto a = expression(code, n.a);
  if (!a) return std::nullopt;
  if (n.op == Op::negate) {
    if (graph_[a->node].shape != Shape::number) return std::nullopt;
    return strict(Calc::negate, {*a});
  }
  const auto b = expression(code, n.b);
  if (!b || graph_[a->node].shape != Shape::number || graph_[b->node].shape != Shape::number) {
    return std::nullopt;
  }
  switch (n.op) {
    case Op::add: return strict(Calc::add, {*a, *b});
    case Op::subtract: return strict(Calc::subtract, {*a, *b});
    case Op::multiply: return strict(Calc::multiply, {*a, *b});
    default: return division(*a, *b);
  }
}

// Division by a constant whose reciprocal is a finite decimal (100, 8, 0.5) is multiplication by
// that: the exact quotient, rounded once, in both cases.
std::optional<Made> EntryBuilder::division(const Made& a, const Made& b) {
  const GraphNode& divisor = graph_[b.node];
  if (divisor.form == GraphNode::Form::constant && !divisor.value.as_number().is_zero()) {
    const Decimal c = divisor.value.as_number();
    const Decimal r = Decimal(1) / c;
    for (int scale = 0; scale <= scale_max; ++scale) {
      if (!r.to_scaled(scale)) continue;
      if (r * c != Decimal(1)) break;
      return strict(Calc::multiply, {a, {graph_.constant(Value::number(r)), b.account}});
    }
  }
  return strict(Calc::divide, {a, b});
}

namespace {

std::optional<Rounding> rounding_of(std::string_view name) {
  if (name == "decimal") return Rounding::half_even;
  if (name == "floor") return Rounding::floor;
  if (name == "ceiling") return Rounding::ceiling;
  if (name == "round up") return Rounding::up;
  if (name == "round down") return Rounding::down;
  if (name == "round half up") return Rounding::half_up;
  if (name == "round half down") return Rounding::half_down;
  return std::nullopt;
}

constexpr std::int64_t digits_max = 30;  // of a rounding that is said as a node

}  // namespace

std::optional<Made> EntryBuilder::call(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  if (const auto known = fold(code, id)) return constant(*known);
  const std::string_view name = builtins()[n.a].builtin->name;
  std::vector<Made> operands;
  const auto rounding = rounding_of(name);
  const std::uint32_t wanted = rounding ? 1 : n.count;
  if (n.count == 0) return std::nullopt;
  for (std::uint32_t i = 0; i < wanted; ++i) {
    const NodeId kid = code.kids[n.first + i];
    if (kid == no_node) return std::nullopt;
    const auto operand = expression(code, kid);
    if (!operand) return std::nullopt;
    operands.push_back(*operand);
  }
  const auto all_are = [&](Shape shape) {
    return std::all_of(operands.begin(), operands.end(),
                       [&](const Made& m) { return graph_[m.node].shape == shape; });
  };
  if (rounding) {
    int digits = 0;
    if (n.count > 1) {
      const NodeId kid = code.kids[n.first + 1];
      const auto scale = kid == no_node ? std::nullopt : fold(code, kid);
      if (!scale || !scale->is(Kind::number)) return std::nullopt;
      const auto whole = scale->as_number().to_int();
      if (!whole || *whole < 0 || *whole > digits_max) return std::nullopt;
      digits = static_cast<int>(*whole);
    }
    return all_are(Shape::number) ? strict(Calc::round, operands, *rounding, digits) : std::nullopt;
  }
  if ((name == "min" || name == "max") && n.count >= 2 && all_are(Shape::number)) {
    return strict(name == "min" ? Calc::least : Calc::greatest, operands);
  }
  if (name == "abs" && all_are(Shape::number)) return strict(Calc::absolute, operands);
  if (name == "not" && graph_[operands[0].node].shape == Shape::truth) {
    const NodeRef node = graph_.negation(operands[0].node);
    return Made{node, accounts_.sum({operands[0].account, accounts_.unknowns(node, 1)})};
  }
  // The first argument that is null ends the call, so the second must have nothing to tell.
  if (name == "years and months duration" && n.count == 2 && all_are(Shape::date) &&
      operands[1].account == no_account) {
    return strict(Calc::months_between, operands);
  }
  return std::nullopt;
}

std::optional<Made> EntryBuilder::path(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  const std::string& name = code.names[n.b];
  const auto operand = expression(code, n.a);
  if (!operand || graph_.is_constant(operand->node)) return std::nullopt;
  const Shape shape = graph_[operand->node].shape;
  if (shape == Shape::months && name == "years") return strict(Calc::years, {*operand});
  if (shape == Shape::months && name == "months") return strict(Calc::months, {*operand});
  if (shape == Shape::date && name == "year") return strict(Calc::year, {*operand});
  if (shape == Shape::date && name == "month") return strict(Calc::month, {*operand});
  if (shape == Shape::date && name == "day") return strict(Calc::day, {*operand});
  return std::nullopt;
}

}  // namespace citybrain::brain
