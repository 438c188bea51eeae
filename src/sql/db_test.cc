// What the store promises, on every engine there is.
#include "sql/db.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "sql/migrate.h"
#include "sql/sequence.h"
#include "sql/testing.h"

namespace citybrain::sql {
namespace {

std::unique_ptr<Db> open(const std::string& url) {
  auto db = Db::open(url);
  CB_CHECK(db.has_value());
  return std::move(db).value();
}

void make_table(Db& db) {
  const auto made = db.write([](Tx& tx) -> Result<void> {
    return tx.script(
        "CREATE TABLE sql_t (id BIGINT PRIMARY KEY, name TEXT, body BYTEA);"
        "CREATE UNIQUE INDEX sql_t_name ON sql_t (name)");
  });
  ASSERT_TRUE(made) << made.error().message;
}

Result<std::int64_t> insert(Db& db, std::int64_t id, const std::string& name) {
  return db.write([&](Tx& tx) -> Result<std::int64_t> {
    return tx.exec("INSERT INTO sql_t (id, name, body) VALUES ($1, $2, $3)", {id, name, nullptr});
  });
}

std::int64_t count(Db& db) {
  const auto n = db.read([](Session& s) -> Result<std::int64_t> {
    CB_TRY(const Rows rows, s.query("SELECT COUNT(*) FROM sql_t"));
    return rows.at(0).integer(0);
  });
  return n ? n.value() : -1;
}

TEST(Db, ValuesComeBackAsTheyWentIn) {
  for (const auto& url : test_stores()) {
    SCOPED_TRACE(url);
    const auto db = open(url);
    make_table(*db);
    const std::string bytes("\0\xff\\x'\n", 6);
    const auto rows = db->write([&](Tx& tx) -> Result<Rows> {
      CB_DO(tx.exec("INSERT INTO sql_t (id, name, body) VALUES ($1, $2, $3)",
                    {INT64_MIN, "海曙区 'x' $1", Blob{bytes}}));
      CB_DO(tx.exec("INSERT INTO sql_t (id, name, body) VALUES ($1, $2, $3)",
                    {INT64_MAX, nullptr, Blob{""}}));
      CB_DO(tx.exec("INSERT INTO sql_t (id, name, body) VALUES ($1, $2, $3)", {0, "", nullptr}));
      return tx.query("SELECT id, name, body FROM sql_t ORDER BY id");
    });
    ASSERT_TRUE(rows) << rows.error().message;
    const Rows& r = rows.value();
    ASSERT_EQ(r.size(), 3U);
    EXPECT_EQ(r[0].integer(0), INT64_MIN);
    EXPECT_EQ(r[0].text(1), "海曙区 'x' $1");
    EXPECT_EQ(r[0].bytes(2), bytes);
    EXPECT_FALSE(r[1].is_null(1));
    EXPECT_EQ(r[1].text(1), "");
    EXPECT_TRUE(r[1].is_null(2));
    EXPECT_EQ(r[2].integer(0), INT64_MAX);
    EXPECT_TRUE(r[2].is_null(1));
    EXPECT_EQ(r[2].maybe_text(1), std::nullopt);
    EXPECT_FALSE(r[2].is_null(2));
    EXPECT_EQ(r[2].bytes(2), "");
  }
}

TEST(Db, PlaceholdersMayRepeatAndStandInAnyOrder) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    const auto row = db->write([](Tx& tx) -> Result<std::optional<Row>> {
      CB_DO(tx.exec("INSERT INTO sql_t (name, id) VALUES ($2, $1)", {7, "seven"}));
      return tx.query_one(
          "SELECT id + $2 + $1 + $2, SUM(id) FROM sql_t WHERE name = $3 GROUP BY id",
          {1, 10, "seven"});
    });
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_EQ(row.value()->integer(0), 28);
    EXPECT_EQ(row.value()->integer(1), 7);
  }
}

TEST(Db, UpsertReturns) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    for (const auto* name : {"a", "b"}) {
      const auto row = db->write([&](Tx& tx) -> Result<std::optional<Row>> {
        return tx.query_one(
            "INSERT INTO sql_t (id, name) VALUES ($1, $2) ON CONFLICT (id) "
            "DO UPDATE SET name = excluded.name RETURNING name",
            {1, name});
      });
      ASSERT_TRUE(row) << row.error().message;
      EXPECT_EQ(row.value()->text(0), name);
    }
    EXPECT_EQ(count(*db), 1);
  }
}

TEST(Db, AnErrorUndoesItsClosureAlone) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    ASSERT_TRUE(insert(*db, 1, "one"));
    const auto refused = db->write([](Tx& tx) -> Result<void> {
      CB_DO(tx.exec("INSERT INTO sql_t (id, name) VALUES ($1, $2)", {2, "two"}));
      return conflict("no");
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), conflict("no"));
    EXPECT_EQ(count(*db), 1);
    ASSERT_TRUE(insert(*db, 2, "two"));
  }
}

