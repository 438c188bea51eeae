// The web files over HTTP: pages, caching, packing, and paths that lead nowhere.

#include "static_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "test_server.h"

namespace citybrain::http {
namespace {

namespace fs = std::filesystem;

// A web root with a secret beside it.
class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    base_ = fs::temp_directory_path() / ("cb-web-" + std::to_string(getpid()));
    fs::remove_all(base_);
    write("secret.txt", "secret");
    write("web/index.html", "<title>front</title>");
    write("web/console.html", "<title>console</title>");
    write("web/m.html", "<title>m</title>");
    write("web/assets/app-1a2b.js", std::string(5'000, 'x'));
    write("web/assets/app-1a2b.js.gz", "packed before");
    write("web/assets/big.css", std::string(5'000, 'y'));
    write("web/city-map.geojson", "{}");
    write("web/.hidden", "secret");
    write("web/assets/app.js.map", "secret");
    write("docs/index.html", "<title>docs</title>");
    write("docs/swagger-initializer.js", "petstore");
    fs::create_symlink(base_ / "secret.txt", base_ / "web/link.txt");
    options_.web_root = base_ / "web";
    options_.docs_root = base_ / "docs";
  }
  void TearDown() override { fs::remove_all(base_); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((base_ / name).parent_path());
    std::ofstream(base_ / name) << text;
  }
  fs::path base_;
  ServerOptions options_;
};

TEST_F(StaticFilesTest, ShowsPagesByTheirPaths) {
  TestServer server(options_);
  const auto title = [&](const std::string& path) { return server.get(path).body; };
  EXPECT_EQ(title("/"), "<title>front</title>");
  for (const char* path : {"/console", "/console/", "/console/resources/a.b", "/console.html"})
    EXPECT_EQ(title(path), "<title>console</title>") << path;
  EXPECT_EQ(title("/m/claims"), "<title>m</title>");
  EXPECT_EQ(title("/docs/"), "<title>docs</title>");
  EXPECT_EQ(server.get("/mm").status, 404);
  EXPECT_EQ(server.get("/cockpit").status, 404);  // the page was not built
  EXPECT_EQ(server.get("/consolex").status, 404);
  EXPECT_EQ(server.call("POST", "/console").status, 405);
  const auto page = server.get("/console");
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("cache-control"), "no-cache");
  EXPECT_NE(page.header("content-security-policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(server.get("/city-map.geojson").header("content-type"), "application/geo+json");
}

TEST_F(StaticFilesTest, AsksSwaggerForOurApi) {
  TestServer server(options_);
  const std::string script = server.get("/docs/swagger-initializer.js").body;
  EXPECT_NE(script.find("/openapi.json"), std::string::npos);
  EXPECT_EQ(script.find("petstore"), std::string::npos);
}

TEST_F(StaticFilesTest, ServesWhatIsPackedAndUnchanged) {
  TestServer server(options_);
  const auto plain = server.get("/assets/app-1a2b.js");
  EXPECT_EQ(plain.body.size(), 5'000U);
  EXPECT_EQ(plain.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(plain.header("content-encoding"), "");
  const auto packed = server.get("/assets/app-1a2b.js", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(packed.body, "packed before");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  EXPECT_NE(packed.header("etag"), plain.header("etag"));
  EXPECT_LT(server.get("/assets/big.css", {{"Accept-Encoding", "gzip"}}).body.size(), 200U);
  EXPECT_EQ(server.get("/assets/big.css", {{"Accept-Encoding", "gzip;q=0"}}).body.size(), 5'000U);
  const auto same = server.get("/assets/app-1a2b.js", {{"If-None-Match", plain.header("etag")}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.header("etag"), plain.header("etag"));
  EXPECT_EQ(
      server.get("/assets/app-1a2b.js", {{"If-None-Match", "\"x\", W/" + plain.header("etag")}})
          .status,
      304);
  EXPECT_EQ(server.get("/assets/app-1a2b.js", {{"If-None-Match", "\"other\""}}).status, 200);
  const auto head = server.call("HEAD", "/assets/app-1a2b.js");
  EXPECT_EQ(head.header("content-length"), "5000");
}

TEST_F(StaticFilesTest, NamesNothingOutsideItsRoots) {
  TestServer server(options_);
  for (const char* path :
       {"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt",
        "/./index.html", "//etc/passwd", "/etc/passwd", "/link.txt", "/.hidden",
        "/assets/app.js.map", "/docs/../secret.txt", "/assets", "/assets/", "/index.html/",
        "/assets/app-1a2b.js.gz", "/index.html%00.js", "/..\\secret.txt"}) {
    const auto reply = server.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.body.find("secret"), std::string::npos) << path;
  }
}

TEST_F(StaticFilesTest, RefusesAFolderThatIsNotThereOrTooLarge) {
  options_.web_root = base_ / "nowhere";
  EXPECT_FALSE(StaticFiles::load(options_));
  options_.web_root = base_ / "web";
  options_.limits.static_bytes_max = 1'000;
  EXPECT_FALSE(StaticFiles::load(options_));
}

}  // namespace
}  // namespace citybrain::http
