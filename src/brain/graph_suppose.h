// Supposed: what can follow in a catalogue's graph where some columns' values are known to be among
// a few, and nothing else is known: the answers that a truth can still have, and whether a node can
// still be null. So an index knows beforehand what a value rules out, and accounts what a null
// can't count.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "catalogue_ask.h"
#include "graph.h"

namespace citybrain::brain {

// A bit each of what is possible.
using Possible = std::uint8_t;
constexpr Possible possible(Answered answer) {
  return static_cast<Possible>(1U << static_cast<unsigned>(answer));
}
constexpr Possible can_be_yes = possible(Answered::yes);
constexpr Possible can_be_no = possible(Answered::no);
constexpr Possible can_be_unknown = possible(Answered::unknown);
constexpr Possible any_answer = can_be_yes | can_be_no | can_be_unknown;

// Owned by who asks; the graph may grow, its nodes do not change.
class Supposed {
 public:
  using Columns = std::map<std::uint32_t, std::vector<Value>>;
  // `asks`, where given: a value stands for an interval or a code, so what asks the column for more
  // than those can be anything.
  Supposed(const Graph& graph, Columns columns, const std::vector<AskPlan>* asks = nullptr)
      : graph_(graph), columns_(std::move(columns)), asks_(asks) {}

  Possible answers(NodeRef truth);
  bool can_be_null(NodeRef node) { return (nullness(node) & null) != 0; }

 private:
  static constexpr std::uint8_t null = 1;
  static constexpr std::uint8_t some = 2;

  std::uint8_t nullness(NodeRef node);
  std::uint8_t compute_nullness(const GraphNode& n);
  Possible compute(const GraphNode& n);
  Possible ask(const GraphNode& ask, NodeRef operand);
  // The few values that a node can have; null: it can have any.
  using Values = std::vector<Value>;
  const Values* values(NodeRef node);
  bool compute_values(const GraphNode& n, Values& out);
  bool calc_values(const GraphNode& n, Values& out);
  bool is_anything(const GraphNode& ask, const Value& value) const;
  const Values* values_of_column(const GraphNode& n) const;
  template <typename Fn>
  void each_leaf(const GraphNode& choice, Fn&& fn);  // that can be taken

  const Graph& graph_;
  Columns columns_;
  const std::vector<AskPlan>* asks_;
  struct Known {
    Possible answers = 0;
    std::uint8_t nullness = 0;
  };
  std::vector<Known> known_;  // by node; 0: not asked yet
  struct KnownValues {
    bool few = false;
    Values values;
  };
  std::unordered_map<NodeRef, KnownValues> values_;
};

}  // namespace citybrain::brain
