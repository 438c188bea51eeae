// Capture against a real PostgreSQL: shapes, a look and the stream behind it, errors by their kind.
#include <gtest/gtest.h>

#include <map>

#include "capture/capture.h"
#include "capture/testing.h"

namespace citybrain::capture {
namespace {

using Kind = Change::Kind;

ForeignServer& server() {
  static ForeignServer one(CB_SOURCE_DIR, "-c max_slot_wal_keep_size=64MB");
  return one;
}

Settings settings(const std::string& name, std::vector<std::string> tables) {
  return {"postgres", name, server().address(), "", std::move(tables), ""};
}

std::string shown(const RowText& row) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    out += i > 0 ? "|" : "";
    out += row.is_null(i) ? "<null>" : row.is_absent(i) ? "<absent>" : std::string(row.text(i));
  }
  return out;
}

// What comes until `commits` transactions are over, one line a change.
std::vector<std::string> lines(Stream& stream, int commits, std::string* position = nullptr) {
  std::vector<std::string> out;
  std::vector<Change> changes;
  for (int turns = 0; commits > 0 && turns < 200; ++turns) {
    changes.clear();
    const auto done = stream.next(changes, 1 << 20, std::chrono::milliseconds(100));
    EXPECT_TRUE(done.has_value()) << done.error().message;
    if (!done) return out;
    for (const Change& change : changes) {
      if (change.kind == Kind::idle || change.kind == Kind::begin) continue;
      std::string line = name_of(change.kind);
      if (!change.row.empty()) line += " " + shown(change.row);
      if (!change.old.empty()) line += " was " + shown(change.old);
      out.push_back(line);
      if (change.kind != Kind::commit) continue;
      if (position) *position = change.position;
      --commits;
    }
  }
  EXPECT_EQ(commits, 0);
  return out;
}

