// Evaluating boxed expressions.
#include <algorithm>

#include "evaluation.h"

namespace citybrain::brain {
namespace {

Value typed(Value v, const TypeRef& type, Machine& machine) {
  if (coerce(v, type, &machine)) return v;
  machine.note("type", "the value " + to_text(v).substr(0, 100) + " is no " + type_text(type), v);
  return {};
}

Value boxed_context(const Boxed& b, Machine& machine) {
  Context out;
  for (std::size_t i = 0; i < b.parts.size(); ++i) {
    Value v = typed(evaluate_boxed(b.parts[i], machine), b.types[i], machine);
    if (b.names[i].empty()) return v;  // the result
    machine.slot(b.slots[i]) = v;
    out.set(b.names[i], std::move(v));
  }
  return Value::context(std::move(out));
}

Value boxed_relation(const Boxed& b, Machine& machine) {
  std::vector<Value> rows;
  const std::size_t width = b.names.size();
  for (std::size_t r = 0; width > 0 && r < b.parts.size() / width; ++r) {
    Context row;
    for (std::size_t c = 0; c < width; ++c) {
      row.set(b.names[c],
              typed(evaluate_boxed(b.parts[r * width + c], machine), b.types[c], machine));
    }
    rows.push_back(Value::context(std::move(row)));
  }
  return Value::list(std::move(rows));
}

Value boxed_invocation(const Boxed& b, Machine& machine) {
  Value callee = machine.eval_here(*b.code);
  if (callee.is(Kind::list) && callee.as_list().size() == 1) callee = Value(callee.as_list()[0]);
  if (!callee.is(Kind::function)) {
    machine.note("type", "what is invoked is no function", callee);
    return {};
  }
  const Function& f = *callee.as_function();
  std::vector<Value> args(f.parameters.size());
  for (std::size_t i = 0; i < b.parts.size(); ++i) {
    const auto p = std::find_if(f.parameters.begin(), f.parameters.end(),
                                [&](const Parameter& q) { return q.name == b.names[i]; });
    Value v = evaluate_boxed(b.parts[i], machine);
    if (f.builtin != nullptr) {
      args.push_back(std::move(v));
    } else if (p == f.parameters.end()) {
      machine.note("arguments", "`" + f.name + "` has no parameter `" + b.names[i] + "`");
      return {};
    } else {
      args[static_cast<std::size_t>(p - f.parameters.begin())] = std::move(v);
    }
  }
  return machine.call(f, args);
}

Value boxed_function(const Boxed& b, Machine& machine) {
  auto f = std::make_shared<Function>();
  f->name = b.function->name;
  f->parameters = b.function->parameters;
  f->result = b.function->result;
  f->logic = b.function;
  for (const std::uint32_t from : b.function->captures) {
    f->captured.push_back(from == UINT32_MAX ? Value() : machine.slot(from));
  }
  return Value::function(std::move(f));
}

Value boxed_iteration(const Boxed& b, Machine& machine) {
  const Value source = evaluate_boxed(b.parts[0], machine);
  const Value items = items_of(source);
  if (!items.is(Kind::list)) {
    machine.note(source.is_null() ? "null" : "type", "there is nothing to iterate over", source);
    return {};
  }
  const bool some = b.kind == Boxed::Kind::some;
  std::vector<Value> results;
  bool unknown = false;
  for (const Value& item : items.as_list()) {
    if (machine.exhausted()) return {};
    machine.slot(b.slots[0]) = item;
    if (b.kind == Boxed::Kind::for_) machine.slot(b.slots[1]) = Value::list(results);
    Value v = evaluate_boxed(b.parts[1], machine);
    if (b.kind == Boxed::Kind::for_) {
      results.push_back(std::move(v));
      machine.spend(static_cast<std::int64_t>(results.size()));
    } else if (v.is(Kind::boolean) && v.as_boolean() == some) {
      return v;  // one decides
    } else if (v.is_null()) {
      unknown = true;
    } else if (!v.is(Kind::boolean)) {
      machine.note("type", "a condition is neither true nor false", v);
      return {};
    }
  }
  if (b.kind == Boxed::Kind::for_) return Value::list(std::move(results));
  if (unknown) {
    machine.note("unknown", "a condition is neither true nor false");
    return {};
  }
  return Value::boolean(!some);
}

// A filter whose condition is boxed, item by item.
Value boxed_filter(const Boxed& b, Machine& machine) {
  const Value source = evaluate_boxed(b.parts[0], machine);
  if (source.is_null()) {
    machine.note("null", "null can't be filtered");
    return {};
  }
  std::vector<Value> kept;
  for (const Value& item : source.is(Kind::list) ? source.as_list() : std::vector<Value>{source}) {
    if (machine.exhausted()) return {};
    machine.slot(b.slots[0]) = item;
    if (evaluate_boxed(b.parts[1], machine).is_true()) kept.push_back(item);
  }
  return Value::list(std::move(kept));
}

Value evaluate_kind(const Boxed& b, Machine& machine) {
  switch (b.kind) {
    case Boxed::Kind::empty: machine.note("empty", "there is no logic here"); return {};
    case Boxed::Kind::literal: return machine.eval_here(*b.code);
    case Boxed::Kind::table: return evaluate_table(*b.table, machine, nullptr);
    case Boxed::Kind::context: return boxed_context(b, machine);
    case Boxed::Kind::list: {
      std::vector<Value> items;
      for (const Boxed& part : b.parts) items.push_back(evaluate_boxed(part, machine));
      return Value::list(std::move(items));
    }
    case Boxed::Kind::relation: return boxed_relation(b, machine);
    case Boxed::Kind::function: return boxed_function(b, machine);
    case Boxed::Kind::invocation: return boxed_invocation(b, machine);
    case Boxed::Kind::conditional: {
      const Value c = evaluate_boxed(b.parts[0], machine);
      if (!c.is(Kind::boolean))
        machine.note("unknown", "the condition is neither true nor false", c);
      if (!c.is(Kind::boolean) && !c.is_null()) return {};
      return evaluate_boxed(b.parts[c.is_true() ? 1 : 2], machine);
    }
    case Boxed::Kind::for_:
    case Boxed::Kind::some:
    case Boxed::Kind::every: return boxed_iteration(b, machine);
    case Boxed::Kind::filter:
      if (b.code == nullptr) return boxed_filter(b, machine);
      machine.slot(b.slots[0]) = evaluate_boxed(b.parts[0], machine);
      return machine.eval_here(*b.code);
  }
  return {};
}

}  // namespace

Value evaluate_boxed(const Boxed& b, Machine& machine) {
  Value v = evaluate_kind(b, machine);
  return b.type ? typed(std::move(v), b.type, machine) : v;
}

Value evaluate_logic(const Logic& logic, std::span<const Value> args, const Function& function,
                     Machine& machine) {
  Machine::FrameMark mark;
  if (!machine.enter_frame(logic.slots, args, function.captured, mark)) return {};
  for (std::size_t i = 0; i < logic.captures.size(); ++i) {
    if (logic.captures[i] != UINT32_MAX) continue;
    machine.slot(static_cast<std::uint32_t>(args.size() + i)) =
        Value::function(std::make_shared<const Function>(function));
  }
  Value v = evaluate_boxed(logic.root, machine);
  machine.leave_frame(mark);
  return v;
}

}  // namespace citybrain::brain
