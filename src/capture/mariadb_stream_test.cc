// MariadbStream: changes of a real server as they come, with everything that happens to tables.
#include <gmock/gmock.h>

#include <thread>

#include "mariadb_testing.h"

namespace citybrain::capture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A change in one line: "insert t: 1|a", "update t: 1|b <- 0|-".
std::string line_of(const Change& change) {
  std::string out = name_of(change.kind);
  if (change.table) out += " " + change.table->name;
  const auto row = [](const RowText& text) {
    std::string all;
    for (const std::string& one : texts(text)) all += (all.empty() ? "" : "|") + one;
    return all;
  };
  if (!change.row.empty()) out += ": " + row(change.row);
  if (!change.old.empty()) out += " <- " + row(change.old);
  return out;
}

// Changes since `position` as lines; moves `position` on.
std::vector<std::string> lines_since(Source& source, std::string& position) {
  auto stream = source.stream(position);
  EXPECT_TRUE(stream) << stream.error().message;
  std::vector<std::string> out;
  for (const Change& change : changes_of(source, **stream, position)) {
    if (!change.position.empty() && change.kind != Change::Kind::begin) position = change.position;
    if (change.kind != Change::Kind::idle) out.push_back(line_of(change));
  }
  return out;
}

// The error that a stream from there ends with.
Error error_since(Source& source, const std::string& position) {
  auto stream = source.stream(position);
  if (!stream) return stream.error();
  std::vector<Change> out;
  for (int i = 0; i < 20; ++i) {
    const auto came = (*stream)->next(out, 1 << 20, std::chrono::milliseconds(300));
    if (!came) return came.error();
  }
  return {Code::internal, "the stream went on without an error"};
}

std::string position_now(Source& source) {
  const auto look = source.look_again();
  EXPECT_TRUE(look) << look.error().message;
  return look ? look.value()->position() : "";
}

TEST(MariadbStream, TellsRowsKeysAndTransactions) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), big TEXT)");
  server.run("CREATE TABLE other (id INT PRIMARY KEY)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("INSERT INTO t VALUES (1, '一', 'x'), (2, NULL, 'y')");
  server.run("INSERT INTO other VALUES (1)");
  server.run("START TRANSACTION");
  server.run("UPDATE t SET name = 'zwei' WHERE id = 2");
  server.run("INSERT INTO other VALUES (2)");
  server.run("UPDATE t SET id = 3 WHERE id = 1");
  server.run("DELETE FROM t WHERE id = 2");
  server.run("COMMIT");
  server.run("START TRANSACTION");
  server.run("INSERT INTO t VALUES (9, 'never', '')");
  server.run("ROLLBACK");
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "shape t", "insert t: 1|一|x", "insert t: 2|NULL|y", "commit",
                          "begin", "update t: 2|zwei|y", "update t: 3|一|x <- 1|-|-",
                          "remove t <- 2|-|-", "commit"));
  EXPECT_THAT(lines_since(*source, position), ElementsAre());
}

TEST(MariadbStream, PartialImagesLeaveColumnsAbsentAndDefaultsIn) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run(
      "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) DEFAULT 'it''s', n DECIMAL(9,2) "
      "DEFAULT "
      "7, big TEXT)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("SET SESSION binlog_row_image = 'MINIMAL'");
  server.run("INSERT INTO t (id, big) VALUES (1, 'x')");
  server.run("UPDATE t SET name = 'b'");
  server.run("UPDATE t SET id = 2");
  server.run("DELETE FROM t");
  server.run("SET SESSION binlog_row_image = 'NOBLOB'");
  server.run("INSERT INTO t VALUES (5, 'e', 1, 'blob')");
  server.run("UPDATE t SET name = 'f'");
  server.run("DELETE FROM t");
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "shape t", "insert t: 1|it's|7.00|x", "commit",  //
                          "begin", "update t: 1|b|-|-", "commit",                   //
                          "begin", "update t: 2|-|-|- <- 1|-|-|-", "commit",        //
                          "begin", "remove t <- 2|-|-|-", "commit",                 //
                          "begin", "insert t: 5|e|1.00|blob", "commit",             //
                          "begin", "update t: 5|f|1.00|-", "commit",                //
                          "begin", "remove t <- 5|-|-|-", "commit"));
}

