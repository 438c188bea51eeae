// hello_bench: requests a second of the least reply, on the I/O thread and through a worker; the
// difference is what the hop to a worker costs.
#include <cstdio>
#include <string>

#include "base/log.h"
#include "http/hello.h"
#include "http/server.h"

int main(int argc, char** argv) {
  using namespace citybrain;
  set_log_level(Level::warn);
  std::vector<Room> rooms;
  rooms.push_back({.name = "hello", .routes = {http::hello_route(true), http::hello_route(false)}});
  http::OpenAuthorizer open;
  http::ServerOptions options;
  options.port = 0;
  options.io_threads = argc > 1 ? std::stoi(argv[1]) : 1;
  options.workers = argc > 2 ? std::stoi(argv[2]) : 8;
  http::Server server(options, rooms, open);
  if (const auto started = server.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    return 1;
  }
  if (argc > 3) {  // stay, for another load generator
    std::printf("port %d\n", server.port());
    std::fflush(stdout);
    std::getchar();
    return 0;
  }
  for (const char* path : {"/hello", "/hello/worker"}) {
    for (const int connections : {1, 32, 256}) {
      const auto r =
          http::run_load({.port = server.port(), .path = path, .connections = connections});
      std::printf(
          "%-14s connections=%-4d %9.0f requests/s  p50=%.0f us  p99=%.0f us  failures=%lld\n",
          path, connections, r.per_second, r.p50_us, r.p99_us,
          static_cast<long long>(r.failures + r.refused));
    }
  }
  server.stop();
  return 0;
}
