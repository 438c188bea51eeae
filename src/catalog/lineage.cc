// Lineage: see catalog/lineage.h.
#include "catalog/lineage.h"

#include <deque>
#include <map>
#include <set>

#include "store.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

std::string kind_of(std::string_view node) { return std::string(node.substr(0, node.find(':'))); }

std::string name_in(std::string_view node) {
  const std::size_t colon = node.find(':');
  return std::string(colon == std::string_view::npos ? node : node.substr(colon + 1));
}

// "企业登记 · 注册资本" for items, names for resources, what is behind the
// colon for others.
std::string label_of(const Catalog& catalog, std::string_view node) {
  const std::string_view code = resource_of_node(node);
  if (code.empty()) return name_in(node);
  const auto entry = catalog.find(code);
  if (entry == nullptr) return name_in(node);
  if (node.starts_with("resource:")) return entry->name;
  const std::string item = name_in(node).substr(code.size() + 1);
  const Item* found = entry->find(item);
  return entry->name + " · " + (found == nullptr ? item : found->name);
}

// All edges by their ends.
struct Edges {
  std::vector<Lineage> all;
  std::multimap<std::string_view, const Lineage*> from;
  std::multimap<std::string_view, const Lineage*> to;

  explicit Edges(std::vector<Lineage> edges) : all(std::move(edges)) {
    for (const Lineage& edge : all) {
      from.emplace(edge.from, &edge);
      to.emplace(edge.to, &edge);
    }
  }
  Edges(const Edges&) = delete;
  Edges& operator=(const Edges&) = delete;
};

Result<std::vector<std::string>> starts_of(const Resource& entry, std::string_view item) {
  std::vector<std::string> starts;
  if (!item.empty()) {
    if (entry.find(item) == nullptr) {
      return not_found("'" + entry.code + "' has no item '" + std::string(item) + "'");
    }
    starts.push_back("item:" + entry.code + "." + std::string(item));
    return starts;
  }
  starts.push_back("resource:" + entry.code);
  for (const Item& one : entry.items) starts.push_back("item:" + entry.code + "." + one.code);
  return starts;
}

// Breadth first, one direction; `reach` gets each node with its distance, and
// the edge it was reached by.
struct Reached {
  int distance = 0;
  std::string before;  // the node it was reached from, "" at a start
};

std::map<std::string, Reached> walk(const Edges& edges, const std::vector<std::string>& starts,
                                    bool down, int depth, const NodeFilter& visible) {
  std::map<std::string, Reached> reached;
  std::deque<std::string> todo;
  for (const std::string& start : starts) {
    if (!visible(start)) continue;
    reached[start] = {};
    todo.push_back(start);
  }
  while (!todo.empty()) {
    const std::string node = std::move(todo.front());
    todo.pop_front();
    const int distance = reached[node].distance;
    if (distance >= depth) continue;
    const auto& side = down ? edges.from : edges.to;
    for (auto [edge, end] = side.equal_range(node); edge != end; ++edge) {
      const std::string& next = down ? edge->second->to : edge->second->from;
      if (reached.contains(next) || !visible(next)) continue;
      reached[next] = {distance + 1, node};
      todo.push_back(next);
    }
  }
  return reached;
}

}  // namespace

NodeFilter visible_nodes(const Catalog& catalog, const Sight& sight,
                         std::function<bool(std::string_view right)> may) {
  const std::map<std::string, bool, std::less<>> kinds = {{"model", may("rules.read")},
                                                          {"policy", may("benefit.read")},
                                                          {"indicator", may("cockpit.read")}};
  return [&catalog, sight, kinds](std::string_view node) {
    const auto kind = kinds.find(node.substr(0, node.find(':')));
    if (kind != kinds.end()) return kind->second;
    std::string_view code = resource_of_node(node);
    // A source's columns and files carry their resource's code in front.
    if (node.starts_with("column:") || node.starts_with("file:")) {
      code = node.substr(node.find(':') + 1);
      code = code.substr(0, code.find('/'));
    }
    if (code.empty()) return true;
    const auto entry = catalog.find(code);
    return entry == nullptr ? sight.all : sight.sees(*entry);
  };
}

