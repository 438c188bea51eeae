// MariadbSnapshot: a look in pieces while others write, and the stream behind it, make the table
// again: nothing missing, nothing twice.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <thread>

#include "mariadb_testing.h"

namespace citybrain::capture {
namespace {

using Rows = std::map<std::vector<std::string>, std::vector<std::string>>;

RowText key_of(const ForeignTable& table, const RowText& row) {
  RowText key;
  for (const std::string& name : table.key) key.copy(row, *table.find(name));
  return key;
}

Rows read_all(Snapshot& look, const ForeignTable& table, std::size_t piece) {
  Rows out;
  RowText after;
  for (;;) {
    const auto rows = look.read(table, after, piece);
    EXPECT_TRUE(rows) << rows.error().message;
    if (!rows) return out;
    for (const RowText& row : *rows) {
      const bool fresh = out.emplace(texts(key_of(table, row)), texts(row)).second;
      EXPECT_TRUE(fresh) << texts(row)[0] << " came twice";
    }
    if (rows->size() < piece) return out;
    after = key_of(table, rows->back());
  }
}

// Puts a change on rows; each must fit what is there.
void apply(const Change& change, Rows& rows) {
  if (change.kind == Change::Kind::remove) {
    EXPECT_EQ(rows.erase(texts(key_of(*change.table, change.old))), 1U) << "removed, was not there";
  } else if (change.kind == Change::Kind::insert) {
    EXPECT_TRUE(rows.emplace(texts(key_of(*change.table, change.row)), texts(change.row)).second)
        << "inserted, was there";
  } else if (change.kind == Change::Kind::update) {
    const RowText& old = change.old.empty() ? change.row : change.old;
    EXPECT_EQ(rows.erase(texts(key_of(*change.table, old))), 1U) << "changed, was not there";
    rows[texts(key_of(*change.table, change.row))] = texts(change.row);
  }
}

void write_until(TestMariadb& server, const std::atomic<bool>& stop, unsigned seed) {
  const auto link = MariadbLink::open(server.settings).value();
  ASSERT_TRUE(link.run("USE " + server.database));
  for (unsigned n = seed; !stop; n = n * 1664525 + 1013904223) {
    const std::string id = std::to_string(n % 3000);
    const std::string at = "(a = '区" + std::to_string(n % 7) + "' AND b = " + id + ")";
    const char* what[] = {"INSERT IGNORE INTO t VALUES ('区", "UPDATE t SET v = v + 1 WHERE ",
                          "DELETE FROM t WHERE ", "UPDATE IGNORE t SET b = b + 5000 WHERE "};
    const std::string sql =
        n % 4 == 0 ? what[0] + std::to_string(n % 7) + "', " + id + ", 0)" : what[n % 4] + at;
    // Two writers may lock each other out: that one is not written.
    const auto done = link.run(sql);
    ASSERT_TRUE(done || done.error().code == Code::unavailable) << done.error().message;
  }
}

TEST(MariadbSnapshot, AndTheStreamBehindItMakeTheTableAgain) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (a VARCHAR(20), b BIGINT, v INT, PRIMARY KEY (a, b))");
  for (int i = 0; i < 20; ++i) {
    server.run("INSERT IGNORE INTO t SELECT CONCAT('区', seq % 7), seq, 0 FROM seq_" +
               std::to_string(i * 300) + "_to_" + std::to_string(i * 300 + 150));
  }
  const auto source = server.source({"t"});
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (unsigned i = 1; i <= 2; ++i) {
    writers.emplace_back([&, i] { write_until(server, stop, i); });
  }
  for (int round = 0; round < 3; ++round) {
    const auto look = source->begin();
    ASSERT_TRUE(look) << look.error().message;
    const std::string position = look.value()->position();
    const ForeignTable table = source->tables()->at(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    Rows rows = read_all(**look, table, 97 + static_cast<std::size_t>(round));
    auto stream = source->stream(position);
    ASSERT_TRUE(stream) << stream.error().message;
    std::vector<Change> changes = changes_of(*source, **stream, position);
    for (const Change& change : changes) apply(change, rows);
    // A second look at the very place that the stream has reached is the same table.
    if (round < 2) continue;
    stop = true;
    for (std::thread& writer : writers) writer.join();
    if (!changes.empty()) {
      for (const Change& change : changes_of(*source, **stream, changes.back().position)) {
        apply(change, rows);
      }
    }
    const auto again = source->look_exactly(std::chrono::seconds(5));
    ASSERT_TRUE(again);
    EXPECT_EQ(rows, read_all(**again, table, 1000));
    EXPECT_GT(rows.size(), 100U);
  }
}

TEST(MariadbSnapshot, ReadsInPiecesByAnyKeyAndFindsByKey) {
  NEEDS_MARIADB();
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"BIGINT UNSIGNED", "18446744073709551615 - seq"},
      {"DECIMAL(30,5)", "99999999999999999999 + seq / 8"},
      {"VARCHAR(40)", "CONCAT('O''Brien\\\\', seq)"},
      {"VARCHAR(40) CHARACTER SET gbk", "CONCAT('宁波', seq)"},
      {"VARBINARY(40)", "UNHEX(SHA1(seq))"},
      {"BINARY(20)", "UNHEX(SHA1(seq))"},
      {"DATE", "DATE '2020-01-01' + INTERVAL seq DAY"},
      {"DATETIME(6)", "TIMESTAMP '2020-01-01 00:00:00.000001' + INTERVAL seq SECOND"},
      {"TIMESTAMP(3)", "TIMESTAMP '2020-01-01 00:00:00.5' + INTERVAL seq SECOND"},
      {"TIME", "SEC_TO_TIME(CAST(seq AS SIGNED) * 60 - 600)"},
      {"DOUBLE", "seq / 3"},
      {"BIT(20)", "seq * 1000"},
      {"UUID",
       "CONCAT(LEFT(MD5(seq), 12), '4', SUBSTR(MD5(seq), 14, 3), '9', RIGHT(MD5(seq), 15))"},
      {"ENUM('z','y','x','w','v','u','t','s','r','q','p')", "1 + seq % 11"},
  };
  for (const auto& [type, value] : keys) {
    TestMariadb server;
    server.run("CREATE TABLE t (k " + type + " NOT NULL PRIMARY KEY, v INT)");
    server.run("INSERT IGNORE INTO t SELECT " + value + ", seq FROM seq_1_to_25");
    const auto source = server.source({"t"});
    const auto look = source->begin();
    const auto tables = source->tables();
    ASSERT_TRUE(look && tables);
    const Rows rows = read_all(**look, tables->at(0), 4);
    EXPECT_EQ(rows.size(), type.starts_with("ENUM") ? 11U : 25U) << type;
    std::vector<RowText> wanted;
    for (const auto& [key, row] : rows) {
      wanted.emplace_back().add(key[0]);
    }
    const auto found = look.value()->find(tables->at(0), wanted);
    ASSERT_TRUE(found) << type << ": " << found.error().message;
    std::size_t i = 0;
    for (const auto& [key, row] : rows) {
      ASSERT_TRUE(found->at(i)) << type << ": " << key[0];
      EXPECT_EQ(texts(*found->at(i++)), row) << type;
    }
  }
}