TEST(Db, AFailedStatementCannotBeIgnored) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    ASSERT_TRUE(insert(*db, 1, "one"));
    const auto done = db->write([](Tx& tx) -> Result<void> {
      (void)tx.exec("INSERT INTO sql_t (id, name) VALUES ($1, $2)", {1, "again"});
      (void)tx.exec("INSERT INTO sql_t (id, name) VALUES ($1, $2)", {2, "two"});
      return ok();
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::conflict);
    EXPECT_EQ(count(*db), 1);
  }
}

TEST(Db, ErrorsNeverShowValues) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    ASSERT_TRUE(insert(*db, 1, "330203199001011234"));
    const auto twice = insert(*db, 2, "330203199001011234");
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, Code::conflict);
    EXPECT_EQ(twice.error().message.find("330203"), std::string::npos) << twice.error().message;
    const auto wrong = db->read(
        [](Session& s) -> Result<Rows> { return s.query("SELECT nothing FROM sql_nowhere"); });
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Code::internal);
  }
}

TEST(Db, NotEnoughParametersAreRefused) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    const auto rows = db->read([](Session& s) -> Result<Rows> {
      return s.query("SELECT id FROM sql_t WHERE id = $1 OR id = $2", {1});
    });
    ASSERT_FALSE(rows);
  }
}

TEST(Db, ManyRowsInOneStatement) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    constexpr std::size_t n = 3000;  // more than one pipeline
    const auto done = db->write([&](Tx& tx) -> Result<std::int64_t> {
      return tx.exec_rows("INSERT INTO sql_t (id, name, body) VALUES ($1, $2, $3)", n,
                          [](std::size_t i, Binder& b) {
                            b.integer(static_cast<std::int64_t>(i));
                            b.null();
                            b.blob("body");
                          });
    });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done.value(), static_cast<std::int64_t>(n));
    std::int64_t sum = 0;
    const auto read = db->read([&](Session& s) -> Result<void> {
      return s.each("SELECT id FROM sql_t WHERE id >= $1", {0},
                    [&](const Row& row) -> Result<void> {
                      sum += row.integer(0);
                      return ok();
                    });
    });
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(sum, 2999 * 3000 / 2);
    // The last row clashes: none of them stay, and the store goes on.
    const auto clash = db->write([&](Tx& tx) -> Result<std::int64_t> {
      std::vector<Params> rows;
      for (std::int64_t i = 0; i < 600; ++i) rows.push_back({i == 599 ? 5 : 10'000 + i, nullptr});
      return tx.exec_many("INSERT INTO sql_t (id, name) VALUES ($1, $2)", rows);
    });
    ASSERT_FALSE(clash);
    EXPECT_EQ(clash.error().code, Code::conflict);
    EXPECT_EQ(count(*db), static_cast<std::int64_t>(n));
    EXPECT_TRUE(insert(*db, -1, "goes on"));
  }
}

TEST(Db, EachStopsWhereItsClosureSaysAndMayAskOtherThings) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(insert(*db, i, std::to_string(i)));
    int seen = 0;
    const auto done = db->read([&](Session& s) -> Result<Rows> {
      const auto stopped = s.each("SELECT id FROM sql_t ORDER BY id", {}, [&](const Row& row) {
        const auto inner = s.query("SELECT name FROM sql_t WHERE id = $1", {row.integer(0)});
        CB_CHECK(inner && inner.value().at(0).text(0) == std::to_string(row.integer(0)));
        return ++seen == 3 ? Result<void>(not_found("enough")) : ok();
      });
      CB_CHECK(!stopped && stopped.error().code == Code::not_found);
      return s.query("SELECT id FROM sql_t");
    });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(seen, 3);
    EXPECT_EQ(done.value().size(), 5U);
  }
}

TEST(Db, AReadSeesOneSnapshot) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    const auto same = db->read([&](Session& s) -> Result<bool> {
      CB_TRY(const Rows before, s.query("SELECT COUNT(*) FROM sql_t"));
      CB_DO(insert(*db, 1, "between"));
      CB_TRY(const Rows after, s.query("SELECT COUNT(*) FROM sql_t"));
      return before.at(0).integer(0) == after.at(0).integer(0);
    });
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_TRUE(same.value());
    EXPECT_EQ(count(*db), 1);
  }
}

TEST(Db, ReadersCannotWrite) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    const auto wrote = db->read([](Session& s) -> Result<Rows> {
      return s.query("INSERT INTO sql_t (id) VALUES ($1) RETURNING id", {1});
    });
    EXPECT_FALSE(wrote);
    EXPECT_EQ(count(*db), 0);
  }
}

