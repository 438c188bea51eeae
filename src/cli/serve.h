// serve: the web server and the jobs of an open city, until a signal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rooms.h"

namespace citybrain::cli {

struct ServeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string advertise = "";  // the address at which other processes reach this one; "" = address
  std::vector<std::string> proxies = {};  // see http::ServerOptions
  int listening = -1;                     // the same
};

// Serves until SIGINT or SIGTERM, then stops gracefully. Prints where it listens.
Result<void> serve(City& city, const ServeOptions& options);

// The same over a PostgreSQL store, of whose processes one leads. `standby`: waits while another
// leads, and again after the lead was lost; without it either is an error. A waiting process
// listens and passes connections on to the one that leads; between two leads it holds them.
Result<void> serve_leading(CityOptions city, ServeOptions options, bool standby);

// Blocks SIGINT and SIGTERM for this thread and those it starts, so that wait_for_signal gets them.
// Call before any thread is made.
void hold_signals();

// A child process of this program: `words` are its arguments. It gets SIGTERM when we die.
class Child {
 public:
  static Result<Child> start(const std::vector<std::string>& words);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();  // SIGTERM, then waits

 private:
  explicit Child(int pid) : pid_(pid) {}
  int pid_ = -1;
};

// A TCP port on loopback that is free now.
Result<std::uint16_t> free_port();

}  // namespace citybrain::cli
