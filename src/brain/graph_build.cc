// Decisions into nodes, and what only the machine can evaluate: see graph_build.h.
#include "graph_build.h"

#include <algorithm>

#include "builtin.h"
#include "evaluation.h"

namespace citybrain::brain {

EntryBuilder::EntryBuilder(Graph& graph, Accounts& accounts, const Schema& columns,
                           const EvaluateOptions& options, std::uint32_t entry, EntryPlan& plan)
    : graph_(graph),
      accounts_(accounts),
      columns_(columns),
      options_(options),
      entry_(entry),
      plan_(plan),
      made_(plan.model->items.size()) {
  plan_.nodes.assign(made_.size(), no_ref);
  plan_.columns.resize(made_.size());
  for (std::size_t i = 0; i < made_.size(); ++i) {
    const Item& item = plan_.model->items[i];
    if (item.kind != Item::Kind::input || !item.path.empty() || plan_.given[i]) continue;
    if (const auto column = columns_.find(item.name))
      plan_.columns[i] = static_cast<std::uint32_t>(*column);
  }
}

// Reading an input can't go wrong: every column has its input's type. Otherwise reading itself
// writes diagnostics, once a row, and rows go one by one from beginning to end.
bool EntryBuilder::reads_cleanly() const {
  const auto& items = plan_.model->items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const TypeRef& type = items[i].type;
    if (!plan_.columns[i] || !type) continue;
    if (type->allowed) return false;
    const Kind kind = kind_of(columns_.fields[*plan_.columns[i]].type);
    if (type->kind != Type::Kind::any && type_of_kind(kind)->kind != type->kind) return false;
  }
  if (!options_.strict) return true;
  std::vector<std::uint32_t> open = plan_.decisions;
  std::vector<bool> seen(items.size());
  while (!open.empty()) {
    const std::uint32_t i = open.back();
    open.pop_back();
    if (seen[i] || plan_.given[i]) continue;
    seen[i] = true;
    if (items[i].kind == Item::Kind::input && !plan_.columns[i]) return false;
    open.insert(open.end(), items[i].needs.begin(), items[i].needs.end());
  }
  return true;
}

void EntryBuilder::build() {
  if (!reads_cleanly()) return build_by_rows();
  std::vector<AccountRef> accounts;
  for (const std::uint32_t wanted : plan_.decisions) {
    const Made made = item(wanted);
    plan_.answers.push_back(made.node);
    accounts.push_back(made.account);
  }
  plan_.account = accounts_.sum(std::move(accounts));
}

// All decisions of a row in one evaluation, which gives a list of their values.
void EntryBuilder::build_by_rows() {
  Origin origin;
  origin.entry = entry_;
  origin.item = UINT32_MAX;
  const NodeRef all =
      graph_.rows(std::move(origin), {}, Shape::other, "entry " + std::to_string(entry_));
  for (std::uint32_t i = 0; i < plan_.decisions.size(); ++i)
    plan_.answers.push_back(graph_.pick(all, i));
  plan_.account = accounts_.rows(all);
}

Made EntryBuilder::item(std::uint32_t number) {
  if (made_[number]) return *made_[number];
  const Item& item = plan_.model->items[number];
  Made made;
  if (plan_.given[number]) {
    made = constant(*plan_.given[number]);
  } else if (item.kind == Item::Kind::input && !plan_.columns[number]) {
    made = constant({});
  } else if (item.kind == Item::Kind::input) {
    const Field& field = columns_.fields[*plan_.columns[number]];
    const int scale = field.type == citybrain::Type::decimal ? field.scale : 0;
    made.node = graph_.column(*plan_.columns[number], shape_of(kind_of(field.type)), scale);
  } else {
    const Logic* outer = logic_;
    logic_ = item.logic.get();
    made = decision(number);
    logic_ = outer;
    made.account = accounts_.decision(number, made.account);
  }
  plan_.nodes[number] = made.node;
  made_[number] = made;
  return made;
}

