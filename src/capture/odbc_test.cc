// Odbc: pulled from real servers through their drivers: PostgreSQL's and MariaDB's.
#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "mariadb_testing.h"
#include "odbc_link.h"
#include "odbc_source.h"

namespace citybrain::capture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A schema of the test's own on a server, reached through its driver and written to directly.
class Server {
 public:
  virtual ~Server() = default;
  virtual void run(const std::string& sql) = 0;
  Settings settings;
  std::string schema;
  std::unique_ptr<Source> source(const std::vector<std::string>& tables,
                                 const std::string& watermark) {
    settings.tables.clear();
    for (const std::string& table : tables) settings.tables.push_back(schema + "." + table);
    settings.watermark = watermark;
    return open_odbc(settings).value();
  }
};

class Postgres : public Server {
 public:
  Postgres() : pg_(PQconnectdb(std::getenv("CITYBRAIN_TEST_POSTGRES"))) {
    schema = "odbc" + std::to_string(::getpid());
    settings.kind = "odbc";
    settings.address = "driver='PostgreSQL Unicode' server=" + std::string(PQhost(pg_)) +
                       " port=" + PQport(pg_) + " database=" + PQdb(pg_) + " uid=" + PQuser(pg_) +
                       " boolsaschar=0 maxvarcharsize=4000 poll_ms=50 schema=" + schema;
    run("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    run("CREATE SCHEMA " + schema);
    run("SET search_path = " + schema);
  }
  ~Postgres() override {
    run("DROP SCHEMA " + schema + " CASCADE");
    PQfinish(pg_);
  }
  void run(const std::string& sql) override {
    PGresult* done = PQexec(pg_, sql.c_str());
    const ExecStatusType status = PQresultStatus(done);
    EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        << sql << ": " << PQresultErrorMessage(done);
    PQclear(done);
  }

 private:
  PGconn* pg_;
};

class Mariadb : public Server {
 public:
  Mariadb() {
    std::map<std::string, std::string> at;
    const auto pairs = parse_pairs(mariadb_conninfo()).value();
    for (const auto& [key, value] : pairs) at[key] = value;
    schema = server_.database;
    settings.kind = "odbc";
    settings.address = "driver='MariaDB Unicode' server=" + at["host"] + " port=" + at["port"] +
                       " uid=" + at["user"] + " database=" + schema + " poll_ms=50";
    settings.password = at["password"];
  }
  void run(const std::string& sql) override { server_.run(sql); }

