// hello and load: the least that the server can serve, and a load generator on loopback; what
// benchmarks measure other routes beside.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/room.h"

namespace citybrain::http {

// GET /hello → {"hello":"world"}, for anyone. `cheap`: on the I/O thread; otherwise through the
// workers like any handler that reads a store (then its path is /hello/worker).
Route hello_route(bool cheap = true);

struct Load {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::string path = "/hello";
  std::vector<std::string> paths = {};  // not empty: taken in turn instead of `path`
  std::string headers = {};             // whole lines, each ending in \r\n
  int connections = 32;
  std::chrono::milliseconds duration{3'000};
};

struct LoadResult {
  std::int64_t replies = 0;   // with status 2xx
  std::int64_t refused = 0;   // with another status
  std::int64_t failures = 0;  // connections lost
  double seconds = 0;
  double per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
};

// Keeps `connections` keep-alive connections busy from one thread, one request at a time on each.
LoadResult run_load(const Load& load);

}  // namespace citybrain::http
