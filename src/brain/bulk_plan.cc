// Binding: what of a model's conditions is constant once its parameters are known.
#include <algorithm>

#include "builtin.h"
#include "bulk_run.h"

namespace citybrain::brain {

bool Program::Impl::is_known(const Code& code, NodeId id) const {
  const Node& n = code.nodes[id];
  switch (n.op) {
    case Op::constant: return true;
    case Op::global: return given[n.a].has_value();
    case Op::negate: return is_known(code, n.a);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power: return is_known(code, n.a) && is_known(code, n.b);
    case Op::range:
      return (n.a == no_node || is_known(code, n.a)) && (n.b == no_node || is_known(code, n.b));
    case Op::call: {
      const std::string_view name = builtins()[n.a].builtin->name;
      if (name == "now" || name == "today") return false;
      break;
    }
    case Op::list: break;
    default: return false;
  }
  for (std::uint32_t i = 0; i < n.count; ++i) {
    const NodeId kid = code.kids[n.first + i];
    if (kid != no_node && !is_known(code, kid)) return false;
  }
  return true;
}

std::optional<Value> Program::Impl::fold(const Code& code, NodeId id) const {
  if (!is_known(code, id)) return std::nullopt;
  Evaluation evaluation(*model, options);
  for (std::uint32_t i = 0; i < given.size(); ++i) {
    if (given[i]) evaluation.give(i, *given[i]);
  }
  Machine::FrameMark mark;
  if (!evaluation.machine().enter_frame(code.slots, {}, {}, mark)) return std::nullopt;
  Value v = evaluation.machine().eval_here(code, id);
  evaluation.machine().leave_frame(mark);
  if (evaluation.machine().note_count() != 0) return std::nullopt;  // it shall be noted a row
  return v;
}

void Program::Impl::plan_code(const Code& code, std::uint32_t) {
  const Fold folding = [this](const Code& c, NodeId id) { return fold(c, id); };
  for (NodeId id = 0; id < code.nodes.size(); ++id) {
    const Op op = code.nodes[id].op;
    if (op == Op::tests || op == Op::in) {
      if (auto p = predicate_of_tests(code, id, folding))
        predicates.emplace(std::pair{&code, id}, *std::move(p));
    } else if (op >= Op::equal && op <= Op::greater_equal) {
      for (const bool left : {false, true}) {
        auto p = predicate_of_comparison(code, id, left, folding);
        if (!p) continue;
        sides[{&code, id}] = left ? code.nodes[id].b : code.nodes[id].a;
        predicates.emplace(std::pair{&code, id}, *std::move(p));
        break;
      }
    }
  }
}

void Program::Impl::plan() {
  for (std::uint32_t i = 0; i < model->items.size(); ++i) {
    const Item& item = model->items[i];
    if (item.kind != Item::Kind::decision || !item.logic) continue;
    const Boxed& root = item.logic->root;
    if (root.kind == Boxed::Kind::literal && root.code) plan_code(*root.code, i);
    if (root.kind != Boxed::Kind::table) continue;
    for (const TableInput& in : root.table->inputs) plan_code(*in.expression, i);
    for (const TableRule& rule : root.table->rules) {
      for (const auto& test : rule.tests) {
        if (test) plan_code(*test, i);
      }
      for (const auto& output : rule.outputs) {
        if (output) plan_code(*output, i);
      }
    }
  }
}

Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

Result<BatchOutcome> Program::evaluate(const Block& block) const {
  return BulkRun(*impl_, block.impl()).run();
}

Result<std::shared_ptr<const Program>> Model::bind(const std::vector<std::string>& decisions,
                                                   const Context& parameters,
                                                   const EvaluateOptions& options) const {
  auto p = std::make_unique<Program::Impl>();
  p->model = impl_;
  p->options = options;
  p->options.explain = false;
  p->given.resize(impl_->items.size());
  Machine machine(nullptr, options.now);
  for (std::uint32_t i = 0; i < impl_->items.size(); ++i) {
    const Item& item = impl_->items[i];
    if (item.kind != Item::Kind::input && item.kind != Item::Kind::decision) continue;
    const Value* v = item.path.empty() ? parameters.find(item.name) : nullptr;
    if (v == nullptr) continue;
    Value given = *v;
    if (!coerce(given, item.type, &machine)) {
      return invalid("the parameter `" + item.name + "` is " + to_text(given) + ", which is no " +
                     type_text(item.type));
    }
    p->given[i] = std::move(given);
  }
  for (const std::string& name : decisions) {
    const Item* item = impl_->find(name, Item::Kind::decision);
    if (item == nullptr) return not_found("the model has no decision `" + name + "`");
    p->decisions.push_back(static_cast<std::uint32_t>(item - impl_->items.data()));
    p->names.push_back(name);
  }
  p->plan();
  return std::shared_ptr<const Program>(std::make_shared<const Program>(std::move(p)));
}

}  // namespace citybrain::brain
