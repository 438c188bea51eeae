// Event streams: snapshot, deltas, heartbeat, coming back, backpressure, the end of a right.
#include <gtest/gtest.h>

#include <thread>

#include "test_server.h"

namespace citybrain::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A list that grows; its stream sends what is behind the cursor.
class Feed {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(text));
  }
  std::vector<StreamEvent> after(std::uint64_t& cursor) {
    ++asked;
    if (fails) throw std::runtime_error("the feed is broken");
    const std::lock_guard lock(mutex_);
    std::vector<StreamEvent> out;
    if (cursor == 0 || cursor > items_.size()) {
      cursor = items_.size();
      out.push_back({"snapshot", std::to_string(items_.size())});
      return out;
    }
    while (cursor < items_.size()) out.push_back({"delta", items_[cursor++]});
    return out;
  }
  std::atomic<int> asked = 0;
  std::atomic<bool> fails = false;

 private:
  std::mutex mutex_;
  std::vector<std::string> items_;
};

Room room_of(Feed& feed, Right right) {
  Room room{.name = "feed"};
  room.routes.push_back({.method = Method::get,
                         .path = "/feed",
                         .summary = "a stream",
                         .right = std::move(right),
                         .audit = Audit::none("a test"),
                         .handler = [&feed](const Request&) -> Result<Reply> {
                           return Reply::stream_of(
                               [&feed](std::uint64_t& cursor) { return feed.after(cursor); });
                         }});
  return room;
}

ServerOptions quick() {
  ServerOptions options;
  options.stream_poll_ms = milliseconds(20);
  options.stream_heartbeat_ms = milliseconds(100);
  options.stream_recheck_ms = milliseconds(50);
  return options;
}

constexpr std::string_view get_feed = "GET /feed HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Stream, SendsASnapshotThenWhatIsNew) {
  Feed feed;
  feed.add("one");
  TestServer server(quick(), {room_of(feed, Right::anyone())});
  Peer peer(server.port());
  peer.say(get_feed);
  const std::string head = peer.until("data: 1\n\n");
  EXPECT_EQ(status_in(head), "200");
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\n\r\nretry: 3000\n\nid: 1\nevent: snapshot\ndata: 1\n\n"),
            std::string::npos)
      << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  feed.add("two");
  feed.add("three\nlines");
  EXPECT_NE(peer.until("lines\n\n")
                .find("event: delta\ndata: two\n\n"
                      "id: 3\nevent: delta\ndata: three\ndata: lines\n\n"),
            std::string::npos);
}

TEST(Stream, BeatsWhenThereIsNothing) {
  Feed feed;
  feed.add("one");
  TestServer server(quick(), {room_of(feed, Right::anyone())});
  Peer peer(server.port());
  peer.say(get_feed);
  EXPECT_NE(peer.until("\n\n: \n\n: \n\n"), "");
}

TEST(Stream, GoesOnWhereTheClientWas) {
  Feed feed;
  for (const char* text : {"a", "b", "c"}) feed.add(text);
  TestServer server(quick(), {room_of(feed, Right::anyone())});
  {
    Peer first(server.port());
    first.say(get_feed);
    EXPECT_NE(first.until("id: 3\n"), "");
  }
  feed.add("d");
  Peer again(server.port());
  again.say("GET /feed HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 3\r\n\r\n");
  const std::string text = again.until("data: d\n\n");
  EXPECT_NE(text, "");
  EXPECT_EQ(text.find("snapshot"), std::string::npos);
  Peer confused(server.port());
  confused.say("GET /feed HTTP/1.1\r\nHost: a\r\nLast-Event-ID: -9x\r\n\r\n");
  EXPECT_NE(confused.until("event: snapshot\n"), "");
}

TEST(Stream, StopsAskingWhenThePeerIsGone) {
  Feed feed;
  feed.add("one");
  TestServer server(quick(), {room_of(feed, Right::anyone())});
  {
    Peer peer(server.port());
    peer.say(get_feed);
    EXPECT_NE(peer.until("snapshot"), "");
  }
  std::this_thread::sleep_for(milliseconds(200));
  const int asked = feed.asked;
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_EQ(feed.asked, asked);
}

TEST(Stream, EndsWithTheRight) {
  Feed feed;
  feed.add("one");
  TestServer server(quick(), {room_of(feed, Right("box.read"))});
  EXPECT_EQ(server.get("/feed").status, 401);
  Peer peer(server.port());
  peer.say("GET /feed HTTP/1.1\r\nHost: a\r\nCookie: cb_session=clerk\r\n\r\n");
  EXPECT_NE(peer.until("snapshot"), "");
  EXPECT_FALSE(peer.closes_within(milliseconds(200)));
  server.authorizer.sessions_ended = true;
  EXPECT_TRUE(peer.closes_within(seconds(3)));
}

TEST(Stream, EndsWhenItsSourceFails) {
  Feed feed;
  feed.add("one");
  TestServer server(quick(), {room_of(feed, Right::anyone())});
  Peer peer(server.port());
  peer.say(get_feed);
  EXPECT_NE(peer.until("snapshot"), "");
  feed.fails = true;
  EXPECT_TRUE(peer.closes_within(seconds(3)));
  EXPECT_EQ(server.get("/echo").status, 200);
}

TEST(Stream, RestsWhileThePeerDoesNotRead) {
  Feed feed;
  feed.add("one");
  ServerOptions options = quick();
  options.limits.write_ms_max = milliseconds(400);
  TestServer server(options, {room_of(feed, Right::anyone())});
  Peer peer(server.port());
  peer.say(get_feed);
  EXPECT_NE(peer.until("snapshot"), "");
  for (int i = 0; i < 20; ++i) feed.add(std::string(1 << 20, 'x'));
  bool closed = false;
  for (int i = 0; i < 400 && !closed; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    closed = server.get("/metrics").body.find("citybrain_http_streams 0") != std::string::npos;
  }
  EXPECT_TRUE(closed);
}

TEST(Stream, HoldsManyAndEndsThemAtStop) {
  Feed feed;
  feed.add("one");
  ServerOptions options;
  options.limits.streams_max = 500;
  TestServer server(options, {room_of(feed, Right::anyone())});
  std::vector<Peer> peers;
  for (int i = 0; i < 500; ++i) {
    peers.emplace_back(server.port());
    peers.back().say(get_feed);
  }
  for (auto& peer : peers) ASSERT_NE(peer.until("snapshot"), "");
  EXPECT_EQ(server.get("/feed").status, 503);
  const auto from = std::chrono::steady_clock::now();
  server.server().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - from, seconds(5));
  for (auto& peer : peers) EXPECT_TRUE(peer.closes_within(seconds(1)));
}

}  // namespace
}  // namespace citybrain::http
