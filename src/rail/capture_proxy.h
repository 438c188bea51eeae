// Proxy: a way between a source and its server that a test can cut.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/check.h"

namespace citybrain::rail {

// Listens on a port of its own; each connection is carried on to `to` by a thread.
class Proxy {
 public:
  explicit Proxy(std::uint16_t to) : to_(to) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at = address(0);
    socklen_t size = sizeof at;
    CB_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    CB_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    CB_CHECK(::listen(listener_, 16) == 0);
    port_ = ntohs(at.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~Proxy() {
    stopped_ = true;
    accepting_.join();
    cut();
    for (std::thread& thread : carrying_) thread.join();
    ::close(listener_);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const { return port_; }
  // Cuts what is connected; while `closed`, new connections are cut at once.
  void cut() {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    ++cuts_;
  }
  void close_way(bool closed) {
    closed_ = closed;
    if (closed) cut();
  }
  int cuts() const { return cuts_; }

 private:
  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
  }
  void accept_all() {
    while (!stopped_) {
      pollfd ready{listener_, POLLIN, 0};
      if (::poll(&ready, 1, 50) <= 0) continue;
      const int from = ::accept(listener_, nullptr, nullptr);
      if (from < 0) continue;
      if (closed_) {
        ::close(from);
        continue;
      }
      carrying_.emplace_back([this, from] { carry(from); });
    }
  }
  void carry(int from) {
    const int on = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in at = address(to_);
    if (::connect(on, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
      keep(from, on, true);
      for (bool alive = true; alive;) {
        pollfd ready[2] = {{from, POLLIN, 0}, {on, POLLIN, 0}};
        ::poll(ready, 2, 1'000);
        for (int side = 0; side < 2 && alive; ++side) {
          if (ready[side].revents != 0) alive = pass(ready[side].fd, ready[1 - side].fd);
        }
        if (stopped_) alive = false;
      }
      keep(from, on, false);
    }
    ::close(from);
    ::close(on);
  }
  static bool pass(int from, int to) {
    char bytes[16'384];
    const ssize_t got = ::recv(from, bytes, sizeof bytes, 0);
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t n =
          ::send(to, bytes + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += n;
    }
    return got > 0;
  }
  void keep(int from, int on, bool there) {
    const std::lock_guard lock(mutex_);
    for (const int socket : {from, on}) {
      there ? static_cast<void>(open_.insert(socket)) : static_cast<void>(open_.erase(socket));
    }
  }

  std::uint16_t to_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> closed_{false};
  std::atomic<int> cuts_{0};
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> carrying_;
  std::thread accepting_;
};

}  // namespace citybrain::rail
