// Parser: one pass of precedence climbing over the tokens, writing Code as it goes. Its methods
// stand in parse.cc (operators), parse_primary.cc (what operators join), parse_name.cc (names and
// calls) and parse_type.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infer.h"
#include "lex.h"
#include "parse.h"

namespace citybrain::brain {

constexpr int parse_depth_max = 128;

class Parser {
 public:
  Parser(const Source& source, const Scope& scope, std::vector<Diagnostic>& diagnostics);

  Parsed expression();
  Parsed unary_tests(std::uint32_t input_slot, const TypeRef& input_type);

 private:
  struct Name {
    std::vector<std::string> words;
    Declared declared;
  };
  // Locals of one function body: its slots, and what it takes from the body around it.
  struct Body {
    std::shared_ptr<Code> code;
    std::vector<Name> names;                                      // innermost last
    std::vector<TypeRef> types;                                   // of nodes, as far as known
    std::vector<std::pair<std::string, std::uint32_t>> captured;  // name → slot here
    std::vector<std::uint32_t> capture_from;
    std::uint32_t slot = 0;            // next free
    std::vector<std::uint32_t> items;  // slots of enclosing filters' items
  };
  struct Mark {
    std::size_t at, nodes, kids, diagnostics, names;
    std::uint32_t slot;
    bool failed;
  };

  // parse.cc
  Parsed finish(NodeId root);
  static void fold(Code& code);
  NodeId expr();
  NodeId disjunction();
  NodeId conjunction();
  NodeId comparison();
  NodeId in_right(NodeId left, std::uint32_t begin);
  NodeId additive();
  NodeId multiplicative();
  NodeId power();
  NodeId unary();
  NodeId instance();
  NodeId test(std::uint32_t slot);
  NodeId tests_until(std::uint32_t slot, std::string_view closing);
  NodeId binary(Op op, NodeId a, NodeId b);

  // parse_check.cc: what types tell before anything runs
  TypeRef check_operands(Op op, NodeId a, NodeId b);
  TypeRef check_negated(NodeId operand);
  void check_compared(Op op, const TypeRef& left, const TypeRef& right, NodeId at);
  void check_test(const TypeRef& input, NodeId test);
  void check_condition(NodeId node, std::string_view of);
  TypeRef check_member(const TypeRef& of, const std::string& name, std::uint32_t begin);
  TypeRef check_builtin(const BuiltinEntry& e, const std::vector<NodeId>& placed);
  TypeRef check_invoke(NodeId callee, const std::vector<std::string>& names,
                       const std::vector<NodeId>& args);
  void complain(std::string code, std::string message, std::uint32_t begin, std::uint32_t end,
                std::string suggestion = "");

  // parse_primary.cc
  NodeId postfix();
  NodeId primary();
  NodeId parenthesis();
  NodeId bracket();
  NodeId range_rest(NodeId low, std::uint32_t begin, bool low_closed);
  NodeId context_literal();
  NodeId if_expression();
  NodeId iteration(Op op);
  NodeId lambda();
  static void place_captures(Code& code);
  NodeId filter(NodeId list, std::uint32_t begin);
  NodeId path(NodeId left, std::uint32_t begin);
  NodeId at_literal(const Token& token);

  // parse_name.cc
  NodeId name();
  NodeId unknown_name();
  std::optional<NodeId> item_member(const Name* found, std::size_t length, std::size_t depth);
  NodeId call(NodeId callee, const std::string& builtin_name, std::uint32_t begin);
  NodeId builtin_call(const std::string& name, std::vector<std::string>& names,
                      std::vector<NodeId>& args, std::uint32_t begin);
  std::optional<std::string> argument_name();
  std::size_t match(const std::vector<std::string>& words) const;
  const Name* longest_name(std::size_t& length, std::size_t& depth);
  void mark_readers(std::uint32_t slot, std::size_t depth);
  NodeId use(const Name& name, std::size_t depth, std::uint32_t begin);
  std::uint32_t capture(std::size_t depth, std::uint32_t slot, const std::string& name);
  std::string loose_name(std::size_t& length) const;
  std::string words_until(std::string_view a, std::string_view b = "", std::string_view c = "");
  std::string nearest_name(std::string_view word) const;
  // Marks of a Chinese keyboard are letters to FEEL, or nothing: what to write instead.
  static std::string plain_mark(std::string_view text);

  // parse_type.cc
  TypeRef type();
  TypeRef named_type(std::uint32_t begin);

  // Tokens.
  const Token& peek(std::size_t n = 0) const;
  bool is(std::string_view mark, std::size_t n = 0) const;
  bool is_word(std::string_view word, std::size_t n = 0) const;
  bool eat(std::string_view mark);
  bool eat_word(std::string_view word);
  bool expect(std::string_view mark, std::string_view why);
  bool expect_word(std::string_view word, std::string_view why);
  std::uint32_t here() const { return peek().begin; }
  std::uint32_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].finish; }

  // Nodes.
  Body& body() { return bodies_.back(); }
  Code& code() { return *bodies_.back().code; }
  NodeId add(Op op, std::uint32_t begin, std::uint32_t a = 0, std::uint32_t b = 0,
             std::uint32_t c = 0, std::uint8_t aux = 0, TypeRef type = nullptr);
  void set_kids(NodeId node, const std::vector<std::uint32_t>& kids);
  NodeId constant(Value value, std::uint32_t begin);
  std::uint32_t name_number(std::string name);
  std::uint32_t take_slot();
  void declare(std::string name, std::uint32_t slot, TypeRef type);
  TypeRef type_of(NodeId node);
  NodeId fail(std::string code, std::string message, std::uint32_t begin, std::uint32_t end,
              std::string suggestion = "");
  NodeId fail_here(std::string message);
  void report(std::string code, std::string message, std::uint32_t begin, std::uint32_t end,
              std::string suggestion);
  Mark mark();
  void back_to(const Mark& mark);
  std::shared_ptr<Code> new_code();

  const Source& source_;
  const Scope& scope_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Token> tokens_;
  std::vector<Name> globals_;
  std::vector<std::vector<std::string>> members_;
  std::vector<Body> bodies_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int no_filter_ = 0;                  // inside a range's end where `[` closes it
  bool failed_ = false;                // syntax is lost: stop
  bool wrong_ = false;                 // something is an error
  std::uint32_t test_slot_ = no_node;  // what `?` is
  TypeRef test_type_;
  TypeRef in_type_;  // of what stands left of `in`
  bool saw_input_ = false;
  std::vector<std::uint8_t> saw_item_;
  std::vector<TypeRef> item_types_;  // of the filters around
};

}  // namespace citybrain::brain
