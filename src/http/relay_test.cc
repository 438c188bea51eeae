// Relay: connections of a process that does not serve reach the one that does, and none is lost
// when who serves changes.
#include "http/relay.h"

#include <gtest/gtest.h>

#include <thread>

#include "proxies.h"
#include "test_server.h"

namespace citybrain::http {
namespace {

std::string target(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

ServerOptions behind_a_relay() {
  ServerOptions options;
  options.proxies = {"127.0.0.1"};
  return options;
}

TEST(Proxies, TheCallerIsTheLastAddressThatIsNoProxyOfOurs) {
  const auto ours = Proxies::parse({"10.0.0.0/8", "fd00::/16", "127.0.0.1"});
  ASSERT_TRUE(ours);
  const auto caller = [&](const char* peer, const char* forwarded) {
    return ours->caller(peer, forwarded);
  };
  EXPECT_EQ(caller("10.0.0.1", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(caller("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.1.1.1"), "203.0.113.9");
  EXPECT_EQ(caller("10.0.0.1", "203.0.113.9, 10.1.1.1,fd00::3"), "203.0.113.9");
  EXPECT_EQ(caller("10.0.0.1", "10.2.2.2"), "10.2.2.2");
  EXPECT_EQ(caller("10.0.0.1", "::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(caller("10.0.0.1", "203.0.113.9, nonsense"), "10.0.0.1");
  EXPECT_EQ(caller("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(caller("203.0.113.1", "127.0.0.1"), "203.0.113.1");  // whoever says so is no proxy
  EXPECT_EQ(Proxies::parse({"10.0.0.0/40"}).error().code, Code::invalid);
  EXPECT_EQ(Proxies::parse({"haproxy"}).error().code, Code::invalid);
  EXPECT_EQ(caller_of("PROXY TCP4 203.0.113.9 10.0.0.1 4000 80"), "203.0.113.9");
  EXPECT_FALSE(caller_of("PROXY UNKNOWN"));
  EXPECT_FALSE(caller_of("PROXY TCP4 x y 1 2"));
}

TEST(Relay, PassesOnAndNamesTheCaller) {
  TestServer server(behind_a_relay());
  auto relay = Relay::listen({.port = 0}).value();
  ASSERT_TRUE(relay->pass_to(target(server.port())));
  for (int i = 0; i < 3; ++i) {
    Peer peer(relay->port());
    for (int k = 0; k < 2; ++k) {  // a connection is kept
      ASSERT_TRUE(peer.say("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"));
      EXPECT_EQ(status_in(peer.reply()), "200");
    }
  }
  EXPECT_EQ(relay->pass_to("somewhere").error().code, Code::invalid);
}

TEST(Relay, AProxyLineIsNotBelievedFromJustAnybody) {
  TestServer trusting(behind_a_relay());
  TestServer wary;
  const std::string line = proxy_line("203.0.113.9", 4000, "127.0.0.1", 80);
  // Loopback sees it, others do not.
  const std::string metrics = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  Peer believed(trusting.port());
  ASSERT_TRUE(believed.say(line.substr(0, 9)));  // in pieces, too
  ASSERT_TRUE(believed.say(line.substr(9)));
  ASSERT_TRUE(believed.say(metrics));
  EXPECT_EQ(status_in(believed.reply()), "404");
  Peer twice(trusting.port());  // through two relays
  ASSERT_TRUE(twice.say(proxy_line("127.0.0.1", 4000, "127.0.0.1", 80) + line + metrics));
  EXPECT_EQ(status_in(twice.reply()), "404");
  Peer refused(wary.port());
  ASSERT_TRUE(refused.say(line + metrics));
  EXPECT_EQ(status_in(refused.reply()), "400");
  Peer wrong(trusting.port());
  ASSERT_TRUE(wrong.say("PROXY nonsense\r\n" + metrics));
  EXPECT_TRUE(wrong.closes_within(std::chrono::milliseconds(2000)));
  Peer forwarded(trusting.port());
  ASSERT_TRUE(
      forwarded.say("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1\r\n"
                    "X-Forwarded-For: 203.0.113.9\r\n\r\n"));
  EXPECT_EQ(status_in(forwarded.reply()), "404");
}

TEST(Relay, HoldsWhoComesBeforeThereIsSomebodyToServe) {
  auto relay = Relay::listen({.port = 0}).value();
  Peer before(relay->port());
  ASSERT_TRUE(before.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::uint16_t died = 0;
  {
    const TestServer gone(behind_a_relay());
    died = gone.port();
  }
  ASSERT_TRUE(relay->pass_to(target(died)));  // accepted, and held
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  TestServer server(behind_a_relay());
  ASSERT_TRUE(relay->pass_to(target(server.port())));
  EXPECT_EQ(status_in(before.reply()), "200");
}

TEST(Relay, WhoWaitsTooLongIsCutOff) {
  auto relay = Relay::listen({.port = 0, .hold_ms_max = std::chrono::milliseconds(200)}).value();
  ASSERT_TRUE(relay->pass_to("127.0.0.1:1"));
  Peer peer(relay->port());
  EXPECT_TRUE(peer.closes_within(std::chrono::milliseconds(3000)));
}

// One listening socket, served in turn by a relay and by a server of its own.
TEST(Relay, NoConnectionIsLostWhenListeningIsGivenAndTakenBack) {
  TestServer other(behind_a_relay());
  auto relay = Relay::listen({.port = 0}).value();
  ASSERT_TRUE(relay->pass_to(target(other.port())));
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          ++asked;
          const auto reply = call({.url = "http://" + target(relay->port()) + "/healthz"});
          answered += reply && reply->status == 200 ? 1 : 0;
        }
      });
    }
    for (int turn = 0; turn < 5; ++turn) {
      auto options = behind_a_relay();
      options.listening = relay->give().value();
      {
        const TestServer own(options);
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
      }
      relay->take_back();
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
    }
  }
  EXPECT_GT(asked, 20);
  EXPECT_EQ(asked, answered);
}

TEST(Relay, DrainWaitsForWhatIsUnderWay) {
  TestServer server(behind_a_relay());
  auto relay = Relay::listen({.port = 0}).value();
  ASSERT_TRUE(relay->pass_to(target(server.port())));
  Peer peer(relay->port());
  ASSERT_TRUE(peer.say("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  while (server.gate.waiting() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::jthread opening([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    server.gate.open();
  });
  std::jthread draining([&] { relay->drain(std::chrono::milliseconds(5000)); });
  EXPECT_EQ(status_in(peer.reply()), "200");
}

}  // namespace
}  // namespace citybrain::http
