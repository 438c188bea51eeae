// The road of a request over a real socket: parameters, rights, bodies, audit, problems.
#include <gtest/gtest.h>

#include "http/openapi.h"
#include "test_server.h"

namespace citybrain::http {
namespace {

std::string detail_of(const ClientReply& reply) {
  const auto parsed = parse_json(reply.body);
  return parsed && parsed->is_object() ? text_of(parsed->as_object(), "detail") : reply.body;
}

const Headers chief = {{"Cookie", "cb_session=chief"}, {"X-Requested-With", "citybrain"}};
const Headers clerk = {{"Cookie", "cb_session=clerk"}, {"X-Requested-With", "citybrain"}};

TEST(Service, ReadsTypedParameters) {
  TestServer server;
  EXPECT_EQ(server.get("/echo?page=3&query=%E7%94%AC&all=1&state=").body,
            R"({"all":"1","page":"3","query":"甬","remote":"127.0.0.1"})");
  EXPECT_EQ(server.get("/echo?page=x").status, 400);
  EXPECT_EQ(server.get("/echo?page=0").status, 400);
  EXPECT_EQ(detail_of(server.get("/echo?pages=1")),
            "unknown query parameter 'pages'; did you mean 'page'?");
  EXPECT_EQ(server.get("/quick?x=1").status, 400);
  EXPECT_EQ(server.get("/boxes/%zz", chief).status, 400);
  EXPECT_EQ(server.get("/boxes/" + std::string(13, 'a'), chief).status, 400);
  EXPECT_EQ(server.get("/boxes/a%2Fb", chief).status, 200);
}

TEST(Service, RunsNoHandlerBeforeTheRightIsThere) {
  TestServer server;
  EXPECT_EQ(server.get("/boxes/a").status, 401);
  EXPECT_EQ(server.call("POST", "/boxes", clerk, "{\"name\":\"x\"}").status, 403);
  EXPECT_EQ(server.get("/boxes/a", {{"Cookie", "cb_session=stolen"}}).status, 401);
  EXPECT_EQ(server.handled, 0);
  EXPECT_EQ(server.get("/boxes/a", clerk).status, 200);
  EXPECT_EQ(server.handled, 1);
  EXPECT_EQ(server.authorizer.events(),
            (std::vector<std::string>{"box.write clerk 403", "box.read clerk 200"}));
}

TEST(Service, WithholdsAReplyThatIsNotAudited) {
  TestServer server;
  server.authorizer.audit_fails = true;
  const auto reply = server.get("/boxes/secret", clerk);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  EXPECT_EQ(server.get("/echo").status, 200);
}

TEST(Service, RefusesForgedWrites) {
  TestServer server;
  const std::string box = R"({"name":"x"})";
  EXPECT_EQ(server.call("POST", "/boxes", {{"Cookie", "cb_session=chief"}}, box).status, 403);
  Headers cross = chief;
  cross.emplace_back("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(server.call("POST", "/boxes", cross, box).status, 403);
  EXPECT_EQ(server.handled, 0);
  EXPECT_EQ(server.call("POST", "/boxes", chief, box).status, 200);
  EXPECT_EQ(server.call("POST", "/open", {}, box).status, 200);
}

TEST(Service, ChecksBodies) {
  TestServer server;
  const auto post = [&](std::string body, std::string type = "application/json; charset=utf-8") {
    return server.call("POST", "/open", {{"Content-Type", std::move(type)}}, std::move(body));
  };
  EXPECT_EQ(post(R"({"name":"x","weight":3})").body,
            R"({"json":{"name":"x","weight":3},"remote":"127.0.0.1"})");
  EXPECT_EQ(post(R"({"name":"x","weight":101})").status, 400);
  EXPECT_EQ(post(R"({"name":"x","wieght":1})").status, 400);
  EXPECT_EQ(post(R"({"name":)").status, 400);
  EXPECT_EQ(post("").status, 400);
  EXPECT_EQ(post(std::string(10'000, '[')).status, 400);
  EXPECT_EQ(post(R"({"name":"x"})", "text/plain").status, 415);
  EXPECT_EQ(server.handled, 1);
  EXPECT_NE(server.call("POST", "/raw", {{"Content-Type", "text/csv"}}, "a,b\n")
                .body.find(R"("body_bytes":4)"),
            std::string::npos);
}

TEST(Service, AnswersMethods) {
  TestServer server;
  const auto wrong = server.call("DELETE", "/echo");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(server.call("BREW", "/echo").status, 501);
  EXPECT_EQ(server.get("/nothing").status, 404);
  const auto options = server.call("OPTIONS", "/boxes");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("allow"), "POST, OPTIONS");
  const auto head = server.call("HEAD", "/echo");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("content-length"), "22");
}

TEST(Service, TellsNothingOfItsInside) {
  TestServer server;
  const auto reply = server.get("/throws", {{"Accept-Language", "en"}});
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  EXPECT_NE(reply.body.find(reply.header("x-request-id")), std::string::npos);
  EXPECT_EQ(reply.header("content-language"), "en");
}

TEST(Service, SendsSecurityHeadersAndRequestIds) {
  TestServer server;
  const auto reply = server.get("/echo", {{"X-Request-Id", "abc-1"}});
  EXPECT_EQ(reply.header("x-request-id"), "abc-1");
  EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_NE(reply.header("content-security-policy").find("default-src 'none'"), std::string::npos);
  EXPECT_NE(server.get("/echo", {{"X-Request-Id", "a b"}}).header("x-request-id"), "a b");
  EXPECT_EQ(server.get("/split").header("x-evil"), "");
}

TEST(Service, SaysHowItIs) {
  Room sick{.name = "sick",
            .health = {{"store", []() -> Result<void> { return unavailable("down"); }}},
            .metrics = {{.name = "sick_days_total", .help = "days", .counter = true, .value = [] {
                           return 3.0;
                         }}}};
  TestServer server({}, {sick});
  EXPECT_EQ(server.get("/healthz").body, "ok\n");
  EXPECT_EQ(server.get("/readyz").status, 503);
  EXPECT_EQ(server.get("/readyz").body, R"({"ready":false,"checks":{"sick.store":"unavailable"}})");
  server.get("/echo");
  const std::string metrics = server.get("/metrics").body;
  for (const char* line : {"# TYPE sick_days_total counter\nsick_days_total 3\n",
                           "citybrain_http_requests_total{room=\"test\",method=\"GET\",route=\"/"
                           "echo\",status=\"2xx\"} 1",
                           "citybrain_http_request_seconds_bucket{room=\"test\",method=\"GET\","
                           "route=\"/echo\",le=\"+Inf\"} 1",
                           "le=\"0.0005\""})
    EXPECT_NE(metrics.find(line), std::string::npos) << line << "\n" << metrics;
}

TEST(Service, WritesOpenApiOfEveryRoute) {
  TestServer server;
  const auto reply = server.get("/openapi.json");
  const auto document = parse_json(reply.body);
  ASSERT_TRUE(document);
  const auto& root = document->as_object();
  EXPECT_EQ(text_of(root, "openapi"), "3.1.0");
  const auto& paths = root.at("paths").as_object();
  const auto& get = paths.at("/boxes/{code}").as_object().at("get").as_object();
  EXPECT_EQ(text_of(get, "operationId"), "get_boxes_by_code");
  EXPECT_EQ(text_of(get, "x-right"), "box.read");
  EXPECT_EQ(text_of(get, "x-audit"), "box.read");
  const auto& parameter = get.at("parameters").as_array().at(0).as_object();
  EXPECT_EQ(text_of(parameter, "in"), "path");
  EXPECT_TRUE(parameter.at("required").as_bool());
  EXPECT_TRUE(paths.at("/boxes").as_object().at("post").as_object().contains("requestBody"));
}

TEST(Service, RefusesToStartOnContradictingRoutes) {
  Gate gate;
  std::atomic<int> handled = 0;
  const std::vector<Room> rooms = {{.name = "one", .routes = test_routes(gate, handled)},
                                   {.name = "two", .routes = test_routes(gate, handled)}};
  RecordingAuthorizer authorizer;
  Server server({.port = 0}, rooms, authorizer);
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("room two declares what room one has"), std::string::npos)
      << started.error().message;
}

}  // namespace
}  // namespace citybrain::http