Result<LineageGraph> graph_of(const Catalog& catalog, std::string_view resource,
                              std::string_view item, Direction direction, int depth,
                              const NodeFilter& visible) {
  CB_TRY(const auto entry, catalog.resource(resource));
  CB_TRY(const auto starts, starts_of(*entry, item));
  CB_TRY(std::vector<Lineage> all, catalog.lineage());
  const Edges edges(std::move(all));
  depth = std::min(depth, lineage_depth_max);
  std::map<std::string, int> distance;
  for (const bool down : {true, false}) {
    if (direction == (down ? Direction::up : Direction::down)) continue;
    for (const auto& [node, reached] : walk(edges, starts, down, depth, visible)) {
      distance.emplace(node, down ? reached.distance : -reached.distance);
    }
  }
  std::vector<std::pair<std::string, int>> nodes(distance.begin(), distance.end());
  std::stable_sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) {
    return std::abs(a.second) < std::abs(b.second);
  });
  LineageGraph graph;
  graph.truncated = nodes.size() > lineage_nodes_max;
  if (graph.truncated) nodes.resize(lineage_nodes_max);
  std::set<std::string_view> kept;
  for (const auto& [node, far] : nodes) {
    kept.insert(node);
    graph.nodes.push_back(
        {node, kind_of(node), label_of(catalog, node), std::string(resource_of_node(node)), far});
  }
  for (const Lineage& edge : edges.all) {
    if (kept.contains(edge.from) && kept.contains(edge.to)) graph.edges.push_back(edge);
  }
  return graph;
}

namespace {

// What happens to something that hangs on the item, however far away.
std::string effect_of(SchemaChange::Kind change, std::string_view kind) {
  switch (change) {
    case SchemaChange::Kind::removed:
    case SchemaChange::Kind::renamed: return "breaks";
    case SchemaChange::Kind::retyped:
      return kind == "fact" || kind == "check" ? "breaks" : "changes";
    case SchemaChange::Kind::regraded: return "masked";
  }
  return "changes";
}

Result<void> check_change(const Resource& entry, const SchemaChange& change) {
  const Item* item = entry.find(change.item);
  if (!change.item.empty() && item == nullptr) {
    return not_found("'" + entry.code + "' has no item '" + change.item + "'");
  }
  if (change.kind == SchemaChange::Kind::removed) return ok();
  if (item == nullptr) return invalid("'item' is empty; name the item that changes");
  if (change.kind == SchemaChange::Kind::retyped) {
    const auto type = read_type(item->code, change.to, "");
    if (!type) return type.error();
  }
  if (change.kind == SchemaChange::Kind::regraded &&
      (change.to.size() != 2 || change.to[0] != 'L' || change.to[1] < '1' || change.to[1] > '4')) {
    return invalid("grade is '" + change.to + "'; write L1, L2, L3 or L4");
  }
  return ok();
}

// Checks of the same entry that name the item.
void own_checks(const Resource& entry, const SchemaChange& change, ImpactReport& report) {
  for (const Item& item : entry.items) {
    for (const Check& check : item.checks) {
      const bool names = check.kind == Check::Kind::after && check.argument == change.item;
      const bool own = item.code == change.item && change.kind == SchemaChange::Kind::retyped;
      if (!names && !own) continue;
      report.impacts.push_back({"check",
                                "check:" + entry.code + "." + item.code + "/" + check.text(),
                                item.name + ": " + check.text(),
                                effect_of(change.kind, "check"),
                                {"item:" + entry.code + "." + change.item}});
    }
  }
}

}  // namespace

Result<ImpactReport> impact_of(const Catalog& catalog, std::string_view resource,
                               const SchemaChange& change, const NodeFilter& visible) {
  CB_TRY(const auto entry, catalog.resource(resource));
  CB_DO(check_change(*entry, change));
  ImpactReport report;
  if (!change.item.empty()) own_checks(*entry, change, report);
  CB_TRY(const auto starts, starts_of(*entry, change.item));
  CB_TRY(std::vector<Lineage> all, catalog.lineage());
  const Edges edges(std::move(all));
  std::vector<std::string> from = starts;
  // References and grants name the whole resource: they break with its key, or
  // with all of it.
  const Item* item = entry->find(change.item);
  const bool whole =
      change.item.empty() || (item->key && change.kind != SchemaChange::Kind::regraded);
  if (whole && !change.item.empty()) from.push_back("resource:" + entry->code);
  const auto reached = walk(edges, from, true, lineage_depth_max, visible);
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [node, how] : reached) {
    if (how.distance > 0) order.emplace_back(how.distance, node);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [distance, node] : order) {
    Impact impact;
    impact.kind = kind_of(node);
    if (impact.kind == "item") impact.kind = "check";  // reached by a reference
    if (impact.kind == "demand" || impact.kind == "return") impact.kind = "grant";
    impact.id = node;
    impact.label = label_of(catalog, node);
    impact.effect = effect_of(change.kind, impact.kind);
    for (std::string at = node; !at.empty(); at = reached.at(at).before) {
      impact.path.insert(impact.path.begin(), at);
    }
    report.impacts.push_back(std::move(impact));
  }
  for (const Impact& impact : report.impacts) {
    report.breaks = report.breaks || impact.effect == "breaks";
  }
  return report;
}

}  // namespace citybrain::catalog
