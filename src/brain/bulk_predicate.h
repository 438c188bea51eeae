// Predicate: a condition on one value whose other side is constant, so that a column can be asked
// at once. `> 5`, `[1..3]`, `"a", "b"`, `not("a")`, `x = 3`, `x in [1, 2]` all become one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/schema.h"
#include "code.h"

namespace citybrain::brain {

enum class Answered : std::uint8_t { unknown, no, yes };
Answered answered(const Value& value);

struct Predicate {
  // One test; the condition holds where any does.
  struct Test {
    Op op = Op::equal;  // equal, unequal, less …; Op::range for `range`
    Value value;
    Range range;
  };
  std::vector<Test> tests;
  bool negated = false;
  Kind kind = Kind::null;   // of all constants
  std::string key;          // canonical text
  int unknown_of_null = 0;  // how many tests are unknown of null, so how many notes `in` writes

  // Of one value of that kind, or of null.
  Value holds(const Value& value) const;
};

// The value of a constant expression; none where it reads what is not known before the rows are.
using Fold = std::function<std::optional<Value>(const Code&, NodeId)>;

// Of unary tests, of an `in`, of a comparison (then the constant is on the right; `left` says it is
// on the left). None where it is none.
std::optional<Predicate> predicate_of_tests(const Code& code, NodeId node, const Fold& fold);
std::optional<Predicate> predicate_of_comparison(const Code& code, NodeId node, bool left,
                                                 const Fold& fold);

// value op constant, for a comparing op and a constant of a plain kind.
Predicate predicate_of_order(Op op, const Value& constant);
// low ≤ value ≤ high; none where the ends are not of one plain kind.
std::optional<Predicate> predicate_of_range(const Value& low, const Value& high);

// The kind that a column's values have.
Kind kind_of(citybrain::Type type);

}  // namespace citybrain::brain
