// What the server does with peers that are slow, large, malformed, many, or in a hurry.
#include "http/server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "test_server.h"

namespace citybrain::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::string_view_literals;

constexpr std::string_view get_echo = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view get_slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";

std::string said(TestServer& server, std::string_view bytes) {
  Peer peer(server.port());
  peer.say(bytes);
  return status_in(peer.reply());
}

// Waits until something holds, at most 5 seconds.
template <class Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 1'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

TEST(Server, RefusesMalformedRequests) {
  TestServer server;
  const std::vector<std::string> malformed = {
      "nonsense\r\n\r\n",
      "GET /echo\r\n\r\n",
      "GET /echo HTTP/9.9\r\nHost: a\r\n\r\n",
      "GET /echo HTTP/1.1\r\n\r\n",                        // no Host
      "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",  // two
      "GET /echo HTTP/1.1\r\nHost : a\r\n\r\n",            // space before the colon
      "GET /echo HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n",
      "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
      "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      std::string("GET /ec\0ho HTTP/1.1\r\nHost: a\r\n\r\n"sv),
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  // TLS to a plain port
  };
  for (const auto& bytes : malformed) EXPECT_EQ(said(server, bytes), "400") << bytes;
  EXPECT_EQ(said(server, get_echo), "200");
}

TEST(Server, RefusesUnknownTransferCodings) {
  TestServer server;
  for (const char* coding : {"gzip", "gzip, chunked", "chunked\r\nTransfer-Encoding: chunked"}) {
    const std::string request =
        "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + std::string(coding) +
        "\r\n\r\n0\r\n\r\n";
    EXPECT_EQ(said(server, request), "400") << coding;
  }
  EXPECT_EQ(server.handled, 0);
}

