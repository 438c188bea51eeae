// Kill: a writer dies at any instant, and every write that was acknowledged is there, whole; every
// other is there whole or not at all.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

#include "base/text.h"
#include "sql/db.h"
#include "sql/sequence.h"
#include "sql/testing.h"

namespace citybrain::sql {
namespace {

constexpr int writers = 4;

// Two rows and a number in one write.
Result<std::int64_t> write_pair(Db& db) {
  return db.write([](Tx& tx) -> Result<std::int64_t> {
    CB_TRY(const std::int64_t n, next_sequence(tx, "pair"));
    CB_DO(tx.exec("INSERT INTO sql_left (id) VALUES ($1)", {n}));
    CB_DO(tx.exec("INSERT INTO sql_right (id) VALUES ($1)", {n}));
    return n;
  });
}

// The child: writes from several threads until it is killed, and says each number once it is
// durable.
TEST(KillChild, Writes) {
  const char* url = std::getenv("KILL_URL");
  if (!url) return;
  auto db = Db::open(url).value();
  std::vector<std::thread> threads;
  for (int t = 0; t < writers; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100'000; ++i) {
        const auto n = write_pair(*db);
        if (!n) continue;
        const std::string line = "acknowledged " + std::to_string(n.value()) + "\n";
        CB_CHECK(::fwrite(line.data(), 1, line.size(), stdout) == line.size());
        ::fflush(stdout);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

std::set<std::int64_t> ids_in(Db& db, const std::string& table) {
  const auto rows = db.read([&](Session& s) { return s.query("SELECT id FROM " + table); });
  std::set<std::int64_t> ids;
  for (const Row& row : rows.value()) ids.insert(row.integer(0));
  return ids;
}

void check_all(const std::string& url, const ChildEnd& end, const std::string& where) {
  auto db = Db::open(url).value();
  const auto left = ids_in(*db, "sql_left");
  const auto right = ids_in(*db, "sql_right");
  EXPECT_EQ(left, right) << where;
  std::size_t acknowledged = 0;
  std::int64_t last = 0;
  for (const auto line : split(end.output, '\n')) {
    if (!line.starts_with("acknowledged ")) continue;
    const auto n = parse_int(line.substr(13));
    if (!n) continue;  // the last line, cut
    ++acknowledged;
    last = std::max(last, *n);
    EXPECT_TRUE(left.contains(*n)) << where << ": " << *n << " was acknowledged and is lost";
  }
  EXPECT_EQ(static_cast<std::int64_t>(left.size()), left.empty() ? 0 : *left.rbegin()) << where;
  std::fprintf(stderr, "kill %s: %zu acknowledged up to %lld, %zu there\n", where.c_str(),
               acknowledged, static_cast<long long>(last), left.size());
}

void prepare(const std::string& url) {
  auto db = Db::open(url).value();
  ASSERT_TRUE(db->write([](Tx& tx) {
    return tx.script(
        "CREATE TABLE sql_left (id BIGINT PRIMARY KEY);"
        "CREATE TABLE sql_right (id BIGINT PRIMARY KEY)");
  }));
}

TEST(Kill, InTheWindowsOfACommit) {
  for (const auto& url : test_stores()) {
    prepare(url);
    for (const std::string window : {"sql.before_commit", "sql.after_commit"}) {
      for (int k = 0; k < kills(); ++k) {
        const std::string crash = window + ":" + std::to_string(2 + k * 3);
        const auto end =
            run_child("KillChild.Writes", {{"KILL_URL", url}, {"CITYBRAIN_CRASH", crash}});
        ASSERT_TRUE(end.killed) << end.status << end.output;
        check_all(url, end, crash);
      }
    }
  }
}

TEST(Kill, AtAnyInstant) {
  for (const auto& url : test_stores()) {
    prepare(url);
    for (int k = 0; k < kills(); ++k) {
      const int ms = 40 + (k * 37) % 100;
      const auto end = run_child("KillChild.Writes", {{"KILL_URL", url}}, ms);
      ASSERT_TRUE(end.killed) << end.status << end.output;
      if (url.starts_with("postgres:")) {
        // The server may still be finishing what the dead client had sent.
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
      check_all(url, end, "after " + std::to_string(ms) + " ms");
    }
  }
}

}  // namespace
}  // namespace citybrain::sql
