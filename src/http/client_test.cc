// The client against peers that are silent, torn, large or no HTTP at all.

#include "http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "test_server.h"

namespace citybrain::http {
namespace {

using std::chrono::milliseconds;

// Accepts one connection, reads once, says `reply`, and closes after `hold`.
class OneReply {
 public:
  explicit OneReply(std::string reply, milliseconds hold = milliseconds(0)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(fd_, 1);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port)) + "/";
    thread_ = std::thread([this, hold, text = std::move(reply)] {
      const int peer = ::accept(fd_, nullptr, nullptr);
      std::array<char, 4096> bytes;
      if (::recv(peer, bytes.data(), bytes.size(), 0) > 0)
        ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
      std::this_thread::sleep_for(hold);
      ::close(peer);
    });
  }
  ~OneReply() {
    thread_.join();
    ::close(fd_);
  }
  std::string url;

 private:
  int fd_ = -1;
  std::thread thread_;
};

Code code_of(const Call& one) {
  const auto reply = call(one);
  EXPECT_FALSE(reply);
  return reply ? Code::internal : reply.error().code;
}

TEST(Client, RefusesUrlsAndHeadersThatCannotBeSent) {
  for (const char* url :
       {"", "https://a/", "http://", "http://a:0/", "http://a:99999/", "http://a b/", "ftp://a/",
        "http://user@a/", "http://a/\r\nX: y", "unix:", "unix:/x:y", "http://[::1/"})
    EXPECT_EQ(code_of({.url = url}), Code::invalid) << url;
  EXPECT_EQ(code_of({.url = "http://127.0.0.1:1/", .headers = {{"A", "b\r\nC: d"}}}),
            Code::invalid);
}

TEST(Client, SaysWhenNobodyIsThere) {
  EXPECT_EQ(code_of({.url = "http://127.0.0.1:1/"}), Code::unavailable);
  EXPECT_EQ(code_of({.url = "unix:/nowhere.sock:/"}), Code::unavailable);
}

TEST(Client, WaitsNoLongerThanItsTimeout) {
  OneReply silent("", milliseconds(400));
  const auto from = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of({.url = silent.url, .timeout = milliseconds(100)}), Code::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - from, milliseconds(300));
  OneReply half("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", milliseconds(400));
  EXPECT_EQ(code_of({.url = half.url, .timeout = milliseconds(100)}), Code::unavailable);
}

TEST(Client, TellsTornFromWhole) {
  OneReply closed("");
  EXPECT_EQ(code_of({.url = closed.url}), Code::unavailable);
  OneReply torn("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(code_of({.url = torn.url}), Code::unavailable);
  OneReply nonsense("SSH-2.0-OpenSSH\r\n\r\n");
  EXPECT_EQ(code_of({.url = nonsense.url}), Code::corrupt);
  OneReply until_end("HTTP/1.1 200 OK\r\n\r\nall of it");
  EXPECT_EQ(call({.url = until_end.url})->body, "all of it");
  OneReply interim(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(call({.url = interim.url})->status, 201);
  OneReply chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(call({.url = chunked.url})->body, "abc");
}

TEST(Client, TakesNoMoreThanItsLimit) {
  OneReply large("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1'000, 'x'));
  EXPECT_EQ(code_of({.url = large.url, .reply_bytes_max = 999}), Code::exhausted);
}

TEST(Client, BringsLargeBodiesBothWays) {
  TestServer server;
  EXPECT_EQ(server.get("/long").body.size(), 3U << 20);
  EXPECT_NE(server.call("POST", "/raw", {}, std::string(5 << 20, 'x')).body.find("5242880"),
            std::string::npos);
}

}  // namespace
}  // namespace citybrain::http
