// Service: what is done with a request, without a socket: which route or file it means, whether it
// may, what the reply is. The transport (connection.cc) reads requests and writes what this
// answers.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/room.h"
#include "http/authorizer.h"
#include "http/problem.h"
#include "http/server.h"
#include "metrics.h"
#include "proxies.h"
#include "router.h"
#include "static_files.h"

namespace citybrain::http {

// What the request line and header said. Request::method is set by plan().
struct Incoming {
  std::string method;  // as it came: "GET", "HEAD", "BREW"
  std::string target;  // as it came: path and query
  Request request;     // headers, body, remote, request_id
};

// A reply of a route, or a file. `file` outlives every connection.
struct Outgoing {
  Reply reply;
  const StaticFile* file = nullptr;
  bool gzip = false;       // send the file's gzip form
  bool head_only = false;  // a HEAD: the length of the body, and not the body
};

// Decided on the I/O thread: either the answer at once, or a route to run (on a worker, unless
// cheap).
struct Plan {
  const Entry* entry = nullptr;  // the route, nullptr where none was found
  bool run = false;              // run the entry with `request`; otherwise send `answer`
  Request request;
  Language language = Language::zh;
  bool head_only = false;
  Outgoing answer;
};

// Immutable but for its meters; threads share it.
class Service {
 public:
  static Result<std::unique_ptr<Service>> make(const ServerOptions& options,
                                               const std::vector<Room>& rooms,
                                               Authorizer& authorizer);

  Plan plan(Incoming&& incoming) const;
  // authenticate → authorize → body → handler → audited; any failure and any exception is a problem
  // reply. Fills request.principal. May block unless the route is cheap.
  Reply run(const Entry& entry, Request& request, Language language) const;
  // Whether the principal of a running stream may still have it; may block.
  bool still_allowed(const Entry& entry, const Request& request) const;

  ServerMeters& meters() const { return meters_; }
  RouteMeter& file_meter() const { return file_meter_; }
  void set_stopping() { stopping_ = true; }
  const Router& router() const { return router_; }
  const Proxies& proxies() const { return proxies_; }
  // The text of /metrics.
  std::string metrics_text() const;

 private:
  Service(const ServerOptions& options, const std::vector<Room>& rooms, Authorizer& authorizer);
  std::vector<Route> own_routes(std::string openapi);
  Plan plan_file(Plan plan, std::string_view path) const;
  Result<Reply> guarded(const Entry& entry, Request& request) const;
  Result<void> take_body(const Entry& entry, Request& request) const;
  Result<Reply> readiness() const;

  const ServerOptions options_;
  const std::vector<Room>& rooms_;
  Authorizer& authorizer_;
  std::vector<Route> own_;
  Router router_;
  StaticFiles files_;
  Proxies proxies_;
  std::atomic<bool> stopping_ = false;
  mutable ServerMeters meters_;
  mutable RouteMeter file_meter_;
};

}  // namespace citybrain::http
