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
    if (failed_) return 0;
    const TypeRef type = range_of(type_of(end));
    if (mark_text == "=") return add(Op::range, begin, end, end, 0, 3, type);
    return add(Op::range, begin, low ? end : no_node, low ? no_node : end, 0, bits, type);
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
    check_compared(Op::less_equal, type_of(low), type_of(high), high);
    return add(Op::range, begin, low, high, 0,
               static_cast<std::uint8_t>((low_closed ? 1 : 0) | (closed ? 2 : 0)),
               range_of(common_type(type_of(low), type_of(high))));
  };
  const Mark m = mark();
  const NodeId high = additive();
  if (!failed_ && (is("]") || is(")") || is("["))) return close(high);
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
  if (!is("]")) {
    do {
      kids.push_back(expr());
      if (failed_) return 0;
      if (kids.size() == 1 && eat("..")) {
        no_filter_ = outer;
        return range_rest(kids[0], begin, true);
      }
      const TypeRef t = type_of(kids.back());
      element = kids.size() == 1 ? t : common_type(element, t);
    } while (eat(","));
  }
  no_filter_ = outer;
  if (!expect("]", "`]` is missing")) return 0;
  const NodeId node = add(Op::list, begin, 0, 0, 0, 0, list_of(element));
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
  item_types_.push_back(element);
  const NodeId condition = expr();
  item_types_.pop_back();
  const std::uint8_t reads = saw_item_.back();
  saw_item_.pop_back();
  body().items.pop_back();
  body().names.resize(names);
  no_filter_ = outer;
  if (!expect("]", "`]` is missing")) return 0;
  if (failed_) return 0;
  // A condition keeps a list, a position gives an item.
  const TypeRef c = type_of(condition);
  TypeRef result;
  if (is_kind(c, Type::Kind::boolean)) result = is_known(t) ? list_of(element) : nullptr;
  if (is_kind(c, Type::Kind::number) && !reads) result = element;
  if (is_known(c) && !result && c->kind != Type::Kind::boolean && c->kind != Type::Kind::number) {
    complain("type",
             std::string("a filter wants a position or a condition, not a ") + name_of(c->kind),
             code().nodes[condition].begin, code().nodes[condition].end);
  }
  return add(Op::filter, begin, list, condition, slot, reads, std::move(result));
}

NodeId Parser::path(NodeId left, std::uint32_t begin) {
  ++at_;
  std::size_t length = 0;
  std::string member;
  const TypeRef t = type_of(left);
  const TypeRef context = t && t->kind == Type::Kind::list ? t->element : t;
  if (context && context->kind == Type::Kind::context) {
    for (const auto& field : context->fields) {
      const std::size_t n = match(name_words(field.first));
      if (n > length) {
        length = n;
        member = field.first;
      }
    }
  }
  for (const auto& words : members_) {
    const std::size_t n = match(words);
    if (n <= length) continue;
    length = n;
    member.clear();
    for (std::size_t i = 0; i < n; ++i) {
      const Token& token = peek(i);
      if (i > 0 && token.begin > peek(i - 1).finish) member += ' ';
      member += token.text;
    }
  }
  if (length == 0) member = loose_name(length);
  const std::uint32_t member_begin = here();
  at_ += length;
  TypeRef result = check_member(t, member, member_begin);
  return add(Op::path, begin, left, name_number(member), 0, 0, std::move(result));
}

}  // namespace citybrain::brain