 private:
  TestMariadb server_;
};

std::vector<std::unique_ptr<Server>> servers() {
  std::vector<std::unique_ptr<Server>> out;
  if (std::getenv("CITYBRAIN_TEST_POSTGRES") != nullptr)
    out.push_back(std::make_unique<Postgres>());
  if (mariadb_conninfo() != nullptr) out.push_back(std::make_unique<Mariadb>());
  return out;
}

// Two whole rounds of asking, as lines; the second sees all that was there before the call.
std::vector<std::string> lines_of(Stream& stream, std::string& position) {
  std::vector<std::string> out;
  for (int rounds = 0; rounds < 2;) {
    std::vector<Change> changes;
    const auto came = stream.next(changes, 1 << 20, std::chrono::milliseconds(100));
    EXPECT_TRUE(came) << came.error().message;
    if (!came) return out;
    for (const Change& change : changes) {
      if (!change.position.empty()) position = change.position;
      if (change.kind == Change::Kind::idle) ++rounds;
      if (change.kind == Change::Kind::idle || change.kind == Change::Kind::begin ||
          change.kind == Change::Kind::commit) {
        continue;
      }
      std::string line = name_of(change.kind);
      for (const std::string& text : texts(change.row)) line += " " + text;
      for (const std::string& text : texts(change.old)) line += " " + text;
      out.push_back(line);
    }
  }
  return out;
}

TEST(Odbc, MapsTypesAndReadsTheirValues) {
  for (const auto& server : servers()) {
    const bool pg = dynamic_cast<Postgres*>(server.get()) != nullptr;
    SCOPED_TRACE(pg ? "PostgreSQL" : "MariaDB");
    server->run(
        std::string("CREATE TABLE every (id BIGINT PRIMARY KEY, s SMALLINT, d DECIMAL(9,2), "
                    "wide DECIMAL(30,10), f DOUBLE PRECISION, t VARCHAR(40), big TEXT, day "
                    "DATE, at TIMESTAMP(6) NULL, fixed CHAR(6), b ") +
        (pg ? "BYTEA" : "BLOB") + ", flag " + (pg ? "BOOLEAN" : "BIT(1)") + ")");
    server->run(
        std::string(
            "INSERT INTO every VALUES (9223372036854775807, -7, -0.5, 12345678901234567890.5, "
            "0.1, '宁波🌞', '长文', '2020-02-29', '2020-06-01 08:00:00.123456', 'ab', ") +
        (pg ? "'\\x00ff'" : "X'00FF'") + ", " + (pg ? "TRUE" : "b'1'") + ")");
    server->run("INSERT INTO every (id) VALUES (1)");
    const auto source = server->source({"every"}, "");
    const auto tables = source->tables();
    ASSERT_TRUE(tables) << tables.error().message;
    ASSERT_EQ(tables->size(), 1U);
    std::vector<std::string> types;
    for (const ForeignColumn& column : tables->at(0).columns) {
      types.emplace_back(name_of(column.field.type));
    }
    EXPECT_THAT(types, ElementsAre("integer", "integer", "decimal", "text", "text", "text", "text",
                                   "date", "timestamp", "text", "text", "boolean"));
    EXPECT_THAT(tables->at(0).key, ElementsAre("id"));
    const auto look = source->begin();
    ASSERT_TRUE(look) << look.error().message;
    const auto rows = look.value()->read(tables->at(0), {}, 10);
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_THAT(texts(rows->at(1)),
                ElementsAre("9223372036854775807", "-7", "-0.50", "12345678901234567890.5000000000",
                            "0.1", "宁波🌞", "长文", "2020-02-29", "2020-06-01 08:00:00.123456",
                            "ab", "\\x00ff", "true"));
    for (std::size_t i = 1; i < rows->at(0).size(); ++i) EXPECT_TRUE(rows->at(0).is_null(i)) << i;
  }
}

TEST(Odbc, FollowsAWatermarkWithTiesAndLateCommits) {
  for (const auto& server : servers()) {
    server->run("CREATE TABLE t (id VARCHAR(20) PRIMARY KEY, v INT, updated_at TIMESTAMP(3) NULL)");
    server->run("INSERT INTO t VALUES ('甲', 1, '2020-06-01 08:00:00'), ('乙', 2, NULL)");
    server->settings.address += " overlap=60";
    const auto source = server->source({"t"}, "updated_at");
    const auto look = source->begin();
    ASSERT_TRUE(look) << look.error().message;
    std::string position = look.value()->position();
    auto stream = source->stream(position);
    ASSERT_TRUE(stream) << stream.error().message;
    // The rows of the overlap come once more after a start, and then no more.
    EXPECT_THAT(lines_of(**stream, position), ElementsAre("insert 甲 1 2020-06-01 08:00:00"));
    EXPECT_THAT(lines_of(**stream, position), ElementsAre());
    server->run(
        "INSERT INTO t VALUES ('丙', 3, '2020-06-01 09:00:00'), ('丁', 4, '2020-06-01 09:00:00')");
    EXPECT_THAT(lines_of(**stream, position),
                testing::UnorderedElementsAre("insert 丙 3 2020-06-01 09:00:00",
                                              "insert 丁 4 2020-06-01 09:00:00"));
    // One that took its time before the others and commits after them, and one with the same time.
    server->run(
        "INSERT INTO t VALUES ('戊', 5, '2020-06-01 08:59:30'), ('己', 6, '2020-06-01 09:00:00')");
    EXPECT_THAT(lines_of(**stream, position),
                testing::UnorderedElementsAre("insert 戊 5 2020-06-01 08:59:30",
                                              "insert 己 6 2020-06-01 09:00:00"));
    server->run("UPDATE t SET v = 7, updated_at = '2020-06-01 10:00:00' WHERE id = '甲'");
    // Another run goes on from the position.
    auto again = source->stream(position);
    ASSERT_TRUE(again);
    const auto lines = lines_of(**again, position);
    EXPECT_THAT(lines, testing::Contains("insert 甲 7 2020-06-01 10:00:00"));
    EXPECT_TRUE(source->reached(position, look.value()->position()));
    EXPECT_FALSE(source->reached(look.value()->position(), position));
  }
}

TEST(Odbc, ComparesTablesWithoutWatermarkAsAWhole) {
  for (const auto& server : servers()) {
    server->run("CREATE TABLE t (a INT, b VARCHAR(9), v INT, PRIMARY KEY (a, b))");
    server->run("INSERT INTO t VALUES (1, 'x', 1), (1, 'y', 2)");
    const auto source = server->source({"t"}, "updated_at");
    const auto look = source->begin();
    ASSERT_TRUE(look) << look.error().message;
    std::string position = look.value()->position();
    auto stream = source->stream(position);
    ASSERT_TRUE(stream);
    EXPECT_THAT(lines_of(**stream, position),
                ElementsAre("truncate", "insert 1 x 1", "insert 1 y 2"));
    EXPECT_THAT(lines_of(**stream, position), ElementsAre());
    server->run("UPDATE t SET v = 3 WHERE b = 'y'");
    server->run("DELETE FROM t WHERE b = 'x'");
    server->run("INSERT INTO t VALUES (2, 'z', 4)");
    EXPECT_THAT(lines_of(**stream, position),
                testing::UnorderedElementsAre("update 1 y 3", "insert 2 z 4", "remove 1 x -"));
    // A start without a difference sends nothing; with one, all of the table.
    auto again = source->stream(position);
    ASSERT_TRUE(again);
    EXPECT_THAT(lines_of(**again, position), ElementsAre());
    server->run("DELETE FROM t WHERE a = 2");
    auto later = source->stream(position);
    ASSERT_TRUE(later);
    EXPECT_THAT(lines_of(**later, position), ElementsAre("truncate", "insert 1 y 3"));
  }
}

TEST(Odbc, ReadsInPiecesAndFindsByKey) {
  for (const auto& server : servers()) {
    server->run("CREATE TABLE t (a VARCHAR(9), b INT, v INT, PRIMARY KEY (a, b))");
    for (int i = 0; i < 20; ++i) {
      server->run("INSERT INTO t VALUES ('区" + std::to_string(i % 3) + "', " + std::to_string(i) +
                  ", 0)");
    }
    const auto source = server->source({"t"}, "");
    const auto look = source->begin();
    const auto tables = source->tables();
    ASSERT_TRUE(look && tables);
    std::vector<RowText> keys;
    RowText after;
    for (;;) {
      const auto rows = look.value()->read(tables->at(0), after, 7);
      ASSERT_TRUE(rows) << rows.error().message;
      for (const RowText& row : *rows) {
        RowText& key = keys.emplace_back();
        key.copy(row, 0);
        key.copy(row, 1);
      }
      if (rows->size() < 7) break;
      after = keys.back();
    }
    ASSERT_EQ(keys.size(), 20U);
    keys.push_back(keys[0]);
    keys.back().clear();
    keys.back().add("区9");
    keys.back().add("1");
    const auto found = look.value()->find(tables->at(0), keys);
    ASSERT_TRUE(found) << found.error().message;
    for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(found->at(i).has_value()) << i;
    EXPECT_FALSE(found->at(20).has_value());
  }
}

TEST(Odbc, TellsWrongDriversPasswordsAndKeywords) {
  Settings settings;
  settings.address = "server=127.0.0.1";
  EXPECT_THAT(open_odbc(settings).error().message, HasSubstr("driver='NAME'"));
  settings.address = "driver=X pwd=y";
  EXPECT_THAT(open_odbc(settings).error().message, HasSubstr("'pwd'"));
  settings.address = "driver=X overlap=much";
  EXPECT_THAT(open_odbc(settings).error().message, HasSubstr("'much'"));
  settings.address = "driver='No Such Driver' server=127.0.0.1";
  const auto looked = open_odbc(settings).value()->look();
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().code, Code::unavailable) << looked.error().message;
  if (mariadb_conninfo() == nullptr) return;
  Mariadb server;
  server.settings.password = "secret-word";
  const auto refused = open_odbc(server.settings).value()->look();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied) << refused.error().message;
  EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("secret-word")));
}

}  // namespace
}  // namespace citybrain::capture
