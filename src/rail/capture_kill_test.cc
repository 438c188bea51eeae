// Captured sources while processes die by SIGKILL under writes and DDL: the city in each window of
// a landing and at any instant, and the foreign server. What is asked afterwards is always the
// same: row for row as at the source. CITYBRAIN_CITY_KILLS and CITYBRAIN_SOURCE_KILLS say how often
// (10 and 3; `make soak`: 200 and 50); after every 25 kills the load stands still and the two are
// compared.
#include <cstdio>
#include <map>

#include "base/text.h"
#include "capture_load.h"

namespace citybrain::rail {
namespace {

constexpr int compare_every = 25;

int count_of(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  const auto n = text != nullptr ? parse_int(text) : std::nullopt;
  return n && *n > 0 ? static_cast<int>(*n) : otherwise;
}
int city_kills() { return count_of("CITYBRAIN_CITY_KILLS", sql::kills() < 10 ? sql::kills() : 10); }
int source_kills() { return count_of("CITYBRAIN_SOURCE_KILLS", 3); }

// The child: captures until it is killed.
TEST(CaptureChild, Captures) {
  const char* url = std::getenv("KILL_URL");
  const char* dir = std::getenv("KILL_DIR");
  if (url == nullptr || dir == nullptr) return;  // not run as a child
  CaptureOptions options;
  options.copy_rows = 300;
  CaptureCity c(url, dir, options);
  for (int turn = 0; turn < 2'400; ++turn) {
    ASSERT_TRUE(c.captures->supervise({}).has_value());
    (void)c.city.rail->feed_step({});
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
}

void expect_equal_now(const KvServer& server, const std::string& url, const std::string& dir,
                      const std::string& resource) {
  CaptureCity c(url, dir);
  expect_equal(c, server, "kv", resource);
}

void kill_the_city(const KvServer& server, const std::string& url, const std::string& dir) {
  const char* windows[] = {"capture.after_begin",
                           "",
                           "capture.before_land",
                           "lake.before_commit",
                           "capture.after_land",
                           "",
                           "capture.after_confirm",
                           "lake.feed_before_commit",
                           ""};
  std::string resource;
  {
    CaptureCity c(url, dir);
    resource = c.connect("kv", server.at(), {server.table()}).at(0);
  }
  std::map<std::string, std::string> child = {{"KILL_URL", url}, {"KILL_DIR", dir}};
  auto load = std::make_unique<KvLoad>(server);
  int transactions = 0;
  int ddl = 0;
  int by_time = 0;
  const auto compare = [&] {
    load->stop();
    transactions += load->transactions();
    ddl += load->ddl();
    expect_equal_now(server, url, dir, resource);
    load.reset();
  };
  for (int k = 0; k < city_kills(); ++k) {
    const std::string window = windows[static_cast<std::size_t>(k) % std::size(windows)];
    if (!window.empty()) child["CITYBRAIN_CRASH"] = window + ":" + std::to_string(1 + k * 5 % 7);
    const int limit_ms = window.empty() ? 300 + k * 377 % 1'500 : 4'000;
    const auto end = sql::run_child("CaptureChild.Captures", child, limit_ms);
    child.erase("CITYBRAIN_CRASH");
    ASSERT_TRUE(end.killed) << window << ": status " << end.status << ": " << end.output;
    if (window.empty()) ++by_time;
    if ((k + 1) % compare_every == 0 && k + 1 < city_kills()) {
      compare();
      if (testing::Test::HasFatalFailure()) return;
      std::fprintf(stderr, "%d kills so far: equal\n", k + 1);
      load = std::make_unique<KvLoad>(server);
    }
  }
  compare();
  std::fprintf(stderr,
               "%d kills of the city (%d at any instant) under %d transactions and %d changes of"
               " shape: %s\n",
               city_kills(), by_time, transactions, ddl,
               testing::Test::HasFailure() ? "NOT EQUAL" : "equal");
  EXPECT_GT(transactions, 0);
}

void kill_the_source(KvServer& server) {
  const sql::TestStores stores;
  CaptureCity c(*stores.begin(), stores.dir());
  const std::string resource = c.connect("kv", server.at(), {server.table()}).at(0);
  auto load = std::make_unique<KvLoad>(server, 100);
  int transactions = 0;
  int ddl = 0;
  const auto compare = [&] {
    load->stop();
    transactions += load->transactions();
    ddl += load->ddl();
    expect_equal(c, server, "kv", resource);
    load.reset();
  };
  for (int k = 0; k < source_kills(); ++k) {
    c.wait([] { return false; }, 1);
    server.kill();
    c.wait([&] { return c.state("kv") == "waiting"; }, 5);
    server.start();
    if ((k + 1) % compare_every == 0 && k + 1 < source_kills()) {
      compare();
      if (testing::Test::HasFatalFailure()) return;
      std::fprintf(stderr, "%d kills so far: equal\n", k + 1);
      load = std::make_unique<KvLoad>(server, 100);
    }
  }
  c.wait([] { return false; }, 1);
  compare();
  std::fprintf(stderr, "%d kills of the source under %d transactions and %d changes of shape: %s\n",
               source_kills(), transactions, ddl,
               testing::Test::HasFailure() ? "NOT EQUAL" : "equal");
  ASSERT_TRUE(c.captures->remove("kv", false).has_value());
}

TEST(CaptureKill, OfTheCityOnPostgres) {
  const sql::TestStores stores;
  int n = 0;
  for (const auto& url : stores) {
    SCOPED_TRACE(url);
    const PostgresKv server;
    kill_the_city(server, url, stores.dir() + "/" + std::to_string(n++));
    if (HasFatalFailure()) return;
  }
}

TEST(CaptureKill, OfTheCityOnMariadb) {
  const sql::TestStores stores;
  const MariadbKv server;
  kill_the_city(server, *stores.begin(), stores.dir());
}

// The copy dies with a part of the rows landed; before it goes on, a column comes whose value rows
// from before have too.
void widen_a_cut_copy(const KvServer& server) {
  const sql::TestStores stores;
  const std::string url = *stores.begin();
  std::string resource;
  {
    CaptureCity c(url, stores.dir());
    resource = c.connect("kv", server.at(), {server.table()}).at(0);
  }
  const auto end = sql::run_child(
      "CaptureChild.Captures",
      {{"KILL_URL", url}, {"KILL_DIR", stores.dir()}, {"CITYBRAIN_CRASH", "capture.after_land:2"}},
      20'000);
  ASSERT_TRUE(end.killed) << end.output;
  server.run("UPDATE kv SET id = -2900 WHERE id = 2900");  // replayed in the shape before
  server.run("ALTER TABLE kv ADD COLUMN late VARCHAR(9) DEFAULT 'old'");
  CaptureCity c(url, stores.dir());
  ASSERT_EQ(c.rows(resource).size(), 600U);
  expect_equal(c, server, "kv", resource);
}

TEST(CaptureKill, AColumnComesWhileACopyIsCutOff) {
  widen_a_cut_copy(PostgresKv());
  if (!HasFatalFailure()) widen_a_cut_copy(MariadbKv());
}

// A key moves, without its large value being told again, out of what a later look shows with
// another row under the old key: the value must not be taken from that one.
TEST(CaptureKill, AKeyMovesAndIsTakenAgainWhileACopyIsCutOff) {
  const PostgresKv server;
  const sql::TestStores stores;
  const std::string url = *stores.begin();
  server.run("UPDATE kv SET v = repeat('a', 3000) WHERE id = 2996");
  std::string resource;
  {
    CaptureCity c(url, stores.dir());
    resource = c.connect("kv", server.at(0), {server.table()}).at(0);
  }
  const auto end = sql::run_child(
      "CaptureChild.Captures",
      {{"KILL_URL", url}, {"KILL_DIR", stores.dir()}, {"CITYBRAIN_CRASH", "capture.after_land:1"}},
      20'000);
  ASSERT_TRUE(end.killed) << end.output;
  server.run("UPDATE kv SET id = -2996 WHERE id = 2996");
  server.run("INSERT INTO kv (id, v, n) VALUES (2996, repeat('z', 2500), 1)");
  CaptureCity c(url, stores.dir());
  ASSERT_EQ(c.rows(resource).size(), 300U);
  expect_equal(c, server, "kv", resource);
}

TEST(CaptureKill, OfPostgres) {
  PostgresKv server;
  kill_the_source(server);
}

TEST(CaptureKill, OfMariadb) {
  MariadbKv server;
  kill_the_source(server);
}

}  // namespace
}  // namespace citybrain::rail
