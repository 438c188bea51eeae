// GraphNulls: what nulls in columns do to a catalogue's graph. Most facts of most subjects are null
// ("no record"), so what can't come of them is worth knowing beforehand.
#pragma once

#include <map>
#include <vector>

#include "graph_suppose.h"

namespace citybrain::brain {

// What a column can do to a node: be null, or be a divisor of zero.
struct NullCause {
  std::uint32_t column = 0;
  bool zero = false;
  friend auto operator<=>(const NullCause&, const NullCause&) = default;
};

// What can make a node null, or a truth unknown.
struct NullSupport {
  std::vector<NullCause> causes;  // one of these, ascending; nothing else
  bool always = false;            // or anything at all
  bool exact = true;              // each of them does, whatever the rest

  void add(const NullSupport& other);
};

// Owned by the accounts of a catalogue; the graph may grow, its nodes do not change.
class GraphNulls {
 public:
  explicit GraphNulls(const Graph& graph) : graph_(graph) {}

  const Graph& graph() const { return graph_; }
  const NullSupport& of(NodeRef node);
  Supposed& supposed(NullCause cause);

 private:
  NullSupport support_of(const GraphNode& node);
  NullSupport support_of_choice(const GraphNode& node);

  const Graph& graph_;
  std::vector<NullSupport> known_;  // by node
  std::map<NullCause, Supposed> supposed_;
};

}  // namespace citybrain::brain
