// One evaluation of a model: decisions in order of requirement: see evaluation.h.
#include "evaluation.h"

#include <algorithm>

namespace citybrain::brain {

Evaluation::Evaluation(const Model::Impl& model, const EvaluateOptions& options)
    : model_(model),
      options_(options),
      machine_(this, options.now),
      values_(model.items.size()),
      states_(model.items.size(), State::open),
      absent_(model.items.size(), false) {}

void Evaluation::give(std::uint32_t item, Value value) {
  values_[item] = std::move(value);
  states_[item] = State::given;
}

void Evaluation::refresh() {
  for (const std::uint32_t item : touched_) {
    states_[item] = State::open;
    values_[item] = {};
    absent_[item] = false;
  }
  touched_.clear();
  refused_ = false;
  machine_.refresh();
}

Value Evaluation::decide(std::uint32_t item) {
  Value v = global(item, machine_);
  return refused_ ? Value() : v;
}

Value Evaluation::input(std::uint32_t, bool& absent) {
  absent = true;
  return {};
}

Value Evaluation::global(std::uint32_t number, Machine&) {
  switch (states_[number]) {
    case State::done:
    case State::given: return values_[number];
    case State::running:
      machine_.note("cycle", "`" + model_.items[number].name + "` depends on itself");
      return {};
    case State::open: break;
  }
  const Item& item = model_.items[number];
  if (item.kind == Item::Kind::function || item.kind == Item::Kind::service) return item.function;
  states_[number] = State::running;
  touched_.push_back(number);
  const int quiet = machine_.take_quiet();
  Value v = compute(number);
  machine_.give_quiet(quiet);
  values_[number] = v;
  states_[number] = State::done;
  return v;
}

Value Evaluation::compute(std::uint32_t number) {
  const Item& item = model_.items[number];
  Value v;
  if (item.kind == Item::Kind::input) {
    bool absent = false;
    v = input(number, absent);
    absent_[number] = absent;
    if (absent && options_.strict) {
      machine_.note("absent", "the input `" + item.name + "` was not given");
      refused_ = true;
    }
  } else {
    const bool traced = options_.explain && item.logic->root.kind == Boxed::Kind::table;
    std::vector<RuleTrace> rules;
    Machine::FrameMark mark;
    if (!machine_.enter_frame(item.logic->slots, {}, {}, mark)) return {};
    v = traced ? evaluate_table(*item.logic->root.table, machine_, &rules)
               : evaluate_boxed(item.logic->root, machine_);
    machine_.leave_frame(mark);
    if (coerce(v, item.type, &machine_)) {
      if (options_.explain) explain(number, v, std::move(rules));
      return v;
    }
  }
  if (coerce(v, item.type, &machine_)) return v;
  machine_.note("type", "the value of `" + item.name + "` is no " + type_text(item.type), v);
  if (options_.explain && item.kind == Item::Kind::decision) explain(number, {}, {});
  return {};
}

Value Evaluation::invoke(int number, std::span<const Value> args, Machine& machine) {
  const Item& item = model_.items[static_cast<std::size_t>(number)];
  if (item.kind == Item::Kind::function) {
    return evaluate_logic(*item.logic, args, *item.function.as_function(), machine);
  }
  // A service sees its parameters and nothing else.
  EvaluateOptions options = options_;
  options.explain = false;
  Evaluation inner(model_, options);
  inner.machine_.inherit(machine);
  for (std::size_t i = 0; i < item.parameters.size(); ++i) inner.give(item.parameters[i], args[i]);
  Value out;
  if (item.outputs.size() == 1) {
    out = inner.decide(item.outputs[0]);
  } else {
    Context results;
    for (const std::uint32_t o : item.outputs) results.set(model_.items[o].name, inner.decide(o));
    out = Value::context(std::move(results));
  }
  machine.absorb(inner.machine_);
  return out;
}

void Evaluation::collect_reads(const Code& code, NodeId id, std::vector<std::uint32_t>& out) const {
  const Node& n = code.nodes[id];
  if (n.op == Op::global && std::find(out.begin(), out.end(), n.a) == out.end()) out.push_back(n.a);
  // Every node of the subtree lies within its span.
  for (const Node& other : code.nodes) {
    if (other.op != Op::global || other.begin < n.begin || other.end > n.end) continue;
    if (std::find(out.begin(), out.end(), other.a) == out.end()) out.push_back(other.a);
  }
}

std::vector<Read> Evaluation::reads_of(const std::vector<std::uint32_t>& numbers, bool deep) {
  std::vector<Read> out;
  std::vector<std::uint32_t> open(numbers.rbegin(), numbers.rend());
  std::vector<std::uint8_t> seen(model_.items.size(), 0);
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (seen[at]++ != 0) continue;
    const Item& item = model_.items[at];
    if (item.kind == Item::Kind::function || item.kind == Item::Kind::service) continue;
    if (item.kind == Item::Kind::decision && deep && states_[at] != State::given) {
      open.insert(open.end(), item.needs.rbegin(), item.needs.rend());
      continue;
    }
    if (states_[at] == State::open && item.kind == Item::Kind::decision) continue;
    Read r;
    r.name = item.name;
    r.value = states_[at] == State::running ? Value() : global(at, machine_);
    r.absent = absent_[at];
    out.push_back(std::move(r));
  }
  return out;
}

