// Captured sources under faults, while writes and DDL go on: the process killed in each window, the
// server killed, the way cut, a full disk, a dropped slot, wrong credentials, clocks that jump.
// What is asked in the end is always the same: row for row as at the source.
#include <sys/mount.h>

#include <atomic>
#include <cstdio>
#include <random>

#include "capture_proxy.h"
#include "capture_testing.h"

namespace citybrain::rail {
namespace {

using capture::ForeignServer;

void make_table(const ForeignServer& server) {
  server.run(
      "CREATE TABLE kv (id int PRIMARY KEY, v text, n int); ALTER TABLE kv ALTER v SET STORAGE"
      " EXTERNAL; INSERT INTO kv SELECT i, repeat('v', 20), 0 FROM generate_series(1, 3000) i");
}

// Writes that go on until this object goes: inserts, updates with and without the large value,
// moved keys, deletes, transactions that are rolled back, now and then a column more.
class Load {
 public:
  explicit Load(const ForeignServer& server, bool ddl = true) : server_(server) {
    thread_ = std::thread([this, ddl] { run(ddl); });
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int done() const { return done_; }

 private:
  void run(bool ddl) {
    std::mt19937 dice(2020);
    int columns = 0;
    for (int turn = 0; !stop_; ++turn) {
      const auto id = [&] { return std::to_string(dice() % 4000); };
      std::string sql = "BEGIN;";
      for (int i = 0; i < 10; ++i) {
        switch (dice() % 6) {
          case 0:
            sql += "INSERT INTO kv (id, v, n) VALUES (" + id() + ", repeat('a', " +
                   std::to_string(dice() % 4000) + "), 1) ON CONFLICT DO NOTHING;";
            break;
          case 1: sql += "DELETE FROM kv WHERE id = " + id() + ";"; break;
          case 2:
            sql += "UPDATE kv SET id = -id WHERE id = " + id() +
                   " AND NOT EXISTS (SELECT 1 FROM kv"
                   " k WHERE k.id = -kv.id);";
            break;
          case 3: sql += "UPDATE kv SET v = repeat('b', 3000) WHERE id = " + id() + ";"; break;
          default: sql += "UPDATE kv SET n = n + 1 WHERE id = " + id() + ";";
        }
      }
      sql += dice() % 10 == 0 ? "ROLLBACK" : "COMMIT";
      if (server_.try_run(sql)) ++done_;
      if (ddl && turn % 150 == 149 && columns < 6) {
        const std::string name = "c" + std::to_string(++columns);
        server_.try_run("ALTER TABLE kv ADD IF NOT EXISTS " + name + " text" +
                        (columns % 2 == 0 ? " DEFAULT 'old'" : ""));
        server_.try_run("UPDATE kv SET " + name + " = 'set' WHERE id % 5 = 0");
      }
    }
  }
  const ForeignServer& server_;
  std::atomic<bool> stop_{false};
  std::atomic<int> done_{0};
  std::thread thread_;
};

std::string columns_of(const ForeignServer& server) {
  return server.ask(
      "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE"
      " attrelid = 'kv'::regclass AND attnum > 0 AND NOT attisdropped")[0];
}

// Row for row, and by the comparison's own judgement.
void expect_equal(CaptureCity& c, const ForeignServer& server, const std::string& source,
                  const std::string& resource) {
  const std::string columns = columns_of(server);
  const bool equal =
      c.wait([&] { return c.rows(resource) == foreign_rows(server, "kv", columns); }, 120);
  const auto found = c.captures->find(source);
  ASSERT_TRUE(equal) << found->state << " " << found->reason << ": " << c.rows(resource).size()
                     << " rows here, " << foreign_rows(server, "kv", columns).size() << " there";
  ASSERT_TRUE(c.wait_state(source, "streaming"));
  const auto told = c.captures->reconcile(resource);
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_TRUE(told->at("equal").as_bool()) << json::serialize(*told);
  // Columns too.
  EXPECT_EQ(c.city.rows(resource), static_cast<std::int64_t>(c.rows(resource).size()));
}

TEST(CaptureFault, TheWayIsCutAndClocksJump) {
  const sql::TestStores stores;
  ForeignServer server(CB_SOURCE_DIR);
  make_table(server);
  Proxy proxy(server.port());
  CaptureCity c(*stores.begin(), stores.dir());
  const std::string resource =
      c.connect("kv", postgres_at(server.address(proxy.port())), {"public.kv"}).at(0);
  Load load(server);
  for (int i = 0; i < 8; ++i) {
    c.wait([] { return false; }, 1);
    c.city.clock.advance_us(i % 2 == 0 ? 86'400'000'000LL * 365 : -86'400'000'000LL * 365 * 2);
    proxy.cut();
  }
  proxy.close_way(true);
  EXPECT_TRUE(c.wait_state("kv", "waiting", 10));
  EXPECT_GE(c.captures->find("kv")->lag_seconds, 0);
  proxy.close_way(false);
  c.wait([] { return false; }, 1);
  load.stop();
  EXPECT_GE(proxy.cuts(), 9);
  expect_equal(c, server, "kv", resource);
  ASSERT_TRUE(c.captures->remove("kv", false).has_value());
}

TEST(CaptureFault, WrongCredentialsAndADroppedSlotWaitForAPerson) {
  const sql::TestStores stores;
  ForeignServer server(CB_SOURCE_DIR);
  make_table(server);
  server.run("CREATE ROLE feed LOGIN SUPERUSER PASSWORD 'first'");
  CaptureCity c(*stores.begin(), stores.dir());
  const std::string address =
      "host=127.0.0.1 port=" + std::to_string(server.port()) + " user=feed dbname=postgres";
  Connection at = postgres_at(address);
  at.password = "first";
  const std::string resource = c.connect("kv", at, {"public.kv"}).at(0);
  ASSERT_TRUE(c.wait_state("kv", "streaming")) << c.captures->find("kv")->reason;
  expect_equal(c, server, "kv", resource);
  // The account goes; its connections with it.
  server.run(
      "ALTER ROLE feed NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE usename = 'feed'");
  ASSERT_TRUE(c.wait_state("kv", "failed"));
  EXPECT_EQ(c.captures->find("kv")->reason.find("first"), std::string::npos);
  server.run("ALTER ROLE feed LOGIN PASSWORD 'second'; UPDATE kv SET n = 5 WHERE id < 10");
  ASSERT_TRUE(c.captures->resume("kv", false, "second").has_value());
  expect_equal(c, server, "kv", resource);
  // The slot goes while nobody reads, and changes with it.
  ASSERT_TRUE(c.captures->pause("kv", "").has_value());
  server.run("SELECT pg_sleep(0.3); SELECT pg_drop_replication_slot('citybrain_kv')");
  server.run("DELETE FROM kv WHERE id < 100; UPDATE kv SET n = 6 WHERE id = 200");
  ASSERT_TRUE(c.captures->resume("kv", false, "").has_value());
  ASSERT_TRUE(c.wait_state("kv", "failed"));
  EXPECT_NE(c.captures->find("kv")->reason.find("resync"), std::string::npos);
  ASSERT_TRUE(c.captures->resync("kv").has_value());
  expect_equal(c, server, "kv", resource);
  ASSERT_TRUE(c.captures->remove("kv", false).has_value());
}

TEST(CaptureFault, AFullDiskIsWaitedOut) {
  const sql::TestStores stores;
  const std::string small = stores.dir() + "/small";
  std::filesystem::create_directories(small);
  if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=48m") != 0) {
    GTEST_SKIP() << "NOT RUN: a small file system cannot be mounted here (needs root)";
  }
  {
    ForeignServer server(CB_SOURCE_DIR);
    make_table(server);
    CaptureCity c("sqlite:" + small + "/city.db", small);
    const std::string resource =
        c.connect("kv", postgres_at(server.address()), {"public.kv"}).at(0);
    EXPECT_TRUE(c.wait_state("kv", "streaming")) << c.captures->find("kv")->reason;
    // Something else takes the room.
    const std::string filler = small + "/filler";
    std::FILE* file = std::fopen(filler.c_str(), "w");
    const std::string block(1 << 16, 'x');
    while (std::fwrite(block.data(), 1, block.size(), file) == block.size() &&
           std::fflush(file) == 0) {
    }
    std::fclose(file);
    server.run("UPDATE kv SET v = repeat('w', 2000), n = id");
    const std::size_t rows = c.rows(resource).size();
    c.wait([] { return false; }, 3);
    EXPECT_EQ(c.rows(resource).size(), rows);
    std::filesystem::remove(filler);
    expect_equal(c, server, "kv", resource);
    EXPECT_TRUE(c.captures->remove("kv", false).has_value());
  }
  ::umount(small.c_str());
}

}  // namespace
}  // namespace citybrain::rail
