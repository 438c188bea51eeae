// Graph: the expressions of a whole catalogue, each distinct one once (value numbering). Nodes are
// pure: what goes wrong on the way (diagnostics) is told by Accounts beside them, since it depends
// on who asks.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "bulk_predicate.h"
#include "type.h"

namespace citybrain::brain {

using NodeRef = std::uint32_t;
constexpr NodeRef no_ref = UINT32_MAX;

// What a node's values are, where they are not null. `other`: anything.
enum class Shape : std::uint8_t { truth, number, text, date, months, other };
Shape shape_of(Kind kind);

// Functions that give null where an operand is null, with one diagnostic, and else never fail
// (divide: but for a divisor of 0).
enum class Calc : std::uint8_t {
  add,
  subtract,  // also of dates, which gives days
  multiply,
  divide,
  negate,
  round,  // by Rounding `mode` to `digits`
  least,
  greatest,
  absolute,
  months_between,
  years,
  months,  // of a duration
  year,
  month,
  day,  // of a date
};

// Where the machine finds what it is to evaluate for a row.
struct Origin {
  std::uint32_t entry = 0;  // whose parameters hold
  std::uint32_t item = 0;
  const Code* code = nullptr;  // null: the whole decision
  NodeId node = 0;
  NodeRef tested = no_ref;  // of a unary test: its input, which goes into `slot`
  std::uint32_t slot = 0;
  std::vector<TypeRef> types;  // that the value is brought to, in turn; else null and a diagnostic
  // Decisions that it may ask for and whose diagnostics count (graph_account.h).
  std::vector<std::pair<std::uint32_t, std::uint32_t>> demands;  // item, account
};

struct GraphNode {
  enum class Form : std::uint8_t {
    constant,  // value
    column,    // number
    ask,       // kids[0] by predicate `number`: truth
    truth_of,  // kids[0] as a condition: true, false, and unknown for all else
    all,       // three-valued and
    any,       // three-valued or
    negation,
    hit,      // true where every kid is true, else false
    twice,    // true where two kids or more are, else false
    is_null,  // of kids[0]: true or false
    misfit,   // true where kids[0] (by rows) was of another type than wanted, else false
    choice,  // kids: guard, leaf, guard, leaf, …, leaf: the first whose guard is true, or the last
    calc,    // kids by `calc`
    rows,    // by the machine: origin `number`; kids: what it reads
    pick,    // item `number` of the list that kids[0] gives
  };
  Form form = Form::constant;
  Shape shape = Shape::other;
  Calc calc = Calc::add;
  Rounding mode = Rounding::half_even;
  bool certain = false;    // never null; of a truth: never unknown
  std::int16_t scale = 0;  // of a number: units of 10^-scale; -1 = decimals that fit no scale
  std::int16_t digits = 0;
  std::uint16_t weight = 1;  // nodes in it, counted as written
  std::uint32_t number = 0;
  NodeRef zero = no_ref;  // of a division: is the divisor 0?
  std::vector<NodeRef> kids;
  Value value;
};

constexpr std::uint16_t calc_weight_max = 60;  // so no result leaves decimal128's range
constexpr int scale_max = 18;

class Graph {
 public:
  NodeRef constant(const Value& value);
  NodeRef column(std::uint32_t number, Shape shape, int scale);
  NodeRef ask(NodeRef operand, const Predicate& predicate);
  NodeRef truth_of(NodeRef operand);
  NodeRef junction(bool is_and, std::vector<NodeRef> kids);
  NodeRef negation(NodeRef kid);
  NodeRef hit(std::vector<NodeRef> kids);
  NodeRef twice(std::vector<NodeRef> kids);
  NodeRef is_null(NodeRef operand);
  NodeRef misfit(NodeRef rows);
  struct Piece {
    NodeRef guard, leaf;
  };
  NodeRef choice(const std::vector<Piece>& pieces, NodeRef otherwise);
  // no_ref where the operands are not of the function's kinds, or too many.
  NodeRef calc(Calc calc, std::vector<NodeRef> kids, Rounding mode = Rounding::half_even,
               int digits = 0);
  // `key` tells apart what may not be shared.
  NodeRef rows(Origin origin, std::vector<NodeRef> reads, Shape shape, const std::string& key);
  NodeRef pick(NodeRef list, std::uint32_t number);

  const GraphNode& operator[](NodeRef ref) const { return nodes_[ref]; }
  std::size_t size() const { return nodes_.size(); }
  bool is_constant(NodeRef ref) const { return nodes_[ref].form == GraphNode::Form::constant; }
  const Predicate& predicate(const GraphNode& n) const { return predicates_[n.number]; }
  const Origin& origin(const GraphNode& n) const { return origins_[n.number]; }
  std::size_t asked() const { return asked_; }

 private:
  NodeRef intern(GraphNode node, const std::string& extra = {});
  void set_number(GraphNode& node) const;

  std::vector<GraphNode> nodes_;
  std::vector<Predicate> predicates_;
  std::vector<Origin> origins_;
  std::unordered_map<std::string, NodeRef> known_;
  std::size_t asked_ = 0;
};

}  // namespace citybrain::brain
