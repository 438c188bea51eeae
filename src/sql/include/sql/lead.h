// Lead: which of several processes over one PostgreSQL store serves the city. One leads, the others
// wait; when it dies another takes over within moments, and whatever the old one still tries to
// write is refused by the store (a fencing token: Kleppmann, "How to do distributed locking").
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace citybrain::sql {

// Owned by whoever serves; thread-safe. Always holds: of all processes at most one has the highest
// token, and only under it a Db of that token can write. The lead is a lock of one connection, so
// the store itself lets go of it when the process or its machine dies: at once where the connection
// is closed, within lost_after_s where the network is silent.
class Lead {
 public:
  static constexpr int lost_after_s = 4;
  // All who follow know a new lead after so long, where the store answers.
  static constexpr std::chrono::milliseconds known_after{600};

  // Waits until no other process leads the store at `url` ("postgres:CONNINFO"), and says there at
  // which `address` this one is reached. Returns null where `stop` was requested first. Unavailable
  // while the store cannot be reached is waited out as well; any other error is returned.
  static Result<std::unique_ptr<Lead>> wait(const std::string& url, const std::stop_token& stop,
                                            const std::string& address = "");
  // The same without waiting: conflict where another process leads.
  static Result<std::unique_ptr<Lead>> take(const std::string& url,
                                            const std::string& address = "");
  // Tells `lead` the address of the process that leads or led last, at once and whenever it
  // changes, until `stop` is requested. Waits out a store that cannot be reached.
  static void follow(const std::string& url, const std::stop_token& stop,
                     const std::function<void(const std::string& address)>& lead);
  virtual ~Lead() = default;

  // For Db::open.
  virtual std::int64_t token() const = 0;
  // Calls `lost` once, from a thread of its own, when the lock's connection breaks: from then on
  // another process may lead.
  virtual void watch(std::function<void()> lost) = 0;
};

}  // namespace citybrain::sql
