// Problem replies and cookies: languages, members, what they hide.

#include "http/problem.h"

#include <gtest/gtest.h>

#include "http/cookie.h"

namespace citybrain::http {
namespace {

TEST(Problem, SpeaksTheCallersLanguage) {
  EXPECT_EQ(language_of(""), Language::zh);
  EXPECT_EQ(language_of("zh-CN,zh;q=0.9,en;q=0.8"), Language::zh);
  EXPECT_EQ(language_of("en-GB,en;q=0.9"), Language::en);
  EXPECT_EQ(language_of("fr, en;q=0.5, zh;q=0.4"), Language::en);
  EXPECT_EQ(language_of("en;q=0"), Language::zh);
  EXPECT_EQ(language_of("fr"), Language::zh);
  EXPECT_EQ(language_of("en;q=nonsense"), Language::zh);
}

TEST(Problem, CarriesWhatRfc9457Wants) {
  const Reply reply = problem(invalid("'limit' is 0; send 1..1000"), Language::en, "id-1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.content_type, "application/problem+json");
  EXPECT_EQ(reply.body, R"({"type":"urn:citybrain:problem:invalid","title":"The request is wrong",)"
                        R"("status":400,"detail":"'limit' is 0; send 1..1000","code":"invalid",)"
                        R"("request_id":"id-1"})");
}

TEST(Problem, HidesTheInside) {
  for (const Error& error : {internal("SELECT secret"), corrupt("SELECT secret")})
    EXPECT_EQ(problem(error, Language::zh, "id").body.find("SELECT"), std::string::npos);
}

TEST(Cookie, IsReadAndWritten) {
  Request request;
  request.headers.emplace("cookie", "a=1; cb_session=\"x y\"; b=2");
  EXPECT_EQ(cookie_of(request, "a"), "1");
  EXPECT_EQ(cookie_of(request, "b"), "2");
  EXPECT_EQ(cookie_of(request, "session"), "");
  EXPECT_EQ(set_cookie("cb_session", "abc", std::chrono::seconds(60), true),
            "cb_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
}

}  // namespace
}  // namespace citybrain::http
