// What the parser's other parts stand on: tokens, nodes, slots, and taking steps back.
#include <algorithm>

#include "parser.h"

namespace citybrain::brain {

const Token& Parser::peek(std::size_t n) const {
  return tokens_[std::min(at_ + n, tokens_.size() - 1)];
}
bool Parser::is(std::string_view mark_text, std::size_t n) const {
  return peek(n).kind == Token::Kind::mark && peek(n).text == mark_text;
}
bool Parser::is_word(std::string_view word, std::size_t n) const {
  return peek(n).kind == Token::Kind::name && peek(n).text == word;
}
bool Parser::eat(std::string_view mark_text) { return !failed_ && is(mark_text) && (++at_, true); }
bool Parser::eat_word(std::string_view word) { return !failed_ && is_word(word) && (++at_, true); }

bool Parser::expect(std::string_view mark_text, std::string_view why) {
  if (eat(mark_text)) return true;
  if (!failed_) fail_here(std::string(why));
  return false;
}
bool Parser::expect_word(std::string_view word, std::string_view why) {
  if (eat_word(word)) return true;
  if (!failed_) fail_here(std::string(why));
  return false;
}

NodeId Parser::add(Op op, std::uint32_t begin, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                   std::uint8_t aux, TypeRef type) {
  Node n;
  n.op = op;
  n.aux = aux;
  n.a = a;
  n.b = b;
  n.c = c;
  n.begin = begin;
  n.end = std::max(begin, last_end());
  code().nodes.push_back(n);
  body().types.push_back(std::move(type));
  return static_cast<NodeId>(code().nodes.size() - 1);
}

void Parser::set_kids(NodeId node, const std::vector<std::uint32_t>& kids) {
  code().nodes[node].first = static_cast<std::uint32_t>(code().kids.size());
  code().nodes[node].count = static_cast<std::uint32_t>(kids.size());
  code().kids.insert(code().kids.end(), kids.begin(), kids.end());
}

NodeId Parser::constant(Value value, std::uint32_t begin) {
  TypeRef type = type_of_kind(value.kind());
  code().constants.push_back(std::move(value));
  return add(Op::constant, begin, static_cast<std::uint32_t>(code().constants.size() - 1), 0, 0, 0,
             std::move(type));
}

std::uint32_t Parser::name_number(std::string text) {
  auto& names = code().names;
  const auto it = std::find(names.begin(), names.end(), text);
  if (it != names.end()) return static_cast<std::uint32_t>(it - names.begin());
  names.push_back(std::move(text));
  return static_cast<std::uint32_t>(names.size() - 1);
}

std::uint32_t Parser::take_slot() {
  const std::uint32_t slot = body().slot++;
  code().slots = std::max(code().slots, body().slot);
  return slot;
}

void Parser::declare(std::string text, std::uint32_t slot, TypeRef type) {
  body().names.push_back({name_words(text), {text, false, slot, std::move(type)}});
}

TypeRef Parser::type_of(NodeId node) {
  return node < body().types.size() ? body().types[node] : nullptr;
}

void Parser::report(std::string code_name, std::string message, std::uint32_t begin,
                    std::uint32_t end, std::string suggestion) {
  wrong_ = true;
  complain(std::move(code_name), std::move(message), begin, end, std::move(suggestion));
}

// An error that leaves the expression as it is: it means something, though hardly what was meant.
void Parser::complain(std::string code_name, std::string message, std::uint32_t begin,
                      std::uint32_t end, std::string suggestion) {
  Node n;
  n.begin = begin;
  n.end = end;
  Diagnostic d;
  d.code = std::move(code_name);
  d.message = std::move(message);
  d.where = source_.where;
  d.span = code().span_of(n);
  d.suggestion = std::move(suggestion);
  diagnostics_.push_back(std::move(d));
}

NodeId Parser::fail(std::string code_name, std::string message, std::uint32_t begin,
                    std::uint32_t end, std::string suggestion) {
  if (!failed_) report(std::move(code_name), std::move(message), begin, end, std::move(suggestion));
  failed_ = true;
  at_ = tokens_.size() - 1;
  return 0;
}

NodeId Parser::fail_here(std::string message) {
  return fail("syntax", std::move(message), peek().begin, peek().finish, plain_mark(peek().text));
}

Parser::Mark Parser::mark() {
  return {at_,
          code().nodes.size(),
          code().kids.size(),
          diagnostics_.size(),
          body().names.size(),
          body().slot,
          wrong_};
}

void Parser::back_to(const Mark& m) {
  at_ = m.at;
  code().nodes.resize(m.nodes);
  body().types.resize(m.nodes);
  code().kids.resize(m.kids);
  diagnostics_.resize(m.diagnostics);
  body().names.resize(m.names);
  body().slot = m.slot;
  wrong_ = m.failed;
  failed_ = false;
}

}  // namespace citybrain::brain
