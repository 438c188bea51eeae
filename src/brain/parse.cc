// Operators, loosest first: or · and · comparison, between, in · + - · * / · ** · - · instance of.
#include "parse.h"

#include <algorithm>

#include "parser.h"

namespace citybrain::brain {

Span Code::span_of(const Node& node) const {
  Span span{node.begin, node.end, line, column};
  for (std::uint32_t i = 0; i < node.begin && i < source.size(); ++i) {
    if (source[i] == '\n') {
      ++span.line;
      span.column = 1;
    } else if ((static_cast<unsigned char>(source[i]) & 0xc0) != 0x80) {
      ++span.column;
    }
  }
  return span;
}

std::string Code::text_of(NodeId id) const {
  const Node& n = nodes[id];
  return source.substr(n.begin, n.end - n.begin);
}

Parser::Parser(const Source& source, const Scope& scope, std::vector<Diagnostic>& diagnostics)
    : source_(source), scope_(scope), diagnostics_(diagnostics) {
  bodies_.push_back({});
  body().code = new_code();
  body().slot = scope.slots;
  code().slots = scope.slots;
  for (const Declared& d : scope.names) {
    (d.is_global ? globals_ : body().names).push_back({name_words(d.name), d});
  }
  for (const std::string& m : scope.members) members_.push_back(name_words(m));
  for (const char* m : {"time offset", "start included", "end included"}) {
    members_.push_back(name_words(m));
  }
  LexFailure failure;
  if (!lex(source.text, tokens_, failure)) {
    tokens_.push_back({Token::Kind::end, failure.begin, failure.finish, ""});
    at_ = tokens_.size() - 1;
    fail("syntax", failure.message, failure.begin, failure.finish);
  }
}

std::shared_ptr<Code> Parser::new_code() {
  auto c = std::make_shared<Code>();
  c->source = source_.text;
  c->where = source_.where;
  c->line = source_.line;
  c->column = source_.column;
  return c;
}

Parsed Parser::finish(NodeId root) {
  if (!failed_ && peek().kind != Token::Kind::end) {
    fail_here("`" + peek().text + "` is not expected here");
  }
  Parsed p;
  p.failed = failed_ || wrong_;
  if (p.failed) {
    root = add(Op::error, 0);
  } else {
    p.type = type_of(root);
  }
  code().root = root;
  fold(code());
  p.code = body().code;
  return p;
}

Parsed Parser::expression() { return finish(failed_ ? 0 : expr()); }

Parsed Parser::unary_tests(std::uint32_t slot, const TypeRef& type) {
  test_slot_ = slot;
  test_type_ = type;
  if (failed_) return finish(0);
  const std::uint32_t begin = here();
  // "-" alone, or in a list, accepts anything.
  if (is("-") && peek(1).kind == Token::Kind::end) {
    ++at_;
    return finish(add(Op::test_any, begin));
  }
  const bool negated = is_word("not") && is("(", 1);
  if (negated) {
    // not(…) may also be the function, as a part of a longer expression.
    const Mark m = mark();
    at_ += 2;
    const NodeId node = tests_until(slot, ")");
    if (!failed_ && eat(")") && peek().kind == Token::Kind::end) {
      code().nodes[node].aux = 1;
      code().nodes[node].begin = begin;
      code().nodes[node].end = last_end();
      return finish(node);
    }
    back_to(m);
  }
  return finish(tests_until(slot, ""));
}

NodeId Parser::tests_until(std::uint32_t slot, std::string_view closing) {
  const std::uint32_t begin = here();
  std::vector<std::uint32_t> kids;
  do {
    if (is("-") && (is(",", 1) || peek(1).kind == Token::Kind::end)) {
      ++at_;
      kids.push_back(add(Op::test_any, last_end() - 1));
    } else {
      kids.push_back(test(slot));
    }
  } while (!failed_ && eat(","));
  if (!closing.empty() && !failed_ && !is(closing)) {
    return fail_here("`" + std::string(closing) + "` is missing");
  }
  const NodeId node = add(Op::tests, begin, 0, slot);
  set_kids(node, kids);
  return node;
}

NodeId Parser::test(std::uint32_t slot) {
  const std::uint32_t begin = here();
  struct Comparison {
    std::string_view mark;
    Op op;
  };
  constexpr Comparison comparisons[] = {{"<", Op::less},    {"<=", Op::less_equal},
                                        {">", Op::greater}, {">=", Op::greater_equal},
                                        {"=", Op::equal},   {"!=", Op::unequal}};
  const TypeRef tested = slot == test_slot_ ? test_type_ : in_type_;
  for (const auto& [mark_text, op] : comparisons) {
    if (!is(mark_text)) continue;
    ++at_;
    const NodeId right = additive();
    if (!failed_) check_compared(op, tested, type_of(right), right);
    return add(Op::test_compare, begin, right, slot, 0, static_cast<std::uint8_t>(op));
  }
  const bool outer = saw_input_;
  saw_input_ = false;
  const NodeId value = expr();
  const bool reads = saw_input_;
  saw_input_ = outer || reads;
  if (!failed_) check_test(reads ? builtin_type("boolean") : tested, value);
  return add(Op::test_value, begin, value, slot, 0, reads ? 1 : 0);
}

NodeId Parser::expr() {
  if (failed_) return 0;
  if (++depth_ > parse_depth_max) {
    --depth_;
    return fail(
        "limit",
        "the expression is nested deeper than " + std::to_string(parse_depth_max) + " levels",
        here(), peek().finish);
  }
  const NodeId node = disjunction();
  --depth_;
  return node;
}

NodeId Parser::binary(Op op, NodeId a, NodeId b) {
  if (failed_) return 0;
  return add(op, code().nodes[a].begin, a, b, 0, 0, check_operands(op, a, b));
}

NodeId Parser::disjunction() {
  NodeId left = conjunction();
  while (!failed_ && eat_word("or")) left = binary(Op::or_, left, conjunction());
  return left;
}

NodeId Parser::conjunction() {
  NodeId left = comparison();
  while (!failed_ && eat_word("and")) left = binary(Op::and_, left, comparison());
  return left;
}

NodeId Parser::comparison() {
  const std::uint32_t begin = here();
  NodeId left = additive();
  while (!failed_) {
    if (eat("=")) {
      left = binary(Op::equal, left, additive());
    } else if (eat("!=")) {
      left = binary(Op::unequal, left, additive());
    } else if (eat("<=")) {
      left = binary(Op::less_equal, left, additive());
    } else if (eat(">=")) {
      left = binary(Op::greater_equal, left, additive());
    } else if (eat("<")) {
      left = binary(Op::less, left, additive());
    } else if (eat(">")) {
      left = binary(Op::greater, left, additive());
    } else if (eat_word("between")) {
      const NodeId low = additive();
      if (!expect_word("and", "`between` wants `and`")) return 0;
      const NodeId high = additive();
      if (failed_) return 0;
      check_compared(Op::greater_equal, type_of(left), type_of(low), low);
      check_compared(Op::less_equal, type_of(left), type_of(high), high);
      left = add(Op::between, begin, left, low, high, 0, builtin_type("boolean"));
    } else if (eat_word("in")) {
      left = in_right(left, begin);
    } else {
      break;
    }
  }
  return left;
}

NodeId Parser::in_right(NodeId left, std::uint32_t begin) {
  const std::uint32_t slot = take_slot();
  const TypeRef outer_type = in_type_;
  in_type_ = type_of(left);
  std::vector<std::uint32_t> kids;
  const auto one = [&] {  // the right side binds tighter than `and` and `or`
    const std::uint32_t from = here();
    if (is("<") || is("<=") || is(">") || is(">=") || is("=") || is("!=")) return test(slot);
    const NodeId value = additive();
    if (!failed_) check_test(in_type_, value);
    return add(Op::test_value, from, value, slot);
  };
  bool done = false;
  if (is("(")) {
    const Mark m = mark();
    const std::uint32_t outer_slot = test_slot_;
    const TypeRef outer_test = test_type_;
    test_slot_ = slot;  // tests in parentheses may say `?`
    test_type_ = in_type_;
    ++at_;
    do kids.push_back(test(slot));
    while (!failed_ && eat(","));
    test_slot_ = outer_slot;
    test_type_ = outer_test;
    done = !failed_ && eat(")");
    // `(a + b) * 2` and `(1..5)` are expressions, not lists of tests.
    for (const char* more : {"+", "-", "*", "/", "**", "[", ".", ".."}) {
      if (is(more)) done = false;
    }
    if (!done) {
      kids.clear();
      back_to(m);
    }
  }
  if (!done) kids.push_back(one());
  in_type_ = outer_type;
  const NodeId node = add(Op::in, begin, left, slot, 0, 0, builtin_type("boolean"));
  set_kids(node, kids);
  return node;
}

NodeId Parser::additive() {
  NodeId left = multiplicative();
  while (!failed_) {
    if (eat("+")) {
      left = binary(Op::add, left, multiplicative());
    } else if (eat("-")) {
      left = binary(Op::subtract, left, multiplicative());
    } else {
      break;
    }
  }
  return left;
}

NodeId Parser::multiplicative() {
  NodeId left = power();
  while (!failed_) {
    if (eat("*")) {
      left = binary(Op::multiply, left, power());
    } else if (eat("/")) {
      left = binary(Op::divide, left, power());
    } else {
      break;
    }
  }
  return left;
}

NodeId Parser::power() {
  NodeId left = unary();
  while (!failed_ && eat("**")) left = binary(Op::power, left, unary());
  return left;
}

NodeId Parser::unary() {
  const std::uint32_t begin = here();
  std::size_t signs = 0;
  while (is("-") && ++signs <= static_cast<std::size_t>(parse_depth_max)) ++at_;
  NodeId node = instance();
  for (; signs > 0 && !failed_; --signs) {
    Node& n = code().nodes[node];
    if (n.op == Op::constant && code().constants[n.a].is(Kind::number)) {
      code().constants[n.a] = Value::number(-code().constants[n.a].as_number());
      n.begin = begin;
    } else {
      node = add(Op::negate, begin, node, 0, 0, 0, check_negated(node));
    }
  }
  return node;
}

NodeId Parser::instance() {
  const std::uint32_t begin = here();
  NodeId node = postfix();
  while (!failed_ && is_word("instance") && is_word("of", 1)) {
    at_ += 2;
    TypeRef t = type();
    if (failed_) return 0;
    code().types.push_back(std::move(t));
    node = add(Op::instance_of, begin, node, static_cast<std::uint32_t>(code().types.size() - 1), 0,
               0, builtin_type("boolean"));
  }
  return node;
}

Parsed parse(Grammar grammar, const Source& source, const Scope& scope,
             std::vector<Diagnostic>& diagnostics, std::uint32_t input_slot, TypeRef input_type) {
  Parser parser(source, scope, diagnostics);
  return grammar == Grammar::expression ? parser.expression()
                                        : parser.unary_tests(input_slot, input_type);
}

}  // namespace citybrain::brain
