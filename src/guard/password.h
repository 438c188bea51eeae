// Passwords: argon2id by libsodium. Private to guard.
#pragma once

#include <semaphore>
#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::guard {

// Thread-safe. At most two derivations at a time, for each takes 64 MiB.
class Passwords {
 public:
  explicit Passwords(bool cheap);
  Result<std::string> hash(std::string_view password);
  // False for a wrong password. With an empty hash (no such account) it works as long and is false.
  bool verify(const std::string& hash, std::string_view password);

 private:
  bool cheap_;
  std::string nobody_;  // a hash that no password has
  std::counting_semaphore<2> slots_{2};
};

}  // namespace citybrain::guard
