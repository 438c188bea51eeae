// Which replies of routes go out as gzip, and which never may.
#include "coding.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/text.h"
#include "test_server.h"

namespace citybrain::http {
namespace {

std::string unpacked(std::string packed, std::size_t size) {
  z_stream stream = {};
  std::string out(size + 1, '\0');
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "";
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int rc = inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return rc == Z_STREAM_END ? out : "";
}

Request anybody(std::string encodings = "gzip") {
  Request request;
  request.method = Method::get;
  request.headers = {{"accept-encoding", std::move(encodings)}};
  return request;
}

bool is_packed(const Request& request, Reply reply) {
  encode(request, reply);
  for (const auto& [name, value] : reply.headers)
    if (name == "Content-Encoding") return value == "gzip";
  return false;
}

Reply long_reply() { return Reply::text(std::string(5'000, 'x'), "application/json"); }

TEST(Coding, PacksWhatAnybodyMayHave) {
  Reply reply = long_reply();
  encode(anybody(), reply);
  EXPECT_LT(reply.body.size(), 100U);
  EXPECT_EQ(unpacked(reply.body, 5'000), long_reply().body);
  EXPECT_FALSE(is_packed(anybody("br"), long_reply()));
  EXPECT_FALSE(is_packed(anybody("*, gzip;q=0"), long_reply()));
  EXPECT_FALSE(is_packed(anybody(), Reply::text(std::string(1'000, 'x'))));
  EXPECT_FALSE(is_packed(anybody(), Reply::text(std::string(5'000, 'x'), "image/png")));
  EXPECT_FALSE(is_packed(anybody(), Reply::text(std::string(gzip_reply_bytes_max + 1, 'x'))));
}

// BREACH: what is told to somebody keeps its length.
TEST(Coding, NeverPacksWhatIsToldToSomebody) {
  for (const char* header : {"cookie", "authorization"}) {
    Request request = anybody();
    request.headers.emplace(header, "x");
    EXPECT_FALSE(is_packed(request, long_reply())) << header;
  }
  Request known = anybody();
  known.principal.id = "account-1";
  known.principal.kind = Principal::Kind::staff;
  EXPECT_FALSE(is_packed(known, long_reply()));
  Request write = anybody();
  write.method = Method::post;
  EXPECT_FALSE(is_packed(write, long_reply()));
}

TEST(Coding, LeavesBytesThatAreVouchedFor) {
  for (const char* header : {"Content-Digest", "ETag", "Content-Encoding", "Content-Range"}) {
    Reply reply = long_reply();
    reply.headers.emplace_back(header, "x");
    encode(anybody(), reply);
    EXPECT_EQ(reply.body.size(), 5'000U) << header;
  }
}

TEST(Coding, GoesOverTheWire) {
  Room room;
  room.name = "packed";
  Route route{.method = Method::get,
              .path = "/packed",
              .summary = "long",
              .right = Right::anyone(),
              .audit = Audit::none("a test"),
              .handler = [](const Request&) -> Result<Reply> { return long_reply(); }};
  room.routes.push_back(std::move(route));
  TestServer server({}, {std::move(room)});
  const auto packed = server.get("/packed", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  EXPECT_EQ(unpacked(packed.body, 5'000), long_reply().body);
  EXPECT_EQ(server.get("/packed").body.size(), 5'000U);
  const Headers chief = {{"Accept-Encoding", "gzip"}, {"Cookie", "cb_session=chief"}};
  EXPECT_EQ(server.get("/packed", chief).body.size(), 5'000U);
}

}  // namespace
}  // namespace citybrain::http
