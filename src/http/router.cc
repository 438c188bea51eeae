// Router: see router.h.
#include "router.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::http {
namespace {

Error refused(const Route& route, const std::string& why) {
  return invalid(std::string("route ") + name_of(route.method) + " " + route.path + ": " + why);
}

bool is_literal(std::string_view segment) {
  return !segment.empty() && std::all_of(segment.begin(), segment.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
  });
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// Takes the next segment off "/a/b": "a", leaving "/b".
std::string_view next_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const auto end = rest.find('/');
  const std::string_view segment = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  return segment;
}

Result<void> fill(Entry& entry) {
  const Route& route = *entry.route;
  for (const auto& param : route.params) {
    const bool in_path = std::find(entry.path_names.begin(), entry.path_names.end(), param.name) !=
                         entry.path_names.end();
    const auto same = std::count_if(route.params.begin(), route.params.end(),
                                    [&](const Param& p) { return p.name == param.name; });
    if (same > 1) return refused(route, "parameter '" + param.name + "' is declared twice");
    if (param.in == Param::In::path && !in_path)
      return refused(route, "path parameter '" + param.name + "' is not in the path");
    if (param.in == Param::In::query && in_path)
      return refused(route, "'" + param.name + "' is in the path but declared as query parameter");
    if (param.in == Param::In::query) entry.query_params.push_back(&param);
  }
  for (const auto& name : entry.path_names) {
    const auto found = std::find_if(route.params.begin(), route.params.end(),
                                    [&](const Param& p) { return p.name == name; });
    entry.path_params.push_back(found == route.params.end() ? nullptr : &*found);
  }
  return ok();
}

}  // namespace

std::string Match::allow() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (!methods[i]) continue;
    names.emplace_back(name_of(static_cast<Method>(i)));
    if (static_cast<Method>(i) == Method::get) names.emplace_back("HEAD");
  }
  names.emplace_back("OPTIONS");
  return join(names, ", ");
}

Result<void> Router::add(const std::string& room, const Route& route, bool own) {
  if (!route.handler) return refused(route, "has no handler");
  if (route.path.empty() || route.path.front() != '/')
    return refused(route, "a path starts with '/'");
  if (route.cheap && (route.right.name != Right::anyone().name || !route.audit.event.empty()))
    return refused(route, "only a route for anyone() that is not audited can be cheap");
  if (route.cheap && !route.body.empty()) return refused(route, "a cheap route takes no body");
  auto entry = std::make_unique<Entry>();
  entry->room = room;
  entry->route = &route;
  entry->own = own;
  Node* node = &root_;
  std::string_view rest = route.path == "/" ? std::string_view() : std::string_view(route.path);
  for (std::size_t depth = 0; !rest.empty(); ++depth) {
    if (depth == path_segments_max) return refused(route, "has too many segments");
    const std::string_view segment = next_segment(rest);
    std::unique_ptr<Node>* next = nullptr;
    if (is_parameter(segment)) {
      entry->path_names.emplace_back(segment.substr(1, segment.size() - 2));
      next = &node->parameter;
    } else if (is_literal(segment)) {
      next = &node->children[std::string(segment)];
    } else {
      return refused(route, "segment '" + std::string(segment) + "' is neither word nor {name}");
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  CB_DO(fill(*entry));
  const Entry*& slot = node->by_method[static_cast<std::size_t>(route.method)];
  if (slot != nullptr)
    return refused(route, "room " + room + " declares what room " + slot->room + " has as " +
                              slot->route->path);
  slot = entry.get();
  entries_.push_back(std::move(entry));
  return ok();
}

void Router::walk(const Node& node, Method method, std::string_view rest,
                  std::vector<std::string_view>& values, Match& match) const {
  if (rest.empty()) {
    for (std::size_t i = 0; i < match.methods.size(); ++i)
      match.methods[i] = match.methods[i] || node.by_method[i] != nullptr;
    const Entry* entry = node.by_method[static_cast<std::size_t>(method)];
    if (entry != nullptr && match.entry == nullptr) {
      match.entry = entry;
      match.values = values;
    }
    return;
  }
  const std::string_view segment = next_segment(rest);
  if (segment.empty()) return;
  if (const auto child = node.children.find(segment); child != node.children.end())
    walk(*child->second, method, rest, values, match);
  if (match.entry == nullptr && node.parameter) {
    values.push_back(segment);
    walk(*node.parameter, method, rest, values, match);
    values.pop_back();
  }
}

Match Router::find(Method method, std::string_view path) const {
  Match match;
  if (path.empty() || path.front() != '/') return match;
  if (static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) > path_segments_max)
    return match;
  std::vector<std::string_view> values;
  walk(root_, method, path == "/" ? std::string_view() : path, values, match);
  return match;
}

}  // namespace citybrain::http