TEST(MariadbStream, ShapesChangeWhileOnAndOffline) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("INSERT INTO t VALUES (1, 1)");
  server.run("ALTER TABLE t ADD COLUMN b VARCHAR(9) NOT NULL DEFAULT 'x' AFTER id");
  server.run("INSERT INTO t VALUES (2, 'y', 2)");
  server.run("ALTER TABLE t CHANGE a amount DECIMAL(9,2), DROP COLUMN b");
  server.run("INSERT INTO t VALUES (3, 3)");
  server.run("ALTER TABLE t COMMENT 'the same rows'");
  server.run("INSERT INTO t VALUES (4, 4)");
  // All of this is read after the last ALTER: each row by the names of its time.
  auto stream = source->stream(position);
  ASSERT_TRUE(stream) << stream.error().message;
  std::vector<std::string> shapes;
  for (const Change& change : changes_of(*source, **stream, position)) {
    if (change.kind != Change::Kind::shape) continue;
    std::string columns;
    for (const ForeignColumn& column : change.table->columns) {
      columns += column.name + ":" + name_of(column.field.type) + " ";
    }
    shapes.push_back(columns);
  }
  EXPECT_THAT(shapes, ElementsAre("id:integer a:integer ", "id:integer b:text a:integer ",
                                  "id:integer amount:decimal "));
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "shape t", "insert t: 1|1", "commit",     //
                          "begin", "shape t", "insert t: 2|y|2", "commit",   //
                          "begin", "shape t", "insert t: 3|3.00", "commit",  //
                          "begin", "insert t: 4|4.00", "commit"));
}

TEST(MariadbStream, WithoutNamesInTheBinlogAnAlterAsksForASnapshot) {
  NEEDS_MARIADB();
  TestMariadb server;
  const GlobalSetting set(*server.link, {{"binlog_row_metadata", "NO_LOG"}});
  server.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("INSERT INTO t VALUES (1, 10, 20)");
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "shape t", "insert t: 1|10|20", "commit"));
  server.run("INSERT INTO t VALUES (2, 10, 20)");
  server.run("ALTER TABLE t CHANGE a c INT, CHANGE b a INT");
  const Error error = error_since(*source, position);
  EXPECT_EQ(error.code, Code::conflict) << error.message;
  EXPECT_THAT(error.message, HasSubstr("binlog_row_metadata = FULL"));
}

TEST(MariadbStream, TruncatesAndDrops) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY)");
  server.run("CREATE TABLE `odd.name` (id INT PRIMARY KEY)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("TRUNCATE TABLE `odd.name`");
  server.run("TRUNCATE /* all */ t");
  server.run("INSERT INTO t VALUES (1)");
  server.run("DROP TABLE `odd.name`, t");
  server.run("CREATE TABLE t (id INT PRIMARY KEY, more INT)");
  server.run("INSERT INTO t VALUES (1, 2)");
  server.run("CREATE OR REPLACE TABLE t (id INT PRIMARY KEY) SELECT 7 AS id");
  server.run("RENAME TABLE t TO away");
  server.run("INSERT INTO away VALUES (8)");
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "truncate t", "commit",                //
                          "begin", "shape t", "insert t: 1", "commit",    //
                          "begin", "truncate t", "commit",                //
                          "begin", "shape t", "insert t: 1|2", "commit",  //
                          "begin", "truncate t", "shape t", "insert t: 7", "commit", "begin",
                          "truncate t", "commit"));
  server.run("RENAME TABLE away TO t");
  const Error error = error_since(*source, position);
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_THAT(error.message, HasSubstr("was replaced by another one"));
}

