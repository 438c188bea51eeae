// Captured sources against a real MariaDB of this test's own, by its binlog and by ODBC: row for
// row as at the source. Kills and faults: capture_kill_test, capture_fault_test.
#include "capture_mariadb_testing.h"
#include "capture_testing.h"

namespace citybrain::rail {
namespace {

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

}  // namespace
}  // namespace citybrain::rail
