// Client: see http/client.h. Plain sockets and poll() under one deadline, and Beast's reply parser.
#include "http/client.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace citybrain::http {
namespace {

namespace bh = boost::beast::http;
using Steady = std::chrono::steady_clock;

struct Address {
  std::string unix_path;  // not empty: a Unix socket
  std::string host;
  std::string port = "80";
  std::string target = "/";
  std::string shown;  // for messages
};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

Result<Address> address_of(const std::string& url) {
  const auto wrong = [&](const std::string& why) {
    return invalid("url '" + url + "' " + why +
                   "; send http://host:port/path or unix:/path/of.sock:/path");
  };
  if (has_control(url)) return wrong("holds a space or control character");
  Address out;
  std::string_view rest = url;
  if (rest.starts_with("unix:")) {
    rest.remove_prefix(5);
    const auto colon = rest.find(':');
    out.unix_path = std::string(rest.substr(0, colon));
    if (out.unix_path.empty()) return wrong("names no socket");
    if (out.unix_path.size() >= sizeof(sockaddr_un::sun_path)) return wrong("has too long a path");
    if (colon != std::string_view::npos) out.target = std::string(rest.substr(colon + 1));
    if (!out.target.starts_with("/")) return wrong("has a path that does not start with '/'");
    out.host = "localhost";
    out.shown = out.unix_path;
    return out;
  }
  if (!rest.starts_with("http://")) return wrong("is not http");
  rest.remove_prefix(7);
  const auto slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) out.target = std::string(rest.substr(slash));
  out.shown = std::string(authority);
  std::string_view port;
  if (authority.starts_with("[")) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return wrong("has no ']'");
    out.host = std::string(authority.substr(1, close - 1));
    port = authority.substr(close + 1);
  } else {
    const auto colon = authority.find(':');
    out.host = std::string(authority.substr(0, colon));
    port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
  }
  if (out.host.empty() || out.host.find('@') != std::string::npos) return wrong("has no host");
  if (!port.empty()) {
    const auto number = port.front() == ':' ? parse_int(port.substr(1)) : std::nullopt;
    if (!number || *number < 1 || *number > 65'535) return wrong("has no port 1..65535");
    out.port = std::to_string(*number);
  }
  return out;
}

// One socket, non-blocking, each wait of which ends at the deadline.
class Line {
 public:
  Line(std::string peer, Steady::time_point deadline)
      : peer_(std::move(peer)), deadline_(deadline) {}
  ~Line() {
    if (fd_ >= 0) close(fd_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void end_at(Steady::time_point deadline) { deadline_ = deadline; }

  Result<void> connect_to(const Address& address) {
    return address.unix_path.empty() ? connect_tcp(address) : connect_unix(address.unix_path);
  }

  Result<void> send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno == EAGAIN) {
        CB_DO(wait_for(POLLOUT, "the request was not taken"));
      } else if (errno == EPIPE || errno == ECONNRESET) {
        return ok();  // the peer answered before it had all; its reply can be read
      } else if (errno != EINTR) {
        return failed("sending");
      }
    }
    return ok();
  }

  // The bytes read; 0 at the end.
  Result<std::size_t> receive(char* into, std::size_t most) {
    for (;;) {
      const ssize_t n = ::recv(fd_, into, most, 0);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EAGAIN) {
        CB_DO(wait_for(POLLIN, "there was no whole reply"));
      } else if (errno != EINTR) {
        return failed("receiving");
      }
    }
  }

 private:
  Error failed(const std::string& doing) const {
    return unavailable(peer_ + ": " + doing + " failed: " + std::strerror(errno));
  }

  Result<void> wait_for(short events, const std::string& otherwise) {
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Steady::now()).count();
      pollfd one{fd_, events, 0};
      const int ready =
          left <= 0 ? 0 : ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
      if (ready > 0) return ok();
      if (ready < 0 && errno != EINTR) return failed("waiting");
      if (Steady::now() >= deadline_) return unavailable(peer_ + ": " + otherwise + " in time");
    }
  }

  Result<void> open_and_connect(int family, const sockaddr* to, socklen_t size) {
    if (fd_ >= 0) close(fd_);
    fd_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return failed("opening a socket");
    if (::connect(fd_, to, size) == 0) return ok();
    if (errno != EINPROGRESS && errno != EAGAIN) return failed("connecting");
    CB_DO(wait_for(POLLOUT, "there was no connection"));
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    errno = error;
    return error == 0 ? ok() : Result<void>(failed("connecting"));
  }

  Result<void> connect_unix(const std::string& path) {
    sockaddr_un to = {};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    return open_and_connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  Result<void> connect_tcp(const Address& address) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int rc = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list);
        rc != 0)
      return unavailable(peer_ + ": no such host: " + gai_strerror(rc));
    Result<void> last = unavailable(peer_ + ": the host has no address");
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
      last = open_and_connect(one->ai_family, one->ai_addr, one->ai_addrlen);
      if (last) break;
    }
    freeaddrinfo(list);
    if (!last) return last;
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return ok();
  }

  const std::string peer_;
  Steady::time_point deadline_;
  int fd_ = -1;
};

