// hello and load: see http/hello.h.
#include "http/hello.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/text.h"

namespace citybrain::http {
namespace {

using Steady = std::chrono::steady_clock;

// One keep-alive connection of the load: a request out, its reply in, again.
struct Client {
  int fd = -1;
  std::string reply;
  Steady::time_point sent;
};

int connect_local(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

// The whole length of the reply at the start of `bytes`, or 0 while it is not all there.
std::size_t reply_bytes(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto at = bytes.substr(0, end).find(name);
  std::size_t length = 0;
  if (at != std::string_view::npos) {
    const auto from = at + name.size();
    const auto digits = bytes.substr(from, bytes.find('\r', from) - from);
    length = static_cast<std::size_t>(parse_int(digits).value_or(0));
  }
  const std::size_t all = end + 4 + length;
  return bytes.size() >= all ? all : 0;
}

class Generator {
 public:
  explicit Generator(const Load& load) : load_(load), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    const auto one = [&](const std::string& path) {
      requests_.push_back("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + load_.headers +
                          "\r\n");
    };
    for (const auto& path : load_.paths) one(path);
    if (load_.paths.empty()) one(load_.path);
    clients_.resize(static_cast<std::size_t>(load_.connections));
  }
  ~Generator() {
    for (auto& client : clients_)
      if (client.fd >= 0) close(client.fd);
    close(epoll_);
  }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  LoadResult run() {
    const auto from = Steady::now();
    const auto until = from + load_.duration;
    for (auto& client : clients_) open(client);
    std::array<epoll_event, 256> events;
    constexpr int wait_ms = 50;
    while (Steady::now() < until && open_ > 0) {
      const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
      for (int i = 0; i < n; ++i) receive(clients_[events[static_cast<std::size_t>(i)].data.u64]);
    }
    result_.seconds = std::chrono::duration<double>(Steady::now() - from).count();
    result_.per_second = static_cast<double>(result_.replies) / result_.seconds;
    std::sort(times_us_.begin(), times_us_.end());
    if (!times_us_.empty()) {
      result_.p50_us = times_us_[times_us_.size() / 2];
      result_.p99_us = times_us_[times_us_.size() * 99 / 100];
    }
    return result_;
  }

 private:
  void open(Client& client) {
    client.fd = connect_local(load_.port);
    if (client.fd < 0) {
      ++result_.failures;
      return;
    }
    ++open_;
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint64_t>(&client - clients_.data());
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    send(client);
  }

  void lose(Client& client) {
    ++result_.failures;
    --open_;
    close(client.fd);
    client.fd = -1;
  }

  void send(Client& client) {
    const std::string& request = requests_[turn_++ % requests_.size()];
    client.sent = Steady::now();
    const ssize_t n = ::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (n != static_cast<ssize_t>(request.size())) lose(client);
  }

  void receive(Client& client) {
    std::array<char, 16 << 10> bytes;
    const ssize_t n = ::recv(client.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n <= 0) {
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
      return lose(client);
    }
    client.reply.append(bytes.data(), static_cast<std::size_t>(n));
    const std::size_t whole = reply_bytes(client.reply);
    if (whole == 0) return;
    constexpr std::size_t class_at = 9;  // "HTTP/1.1 2xx"
    ++(client.reply[class_at] == '2' ? result_.replies : result_.refused);
    times_us_.push_back(
        std::chrono::duration<float, std::micro>(Steady::now() - client.sent).count());
    client.reply.erase(0, whole);
    send(client);
  }

  const Load& load_;
  const int epoll_;
  std::vector<std::string> requests_;
  std::vector<Client> clients_;
  std::vector<float> times_us_;
  std::size_t turn_ = 0;
  int open_ = 0;
  LoadResult result_;
};

}  // namespace

Route hello_route(bool cheap) {
  return {.method = Method::get,
          .path = cheap ? "/hello" : "/hello/worker",
          .summary = "the least the server can say",
          .right = Right::anyone(),
          .audit = Audit::none("shows no records"),
          .handler = [](const Request&) -> Result<Reply> {
            return Reply::text("{\"hello\":\"world\"}", "application/json");
          },
          .cheap = cheap};
}

LoadResult run_load(const Load& load) { return Generator(load).run(); }

}  // namespace citybrain::http