// Many threads, each closure allowed to fail on its own: the good ones are all there, the bad ones
// not.
TEST(Db, ManyWritersShareCommits) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    constexpr int threads = 8, each = 100;
    std::atomic<int> good = 0;
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          const std::int64_t id = t * each + i;
          const auto done = db->write([&](Tx& tx) -> Result<std::int64_t> {
            CB_DO(tx.exec("INSERT INTO sql_t (id, name) VALUES ($1, $2)", {id, nullptr}));
            if (i % 10 == 9) return tx.exec("INSERT INTO sql_t (id) VALUES ($1)", {id});
            if (i % 10 == 8) return invalid("not this one");
            return next_sequence(tx, "t");
          });
          if (done) ++good;
          if (i % 10 == 9) {
            EXPECT_EQ(done.error().code, Code::conflict);
          }
        }
      });
    }
    for (auto& thread : running) thread.join();
    EXPECT_EQ(good, threads * each * 8 / 10);
    EXPECT_EQ(count(*db), good);
    const auto next = db->write([](Tx& tx) { return next_sequence(tx, "t"); });
    ASSERT_TRUE(next);
    EXPECT_EQ(next.value(), good + 1);  // no gaps though others failed
  }
}

TEST(Db, AThrownExceptionReachesItsCallerAndUndoes) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    make_table(*db);
    EXPECT_THROW((void)db->write([](Tx& tx) -> Result<void> {
      CB_DO(tx.exec("INSERT INTO sql_t (id) VALUES ($1)", {1}));
      throw std::runtime_error("x");
    }),
                 std::runtime_error);
    EXPECT_EQ(count(*db), 0);
    EXPECT_TRUE(insert(*db, 1, "goes on"));
  }
}

TEST(Db, TwoProcessesDoNotLoseUpdates) {
  for (const auto& url : test_stores()) {
    const auto one = open(url);
    const auto two = open(url);  // as another process would: its own writer
    make_table(*one);
    ASSERT_TRUE(insert(*one, 0, "counter"));
    const auto add = [](Db& db) {
      for (int i = 0; i < 50; ++i) {
        const auto done = db.write([](Tx& tx) -> Result<void> {
          CB_TRY(const Rows rows, tx.query("SELECT COALESCE(length(body), 0) FROM sql_t"));
          const std::string longer(static_cast<std::size_t>(rows.at(0).integer(0)) + 1, 'x');
          CB_DO(tx.exec("UPDATE sql_t SET body = $1", {Blob{longer}}));
          return ok();
        });
        EXPECT_TRUE(done) << done.error().message;
      }
    };
    std::thread other([&] { add(*two); });
    add(*one);
    other.join();
    const auto size = one->read([](Session& s) { return s.query("SELECT body FROM sql_t"); });
    ASSERT_TRUE(size);
    EXPECT_EQ(size.value().at(0).bytes(0).size(), 100U);
  }
}

TEST(Db, UnknownUrlsAreRefused) {
  EXPECT_EQ(Db::open("mysql:x").error().code, Code::invalid);
  EXPECT_EQ(Db::open("sqlite:/nowhere/at/all/x.db").error().code, Code::unavailable);
  EXPECT_EQ(Db::open("postgres:host=127.0.0.1 port=1 dbname=x").error().code, Code::unavailable);
}

TEST(Migrate, RunsOnceInOrderAndRefusesChanges) {
  for (const auto& url : test_stores()) {
    const auto db = open(url);
    const Migration one{1, "create", "CREATE TABLE demo_a (id BIGINT PRIMARY KEY);"};
    const Migration two{2, "add",
                        "ALTER TABLE demo_a ADD COLUMN name TEXT; "
                        "INSERT INTO demo_a (id, name) VALUES (1, 'x');"};
    ASSERT_TRUE(migrate(*db, "demo", {one}));
    ASSERT_TRUE(migrate(*db, "demo", {one, two}));
    ASSERT_TRUE(migrate(*db, "demo", {one, two}));
    Migration changed = one;
    changed.sql += " ";
    EXPECT_EQ(migrate(*db, "demo", {changed, two}).error().code, Code::conflict);
    EXPECT_EQ(migrate(*db, "demo", {one}).error().code, Code::conflict);
    EXPECT_EQ(migrate(*db, "other", {two}).error().code, Code::conflict);
    // One that fails leaves nothing of itself.
    const Migration bad{3, "bad", "CREATE TABLE demo_b (id BIGINT); SELECT nothing FROM nowhere;"};
    EXPECT_FALSE(migrate(*db, "demo", {one, two, bad}));
    const Migration good{3, "good", "CREATE TABLE demo_b (id BIGINT);"};
    EXPECT_TRUE(migrate(*db, "demo", {one, two, good}));
  }
}

TEST(Backup, CopiesWhileWritersGoOn) {
  const TestStores stores;
  const auto db = open(*stores.begin());
  make_table(*db);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(insert(*db, i, std::to_string(i)));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 200; !stop; ++i) EXPECT_TRUE(insert(*db, i, std::to_string(i)));
  });
  const std::string path = stores.dir() + "/copy.db";
  const auto done = db->backup(path);
  stop = true;
  writer.join();
  ASSERT_TRUE(done) << done.error().message;
  const auto copy = open("sqlite:" + path);
  EXPECT_GE(count(*copy), 200);
  const auto check = copy->read([](Session& s) { return s.query("PRAGMA integrity_check"); });
  ASSERT_TRUE(check);
  EXPECT_EQ(check.value().at(0).text(0), "ok");
}

}  // namespace
}  // namespace citybrain::sql
