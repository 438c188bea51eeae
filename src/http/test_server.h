// TestServer and Peer: a running server over a small table of routes, and a raw socket that says
// exactly what a test wants said. For tests only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/room.h"
#include "http/authorizer.h"
#include "http/client.h"
#include "http/server.h"

namespace citybrain::http {

// Knows "cb_session=SECRET" with SECRET the name of a role; rights are given by the role's name:
// "clerk" may call what asks for "box.read", "chief" everything. Keeps what it was told.
class RecordingAuthorizer final : public Authorizer {
 public:
  Result<Principal> authenticate(const Request& request) override;
  Result<void> authorize(const Principal& principal, const Route& route,
                         const Request& request) override;
  Result<void> audited(const Principal& principal, const Route& route, const Request& request,
                       int status) override;

  std::vector<std::string> events() const;  // "box.open chief 200"
  std::atomic<bool> audit_fails = false;
  std::atomic<bool> sessions_ended = false;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

// Handlers of the route /slow wait here until the test opens it.
class Gate {
 public:
  void open();
  void pass();
  int waiting() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

// Starts a server on a free port; stops it at the end.
class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}, std::vector<Room> more = {});
  ~TestServer();

  std::uint16_t port() const { return server_->port(); }
  std::string url(const std::string& path) const;
  Server& server() { return *server_; }
  // One call by the client; its failure is a status of 0 with the message as body.
  ClientReply call(const std::string& method, const std::string& path, Headers headers = {},
                   std::string body = {});
  ClientReply get(const std::string& path, Headers headers = {}) {
    return call("GET", path, std::move(headers));
  }

  RecordingAuthorizer authorizer;
  Gate gate;
  std::atomic<int> handled = 0;  // handlers that ran

 private:
  std::vector<Room> rooms_;
  std::unique_ptr<Server> server_;
};

std::vector<Route> test_routes(Gate& gate, std::atomic<int>& handled);

// A raw TCP connection to 127.0.0.1.
class Peer {
 public:
  explicit Peer(std::uint16_t port);
  ~Peer();
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)), got_(std::move(other.got_)) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool connected() const { return fd_ >= 0; }
  // False when the server no longer takes bytes.
  bool say(std::string_view bytes);
  // One reply with a Content-Length, head and body; "" where the server closed before it was whole.
  std::string reply();
  // Reads until `text` has come; all that came so far, or "" at the end or after 5 seconds.
  std::string until(std::string_view text);
  // Whether the server closes within the time; what it sends meanwhile is dropped.
  bool closes_within(std::chrono::milliseconds ms);

 private:
  bool more(std::chrono::milliseconds ms);
  int fd_ = -1;
  std::string got_;
};

// "200" of "HTTP/1.1 200 OK…"; "" of anything else.
std::string status_in(const std::string& reply);

}  // namespace citybrain::http