TEST(MariadbSnapshot, TablesThatCannotBeCapturedSayWhy) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE keyless (id INT)");
  server.run("CREATE TABLE by_unique (a INT NOT NULL, b INT, UNIQUE (b), UNIQUE (a))");
  server.run("CREATE TABLE plain (id INT PRIMARY KEY) ENGINE=MyISAM");
  server.run("CREATE TABLE versioned (id INT PRIMARY KEY) WITH SYSTEM VERSIONING");
  server.run("CREATE VIEW seen AS SELECT 1 AS one");
  server.settings.address += "dbname=" + server.database;
  const auto tables = server.source({})->tables();
  ASSERT_TRUE(tables) << tables.error().message;
  std::map<std::string, std::string> obstacles;
  for (const ForeignTable& table : *tables) obstacles[table.name] = table.obstacle;
  EXPECT_THAT(obstacles["keyless"], testing::HasSubstr("no primary key"));
  EXPECT_EQ(obstacles["by_unique"], "");
  EXPECT_THAT(obstacles["plain"], testing::HasSubstr("ENGINE=InnoDB"));
  EXPECT_THAT(obstacles["versioned"], testing::HasSubstr("system-versioned"));
  EXPECT_EQ(obstacles.size(), 4U);
}

}  // namespace
}  // namespace citybrain::capture