Made EntryBuilder::decision(std::uint32_t number) {
  const Item& item = plan_.model->items[number];
  const Boxed& root = item.logic->root;
  if (root.kind == Boxed::Kind::literal && root.code) {
    return leaf(*root.code, root.code->root, *item.logic, {root.type, item.type});
  }
  if (root.kind == Boxed::Kind::table && root.table) {
    if (auto made = table(*root.table, *item.logic, {root.type, item.type})) return *made;
  }
  return by_rows(nullptr, number, *item.logic, {item.type});
}

bool EntryBuilder::fits(NodeRef ref, const TypeRef& type) const {
  if (!type) return true;
  if (type->allowed) return false;
  if (type->kind == Type::Kind::any) return true;
  const GraphNode& n = graph_[ref];
  if (n.form == GraphNode::Form::constant && n.value.is_null()) return true;
  switch (n.shape) {
    case Shape::truth: return type->kind == Type::Kind::boolean;
    case Shape::number: return type->kind == Type::Kind::number;
    case Shape::text: return type->kind == Type::Kind::text;
    case Shape::date: return type->kind == Type::Kind::date;
    case Shape::months: return type->kind == Type::Kind::months;
    case Shape::other: return false;
  }
  return false;
}

namespace {

// Every name that the code reads, inner functions included.
void collect_globals(const Code& code, const Node* within, std::vector<std::uint32_t>& out) {
  for (const Node& n : code.nodes) {
    if (n.op != Op::global) continue;
    if (within != nullptr && (n.begin < within->begin || n.end > within->end)) continue;
    if (std::find(out.begin(), out.end(), n.a) == out.end()) out.push_back(n.a);
  }
  for (const auto& inner : code.codes) collect_globals(*inner, nullptr, out);
}

// The shape of values that were brought to this type: of it, or null.
Shape shape_of_type(const TypeRef& type) {
  if (!type) return Shape::other;
  switch (type->kind) {
    case Type::Kind::boolean: return Shape::truth;
    case Type::Kind::number: return Shape::number;
    case Type::Kind::text: return Shape::text;
    case Type::Kind::date: return Shape::date;
    case Type::Kind::months: return Shape::months;
    default: return Shape::other;
  }
}

}  // namespace

Made EntryBuilder::by_rows(const Code* code, NodeId node, const Logic& logic, const Types& types,
                           const TableInput* input, NodeRef tested) {
  Origin origin;
  origin.entry = entry_;
  origin.code = code;
  origin.node = node;
  std::vector<std::uint32_t> reads;
  const auto& items = plan_.model->items;
  const auto owner = std::find_if(items.begin(), items.end(),
                                  [&](const Item& i) { return i.logic.get() == &logic; });
  origin.item = static_cast<std::uint32_t>(owner - items.begin());
  if (code != nullptr)
    collect_globals(*code, &code->nodes[node], reads);
  else
    reads = owner->needs;
  std::string key = std::to_string(reinterpret_cast<std::uintptr_t>(
                        code == nullptr ? static_cast<const void*>(&logic) : code)) +
                    "/" + std::to_string(node);
  std::vector<NodeRef> nodes;
  if (input != nullptr) {
    origin.tested = tested;
    origin.slot = input->slot;
    nodes.push_back(tested);
    key += "?";
  }
  for (const std::uint32_t read : reads) {
    const Item::Kind kind = items[read].kind;
    if (kind != Item::Kind::input && kind != Item::Kind::decision) continue;
    const Made made = item(read);
    nodes.push_back(made.node);
    key += "," + std::to_string(made.account);
    if (made.account != no_account) origin.demands.emplace_back(read, made.account);
  }
  Shape shape = Shape::other;
  for (const TypeRef& type : types) {
    if (!type) continue;
    key += ":" + std::to_string(reinterpret_cast<std::uintptr_t>(type.get()));
    origin.types.push_back(type);
    shape = shape_of_type(type);
  }
  const NodeRef made = graph_.rows(std::move(origin), std::move(nodes), shape, key);
  return {made, accounts_.rows(made)};
}

