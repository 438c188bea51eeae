// What the tests of http stand on; see test_server.h.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "http/cookie.h"
#include "test_server.h"

namespace citybrain::http {

Result<Principal> RecordingAuthorizer::authenticate(const Request& request) {
  Principal principal;
  const std::string secret = cookie_of(request, "cb_session");
  if (request.remote == "unix") {
    principal.kind = Principal::Kind::system;
    principal.id = "admin";
  } else if (!secret.empty() && !sessions_ended) {
    if (secret != "clerk" && secret != "chief") return denied("the session is not known");
    principal.kind = Principal::Kind::staff;
    principal.id = secret;
  }
  return principal;
}

Result<void> RecordingAuthorizer::authorize(const Principal& principal, const Route& route,
                                            const Request&) {
  if (route.right.name == Right::anyone().name) return ok();
  if (principal.anonymous()) return denied("log in first");
  if (principal.id == "clerk" && route.right.name != "box.read")
    return denied("a clerk has no right " + route.right.name);
  return ok();
}

Result<void> RecordingAuthorizer::audited(const Principal& principal, const Route& route,
                                          const Request&, int status) {
  if (audit_fails) return unavailable("the audit log does not answer");
  const std::lock_guard lock(mutex_);
  events_.push_back(route.audit.event + " " + principal.id + " " + std::to_string(status));
  return ok();
}

std::vector<std::string> RecordingAuthorizer::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.wait(lock, [this] { return open_; });
  --waiting_;
}

int Gate::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

std::vector<Route> test_routes(Gate& gate, std::atomic<int>& handled) {
  const auto none = [] { return Audit::none("a test"); };
  const auto echo = [&handled](const Request& request) -> Result<Reply> {
    ++handled;
    json::object out;
    for (const auto& [name, value] : request.params) out[name] = value;
    if (!request.json.is_null()) out["json"] = request.json;
    if (!request.body.empty()) out["body_bytes"] = request.body.size();
    out["remote"] = request.remote;
    return Reply::json(out);
  };
  const Shape box = shape::object(
      {shape::need("name", shape::text("", 20)), shape::may("weight", shape::integer("", 0, 100))});
  std::vector<Route> routes;
  const auto add = [&](Method method, std::string path, Right right, Audit audit, Handler handler) {
    routes.push_back({.method = method,
                      .path = std::move(path),
                      .summary = "a test",
                      .right = std::move(right),
                      .audit = std::move(audit),
                      .handler = std::move(handler)});
    return &routes.back();
  };
  routes.reserve(32);
  add(Method::get, "/echo", Right::anyone(), none(), echo)->params = {
      query_param("page", shape::integer("", 1, 1000)), query_param("query", shape::text("", 10)),
      query_param("all", shape::boolean()), query_param("state", shape::word({"open", "closed"}))};
  add(Method::get, "/quick", Right::anyone(), none(), echo)->cheap = true;
  add(Method::get, "/boxes/{code}", Right("box.read"), Audit("box.read"), echo)->params = {
      path_param("code", shape::text("", 12))};
  add(Method::post, "/boxes", Right("box.write"), Audit("box.write"), echo)->body = box;
  add(Method::post, "/open", Right::anyone(), none(), echo)->body = box;
  add(Method::post, "/raw", Right::anyone(), none(), echo);
  add(Method::get, "/slow", Right::anyone(), none(), [&gate, echo](const Request& r) {
    gate.pass();
    return echo(r);
  });
  add(Method::get, "/throws", Right::anyone(), none(),
      [](const Request&) -> Result<Reply> { throw std::runtime_error("secret of the inside"); });
  add(Method::get, "/long", Right::anyone(), none(),
      [](const Request&) -> Result<Reply> { return Reply::text(std::string(3 << 20, 'x')); });
  add(Method::get, "/split", Right::anyone(), none(), [](const Request&) -> Result<Reply> {
    Reply reply = Reply::text("x");
    reply.headers.emplace_back("X-Name", "a\r\nX-Evil: 1");
    return reply;
  });
  return routes;
}

TestServer::TestServer(ServerOptions options, std::vector<Room> more) {
  set_log_level(Level::error);
  options.port = 0;
  rooms_ = std::move(more);
  rooms_.push_back({.name = "test", .routes = test_routes(gate, handled)});
  server_ = std::make_unique<Server>(std::move(options), rooms_, authorizer);
  const auto started = server_->start();
  EXPECT_TRUE(started) << (started ? "" : started.error().message);
}

TestServer::~TestServer() {
  gate.open();
  server_->stop();
}

std::string TestServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}

ClientReply TestServer::call(const std::string& method, const std::string& path, Headers headers,
                             std::string body) {
  auto reply = http::call(
      {.method = method, .url = url(path), .headers = std::move(headers), .body = std::move(body)});
  if (reply) return *std::move(reply);
  return {0, {}, reply.error().message};
}

Peer::Peer(std::uint16_t port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return;
  ::close(fd_);
  fd_ = -1;
}

Peer::~Peer() {
  if (fd_ >= 0) ::close(fd_);
}

bool Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Peer::more(std::chrono::milliseconds ms) {
  pollfd one{fd_, POLLIN, 0};
  if (::poll(&one, 1, static_cast<int>(ms.count())) <= 0) return false;
  std::array<char, 64 << 10> bytes;
  const ssize_t n = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (n <= 0) return false;
  got_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Peer::reply() {
  for (;;) {
    const auto end = got_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto at = got_.find("\r\nContent-Length: ");
      const std::size_t length = at < end ? std::stoul(got_.substr(at + 18)) : 0;
      if (got_.size() >= end + 4 + length) {
        std::string one = got_.substr(0, end + 4 + length);
        got_.erase(0, one.size());
        return one;
      }
    }
    if (!more(std::chrono::seconds(5))) return "";
  }
}

std::string Peer::until(std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (got_.find(text) == std::string::npos)
    if (std::chrono::steady_clock::now() > deadline || !more(std::chrono::seconds(5))) return "";
  return got_;
}

bool Peer::closes_within(std::chrono::milliseconds ms) {
  const auto deadline = std::chrono::steady_clock::now() + ms;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 4096> bytes;
    if (::recv(fd_, bytes.data(), bytes.size(), 0) <= 0) return true;
  }
}

std::string status_in(const std::string& reply) {
  return reply.starts_with("HTTP/1.1 ") ? reply.substr(9, 3) : "";
}

}  // namespace citybrain::http
