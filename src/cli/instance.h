// Instance: the lock of a data folder (one process serves a city), and the way to a running server
// through its admin socket.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace citybrain::cli {

// Holds DIR/lock while it lives; the kernel lets go of it when the process dies.
class InstanceLock {
 public:
  // Makes the folder where there is none. Code::conflict where another process holds it.
  static Result<InstanceLock> take(const std::string& data_dir);
  // The same, after waiting for a holder that is about to let go: a command that ends, a server
  // that stops.
  static Result<InstanceLock> wait(const std::string& data_dir, std::chrono::milliseconds ms_max);
  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&& other) noexcept;
  ~InstanceLock();

 private:
  explicit InstanceLock(int file) : file_(file) {}
  int file_ = -1;
};

std::string admin_socket(const std::string& data_dir);

// How a command reaches a city: by the lock, which it keeps until it is done, or, where another
// process holds that, by nothing as soon as that one listens at its admin socket (a server that
// starts has the lock first). Code::conflict where it does not within ms_max.
Result<std::optional<InstanceLock>> lock_or_server(
    const std::string& data_dir, std::chrono::milliseconds ms_max = std::chrono::seconds(30));

// Asks the server that serves DATA_DIR; an HTTP problem becomes an Error with its detail.
Result<json::value> ask_server(const std::string& data_dir, const std::string& method,
                               const std::string& path, const json::value& body);

// The folder that holds city/, decisions/ and web/: CITYBRAIN_HOME, or two levels above the program
// (build/citybrain), or the working directory.
std::string home_dir();

}  // namespace citybrain::cli