Result<std::string> request_text(const Call& call, const Address& address) {
  if (call.method.empty() || has_control(call.method)) return invalid("no method");
  std::string out = call.method + " " + address.target + " HTTP/1.1\r\n";
  out += "Host: " + (address.unix_path.empty() ? address.shown : address.host) + "\r\n";
  bool typed = false;
  for (const auto& [name, value] : call.headers) {
    const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (name.empty() || has_control(name) || std::any_of(value.begin(), value.end(), breaks))
      return invalid("header '" + name + "' cannot be sent; leave line breaks out");
    typed = typed || lower_ascii(name) == "content-type";
    out.append(name).append(": ").append(value).append("\r\n");
  }
  const bool writes = call.method != "GET" && call.method != "HEAD";
  if (!call.body.empty() && !typed) out += "Content-Type: application/json\r\n";
  if (!call.body.empty() || writes)
    out += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
  out += "Connection: close\r\n\r\n";
  out += call.body;
  return out;
}

using Parser = bh::response_parser<bh::string_body>;

ClientReply reply_of(Parser& parser) {
  ClientReply reply;
  auto message = parser.release();
  reply.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    reply.headers.emplace_back(lower_ascii(field.name_string()), std::string(field.value()));
  reply.body = std::move(message.body());
  return reply;
}

Error parse_error(const std::string& peer, const boost::system::error_code& ec) {
  if (ec == bh::error::body_limit) return exhausted(peer + ": the reply is above reply_bytes_max");
  if (ec == bh::error::partial_message || ec == bh::error::end_of_stream)
    return unavailable(peer + ": the peer closed before its reply was whole");
  return corrupt(peer + ": the reply is not HTTP: " + ec.message());
}

// Gives what has come of the body to its reader; a reply of another status is kept, within limits.
Result<void> hand_over(Parser& parser, const Call& call, const std::string& peer) {
  if (!call.on_body || !parser.is_header_done()) return ok();
  std::string& body = parser.get().body();
  if (parser.get().result_int() != 200) {
    if (body.size() > call.reply_bytes_max) return parse_error(peer, bh::error::body_limit);
    return ok();
  }
  if (body.empty()) return ok();
  CB_DO(call.on_body(body));
  body.clear();
  return ok();
}

Result<ClientReply> receive_reply(Line& line, const Call& call, const std::string& peer) {
  constexpr std::size_t read_bytes_max = 64 << 10;
  constexpr int interim_max = 8;  // 1xx replies before the reply
  boost::beast::flat_buffer buffer;
  for (int interim = 0; interim < interim_max; ++interim) {
    Parser parser;
    if (call.on_body) {
      parser.body_limit(boost::none);
    } else {
      parser.body_limit(call.reply_bytes_max);
    }
    parser.eager(true);
    parser.skip(call.method == "HEAD");
    bool ended = false;
    while (!parser.is_done()) {
      boost::system::error_code ec;
      if (buffer.size() > 0) {
        buffer.consume(parser.put(buffer.data(), ec));
        if (ec && ec != bh::error::need_more) return parse_error(peer, ec);
        CB_DO(hand_over(parser, call, peer));
        if (parser.is_done() || (!ec && buffer.size() > 0)) continue;
      }
      if (ended) {
        ec = {};
        if (!parser.got_some()) return parse_error(peer, bh::error::end_of_stream);
        parser.put_eof(ec);
        if (ec) return parse_error(peer, ec);
        break;
      }
      const auto space = buffer.prepare(read_bytes_max);
      CB_TRY(const std::size_t n, line.receive(static_cast<char*>(space.data()), space.size()));
      buffer.commit(n);
      ended = n == 0;
    }
    if (parser.get().result_int() >= 200) return reply_of(parser);
  }
  return corrupt(peer + ": more than 8 interim replies");
}

}  // namespace

std::string ClientReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return "";
}

Result<ClientReply> call(const Call& call) {
  CB_TRY(const Address address, address_of(call.url));
  CB_TRY(const std::string text, request_text(call, address));
  const auto start = Steady::now();
  const auto connect = call.connect_timeout.count() > 0
                           ? std::min(call.connect_timeout, call.timeout)
                           : call.timeout;
  Line line(address.shown, start + connect);
  CB_DO(line.connect_to(address));
  line.end_at(start + call.timeout);
  CB_DO(line.send_all(text));
  return receive_reply(line, call, address.shown);
}

}  // namespace citybrain::http