TEST(MariadbStream, RowsThatChangeUntoldAreAnError) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run(
      "CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN "
      "(10), PARTITION p1 VALUES LESS THAN (20))");
  server.run("CREATE TABLE u (id INT PRIMARY KEY)");
  const auto source = server.source({"t", "u"});
  std::string position = position_now(*source);
  server.run("ALTER TABLE t DROP PARTITION p0");
  EXPECT_THAT(error_since(*source, position).message, HasSubstr("came or went without being told"));
  position = position_now(*source);
  server.run("SET SESSION binlog_format = 'STATEMENT'");
  server.run("INSERT INTO u VALUES (1)");
  const Error error = error_since(*source, position);
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_THAT(error.message, HasSubstr("binlog_format = ROW"));
}

TEST(MariadbStream, ATransactionThatIsRolledBackInTheBinlogDidNotHappen) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY)");
  server.run("CREATE TABLE plain (id INT PRIMARY KEY) ENGINE=MyISAM");
  const auto source = server.source({"t"});
  const std::string from = position_now(*source);
  server.run("START TRANSACTION");
  server.run("INSERT INTO t VALUES (1)");
  server.run("INSERT INTO plain SELECT id FROM t");
  server.run("ROLLBACK");
  server.run("INSERT INTO t VALUES (2)");
  auto stream = source->stream(from);
  ASSERT_TRUE(stream);
  std::vector<std::string> open;  // as the rail reads them: begin and idle forget what is open
  std::vector<std::string> done;
  for (const Change& change : changes_of(*source, **stream, from)) {
    if (change.kind == Change::Kind::begin || change.kind == Change::Kind::idle) open.clear();
    if (change.kind == Change::Kind::insert) open.push_back(line_of(change));
    if (change.kind == Change::Kind::commit) {
      done.insert(done.end(), open.begin(), open.end());
      open.clear();
    }
  }
  EXPECT_THAT(done, ElementsAre("insert t: 2"));
}

TEST(MariadbStream, XaInTwoStepsIsRefusedAndInOneIsRead) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("XA START 'a'");
  server.run("INSERT INTO t VALUES (1)");
  server.run("XA END 'a'");
  server.run("XA COMMIT 'a' ONE PHASE");
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "shape t", "insert t: 1", "commit"));
  server.run("XA START 'b'");
  server.run("INSERT INTO t VALUES (2)");
  server.run("XA END 'b'");
  server.run("XA PREPARE 'b'");
  server.run("XA COMMIT 'b'");
  EXPECT_THAT(error_since(*source, position).message, HasSubstr("XA transaction in two steps"));
}

TEST(MariadbStream, ComputedColumnsThatAreNotStoredAreLeftOut) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run(
      "CREATE TABLE t (id INT PRIMARY KEY, v INT AS (id + 1) VIRTUAL, s INT AS (id + 2) STORED, i "
      "INT "
      "INVISIBLE DEFAULT 5)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  server.run("INSERT INTO t (id) VALUES (1)");
  server.run("UPDATE t SET id = 2");
  EXPECT_THAT(lines_since(*source, position),
              ElementsAre("begin", "shape t", "insert t: 1|3|5", "commit", "begin",
                          "update t: 2|4|5 <- 1|-|-", "commit"));
  const auto tables = source->tables();
  ASSERT_TRUE(tables);
  EXPECT_THAT(tables->at(0).notes, ElementsAre("'v' is computed when read: left out"));
  const auto look = source->look_again();
  EXPECT_THAT(texts(look.value()->read(tables->at(0), {}, 9)->at(0)), ElementsAre("2", "4", "5"));
}

