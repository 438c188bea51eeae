// Relay: listens where a process does not serve yet, and passes each connection on to the process
// that does.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace citybrain::http {

struct RelayOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;             // 0 = any free one, see Relay::port()
  std::size_t connections_max = 10'000;  // more wait in the kernel's queue
  // A connection whose target cannot be reached is kept, and tried again, so long: what is between
  // the death of one serving process and the readiness of the next.
  std::chrono::milliseconds hold_ms_max{15'000};
};

// Owned by cli; thread-safe. What always holds: bytes are passed on unread and in order; a
// connection that was accepted gets to a target or is closed after hold_ms_max; none waiting in the
// kernel's queue is lost when listening goes from the relay to a server and back. The first thing
// the target reads is a PROXY line with the caller's address, so the target must count the relay's
// address among its ServerOptions::proxies.
class Relay {
 public:
  // Listens, and accepts once there is a target. Invalid for an address that is none, unavailable
  // where it is in use.
  static Result<std::unique_ptr<Relay>> listen(RelayOptions options);
  ~Relay();  // cuts off what is left
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  std::uint16_t port() const;
  // Whom to pass connections on to: "10.0.0.7:8080"; also those that are held. "" = nobody.
  Result<void> pass_to(const std::string& target);
  // Accepts no more and returns the listening socket, another hold on it, for
  // ServerOptions::listening. What was accepted before is still passed on.
  Result<int> give();
  // Accepts again.
  void take_back();
  // Accepts no more and waits, at most so long, for the end of what it passes on.
  void drain(std::chrono::milliseconds ms_max);

 private:
  struct Impl;
  explicit Relay(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace citybrain::http
