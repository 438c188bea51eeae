// Router: a tree over the segments of the routes' paths, built once. A literal segment wins over a
// parameter; two routes of one method and the same path are refused.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/room.h"
#include "metrics.h"

namespace citybrain::http {

inline constexpr std::size_t path_segments_max = 16;

// A route with what serving it needs.
struct Entry {
  std::string room;
  const Route* route = nullptr;
  bool own = false;                       // the server's own: no authorizer is asked
  std::vector<std::string> path_names;    // names of the path's parameters, in order
  std::vector<const Param*> path_params;  // their declarations; nullptr where there is none
  std::vector<const Param*> query_params;
  std::unique_ptr<RouteMeter> meter = std::make_unique<RouteMeter>();
};

// What a path leads to. `values` are the raw (still percent-encoded) segments that stand for
// parameters and point into the path asked for.
struct Match {
  const Entry* entry = nullptr;
  std::vector<std::string_view> values;
  std::array<bool, 5> methods = {};  // of Method, those that the path knows
  bool known() const {
    for (const bool m : methods)
      if (m) return true;
    return false;
  }
  std::string allow() const;  // "GET, HEAD, POST"
};

// Immutable once built; threads share it.
class Router {
 public:
  // The route must outlive the router. Errors (Code::invalid) say which route and why.
  Result<void> add(const std::string& room, const Route& route, bool own);
  Match find(Method method, std::string_view path) const;
  const std::vector<std::unique_ptr<Entry>>& entries() const { return entries_; }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::unique_ptr<Node> parameter;
    std::array<const Entry*, 5> by_method = {};
  };
  void walk(const Node& node, Method method, std::string_view rest,
            std::vector<std::string_view>& values, Match& match) const;

  Node root_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace citybrain::http