TEST(MariadbStream, GoesOnThroughRotationsAndIdleTimes) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY)");
  server.run("CREATE TABLE other (id INT PRIMARY KEY)");
  const auto source = server.source({"t"});
  std::string position = position_now(*source);
  auto stream = source->stream(position);
  ASSERT_TRUE(stream);
  std::vector<std::string> lines;
  for (int i = 0; i < 5; ++i) {
    server.run("INSERT INTO t VALUES (" + std::to_string(i) + ")");
    server.run("FLUSH BINARY LOGS");
    for (const Change& change : changes_of(*source, **stream, position)) {
      if (change.kind == Change::Kind::insert) lines.push_back(line_of(change));
      if (!change.position.empty()) position = change.position;
    }
  }
  EXPECT_THAT(lines, ElementsAre("insert t: 0", "insert t: 1", "insert t: 2", "insert t: 3",
                                 "insert t: 4"));
  // Heartbeats alone: nothing comes, nothing breaks. Then others' transactions move us on.
  std::vector<Change> quiet;
  ASSERT_TRUE((*stream)->next(quiet, 1 << 20, std::chrono::milliseconds(2500)));
  EXPECT_TRUE(quiet.empty());
  server.run("INSERT INTO other VALUES (1)");
  ASSERT_TRUE((*stream)->next(quiet, 1 << 20, std::chrono::milliseconds(2000)));
  ASSERT_EQ(quiet.size(), 1U);
  EXPECT_EQ(quiet[0].kind, Change::Kind::idle);
  EXPECT_TRUE(source->reached(quiet[0].position, source->lag(position)->position));
  EXPECT_EQ(source->lag(quiet[0].position)->bytes, 0);
  EXPECT_GT(source->lag(position)->bytes, 0);
}

TEST(MariadbStream, APurgedPlaceIsAConflictWithARemedy) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY)");
  const auto source = server.source({"t"});
  const std::string position = position_now(*source);
  server.run("INSERT INTO t VALUES (1)");
  server.run("FLUSH BINARY LOGS");
  server.run("INSERT INTO t VALUES (2)");
  server.run("FLUSH BINARY LOGS");
  const auto logs = server.link->rows("SHOW BINARY LOGS");
  ASSERT_TRUE(logs);
  for (int i = 0; i < 50; ++i) {  // a log is purged once its last transaction is safe
    server.run("PURGE BINARY LOGS TO '" + logs->back()[0].value() + "'");
    if (server.link->rows("SHOW BINARY LOGS")->size() == 1) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  const Error error = error_since(*source, position);
  EXPECT_EQ(error.code, Code::conflict) << error.message;
  EXPECT_THAT(error.message, HasSubstr("take a new snapshot"));
  EXPECT_TRUE(source->lag(position)->in_danger);
  // A place that the server never had.
  const Error ahead = error_since(*source, "gtid=0-1-999999999 at=: shape=");
  EXPECT_EQ(ahead.code, Code::conflict) << ahead.message;
}

TEST(MariadbStream, TellsWrongCredentialsRightsAndAddresses) {
  NEEDS_MARIADB();
  TestMariadb server;
  server.run("CREATE TABLE t (id INT PRIMARY KEY)");
  const auto source = server.source({"t"});
  const std::string position = position_now(*source);
  Settings wrong = server.settings;
  wrong.password = "secret-word";
  const auto refused = open_mariadb(wrong).value()->look();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("secret-word")));
  server.run("CREATE OR REPLACE USER weak@'127.0.0.1' IDENTIFIED BY 'weak'");
  server.run("GRANT SELECT ON *.* TO weak@'127.0.0.1'");
  Settings weak = server.settings;
  weak.address = weak.address.replace(weak.address.find("user=citybrain"), 14, "user=weak");
  weak.password = "weak";
  const auto about = open_mariadb(weak).value()->look();
  ASSERT_TRUE(about) << about.error().message;
  EXPECT_FALSE(about->can_capture());
  EXPECT_EQ(error_since(*open_mariadb(weak).value(), position).code, Code::denied);
  server.run("DROP USER weak@'127.0.0.1'");
  const auto good = source->look();
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->can_capture());
  EXPECT_THAT(good->product, HasSubstr("MariaDB 1"));

  Settings nobody = server.settings;
  nobody.address = "host=127.0.0.1 port=1 user=citybrain";
  EXPECT_EQ(open_mariadb(nobody).value()->look().error().code, Code::unavailable);
  nobody.address = "host=127.0.0.1 prot=1 user=citybrain";
  EXPECT_THAT(open_mariadb(nobody).error().message, HasSubstr("'prot'"));
  nobody.address = "host=127.0.0.1 user=x password=y";
  EXPECT_EQ(open_mariadb(nobody).error().code, Code::invalid);
}

}  // namespace
}  // namespace citybrain::capture
