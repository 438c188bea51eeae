// Long bodies in pieces, and routes open to every site.
#include <gtest/gtest.h>

#include "test_server.h"

namespace citybrain::http {
namespace {

Reply pieces(int count, std::int64_t told, bool fails = false) {
  Reply reply;
  reply.content_type = "text/plain; charset=utf-8";
  reply.pull_bytes = told;
  reply.pull = [left = count, fails]() mutable -> Result<std::string> {
    if (left == 0 && fails) return unavailable("the disk is gone");
    if (left == 0) return std::string();
    --left;
    return std::string(1000, 'x');
  };
  return reply;
}

Room room() {
  Room out;
  out.name = "pieces";
  const auto add = [&](const char* path, auto make) {
    out.routes.push_back({.method = Method::get,
                          .path = path,
                          .summary = "pieces",
                          .right = Right::anyone(),
                          .audit = Audit::none("test"),
                          .handler = [make](const Request&) -> Result<Reply> { return make(); },
                          .open_api = true});
  };
  add("/chunked", [] { return pieces(50, -1); });
  add("/told", [] { return pieces(50, 50'000); });
  add("/lies", [] { return pieces(50, 60'000); });
  add("/fails", [] { return pieces(3, -1, true); });
  return out;
}

TEST(Pull, BodyComesWholeInChunksAndByLength) {
  TestServer server({}, {room()});
  for (const char* path : {"/chunked", "/told"}) {
    const ClientReply reply = server.get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.body.size(), 50'000u) << path;
  }
  Peer peer(server.port());  // the connection goes on after a long body
  ASSERT_TRUE(peer.say("GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_NE(peer.until("0\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  ASSERT_TRUE(peer.say("GET /told HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(status_in(peer.reply()), "200");
}

TEST(Pull, FailureEndsTheReplyShort) {
  TestServer server({}, {room()});
  Peer lies(server.port());
  ASSERT_TRUE(lies.say("GET /lies HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(lies.closes_within(std::chrono::milliseconds(5000)));
  Peer fails(server.port());
  ASSERT_TRUE(fails.say("GET /fails HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(fails.until("0\r\n\r\n"), "");  // the last chunk never came
}

TEST(OpenApi, AnyQueryIsTakenAndOtherOriginsMayRead) {
  TestServer server({}, {room()});
  Peer peer(server.port());
  ASSERT_TRUE(peer.say("HEAD /told?who=knows&who=twice HTTP/1.1\r\nHost: x\r\n\r\n"));
  const std::string head = peer.until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 50000"), std::string::npos) << head;
  EXPECT_NE(head.find("Access-Control-Allow-Origin: *"), std::string::npos) << head;
  const ClientReply preflight = server.call("OPTIONS", "/told");
  EXPECT_EQ(preflight.status, 204);
}

}  // namespace
}  // namespace citybrain::http
