// ForeignServer: a PostgreSQL of a test's own, whose changes are captured, which is killed and
// started again. Only tests and benches name it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace citybrain::capture {

// Started by tools/postgres.sh in a fresh folder, with wal_level=logical; stopped and removed with
// this object. One thread.
class ForeignServer {
 public:
  // `settings`: more "-c name=value" for the server.
  explicit ForeignServer(const std::string& source_dir, const std::string& settings = "");
  ~ForeignServer();
  ForeignServer(const ForeignServer&) = delete;
  ForeignServer& operator=(const ForeignServer&) = delete;

  const std::string& dir() const { return dir_; }
  std::uint16_t port() const { return port_; }
  // "host=127.0.0.1 port=… user=citybrain dbname=postgres"
  std::string address(std::uint16_t port = 0) const;
  // Runs statements; a failure stops the process, as of a test that is wrong.
  void run(const std::string& sql) const;
  // The first column of each row, null as "<null>".
  std::vector<std::string> ask(const std::string& sql) const;
  // The same, but a failure is false: for a load that goes on while the server is killed.
  bool try_run(const std::string& sql) const;
  // SIGKILL for the server and all its processes; start() brings it back on the same port.
  void kill();
  void start(const std::string& settings = "");

 private:
  std::string source_dir_;
  std::string dir_;
  std::string settings_;
  std::uint16_t port_ = 0;
};

}  // namespace citybrain::capture