Made EntryBuilder::leaf(const Code& code, NodeId node, const Logic& logic, const Types& types) {
  const Node& n = code.nodes[node];
  if (n.op == Op::if_) {
    const Made c = condition(code, n.a, logic);
    const Made a = leaf(code, n.b, logic, types);
    const Made b = leaf(code, n.c, logic, types);
    return {graph_.choice({{c.node, a.node}}, b.node),
            accounts_.sum({c.account, accounts_.unknowns(c.node, 1),
                           accounts_.guarded(Account::Op::where, c.node, a.account),
                           accounts_.guarded(Account::Op::unless, c.node, b.account)})};
  }
  auto made =
      n.op == Op::and_ || n.op == Op::or_ ? junction(code, node, logic) : expression(code, node);
  if (made && graph_.is_constant(made->node)) {
    Value v = graph_[made->node].value;
    std::uint32_t misfits = 0;
    Machine machine(nullptr, options_.now);
    for (const TypeRef& type : types) {
      if (type && type->allowed) return by_rows(&code, node, logic, types);
      if (coerce(v, type, &machine)) continue;
      ++misfits;
      v = {};
    }
    return {graph_.constant(v), accounts_.sum({made->account, accounts_.fixed(misfits)})};
  }
  const bool fitting = made && std::all_of(types.begin(), types.end(), [&](const TypeRef& type) {
                         return fits(made->node, type);
                       });
  return fitting ? *made : by_rows(&code, node, logic, types);
}

Made EntryBuilder::condition(const Code& code, NodeId node, const Logic& logic) {
  const Node& n = code.nodes[node];
  if (n.op == Op::and_ || n.op == Op::or_) return junction(code, node, logic);
  if (const auto made = expression(code, node)) {
    const Shape shape = graph_[made->node].shape;
    if (shape == Shape::truth || graph_.is_constant(made->node)) {
      return {graph_.truth_of(made->node), made->account};
    }
  }
  const Made made = by_rows(&code, node, logic, {});
  return {graph_.truth_of(made.node), made.account};
}

// a and b: b is asked only where a does not decide; an unknown result is noted.
Made EntryBuilder::junction(const Code& code, NodeId node, const Logic& logic) {
  const Node& n = code.nodes[node];
  const bool is_and = n.op == Op::and_;
  const Made a = condition(code, n.a, logic);
  const bool decided = graph_.is_constant(a.node) &&
                       (is_and ? graph_[a.node].value.is_false() : graph_[a.node].value.is_true());
  if (decided) return a;
  const Made b = condition(code, n.b, logic);
  const NodeRef both = graph_.junction(is_and, {a.node, b.node});
  return {both, accounts_.sum({a.account,
                               accounts_.guarded(is_and ? Account::Op::may : Account::Op::unless,
                                                 a.node, b.account),
                               accounts_.unknowns(both, 1)})};
}

bool EntryBuilder::is_known(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  switch (n.op) {
    case Op::constant: return true;
    case Op::global: {
      const Item::Kind kind = plan_.model->items[n.a].kind;
      if (kind != Item::Kind::input && kind != Item::Kind::decision) return false;
      const Made made = item(n.a);
      return made.account == no_account && graph_.is_constant(made.node);
    }
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

// The value of what is constant once the parameters are known; none where it is not, or where
// evaluating it is to be noted, row by row.
std::optional<Value> EntryBuilder::fold(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  if (n.op == Op::constant) return code.constants[n.a];
  if (!is_known(code, id)) return std::nullopt;
  if (n.op == Op::global && plan_.given[n.a]) return *plan_.given[n.a];
  Evaluation evaluation(*plan_.model, options_);
  for (std::uint32_t i = 0; i < plan_.given.size(); ++i) {
    if (plan_.given[i]) {
      evaluation.give(i, *plan_.given[i]);
    } else if (made_[i] && graph_.is_constant(made_[i]->node)) {
      evaluation.give(i, graph_[made_[i]->node].value);
    }
  }
  Machine::FrameMark mark;
  if (!evaluation.machine().enter_frame(code.slots, {}, {}, mark)) return std::nullopt;
  Value v = evaluation.machine().eval_here(code, id);
  evaluation.machine().leave_frame(mark);
  if (evaluation.machine().note_count() != 0) return std::nullopt;
  return v;
}

}  // namespace citybrain::brain