TEST(Postgres, ShapesOfTables) {
  server().run(
      "CREATE SCHEMA s1; CREATE DOMAIN s1.code AS varchar(6);"
      "CREATE TABLE s1.t (id bigint PRIMARY KEY, c s1.code NOT NULL, n numeric(10,2), d date,"
      " at timestamptz, j jsonb, a int[], b boolean, g int GENERATED ALWAYS AS (1) STORED);"
      "COMMENT ON TABLE s1.t IS '订单'; COMMENT ON COLUMN s1.t.n IS '金额（元）';"
      "CREATE TABLE s1.nokey (a int); CREATE UNLOGGED TABLE s1.u (a int PRIMARY KEY);"
      "CREATE TABLE s1.uni (a int NOT NULL, b text NOT NULL, UNIQUE (b, a));"
      "ALTER TABLE s1.uni REPLICA IDENTITY FULL;"
      "CREATE TABLE s1.part (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);"
      "CREATE TABLE s1.part20 PARTITION OF s1.part FOR VALUES FROM ('2020-01-01') TO "
      "('2021-01-01')");
  const auto source = open(settings("shapes", {}));
  ASSERT_TRUE(source.has_value());
  const auto tables = (*source)->tables();
  ASSERT_TRUE(tables.has_value()) << tables.error().message;
  std::map<std::string, ForeignTable> by_name;
  for (const ForeignTable& table : *tables) by_name[table.full_name()] = table;
  EXPECT_FALSE(by_name.contains("s1.part20"));
  const ForeignTable& t = by_name.at("s1.t");
  EXPECT_EQ(t.comment, "订单");
  EXPECT_EQ(t.key, std::vector<std::string>{"id"});
  ASSERT_EQ(t.columns.size(), 8U);  // not the computed one
  EXPECT_EQ(t.notes.size(), 1U);
  EXPECT_EQ(t.columns[1].field.type, Type::text);
  EXPECT_EQ(t.columns[1].length_max, 6);
  EXPECT_TRUE(t.columns[1].required);
  EXPECT_EQ(t.columns[2].field, (Field{"n", Type::decimal, 2}));
  EXPECT_EQ(t.columns[2].comment, "金额（元）");
  EXPECT_EQ(t.columns[4].type, "timestamp with time zone");
  EXPECT_NE(by_name.at("s1.nokey").obstacle.find("primary key"), std::string::npos);
  EXPECT_NE(by_name.at("s1.u").obstacle.find("SET LOGGED"), std::string::npos);
  EXPECT_EQ(by_name.at("s1.uni").key, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(by_name.at("s1.part").key, (std::vector<std::string>{"id", "day"}));
}

TEST(Postgres, AllTypesInCanonicalForm) {
  server().run(
      "CREATE TYPE mood AS ENUM ('good', 'bad');"
      "CREATE TABLE types (id int PRIMARY KEY, b boolean, n numeric(10,2), free numeric, d date,"
      " ts timestamp, tz timestamptz, f float8, r real, t time, iv interval, by bytea, u uuid,"
      " j json, jb jsonb, a text[], m mood, c char(6), x inet, mo money)");
  const auto source = open(settings("types", {"public.types"}));
  const auto look = (*source)->begin();
  ASSERT_TRUE(look.has_value()) << look.error().message;
  const auto stream = (*source)->stream((*look)->position());
  ASSERT_TRUE(stream.has_value()) << stream.error().message;
  server().run(
      "SET timezone = 'Asia/Shanghai'; SET datestyle = 'German';"
      "INSERT INTO types VALUES (1, true, 12.5, 3.14159, '2020-06-01', '2020-06-01 08:00:00',"
      " '2020-06-01 08:00:00.25', 0.1, 0.1, '12:30', '1 day 02:00', '\\xdeadbeef',"
      " '00000000-0000-0000-0000-000000000001', '{\"a\": 1}', '{\"a\":1}', '{x,\"y z\"}', 'bad',"
      " 'ab', '10.0.0.1', 1.5), (2, null, 'NaN', null, 'infinity', '-infinity', 'infinity',"
      " 'NaN', null, null, null, '', null, null, null, '{}', null, '', null, null)");
  const std::string first =
      "1|true|12.50|3.14159|2020-06-01|2020-06-01 08:00:00|2020-06-01 00:00:00.25Z|0.1|0.1|"
      "12:30:00|1 day 02:00:00|\\xdeadbeef|00000000-0000-0000-0000-000000000001|{\"a\": 1}|"
      "{\"a\": 1}|{x,\"y z\"}|bad|ab|10.0.0.1|$1.50";
  const std::string second =
      "2|<null>|NaN|<null>|infinity|-infinity|infinity|NaN|<null>|<null>|<null>|\\x|<null>|"
      "<null>|<null>|{}|<null>||<null>|<null>";
  const auto streamed = lines(**stream, 1);
  ASSERT_EQ(streamed.size(), 4U);
  EXPECT_EQ(streamed[1], "insert " + first);
  EXPECT_EQ(streamed[2], "insert " + second);
  // A look gives the same texts.
  const auto table = (*source)->tables();
  const auto again = (*source)->look_again();
  const auto rows = (*again)->read(table->at(0), {}, 10);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ("insert " + shown(rows->at(0)), streamed[1]);
  EXPECT_EQ("insert " + shown(rows->at(1)), streamed[2]);
  EXPECT_TRUE((*source)->forget().has_value());  // also while the stream is open
}

TEST(Postgres, StreamTakesOverWhereTheLookEnds) {
  server().run(
      "CREATE TABLE hand (id int PRIMARY KEY, v text); ALTER TABLE hand ALTER v SET STORAGE "
      "EXTERNAL; INSERT INTO hand SELECT i, 'v' || i FROM generate_series(1, 25) i");
  const auto source = open(settings("hand", {"public.hand"}));
  auto look = (*source)->begin();
  ASSERT_TRUE(look.has_value()) << look.error().message;
  server().run("INSERT INTO hand VALUES (26, repeat('x', 9000)); DELETE FROM hand WHERE id = 1");
  server().run("UPDATE hand SET id = 126 WHERE id = 26");
  server().run("ALTER TABLE hand ADD w int; UPDATE hand SET w = 7 WHERE id = 126");
  server().run("TRUNCATE hand");
  std::string position;
  auto stream = (*source)->stream((*look)->position());
  ASSERT_TRUE(stream.has_value()) << stream.error().message;
  const auto got = lines(**stream, 4, &position);
  const std::vector<std::string> expected = {"shape",
                                             "insert 26|" + std::string(9000, 'x'),
                                             "remove was 1|<absent>",
                                             "commit",
                                             "update 126|<absent> was 26|<absent>",
                                             "commit",
                                             "shape",
                                             "update 126|<absent>|7",
                                             "commit",
                                             "truncate",
                                             "commit"};
  EXPECT_EQ(got, expected);
  // Confirmed, and read on by another stream: nothing comes twice.
  (*stream)->confirm(position);
  ASSERT_TRUE((*stream)->beat().has_value());
  stream->reset();
  server().run("INSERT INTO hand VALUES (1, 'new', 1)");
  for (int attempt = 0; attempt < 50; ++attempt) {
    auto on = (*source)->stream(position);
    if (!on) continue;  // the server has not yet seen that the first is gone
    EXPECT_EQ(lines(**on, 1), (std::vector<std::string>{"shape", "insert 1|new|1", "commit"}));
    return;
  }
  FAIL() << "the slot stayed busy";
}

TEST(Postgres, LooksInPiecesAndByKey) {
  server().run(
      "CREATE TABLE pieces (a text, b int, v text, PRIMARY KEY (a, b));"
      "INSERT INTO pieces SELECT 'k' || i % 3, i, 'v' || i FROM generate_series(1, 25) i");
  const auto source = open(settings("pieces", {"public.pieces"}));
  const auto tables = (*source)->tables();
  ASSERT_TRUE(tables.has_value());
  auto look = (*source)->look_exactly(std::chrono::seconds(5));
  ASSERT_TRUE(look.has_value()) << look.error().message;
  server().run("DELETE FROM pieces WHERE b > 20; INSERT INTO pieces VALUES ('z', 99, '')");
  std::vector<std::string> seen;
  RowText after;
  for (;;) {
    const auto rows = (*look)->read(tables->at(0), after, 10);
    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    for (const RowText& row : *rows) seen.push_back(shown(row));
    if (rows->size() < 10) break;
    after.clear();
    after.copy(rows->back(), 0);
    after.copy(rows->back(), 1);
  }
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_EQ(seen.front(), "k0|3|v3");
  EXPECT_EQ(seen.back(), "k2|23|v23");
  RowText there, gone;
  there.add("k1");
  there.add("22");
  gone.add("k1");
  gone.add("23");
  const auto found = (*look)->find(tables->at(0), {gone, there});
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_FALSE(found->at(0).has_value());
  ASSERT_TRUE(found->at(1).has_value());
  EXPECT_EQ(shown(*found->at(1)), "k1|22|v22");
  look->reset();
  const std::string left =
      "SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%pieces%'";
  for (int turn = 0; turn < 50 && server().ask(left)[0] != "0"; ++turn)
    server().run("SELECT pg_sleep(0.1)");
  EXPECT_EQ(server().ask(left)[0], "0");
}

// A quiet table beside a busy one: the position still moves, so that the server can forget.
TEST(Postgres, IdleSlotAdvances) {
  server().run("CREATE TABLE quiet (id int PRIMARY KEY); CREATE TABLE busy (id int)");
  const auto source = open(settings("quiet", {"public.quiet"}));
  std::string from;
  {
    const auto look = (*source)->begin();
    ASSERT_TRUE(look.has_value());
    from = (*look)->position();
  }
  auto stream = (*source)->stream(from);
  ASSERT_TRUE(stream.has_value()) << stream.error().message;
  server().run("INSERT INTO busy SELECT generate_series(1, 20000)");
  const std::string goal = (*source)->lag(from)->position;
  std::string at = from;
  std::vector<Change> changes;
  for (int turn = 0; turn < 100 && !(*source)->reached(at, goal); ++turn) {
    changes.clear();
    ASSERT_TRUE((*stream)->next(changes, 1 << 20, std::chrono::milliseconds(100)).has_value());
    for (const Change& change : changes) {
      ASSERT_EQ(change.kind, Kind::idle);
      at = change.position;
    }
  }
  ASSERT_TRUE((*source)->reached(at, goal));
  (*stream)->confirm(at);
  ASSERT_TRUE((*stream)->beat().has_value());
  for (int turn = 0; turn < 50; ++turn) {
    if (server().ask("SELECT confirmed_flush_lsn >= '" + at.substr(0, 8) + "/" + at.substr(8) +
                     "'::pg_lsn FROM pg_replication_slots WHERE slot_name = "
                     "'citybrain_quiet'")[0] == "t") {
      return;
    }
    changes.clear();
    ASSERT_TRUE((*stream)->next(changes, 1 << 20, std::chrono::milliseconds(100)).has_value());
  }
  FAIL() << "the slot was not advanced";
}

TEST(Postgres, ErrorsTellWhatPassesByItself) {
  const auto code = [](Settings s) {
    const auto source = open(std::move(s));
    if (!source) return source.error().code;
    const auto about = (*source)->look();
    return about ? Code::internal : about.error().code;
  };
  server().run("CREATE ROLE clerk LOGIN");
  Settings base = settings("errors", {});
  EXPECT_EQ(code({"oracle", "x", "", "", {}, ""}), Code::invalid);
  base.address = server().address() + " password=secret";
  EXPECT_EQ(code(base), Code::invalid);
  base.address = "host=127.0.0.1 port=1 user=x dbname=y";
  EXPECT_EQ(code(base), Code::unavailable);
  base.address =
      "host=127.0.0.1 port=" + std::to_string(server().port()) + " user=nobody dbname=postgres";
  EXPECT_EQ(code(base), Code::denied);
  base.address =
      "host=127.0.0.1 port=" + std::to_string(server().port()) + " user=citybrain dbname=none";
  EXPECT_EQ(code(base), Code::not_found);
  base.address =
      "host=127.0.0.1 port=" + std::to_string(server().port()) + " user=clerk dbname=postgres";
  const auto about = (*open(base))->look();
  ASSERT_TRUE(about.has_value());
  EXPECT_FALSE(about->can_capture());
  const auto good = (*open(settings("errors", {})))->look();
  ASSERT_TRUE(good.has_value()) << good.error().message;
  EXPECT_TRUE(good->can_capture());
  EXPECT_EQ(good->product.substr(0, 13), "PostgreSQL 15");
  const auto none = (*open(settings("errors", {"public.nothere"})))->tables();
  EXPECT_EQ(none.error().code, Code::not_found);
}

TEST(Postgres, SlotDroppedOrLostNeedsAPerson) {
  server().run("CREATE TABLE lost (id int PRIMARY KEY, v text)");
  const auto source = open(settings("lost", {"public.lost"}));
  std::string position;
  {
    const auto look = (*source)->begin();
    ASSERT_TRUE(look.has_value());
    position = (*look)->position();
    EXPECT_EQ((*source)->begin().error().code, Code::conflict);
  }
  EXPECT_FALSE((*source)->lag(position)->in_danger);
  EXPECT_EQ((*source)->lag(position)->bytes_max, 64 << 20);
  for (int i = 0; i < 3; ++i) {
    server().run("INSERT INTO lost SELECT i, repeat(md5(i::text), 200) FROM generate_series(" +
                 std::to_string(i * 2600) + "," + std::to_string(i * 2600 + 2599) +
                 ") i; SELECT pg_switch_wal()");
  }
  EXPECT_TRUE((*source)->lag(position)->in_danger);
  for (int i = 0; i < 6; ++i) {
    server().run("INSERT INTO busy SELECT generate_series(1, 300000)");
    server().run("CHECKPOINT");
  }
  const auto lost = (*source)->stream(position);
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, Code::conflict) << lost.error().message;
  ASSERT_TRUE((*source)->forget().has_value());
  EXPECT_EQ((*source)->stream(position).error().code, Code::conflict);
  EXPECT_TRUE((*source)->forget().has_value());
}

}  // namespace
}  // namespace citybrain::capture
