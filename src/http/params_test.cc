// Typed parameters: what is decoded, what is refused, and what the refusal says.

#include "params.h"

#include <gtest/gtest.h>

namespace citybrain::http {
namespace {

std::string message_of(const Result<void>& result) { return result ? "" : result.error().message; }

TEST(Params, DecodesPercentAndPlus) {
  EXPECT_EQ(*percent_decoded("%E7%94%AC%2F1", false), "甬/1");
  EXPECT_EQ(*percent_decoded("a+b", true), "a b");
  EXPECT_EQ(*percent_decoded("a+b", false), "a+b");
}

TEST(Params, RefusesWhatIsNoText) {
  for (const char* bad : {"%", "%4", "%zz", "%00", "%0a", "a%7f", "%ff%fe", "%c0%80"})
    EXPECT_FALSE(percent_decoded(bad, false)) << bad;
}

TEST(Params, ChecksByShape) {
  const auto check = [](Shape shape, std::string_view value) {
    return message_of(check_param(query_param("x", std::move(shape)), value));
  };
  EXPECT_EQ(check(shape::integer("", 1, 200), "20"), "");
  EXPECT_EQ(check(shape::integer("", 1, 200), "0"),
            "query parameter 'x' is '0'; send an integer 1..200");
  EXPECT_NE(check(shape::integer(), "9223372036854775808"), "");
  EXPECT_NE(check(shape::integer(), " 1"), "");
  EXPECT_EQ(check(shape::text("", 2), "宁波"), "");
  EXPECT_NE(check(shape::text("", 2), "宁波市"), "");
  EXPECT_EQ(check(shape::boolean(), "1"), "");
  EXPECT_NE(check(shape::boolean(), "yes"), "");
  EXPECT_EQ(check(shape::number(), "-1.5e3"), "");
  EXPECT_NE(check(shape::number(), "nan"), "");
  EXPECT_EQ(check(shape::word({"open", "closed"}), "shut"),
            "query parameter 'x' is 'shut'; send one of open, closed");
  Shape date = shape::text();
  date.format = "date";
  EXPECT_EQ(check(date, "2020-02-29"), "");
  EXPECT_NE(check(date, "2019-02-29"), "");
}

TEST(Params, RefusesUnknownRepeatedAndMissing) {
  const Param page = query_param("page", shape::integer());
  Param key = query_param("key");
  key.required = true;
  const auto read = [&](std::string_view query) {
    ParamMap out;
    return message_of(read_query(query, {&page, &key}, out));
  };
  EXPECT_EQ(read("key=a&page=2"), "");
  EXPECT_EQ(read("key=a&page="), "");
  EXPECT_EQ(read("key=a&pages=2"), "unknown query parameter 'pages'; did you mean 'page'?");
  EXPECT_EQ(read("key=a&zzzzzzzz=2"), "unknown query parameter 'zzzzzzzz'; known: page, key");
  EXPECT_EQ(read("key=a&key=b"), "query parameter 'key' is given twice; send it once");
  EXPECT_EQ(read("page=1"), "query parameter 'key' is missing; send it");
}

TEST(Params, BoundsTheirNumber) {
  std::string query;
  for (std::size_t i = 0; i <= query_params_max; ++i) query += "a=1&";
  EXPECT_FALSE(query_pairs(query));
}

}  // namespace
}  // namespace citybrain::http
