// Captured sources against a real MariaDB of this test's own, by its binlog and by ODBC: row for
// row as at the source, through kills of the city and of the server under writes and DDL.
#include <atomic>
#include <cstdio>
#include <random>

#include "capture_mariadb_testing.h"
#include "capture_testing.h"

namespace citybrain::rail {
namespace {

void make_table(const Mariadb& server) {
  server.run(
      "CREATE TABLE kv (id INT PRIMARY KEY, v TEXT, n INT); INSERT INTO kv SELECT seq, "
      "REPEAT('值', 20), 0 FROM seq_1_to_2000");
}

// Writes that go on until this object goes; now and then the table gets a column more.
class Load {
 public:
  explicit Load(const Mariadb& server) : server_(server) {
    thread_ = std::thread([this] { run(); });
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
  void run() {
    std::mt19937 dice(2020);
    const auto id = [&] { return std::to_string(dice() % 3000); };
    for (int turn = 0, columns = 0; !stop_; ++turn) {
      std::string sql;
      for (int i = 0; i < 20; ++i) {
        switch (dice() % 6) {
          case 0:
            sql += "INSERT IGNORE INTO kv (id, v, n) VALUES (" + id() + ", REPEAT('甲', " +
                   std::to_string(dice() % 2000) + "), 1);";
            break;
          case 1: sql += "DELETE FROM kv WHERE id = " + id() + ";"; break;
          case 2: sql += "UPDATE IGNORE kv SET id = -id WHERE id = " + id() + ";"; break;
          case 3:
            sql += "START TRANSACTION; UPDATE kv SET v = 'b' WHERE id < " + id() +
                   " AND id % 50 = 0; INSERT IGNORE INTO kv (id, n) VALUES (" + id() + ", 9); " +
                   (dice() % 4 == 0 ? "ROLLBACK;" : "COMMIT;");
            break;
          default: sql += "UPDATE kv SET n = n + 1 WHERE id = " + id() + ";";
        }
      }
      if (server_.try_run(sql)) ++done_;
      if (turn % 40 == 39 && columns < 6) {
        const std::string name = "c" + std::to_string(++columns);
        server_.try_run("ALTER TABLE kv ADD COLUMN IF NOT EXISTS " + name + " VARCHAR(9)" +
                        (columns % 2 == 0 ? " DEFAULT 'old'" : ""));
        server_.try_run("UPDATE kv SET " + name + " = 'set' WHERE id % 5 = 0");
      }
    }
  }
  const Mariadb& server_;
  std::atomic<bool> stop_{false};
  std::atomic<int> done_{0};
  std::thread thread_;
};

void expect_equal(CaptureCity& c, const Mariadb& server, const std::string& source,
                  const std::string& table, const std::string& resource) {
  const bool equal = c.wait([&] { return c.rows(resource) == server.rows(table); }, 60);
  const auto found = c.captures->find(source);
  ASSERT_TRUE(equal) << found->state << " " << found->reason << ": " << c.rows(resource).size()
                     << " rows here, " << server.rows(table).size() << " there";
}

void expect_reconciled(CaptureCity& c, const std::string& source, const std::string& resource) {
  ASSERT_TRUE(c.wait_state(source, "streaming")) << c.captures->find(source)->reason;
  const auto told = c.captures->reconcile(resource);
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_TRUE(told->at("equal").as_bool()) << json::serialize(*told);
}

TEST(CaptureMariadb, RowsFlowFromTheFirstToTheLastByBinlogAndByOdbc) {
  const sql::TestStores stores;
  int n = 0;
  for (const auto& url : stores) {
    SCOPED_TRACE(url);
    Mariadb server(CB_SOURCE_DIR);
    server.run(
        "CREATE TABLE firm (id INT PRIMARY KEY, name VARCHAR(40), paid DECIMAL(10,2), at DATETIME "
        "NULL DEFAULT NOW() ON UPDATE NOW()); INSERT INTO firm (id, name, paid) SELECT seq, "
        "CONCAT('企业', seq), seq / 4 FROM seq_1_to_500");
    server.run(
        "CREATE TABLE pulled (id INT PRIMARY KEY, name VARCHAR(40), at DATETIME(6) NULL DEFAULT "
        "NOW(6) ON UPDATE NOW(6)); INSERT INTO pulled (id, name) SELECT seq, '甲' FROM "
        "seq_1_to_300");
    CaptureOptions options;
    options.copy_rows = 100;
    options.memory_bytes_max = 1 << 20;  // so that the large transaction below goes to disk
    CaptureCity c(url, stores.dir() + "/" + std::to_string(n++), options);
    const std::string firm = c.connect("maria", server.at(), {"city.firm"}).at(0);
    const std::string pulled = c.connect("pull", server.by_odbc("at"), {"city.pulled"}).at(0);
    ASSERT_TRUE(c.wait_state("maria", "streaming")) << c.captures->find("maria")->reason;
    ASSERT_TRUE(c.wait_state("pull", "streaming")) << c.captures->find("pull")->reason;
    server.run("UPDATE firm SET name = 'x', paid = NULL WHERE id = 7");
    server.run("UPDATE firm SET id = 9000 WHERE id = 8");
    server.run("START TRANSACTION; DELETE FROM firm WHERE id < 5; ROLLBACK");
    server.run("DELETE FROM firm WHERE id % 10 = 0");
    server.run("INSERT INTO firm (id, name) SELECT seq, REPEAT('大', 30) FROM seq_10001_to_40000");
    server.run("UPDATE pulled SET name = '乙' WHERE id % 3 = 0");
    server.run("INSERT INTO pulled (id, name) VALUES (1000, '丙')");
    expect_equal(c, server, "maria", "firm", firm);
    expect_equal(c, server, "pull", "pulled", pulled);
    expect_reconciled(c, "maria", firm);
    server.run("TRUNCATE TABLE firm; INSERT INTO firm (id) VALUES (1)");
    expect_equal(c, server, "maria", "firm", firm);

    // The binlog goes while nobody reads it.
    ASSERT_TRUE(c.captures->pause("maria", "").has_value());
    ASSERT_TRUE(c.wait_state("maria", "paused"));
    server.run("INSERT INTO firm (id) VALUES (2); FLUSH BINARY LOGS; RESET MASTER");
    server.run("INSERT INTO firm (id) VALUES (3)");
    ASSERT_TRUE(c.captures->resume("maria", false, "").has_value());
    ASSERT_TRUE(c.wait_state("maria", "failed")) << c.state("maria");
    EXPECT_NE(c.captures->find("maria")->reason.find("new snapshot"), std::string::npos);
    ASSERT_TRUE(c.captures->resync("maria").has_value());
    expect_equal(c, server, "maria", "firm", firm);
  }
}

TEST(CaptureMariadbKill, OfTheCityInEachWindow) {
  const char* windows[] = {"capture.after_begin", "capture.before_land",   "lake.before_commit",
                           "capture.after_land",  "capture.after_confirm", ""};
  const sql::TestStores stores;
  const std::string url = *stores.begin();
  Mariadb server(CB_SOURCE_DIR);
  make_table(server);
  std::string resource;
  {
    CaptureCity c(url, stores.dir());
    resource = c.connect("kv", server.at(), {"city.kv"}).at(0);
  }
  Load load(server);
  std::map<std::string, std::string> child = {{"KILL_URL", url}, {"KILL_DIR", stores.dir()}};
  for (int k = 0; k < sql::kills(); ++k) {
    const std::string window = windows[static_cast<std::size_t>(k) % std::size(windows)];
    if (!window.empty()) child["CITYBRAIN_CRASH"] = window + ":" + std::to_string(1 + k * 5 % 7);
    const int limit_ms = window.empty() ? 500 + k * 377 % 2'000 : 6'000;
    const auto end = sql::run_child("CaptureChild.Captures", child, limit_ms);
    child.erase("CITYBRAIN_CRASH");
    ASSERT_TRUE(end.killed) << window << ": status " << end.status << ": " << end.output;
  }
  load.stop();
  std::fprintf(stderr, "%d kills under %d x 20 statements\n", sql::kills(), load.done());
  EXPECT_GT(load.done(), 0);
  CaptureCity c(url, stores.dir());
  expect_equal(c, server, "kv", "kv", resource);
  expect_reconciled(c, "kv", resource);
}

TEST(CaptureMariadbKill, OfTheSource) {
  const int kills = std::max(3, sql::kills() / 4);
  const sql::TestStores stores;
  Mariadb server(CB_SOURCE_DIR);
  make_table(server);
  CaptureCity c(*stores.begin(), stores.dir());
  const std::string resource = c.connect("kv", server.at(), {"city.kv"}).at(0);
  Load load(server);
  for (int k = 0; k < kills; ++k) {
    c.wait([] { return false; }, 1);
    server.kill();
    c.wait([&] { return c.state("kv") == "waiting"; }, 5);
    server.start();
  }
  c.wait([] { return false; }, 1);
  load.stop();
  std::fprintf(stderr, "%d kills of the source under %d x 20 statements\n", kills, load.done());
  expect_equal(c, server, "kv", "kv", resource);
  expect_reconciled(c, "kv", resource);
}

}  // namespace
}  // namespace citybrain::rail
