// What operators join: literals, parentheses, ranges, lists, contexts, if, for, some, every,
// function, filters and paths.
#include <algorithm>

#include "builtin.h"
#include "parser.h"
#include "temporal.h"

namespace citybrain::brain {

NodeId Parser::postfix() {
  const std::uint32_t begin = here();
  NodeId node = primary();
  while (!failed_) {
    if (is("[") && no_filter_ == 0) {
      node = filter(node, begin);
    } else if (is(".") && (peek(1).kind == Token::Kind::name)) {
      node = path(node, begin);
    } else if (is("(")) {
      node = call(node, "", begin);
    } else {
      break;
    }
  }
  return node;
}

NodeId Parser::primary() {
  const Token& t = peek();
  const std::uint32_t begin = t.begin;
  switch (t.kind) {
    case Token::Kind::number: {
      const auto value = Decimal::parse(t.text);
      ++at_;
      if (!value || !value->is_finite()) {
        return fail("syntax", "the number " + t.text + " is out of range", begin, t.finish);
      }
      return constant(Value::number(*value), begin);
    }
    case Token::Kind::text: ++at_; return constant(Value::text(t.text), begin);
    case Token::Kind::at_text: return at_literal(t);
    case Token::Kind::end: return fail_here("an expression is missing here");
    case Token::Kind::mark: break;
    case Token::Kind::name: return name();
  }
  if (is("(")) return parenthesis();
  if (is("[")) return bracket();
  if (is("]")) {
    ++at_;
    const NodeId low = additive();
    if (!expect("..", "a range wants `..`")) return 0;
    return range_rest(low, begin, false);
  }
  if (is("{")) return context_literal();
  if (is("?")) {
    if (is_word("?")) return name();
    ++at_;
    if (test_slot_ == no_node) {
      return fail("syntax", "`?` stands for the tested value, and here nothing is tested", begin,
                  last_end());
    }
    saw_input_ = true;
    return add(Op::local, begin, test_slot_, 0, 0, 0, test_type_);
  }
  return fail_here("`" + t.text + "` begins no expression");
}

NodeId Parser::at_literal(const Token& token) {
  ++at_;
  auto value = parse_temporal_text(token.text);
  if (!value) {
    return fail("syntax", "`" + token.text + "` is no date, time, date and time or duration",
                token.begin, token.finish);
  }
  return constant(*std::move(value), token.begin);
}

NodeId Parser::parenthesis() {
  const std::uint32_t begin = here();
  ++at_;
  const int outer = no_filter_;
  no_filter_ = 0;
  struct Unbounded {
    std::string_view mark;
    bool low, closed;
  };
  for (const auto& [mark_text, low, closed] :
       {Unbounded{"<", false, false}, Unbounded{"<=", false, true}, Unbounded{">", true, false},
        Unbounded{">=", true, true}, Unbounded{"=", true, true}}) {
    if (!is(mark_text)) continue;  // (> 5) is a range without an end
    ++at_;
    const NodeId end = additive();
    no_filter_ = outer;
    if (!expect(")", "`)` is missing")) return 0;
    const std::uint8_t bits = static_cast<std::uint8_t>(!closed ? 0 : low ? 1 : 2);
    if (mark_text == "=") return add(Op::range, begin, end, end, 0, 3);
    return add(Op::range, begin, low ? end : no_node, low ? no_node : end, 0, bits);
  }
  const NodeId node = expr();
  no_filter_ = outer;
  if (failed_) return 0;
  if (eat("..")) return range_rest(node, begin, false);
  if (!expect(")", "`)` is missing")) return 0;
  return node;
}

NodeId Parser::range_rest(NodeId low, std::uint32_t begin, bool low_closed) {
  const auto close = [&](NodeId high) -> NodeId {
    const bool closed = is("]");
    ++at_;
    return add(Op::range, begin, low, high, 0,
               static_cast<std::uint8_t>((low_closed ? 1 : 0) | (closed ? 2 : 0)));
  };
  const Mark m = mark();
  const NodeId high = additive();
  if (!failed_ && (is("]") || is(")"))) return close(high);
  back_to(m);
  ++no_filter_;
  const NodeId again = additive();
  --no_filter_;
  if (failed_) return 0;
  if (!is("[") && !is("]") && !is(")")) return fail_here("the range's end is missing: ] ) or [");
  return close(again);
}

NodeId Parser::bracket() {
  const std::uint32_t begin = here();
  ++at_;
  const int outer = no_filter_;
  no_filter_ = 0;
  std::vector<std::uint32_t> kids;
  TypeRef element;
  bool uniform = true;
  if (!is("]")) {
    do {
      kids.push_back(expr());
      if (failed_) return 0;
      if (kids.size() == 1 && eat("..")) {
        no_filter_ = outer;
        return range_rest(kids[0], begin, true);
      }
      const TypeRef t = type_of(kids.back());
      if (kids.size() == 1) element = t;
      if (!t || !element || t->kind != element->kind || t->kind == Type::Kind::context)
        uniform = false;
    } while (eat(","));
  }
  no_filter_ = outer;
  if (!expect("]", "`]` is missing")) return 0;
  const NodeId node =
      add(Op::list, begin, 0, 0, 0, 0, uniform && element ? list_of(element) : nullptr);
  set_kids(node, kids);
  return node;
}

NodeId Parser::context_literal() {
  const std::uint32_t begin = here();
  ++at_;
  const int outer = no_filter_;
  no_filter_ = 0;
  const std::size_t names = body().names.size();
  std::vector<std::uint32_t> kids;
  auto context_type = std::make_shared<Type>();
  context_type->kind = Type::Kind::context;
  context_type->name = "context";
  if (!is("}")) {
    do {
      const std::uint32_t key_begin = here();
      std::string key;
      const bool quoted = peek().kind == Token::Kind::text;
      if (quoted) {
        key = tokens_[at_++].text;
      } else {
        key = words_until(":");
      }
      if (failed_) return 0;
      if (key.empty() && !quoted) return fail_here("the entry wants a name");
      for (const auto& field : context_type->fields) {
        if (field.first == key) {
          return fail("name", "the context has two entries `" + key + "`", key_begin, last_end());
        }
      }
      if (!expect(":", "a context's entry is `name: value`")) return 0;
      const std::uint32_t slot = take_slot();
      // A function may call itself by its entry's name.
      const bool recursive = is_word("function") && is("(", 1);
      if (recursive) declare(key, slot, nullptr);
      const NodeId value = expr();
      if (failed_) return 0;
      if (recursive) body().names.pop_back();
      members_.push_back(name_words(key));
      declare(key, slot, type_of(value));
      context_type->fields.emplace_back(key, type_of(value));
      kids.insert(kids.end(), {name_number(key), value, slot});
      if (recursive) {
        const Node& n = code().nodes[value];
        auto inner = std::const_pointer_cast<Code>(code().codes[n.a]);
        for (std::size_t i = 0; i < inner->captures.size(); ++i) {
          if (inner->captures[i] == slot) {
            inner->self_slot = static_cast<int>(inner->parameters.size() + i);
          }
        }
      }
    } while (eat(","));
  }
  no_filter_ = outer;
  body().names.resize(names);
  if (!expect("}", "`}` is missing")) return 0;
  const NodeId node = add(Op::context, begin, 0, 0, 0, 0, context_type);
  set_kids(node, kids);
  return node;
}

NodeId Parser::if_expression() {
  const std::uint32_t begin = here();
  ++at_;
  const NodeId condition = expr();
  if (!expect_word("then", "`if` wants `then`")) return 0;
  const NodeId yes = expr();
  if (!expect_word("else", "`if` wants `else`")) return 0;
  const NodeId no = expr();
  if (failed_) return 0;
  const TypeRef x = type_of(yes);
  const TypeRef y = type_of(no);
  return add(Op::if_, begin, condition, yes, no, 0, x && y && x->kind == y->kind ? x : nullptr);
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
    TypeRef element = t && (t->kind == Type::Kind::list) ? t->element : nullptr;
    if (end != no_node) element = builtin_type("number");
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
  } else if (type_of(kids[0])) {
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
    return fail("unsupported", "external functions are not called from the city's rules", at,
                peek().finish);
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
  code().result = result ? result : nullptr;
  code().captures = body().capture_from;
  auto inner = body().code;
  const auto parameters = static_cast<std::uint32_t>(inner->parameters.size());
  const auto captures = static_cast<std::uint32_t>(inner->captures.size());
  const auto moved = [&](std::uint32_t slot) {
    constexpr std::uint32_t capture_base = 1U << 30;
    if (slot == no_node || slot < parameters) return slot;
    return slot >= capture_base ? parameters + (slot - capture_base) : slot + captures;
  };
  for (Node& n : inner->nodes) {
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
        inner->kids[n.first + i] = moved(inner->kids[n.first + i]);
      }
    }
  }
  for (const auto& nested : inner->codes) {
    for (std::uint32_t& slot : std::const_pointer_cast<Code>(nested)->captures) slot = moved(slot);
  }
  inner->slots += captures;
  fold(*inner);
  leave();
  auto t = std::make_shared<Type>();
  t->kind = Type::Kind::function;
  t->name = "function";
  for (const Parameter& p : inner->parameters) t->parameters.push_back(p.type);
  t->result = result;
  code().codes.push_back(inner);
  return add(Op::lambda, begin, static_cast<std::uint32_t>(code().codes.size() - 1), 0, 0, 0, t);
}

