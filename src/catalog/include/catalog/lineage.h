// Lineage: the graph of where an item comes from and what is made of it, and
// what breaks when it changes. Nothing of it is guessed: every edge was told by
// whoever does the work.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace citybrain::catalog {

enum class Direction : std::uint8_t { up, down, both };

struct LineageNode {
  std::string id;  // "item:ent_registry.capital"
  std::string kind;
  std::string label;
  std::string resource;  // that it is, or is an item of
  int distance = 0;      // steps from where one asked; negative = upstream
};

struct LineageGraph {
  std::vector<LineageNode> nodes;
  std::vector<Lineage> edges;
  bool truncated = false;  // more than nodes_max lie within the depth
};

inline constexpr std::size_t lineage_nodes_max = 500;
inline constexpr int lineage_depth_max = 10;

// Whether a node exists for the caller; what does not is neither shown nor
// passed through.
using NodeFilter = std::function<bool(std::string_view node)>;
// Resources and items by sight; models by the right rules.read, policies by
// benefit.read, indicators by cockpit.read, all through `may`.
NodeFilter visible_nodes(const Catalog& catalog, const Sight& sight,
                         std::function<bool(std::string_view right)> may);

// Around a resource (with its items), or one item of it ("" = all).
Result<LineageGraph> graph_of(const Catalog& catalog, std::string_view resource,
                              std::string_view item, Direction direction, int depth,
                              const NodeFilter& visible);

// What a change of a source is about to do.
struct SchemaChange {
  enum class Kind : std::uint8_t { removed, renamed, retyped, regraded };
  Kind kind = Kind::removed;
  std::string item;     // "" = the whole resource (removed)
  std::string to = {};  // new name, type ("decimal:2") or grade ("L3")
};

struct Impact {
  std::string kind;  // "item", "fact", "model", "policy", "indicator", "check", "grant"
  std::string id;    // the node
  std::string label;
  // breaks: it can no longer be computed or delivered; changes: it may give
  // other values; masked: readers see less than before.
  std::string effect;
  std::vector<std::string> path;  // nodes from the item to it
};

struct ImpactReport {
  std::vector<Impact> impacts;  // nearest first
  bool breaks = false;
};

// invalid: no such item, a type or grade that is none.
Result<ImpactReport> impact_of(const Catalog& catalog, std::string_view resource,
                               const SchemaChange& change, const NodeFilter& visible);

}  // namespace citybrain::catalog
