// if, for, some, every and function.
#include "parser.h"

namespace citybrain::brain {

NodeId Parser::if_expression() {
  const std::uint32_t begin = here();
  ++at_;
  const NodeId condition = expr();
  if (!expect_word("then", "`if` wants `then`")) return 0;
  const NodeId yes = expr();
  if (!expect_word("else", "`if` wants `else`")) return 0;
  const NodeId no = expr();
  if (failed_) return 0;
  check_condition(condition, "if");
  // `else null` says nothing about the type.
  const auto is_null = [&](NodeId id) {
    const Node& n = code().nodes[id];
    return n.op == Op::constant && code().constants[n.a].is_null();
  };
  const TypeRef x = type_of(is_null(yes) ? no : yes);
  const TypeRef y = type_of(is_null(no) ? yes : no);
  return add(Op::if_, begin, condition, yes, no, 0, common_type(x, y));
}

NodeId Parser::iteration(Op op) {
  const std::uint32_t begin = here();
  ++at_;
  const std::size_t names = body().names.size();
  std::vector<std::uint32_t> kids{0};
  do {
    const std::string variable = words_until("in");
    if (failed_) return 0;
    if (variable.empty()) return fail_here("the iteration wants a variable");
    if (!expect_word("in", "the iteration wants `in`")) return 0;
    const std::uint32_t slot = take_slot();
    const NodeId list = expr();
    NodeId end = no_node;
    if (!failed_ && eat("..")) end = additive();
    if (failed_) return 0;
    const TypeRef t = type_of(list);
    TypeRef element = is_kind(t, Type::Kind::range) ? t->element : item_type(t);
    if (end != no_node) element = common_type(t, type_of(end));
    declare(variable, slot, element);
    kids.insert(kids.end(), {slot, list, end});
  } while (eat(","));
  std::uint32_t partial = no_node;
  if (op == Op::for_) {
    if (!expect_word("return", "`for` wants `return`")) return 0;
    partial = take_slot();
    declare("partial", partial, nullptr);
  } else if (!expect_word("satisfies", "`some` and `every` want `satisfies`")) {
    return 0;
  }
  const std::size_t first_node = code().nodes.size();
  kids[0] = expr();
  bool uses_partial = false;  // building it costs a copy a step
  for (std::size_t i = first_node; i < code().nodes.size() && partial != no_node; ++i) {
    const Node& n = code().nodes[i];
    uses_partial = uses_partial || (n.op == Op::local && n.a == partial) || n.op == Op::lambda;
  }
  body().names.resize(names);
  if (failed_) return 0;
  TypeRef result;
  if (op != Op::for_) {
    result = builtin_type("boolean");
    check_condition(kids[0], "satisfies");
  } else {
    result = list_of(type_of(kids[0]));
  }
  const NodeId node = add(op, begin, partial, 0, 0, uses_partial ? 1 : 0, result);
  set_kids(node, kids);
  return node;
}

NodeId Parser::lambda() {
  const std::uint32_t begin = here();
  ++at_;
  if (!expect("(", "`function` wants its parameters in parentheses")) return 0;
  bodies_.push_back({});
  body().code = new_code();
  const auto leave = [&] { bodies_.pop_back(); };
  if (!is(")")) {
    do {
      const std::string parameter = words_until(",", ")", ":");
      TypeRef t;
      if (!failed_ && eat(":")) t = type();
      if (failed_) return leave(), 0;
      if (parameter.empty()) return leave(), fail_here("the parameter wants a name");
      declare(parameter, take_slot(), t);
      code().parameters.push_back({parameter, t});
    } while (eat(","));
  }
  if (!expect(")", "`)` is missing")) return leave(), 0;
  if (is_word("external")) {
    const std::uint32_t at = here();
    leave();
    return fail("external_function", "external functions are not called from the city's rules", at,
                peek().finish, "write the function in FEEL");
  }
  TypeRef result;
  if (eat(":")) result = type();
  const std::uint32_t input = test_slot_;
  test_slot_ = no_node;
  // Captured values take their slots after the parameters, so body locals begin after a gap that is
  // closed when the number of captures is known.
  const NodeId root = failed_ ? 0 : expr();
  test_slot_ = input;
  if (failed_) return leave(), 0;
  code().root = root;
  code().result = result;
  if (!result) result = type_of(root);
  code().captures = body().capture_from;
  auto inner = body().code;
  place_captures(*inner);
  fold(*inner);
  leave();
  const TypeRef t = function_type(inner->parameters, result);
  code().codes.push_back(inner);
  return add(Op::lambda, begin, static_cast<std::uint32_t>(code().codes.size() - 1), 0, 0, 0, t);
}

// The body's slots once its captures are counted: parameters, captures, locals.
void Parser::place_captures(Code& code) {
  const auto parameters = static_cast<std::uint32_t>(code.parameters.size());
  const auto captures = static_cast<std::uint32_t>(code.captures.size());
  const auto moved = [&](std::uint32_t slot) {
    constexpr std::uint32_t capture_base = 1U << 30;
    if (slot == no_node || slot < parameters) return slot;
    return slot >= capture_base ? parameters + (slot - capture_base) : slot + captures;
  };
  for (Node& n : code.nodes) {
    switch (n.op) {
      case Op::local:
      case Op::for_: n.a = moved(n.a); break;
      case Op::member_name:
      case Op::in:
      case Op::tests:
      case Op::test_compare:
      case Op::test_value: n.b = moved(n.b); break;
      case Op::filter: n.c = moved(n.c); break;
      default: break;
    }
    const bool iterates = n.op == Op::for_ || n.op == Op::some || n.op == Op::every;
    for (std::uint32_t i = 0; i < n.count; ++i) {
      if ((iterates && i % 3 == 1) || (n.op == Op::context && i % 3 == 2)) {
        code.kids[n.first + i] = moved(code.kids[n.first + i]);
      }
    }
  }
  for (const auto& nested : code.codes) {
    for (std::uint32_t& slot : std::const_pointer_cast<Code>(nested)->captures) slot = moved(slot);
  }
  code.slots += captures;
}

}  // namespace citybrain::brain
