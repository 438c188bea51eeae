// Code: one compiled FEEL expression. Nodes lie in one arena and name each other by number; names
// were resolved to slots, so nothing is looked up by name while it runs, but members of contexts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "brain/diagnostic.h"
#include "brain/value.h"
#include "type.h"

namespace citybrain::brain {

using NodeId = std::uint32_t;
constexpr NodeId no_node = UINT32_MAX;

// What a, b, c mean is said at each. `kids` [first, count) stand in Code::kids.
enum class Op : std::uint8_t {
  constant,     // a: constant
  local,        // a: slot
  global,       // a: number of the model's item
  member_name,  // a: name; b: slot of the filter's item; c: what it means outside, or no_node
  negate,       // a
  add,
  subtract,
  multiply,
  divide,
  power,  // a, b
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,  // a, b
  and_,
  or_,           // a, b
  between,       // a, b, c
  in,            // a: value; kids: tests, seeing it in slot b
  tests,         // kids: tests, seeing slot b; aux: 1 = not(…)
  test_any,      // "-": always true
  test_compare,  // a: right side; b: slot; aux: the comparing Op
  test_value,    // a: expression; b: slot; aux: 1 = it reads `?` itself
  if_,           // a, b, c
  for_,  // kids: body, then per iterator slot, list, end-of-range (or no_node); a: slot of partial
  some,
  every,        // kids as for_
  filter,       // a: list; b: condition; c: slot of item; aux: 1 = the condition reads the item
  path,         // a; b: name
  call,         // a: number of the built-in; kids: arguments, no_node = left out
  invoke,       // a: function; kids: arguments; aux: 1 = named, then kids alternate name, argument
  lambda,       // a: number of Code::codes
  list,         // kids
  context,      // kids: name, value, slot, ...
  range,        // a, b (no_node = unbounded); aux: 1 low closed, 2 high closed
  instance_of,  // a; b: number of Code::types
  error,        // could not be compiled; null
};

struct Node {
  Op op = Op::error;
  std::uint8_t aux = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t first = 0;  // kids
  std::uint32_t count = 0;
  std::uint32_t begin = 0;  // bytes of the source
  std::uint32_t end = 0;
};

// Immutable after parsing.
struct Code {
  std::vector<Node> nodes;
  std::vector<std::uint32_t> kids;
  std::vector<Value> constants;
  std::vector<std::string> names;
  std::vector<TypeRef> types;
  std::vector<std::shared_ptr<const Code>> codes;
  NodeId root = 0;
  std::uint32_t slots = 0;  // of a frame: parameters, captured, then locals
  // Of a lambda:
  std::vector<Parameter> parameters;
  std::vector<std::uint32_t>
      captures;        // slots of the frame that makes it; they follow the parameters
  int self_slot = -1;  // where it finds itself, for recursion
  TypeRef result;

  std::string source;
  std::string where;       // the decision's or other element's name
  std::uint32_t line = 1;  // of the source's begin in the file
  std::uint32_t column = 1;

  Span span_of(const Node& node) const;
  std::string text_of(NodeId id) const;
};

}  // namespace citybrain::brain