namespace {

// The parts of a chain of `and`.
void conjuncts(const Code& code, NodeId id, std::vector<NodeId>& out) {
  const Node& n = code.nodes[id];
  if (n.op != Op::and_) {
    out.push_back(id);
    return;
  }
  conjuncts(code, n.a, out);
  conjuncts(code, n.b, out);
}

}  // namespace

void Evaluation::explain(std::uint32_t number, const Value& value, std::vector<RuleTrace> rules) {
  const Item& item = model_.items[number];
  DecisionTrace trace;
  trace.name = item.name;
  trace.kind = name_of(item.logic->root.kind);
  trace.value = value;
  trace.reads = reads_of(item.needs, false);
  if (item.logic->root.kind == Boxed::Kind::table) {
    const Table& table = *item.logic->root.table;
    for (RuleTrace& rule : rules) {
      for (const auto& output : table.rules[static_cast<std::size_t>(rule.number) - 1].outputs)
        rule.outputs.push_back(output ? output->source : "");
      for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
        std::vector<std::uint32_t> read;
        collect_reads(*table.inputs[i].expression, table.inputs[i].expression->root, read);
        if (table.rules[static_cast<std::size_t>(rule.number) - 1].tests[i]) {
          const Code& test = *table.rules[static_cast<std::size_t>(rule.number) - 1].tests[i];
          collect_reads(test, test.root, read);
        }
        rule.conditions[i].reads = reads_of(read, true);
      }
    }
    trace.rules = std::move(rules);
  } else if (item.logic->root.kind == Boxed::Kind::literal && item.logic->root.code) {
    const Code& code = *item.logic->root.code;
    std::vector<NodeId> parts;
    conjuncts(code, code.root, parts);
    const bool condition = parts.size() > 1 || value.is(Kind::boolean);
    Machine::FrameMark mark;
    if (condition && machine_.enter_frame(item.logic->slots, {}, {}, mark)) {
      machine_.quiet(1);
      for (const NodeId part : parts) {
        ConditionTrace c;
        c.text = code.text_of(part);
        c.value = machine_.eval_here(code, part);
        c.truth = c.value.is_true() ? Truth::yes : c.value.is_false() ? Truth::no : Truth::unknown;
        std::vector<std::uint32_t> read;
        collect_reads(code, part, read);
        c.reads = reads_of(read, true);
        trace.conditions.push_back(std::move(c));
      }
      machine_.quiet(-1);
      machine_.leave_frame(mark);
    }
  }
  explanation_.decisions.push_back(std::move(trace));
}

}  // namespace citybrain::brain
