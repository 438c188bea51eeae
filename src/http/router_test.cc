// The tree of routes: which wins, which methods a path knows, which tables are refused.

#include "router.h"

#include <gtest/gtest.h>

namespace citybrain::http {
namespace {

Route route(Method method, std::string path) {
  return {.method = method,
          .path = std::move(path),
          .summary = "",
          .right = Right::anyone(),
          .audit = Audit::none("a test"),
          .handler = [](const Request&) -> Result<Reply> { return Reply{}; }};
}

class RouterTest : public testing::Test {
 protected:
  std::string add(Route one) {
    routes_.push_back(std::make_unique<Route>(std::move(one)));
    const auto added = router_.add("room", *routes_.back(), false);
    return added ? "" : added.error().message;
  }
  // "/a/{x} x=1", or the methods that are known, or "none".
  std::string find(Method method, std::string_view path) {
    const Match match = router_.find(method, path);
    if (match.entry == nullptr) return match.known() ? match.allow() : "none";
    std::string out = match.entry->route->path;
    for (std::size_t i = 0; i < match.values.size(); ++i)
      out += " " + match.entry->path_names[i] + "=" + std::string(match.values[i]);
    return out;
  }
  std::vector<std::unique_ptr<Route>> routes_;
  Router router_;
};

TEST_F(RouterTest, PrefersLiteralsAndTurnsBack) {
  EXPECT_EQ(add(route(Method::get, "/")), "");
  EXPECT_EQ(add(route(Method::get, "/a/{x}")), "");
  EXPECT_EQ(add(route(Method::get, "/a/b")), "");
  EXPECT_EQ(add(route(Method::get, "/a/b/d")), "");
  EXPECT_EQ(add(route(Method::get, "/a/{x}/c/{y}")), "");
  EXPECT_EQ(find(Method::get, "/"), "/");
  EXPECT_EQ(find(Method::get, "/a/b"), "/a/b");
  EXPECT_EQ(find(Method::get, "/a/q"), "/a/{x} x=q");
  EXPECT_EQ(find(Method::get, "/a/b/c/2"), "/a/{x}/c/{y} x=b y=2");
  EXPECT_EQ(find(Method::get, "/a/b/e"), "none");
}

TEST_F(RouterTest, KnowsNoEmptySegments) {
  EXPECT_EQ(add(route(Method::get, "/a/{x}")), "");
  for (const char* path : {"", "a", "//", "/a", "/a/", "/a//", "/a/b/", "//a/b", "/../a/b"})
    EXPECT_EQ(find(Method::get, path), "none") << path;
  EXPECT_EQ(find(Method::get, std::string(1000, '/')), "none");
}

TEST_F(RouterTest, TellsWhichMethodsAPathKnows) {
  EXPECT_EQ(add(route(Method::get, "/a/{x}")), "");
  EXPECT_EQ(add(route(Method::del, "/a/{x}")), "");
  EXPECT_EQ(find(Method::post, "/a/1"), "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, RefusesContradictions) {
  EXPECT_EQ(add(route(Method::get, "/a/{x}")), "");
  EXPECT_NE(add(route(Method::get, "/a/{y}")), "");
  EXPECT_EQ(add(route(Method::post, "/a/{y}")), "");
  EXPECT_NE(add(route(Method::get, "a")), "");
  EXPECT_NE(add(route(Method::get, "/a b")), "");
  EXPECT_NE(add(route(Method::get, "/a/")), "");
  Route declared = route(Method::get, "/b/{x}");
  declared.params = {path_param("y")};
  EXPECT_EQ(add(declared), "route GET /b/{x}: path parameter 'y' is not in the path");
  Route twice = route(Method::get, "/c");
  twice.params = {query_param("q"), query_param("q")};
  EXPECT_NE(add(twice), "");
  Route cheap = route(Method::get, "/d");
  cheap.cheap = true;
  cheap.right = Right("box.read");
  EXPECT_NE(add(cheap), "");
  Route bare = route(Method::get, "/e");
  bare.handler = nullptr;
  EXPECT_NE(add(bare), "");
}

}  // namespace
}  // namespace citybrain::http