NodeId Parser::filter(NodeId list, std::uint32_t begin) {
  ++at_;
  const int outer = no_filter_;
  no_filter_ = 0;
  const std::size_t names = body().names.size();
  const std::uint32_t slot = take_slot();
  const TypeRef t = type_of(list);
  const TypeRef element = t && t->kind == Type::Kind::list ? t->element : t;
  declare("item", slot, element);
  if (element && element->kind == Type::Kind::context) {
    for (const auto& field : element->fields) members_.push_back(name_words(field.first));
  }
  body().items.push_back(slot);
  saw_item_.push_back(0);
  const NodeId condition = expr();
  const std::uint8_t reads = saw_item_.back();
  saw_item_.pop_back();
  if (!saw_item_.empty() && reads) saw_item_.back() = 1;
  body().items.pop_back();
  body().names.resize(names);
  no_filter_ = outer;
  if (!expect("]", "`]` is missing")) return 0;
  return add(Op::filter, begin, list, condition, slot, reads, reads ? t : element);
}

NodeId Parser::path(NodeId left, std::uint32_t begin) {
  ++at_;
  std::size_t length = 0;
  std::string member;
  const TypeRef t = type_of(left);
  const TypeRef context = t && t->kind == Type::Kind::list ? t->element : t;
  TypeRef result;
  if (context && context->kind == Type::Kind::context) {
    for (const auto& [field, field_type] : context->fields) {
      const std::size_t n = match(name_words(field));
      if (n > length) {
        length = n;
        member = field;
        result = field_type;
      }
    }
  }
  for (const auto& words : members_) {
    const std::size_t n = match(words);
    if (n <= length) continue;
    length = n;
    result = nullptr;
    member.clear();
    for (std::size_t i = 0; i < n; ++i) {
      const Token& token = peek(i);
      if (i > 0 && token.begin > peek(i - 1).finish) member += ' ';
      member += token.text;
    }
  }
  if (length == 0) member = loose_name(length);
  at_ += length;
  if (t && t->kind == Type::Kind::list && result) result = list_of(result);
  return add(Op::path, begin, left, name_number(member), 0, 0, result);
}

}  // namespace citybrain::brain