TEST(Server, RefusesWhatIsTooLarge) {
  ServerOptions options;
  options.limits.header_bytes_max = 4'096;
  options.limits.body_bytes_max = 10'000;
  options.limits.target_bytes_max = 1'000;
  TestServer server(options);
  EXPECT_EQ(server.get("/echo", {{"X-Long", std::string(5'000, 'x')}}).status, 431);
  EXPECT_EQ(server.get("/echo?query=" + std::string(2'000, 'x')).status, 414);
  EXPECT_EQ(server.call("POST", "/raw", {}, std::string(10'000, 'x')).status, 200);
  EXPECT_EQ(server.call("POST", "/raw", {}, std::string(10'001, 'x')).status, 413);
  // The reply is read although the peer goes on sending.
  EXPECT_EQ(server.call("POST", "/raw", {}, std::string(4 << 20, 'x')).status, 413);
  const std::string chunk = "2000\r\n" + std::string(0x2000, 'x') + "\r\n";
  EXPECT_EQ(said(server, "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             chunk + chunk),
            "413");
  EXPECT_EQ(said(server, std::string(100'000, 'G')), "431");
}

TEST(Server, TakesChunkedBodiesAndExpectations) {
  TestServer server;
  Peer chunked(server.port());
  chunked.say("POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  std::this_thread::sleep_for(milliseconds(20));
  chunked.say("4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_NE(chunked.reply().find("\"body_bytes\":7"), std::string::npos);
  Peer expecting(server.port());
  expecting.say(
      "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(status_in(expecting.reply()), "100");
  expecting.say("abc");
  EXPECT_NE(expecting.reply().find("\"body_bytes\":3"), std::string::npos);
}

TEST(Server, CutsOffSlowPeers) {
  ServerOptions options;
  options.limits.header_ms_max = milliseconds(150);
  options.limits.body_ms_max = milliseconds(150);
  options.limits.idle_ms_max = milliseconds(300);
  TestServer server(options);
  Peer idle(server.port());
  Peer dripping(server.port());
  const auto from = std::chrono::steady_clock::now();
  for (const char c : get_echo.substr(0, 20)) {  // a byte each 20 ms: never an idle line
    if (!dripping.say(std::string_view(&c, 1))) break;
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(status_in(dripping.reply()), "408");
  EXPECT_TRUE(dripping.closes_within(seconds(4)));
  EXPECT_LT(std::chrono::steady_clock::now() - from, seconds(5));
  Peer body(server.port());
  body.say("POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(status_in(body.reply()), "408");
  EXPECT_TRUE(idle.closes_within(seconds(2)));
  EXPECT_EQ(said(server, get_echo), "200");
}

TEST(Server, CutsOffPeersThatDoNotRead) {
  ServerOptions options;
  options.limits.write_ms_max = milliseconds(200);
  TestServer server(options);
  Peer peer(server.port());
  for (int i = 0; i < 8; ++i) peer.say("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(soon([&] {
    return server.get("/metrics").body.find("citybrain_http_timeouts_total 1") != std::string::npos;
  }));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  std::string all;
  for (int i = 1; i <= 200; ++i)
    all += "GET /" + std::string(i % 2 == 0 ? "echo?page=" + std::to_string(i) : "quick") +
           " HTTP/1.1\r\nHost: a\r\n\r\n";
  Peer peer(server.port());
  peer.say(all);
  for (int i = 1; i <= 200; ++i) {
    const std::string reply = peer.reply();
    ASSERT_EQ(status_in(reply), "200") << i;
    if (i % 2 == 0) {
      EXPECT_NE(reply.find("\"page\":\"" + std::to_string(i) + "\""), std::string::npos);
    }
  }
}

TEST(Server, KeepsAndClosesConnectionsAsAsked) {
  TestServer server;
  Peer old(server.port());
  old.say("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_NE(old.reply().find("Connection: close"), std::string::npos);
  EXPECT_TRUE(old.closes_within(seconds(4)));
  Peer kept(server.port());
  kept.say("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(kept.reply().find("Connection: keep-alive"), std::string::npos);
  kept.say("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_in(kept.reply()), "200");
  EXPECT_TRUE(kept.closes_within(seconds(4)));
}

TEST(Server, HoldsAThousandIdleConnections) {
  ServerOptions options;
  options.io_threads = 2;
  TestServer server(options);
  std::vector<Peer> peers;
  for (int i = 0; i < 1'000; ++i) {
    peers.emplace_back(server.port());
    ASSERT_TRUE(peers.back().connected()) << i;
    if (i % 2 == 0) peers.back().say(get_echo);  // half of them have been served once
  }
  for (std::size_t i = 0; i < peers.size(); i += 2)
    ASSERT_EQ(status_in(peers[i].reply()), "200") << i;
  EXPECT_EQ(server.get("/echo").status, 200);
  for (auto& peer : peers) {
    ASSERT_TRUE(peer.say(get_echo));
    ASSERT_EQ(status_in(peer.reply()), "200");
  }
}

TEST(Server, RefusesAboveItsNumbers) {
  ServerOptions options;
  options.limits.connections_max = 4;
  options.limits.in_flight_max = 2;
  TestServer server(options);
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) peers.emplace_back(server.port());
  peers[0].say(get_slow);
  peers[1].say(get_slow);
  ASSERT_TRUE(soon([&] { return server.gate.waiting() == 2; }));
  peers[2].say(get_slow);
  const std::string busy = peers[2].reply();
  EXPECT_EQ(status_in(busy), "503");
  EXPECT_NE(busy.find("Retry-After: 1"), std::string::npos);
  peers.emplace_back(server.port());
  ASSERT_TRUE(soon([&] { return peers[3].say("G"); }));
  Peer fifth(server.port());
  EXPECT_TRUE(fifth.closes_within(seconds(2)));
  server.gate.open();
  EXPECT_EQ(status_in(peers[0].reply()), "200");
  EXPECT_EQ(status_in(peers[1].reply()), "200");
}

TEST(Server, SlowHandlersDoNotHoldUpCheapOnes) {
  ServerOptions options;
  options.workers = 1;
  TestServer server(options);
  Peer slow(server.port());
  slow.say(get_slow);
  ASSERT_TRUE(soon([&] { return server.gate.waiting() == 1; }));
  EXPECT_EQ(server.get("/healthz").status, 200);
  EXPECT_EQ(server.get("/quick").status, 200);
}

TEST(Server, SurvivesPeersThatVanish) {
  TestServer server;
  for (int i = 0; i < 50; ++i) {
    Peer peer(server.port());
    peer.say(i % 2 == 0 ? get_slow : std::string_view("GET /long HTTP/1.1\r\nHost: a\r\n\r\n"));
  }
  server.gate.open();
  EXPECT_EQ(server.get("/echo").status, 200);
  EXPECT_TRUE(soon([&] {
    return server.get("/metrics").body.find("citybrain_http_in_flight 1\n") != std::string::npos;
  }));
}

TEST(Server, ServesTheAdminSocketToItsOwnerOnly) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("cb-" + std::to_string(getpid()) + ".sock"));
  ServerOptions options;
  options.unix_socket = path;
  {
    TestServer server(options);
    struct stat status = {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const auto reply = http::call({.url = "unix:" + path + ":/boxes/a"});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->body, R"({"code":"a","remote":"unix"})");
    EXPECT_EQ(server.authorizer.events(), std::vector<std::string>{"box.read admin 200"});

    RecordingAuthorizer authorizer;
    const std::vector<Room> none;
    Server second({.address = "", .unix_socket = path}, none, authorizer);
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Code::conflict);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, SaysThatItsPortIsTaken) {
  TestServer first;
  RecordingAuthorizer authorizer;
  const std::vector<Room> none;
  Server second({.port = first.port()}, none, authorizer);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find(std::to_string(first.port())), std::string::npos);
}

TEST(Server, FinishesWhatIsInHandWhenItStops) {
  TestServer server;
  std::vector<Peer> slow;
  for (int i = 0; i < 8; ++i) {
    slow.emplace_back(server.port());
    slow.back().say(get_slow);
  }
  Peer idle(server.port());
  ASSERT_TRUE(soon([&] { return server.gate.waiting() == 8; }));
  std::thread stopping([&] { server.server().stop(); });
  EXPECT_TRUE(idle.closes_within(seconds(2)));
  EXPECT_TRUE(soon([&] { return !Peer(server.port()).connected(); }));
  server.gate.open();
  for (auto& peer : slow) {
    const std::string reply = peer.reply();
    EXPECT_EQ(status_in(reply), "200");
    EXPECT_NE(reply.find("Connection: close"), std::string::npos);
  }
  slow.clear();
  stopping.join();
  server.server().stop();  // again: nothing
}

TEST(Server, StopsUnderLoadWithoutLosingAReply) {
  ServerOptions options;
  options.io_threads = 2;
  TestServer server(options);
  std::atomic<bool> torn = false;
  std::atomic<int> served = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (;;) {
        Peer peer(server.port());
        if (!peer.connected()) return;
        for (;;) {
          if (!peer.say(get_echo)) break;
          const std::string reply = peer.reply();
          if (reply.empty()) break;  // closed between two requests
          if (status_in(reply) != "200") torn = true;
          ++served;
          if (reply.find("Connection: close") != std::string::npos) break;
        }
      }
    });
  ASSERT_TRUE(soon([&] { return served > 500; }));
  const auto from = std::chrono::steady_clock::now();
  server.server().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - from, seconds(8));
  for (auto& caller : callers) caller.join();
  EXPECT_FALSE(torn);
}

TEST(Server, ClosesWhatIsWrittenWhileItStops) {
  TestServer server;
  Peer peer(server.port());
  peer.say("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_NE(peer.until("HTTP/1.1 200"), "");  // more is on its way than sockets hold
  std::thread stopping([&] { server.server().stop(); });
  std::this_thread::sleep_for(milliseconds(50));
  const auto from = std::chrono::steady_clock::now();
  EXPECT_GT(peer.reply().size(), 3U << 20);
  EXPECT_TRUE(peer.closes_within(seconds(2)));
  stopping.join();
  EXPECT_LT(std::chrono::steady_clock::now() - from, seconds(5));
}

TEST(Server, CutsOffAtTheDeadlineOfItsDraining) {
  ServerOptions options;
  options.limits.drain_ms_max = milliseconds(100);
  TestServer server(options);
  Peer slow(server.port());
  slow.say(get_slow);
  ASSERT_TRUE(soon([&] { return server.gate.waiting() == 1; }));
  std::thread stopping([&] { server.server().stop(); });
  EXPECT_TRUE(slow.closes_within(seconds(3)));
  server.gate.open();
  stopping.join();
}

}  // namespace
}  // namespace citybrain::http
