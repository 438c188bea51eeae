// Running Code: frames, calls, operators, three-valued logic and unary tests. The rest of the nodes
// stand in machine_list.cc.
#include "machine.h"

#include <algorithm>

#include "builtin.h"
#include "evaluation.h"
#include "function.h"

namespace citybrain::brain {

void Machine::refresh() {
  steps_left_ = steps_max;
  notes_.clear();
  note_count_ = 0;
}

Value Machine::enter(const Code& code, std::span<const Value> args, std::span<const Value> captured,
                     const Value* self) {
  if (!may_call()) return {};
  const Code* outer_code = code_;
  const std::size_t outer_base = base_;
  const NodeId outer_at = at_;
  const std::size_t bottom = stack_.size();
  stack_.resize(bottom + code.slots);
  base_ = bottom;
  code_ = &code;
  std::size_t slot_at = bottom;
  for (const Value& v : args) stack_[slot_at++] = v;
  for (const Value& v : captured) stack_[slot_at++] = v;
  if (self != nullptr && code.self_slot >= 0) {
    stack_[bottom + static_cast<std::size_t>(code.self_slot)] = *self;
  }
  ++depth_;
  Value result = eval(code.root);
  --depth_;
  stack_.resize(bottom);
  base_ = outer_base;
  code_ = outer_code;
  at_ = outer_at;
  return result;
}

// Calls nest to a depth, and on a stack, that are bounded.
bool Machine::may_call() {
  const char* here = static_cast<const char*>(__builtin_frame_address(0));
  if (depth_ == 0 || stack_top_ == nullptr) stack_top_ = here;
  const auto used = stack_top_ > here ? stack_top_ - here : here - stack_top_;
  if (depth_ < call_depth_max && used < call_stack_bytes_max) return true;
  note("limit", "calls are nested deeper than " + std::to_string(call_depth_max) +
                    ", or take too much of the stack");
  return false;
}

bool Machine::enter_frame(std::uint32_t slots, std::span<const Value> args,
                          std::span<const Value> captured, FrameMark& mark) {
  if (!may_call()) return false;
  mark = {stack_.size(), base_, code_};
  const auto needed = std::max<std::size_t>(slots, args.size() + captured.size());
  stack_.resize(mark.bottom + needed);
  base_ = mark.bottom;
  std::size_t at = mark.bottom;
  for (const Value& v : args) stack_[at++] = v;
  for (const Value& v : captured) stack_[at++] = v;
  ++depth_;
  return true;
}

void Machine::leave_frame(const FrameMark& mark) {
  --depth_;
  stack_.resize(mark.bottom);
  base_ = mark.base;
  code_ = mark.code;
}

Value Machine::eval_here(const Code& code) { return eval_here(code, code.root); }

Value Machine::eval_here(const Code& code, NodeId node) {
  const Code* outer = code_;
  code_ = &code;
  Value v = eval(node);
  code_ = outer;
  return v;
}

Value Machine::run(const Code& code, std::span<const Value> arguments) {
  return enter(code, arguments, {}, nullptr);
}

Value Machine::test(const Code& code, const Value& input, std::span<const Value> arguments) {
  std::vector<Value> args(arguments.begin(), arguments.end());
  args.push_back(input);
  return enter(code, args, {}, nullptr);
}

Value Machine::call(const Function& f, std::span<const Value> args) {
  if (f.builtin != nullptr) return call_builtin(f, args);
  if (args.size() != f.parameters.size()) {
    note("arguments", "the function takes " + std::to_string(f.parameters.size()) +
                          " arguments and got " + std::to_string(args.size()));
    return {};
  }
  std::vector<Value> values(args.begin(), args.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (coerce(values[i], f.parameters[i].type, this)) continue;
    note("type",
         "the argument `" + f.parameters[i].name + "` is no " + type_text(f.parameters[i].type),
         values[i]);
    return {};
  }
  Value result;
  if (f.model_item >= 0) {
    if (globals_ != nullptr) result = globals_->invoke(f.model_item, values, *this);
  } else if (f.logic != nullptr) {
    result = evaluate_logic(*f.logic, values, f, *this);
  } else {
    const Value self =
        f.code->self_slot >= 0 ? Value::function(std::make_shared<const Function>(f)) : Value();
    result = enter(*f.code, values, f.captured, &self);
  }
  if (!coerce(result, f.result, this)) {
    note("type", "the function's result is no " + type_text(f.result), result);
    return {};
  }
  return result;
}

Value Machine::eval(NodeId id) {
  const Node& n = code_->nodes[id];
  if (--steps_left_ <= 0) {
    if (steps_left_ == 0) fail(id, "limit", "more than " + std::to_string(steps_max) + " steps");
    return {};
  }
  switch (n.op) {
    case Op::constant: return code_->constants[n.a];
    case Op::local: return slot(n.a);
    case Op::global: return globals_->global(n.a, *this);
    case Op::and_:
    case Op::or_: return logic(n);
    case Op::equal:
    case Op::unequal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return compare_op(n, id);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power:
    case Op::negate: return arithmetic(n, id);
    case Op::in: return in(n);
    case Op::tests: return tests(n);
    case Op::test_any: return Value::boolean(true);
    case Op::if_: return conditional(n, id);
    default: return eval_compound(n, id);
  }
}

Value Machine::eval_compound(const Node& n, NodeId id) {
  switch (n.op) {
    case Op::between: {
      const Value v = eval(n.a);
      const Value low = eval(n.b);
      const Value high = eval(n.c);
      const auto a = order_of(v, low);
      const auto b = order_of(v, high);
      if (!a || !b) return fail(id, "type", "these values have no order", v);
      return Value::boolean(*a >= 0 && *b <= 0);
    }
    case Op::member_name: return member_name(n, id);
    case Op::for_:
    case Op::some:
    case Op::every: return iterate(n, id);
    case Op::filter: return filter(n, id);
    case Op::path: return path(n, id);
    case Op::call: return builtin(n, id);
    case Op::invoke: return invoke(n, id);
    case Op::lambda: return lambda(n);
    case Op::list: return list(n);
    case Op::context: return context(n);
    case Op::range: return range(n, id);
    case Op::instance_of: return Value::boolean(instance_of(eval(n.a), code_->types[n.b], nullptr));
    case Op::test_compare:
    case Op::test_value: {
      const Value input = slot(n.b);
      return one_test(id, input);
    }
    case Op::error: return fail(id, "compile", "the expression could not be compiled");
    default: return {};
  }
}

Value Machine::logic(const Node& n) {
  const bool deciding = n.op == Op::or_;  // the value that decides alone
  const Value a = eval(n.a);
  if (a.is(Kind::boolean) && a.as_boolean() == deciding) return a;
  const Value b = eval(n.b);
  if (b.is(Kind::boolean) && b.as_boolean() == deciding) return b;
  if (a.is(Kind::boolean) && b.is(Kind::boolean)) return a;
  const bool left_wrong = !a.is(Kind::boolean);
  return fail(left_wrong ? n.a : n.b, "unknown", "neither true nor false", left_wrong ? a : b);
}

Value Machine::compare_op(const Node& n, NodeId id) {
  const Value a = eval(n.a);
  const Value b = eval(n.b);
  if (n.op == Op::equal || n.op == Op::unequal) {
    const Value e = equals(a, b);
    if (e.is_null()) {
      return fail(id, "type",
                  std::string("a ") + name_of(a.kind()) + " and a " + name_of(b.kind()) +
                      " can't be compared",
                  b);
    }
    return Value::boolean(e.is_true() == (n.op == Op::equal));
  }
  const auto order = order_of(a, b);
  if (!order) {
    return fail(
        id, a.is_null() || b.is_null() ? "null" : "type",
        std::string("a ") + name_of(a.kind()) + " and a " + name_of(b.kind()) + " have no order",
        a.is_null() ? b : a);
  }
  switch (n.op) {
    case Op::less: return Value::boolean(*order < 0);
    case Op::less_equal: return Value::boolean(*order <= 0);
    case Op::greater: return Value::boolean(*order > 0);
    default: return Value::boolean(*order >= 0);
  }
}

Value Machine::negative(const Value& a, NodeId id) {
  if (a.is(Kind::number)) return Value::number(-a.as_number());
  if (a.is(Kind::months)) return Value::months(-a.whole());
  if (a.is(Kind::duration)) {
    return a.ns() == 0 ? Value::duration(-a.whole(), 0)
                       : Value::duration(-a.whole() - 1, 1'000'000'000 - a.ns());
  }
  return fail(id, a.is_null() ? "null" : "type",
              std::string("a ") + name_of(a.kind()) + " has no negative", a);
}

Value Machine::apply(const Code& code, NodeId node, const Value& operand) {
  const Code* outer = code_;
  code_ = &code;
  const Node& n = code.nodes[node];
  Value v = n.op == Op::negate ? negative(operand, node) : path_of(operand, n, node);
  code_ = outer;
  return v;
}

namespace {

// A few factors keep all their digits; roots, reciprocals and long products don't.
bool is_exact_exponent(const Decimal& n) {
  constexpr std::int64_t factors_max = 16;
  return n.is_whole() && !n.is_negative() && n <= Decimal(factors_max);
}

}  // namespace

Value Machine::arithmetic(const Node& n, NodeId id) {
  const Value a = eval(n.a);
  if (n.op == Op::negate) return negative(a, id);
  const Value b = eval(n.b);
  if (n.op == Op::power && b.is(Kind::number) && !is_exact_exponent(b.as_number())) inexact();
  if (auto result = brain::arithmetic(n.op, a, b)) {
    if (result->is(Kind::text)) spend_for(*result);
    return *std::move(result);
  }
  const char* sign = n.op == Op::add        ? "+"
                     : n.op == Op::subtract ? "-"
                     : n.op == Op::multiply ? "*"
                     : n.op == Op::divide   ? "/"
                                            : "**";
  const bool null = a.is_null() || b.is_null();
  return fail(
      id, null ? "null" : "type",
      to_text(a).substr(0, 80) + " " + sign + " " + to_text(b).substr(0, 80) + " has no value",
      null ? Value() : b);
}

Value Machine::conditional(const Node& n, NodeId id) {
  const Value c = eval(n.a);
  if (!c.is(Kind::boolean)) fail(id, "unknown", "the condition is neither true nor false", c);
  return eval(c.is_true() ? n.b : n.c);
}

Value Machine::in(const Node& n) {
  const Value input = eval(n.a);
  slot(n.b) = input;
  bool unknown = false;
  for (std::uint32_t i = 0; i < n.count; ++i) {
    const Value v = one_test(code_->kids[n.first + i], input);
    if (v.is_true()) return v;
    unknown = unknown || v.is_null();
  }
  return unknown ? Value() : Value::boolean(false);
}

Value Machine::tests(const Node& n) {
  const Value input = slot(n.b);
  bool unknown = false;
  bool any = false;
  for (std::uint32_t i = 0; i < n.count && !any; ++i) {
    const Value v = one_test(code_->kids[n.first + i], input);
    any = v.is_true();
    unknown = unknown || v.is_null();
  }
  if (any) return Value::boolean(n.aux == 0);
  if (unknown) return {};
  return Value::boolean(n.aux != 0);
}

Value Machine::one_test(NodeId id, const Value& input) {
  const Node& n = code_->nodes[id];
  if (n.op == Op::test_any) return Value::boolean(true);
  const Value right = eval(n.a);
  if (n.op == Op::test_value) {
    Value result = matches(input, right, n.aux != 0);
    if (result.is_null()) {
      fail(id, input.is_null() ? "null" : "type",
           std::string("a ") + name_of(input.kind()) + " can't be tested by `" +
               code_->text_of(n.a) + "`",
           input);
    }
    return result;
  }
  const Op op = static_cast<Op>(n.aux);
  if (op == Op::equal || op == Op::unequal) {
    const Value e = equals(input, right);
    if (e.is_null()) return fail(id, "type", "the values can't be compared", input);
    return Value::boolean(e.is_true() == (op == Op::equal));
  }
  const auto order = order_of(input, right);
  if (!order) {
    return fail(id, input.is_null() ? "null" : "type",
                std::string("a ") + name_of(input.kind()) + " and a " + name_of(right.kind()) +
                    " have no order",
                input);
  }
  switch (op) {
    case Op::less: return Value::boolean(*order < 0);
    case Op::less_equal: return Value::boolean(*order <= 0);
    case Op::greater: return Value::boolean(*order > 0);
    default: return Value::boolean(*order >= 0);
  }
}

Value Machine::matches(const Value& input, const Value& value, bool reads_input) {
  if (reads_input) return value.is(Kind::boolean) ? value : Value();
  if (value.is(Kind::range))
    return input.is(Kind::range) ? equals(input, value) : in_range(input, value.as_range());
  if (value.is(Kind::list)) {
    if (input.is(Kind::list) && equals(input, value).is_true()) return Value::boolean(true);
    bool unknown = false;
    for (const Value& item : value.as_list()) {
      const bool in_it = item.is(Kind::range) && !input.is(Kind::range);
      const Value e = in_it ? in_range(input, item.as_range()) : equals(input, item);
      if (e.is_true()) return e;
      unknown = unknown || (e.is_null() && in_it);
    }
    return unknown ? Value() : Value::boolean(false);
  }
  if (value.is(Kind::boolean) && !input.is(Kind::boolean) && !input.is_null()) return value;
  return equals(input, value);
}

}  // namespace citybrain::brain
