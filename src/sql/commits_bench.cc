// bench commits: durable one-row writes through the writer's queue, from several threads, beside
// raw sqlite3 doing one insert a commit on one connection; synchronous=FULL on both sides, turns
// alternate. usage: commits_bench [WRITES] [THREADS] [TURNS]
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/text.h"
#include "sql/db.h"
#include "sql/testing.h"

namespace {

using namespace citybrain;
using Steady = std::chrono::steady_clock;

constexpr const char* table =
    "CREATE TABLE sql_paid (id BIGINT, payee TEXT, fen BIGINT, at_us BIGINT)";
constexpr const char* insert =
    "INSERT INTO sql_paid (id, payee, fen, at_us) VALUES ($1, $2, $3, $4)";

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

double raw_seconds(const std::string& path, std::int64_t writes) {
  sqlite3* db = nullptr;
  must(sqlite3_open(path.c_str(), &db) == SQLITE_OK, "open");
  sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", nullptr, nullptr, nullptr);
  must(sqlite3_exec(db, table, nullptr, nullptr, nullptr) == SQLITE_OK, "create");
  sqlite3_stmt* stmt = nullptr;
  must(sqlite3_prepare_v2(db, insert, -1, &stmt, nullptr) == SQLITE_OK, "prepare");
  const auto start = Steady::now();
  for (std::int64_t i = 0; i < writes; ++i) {
    sqlite3_bind_int64(stmt, 1, i);
    sqlite3_bind_text(stmt, 2, "91330203MA2AAAAA0X", -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, 100'000 + i);
    sqlite3_bind_int64(stmt, 4, i);
    must(sqlite3_step(stmt) == SQLITE_DONE, "insert");
    sqlite3_reset(stmt);
  }
  const double seconds = seconds_since(start);
  sqlite3_finalize(stmt);
  sqlite3_close(db);
  return seconds;
}

double our_seconds(const std::string& url, std::int64_t writes, std::int64_t threads) {
  auto db = sql::Db::open(url).value();
  must(db->write([](sql::Tx& tx) { return tx.script(table); }).has_value(), "create");
  const auto start = Steady::now();
  std::vector<std::thread> running;
  for (std::int64_t t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (std::int64_t i = t; i < writes; i += threads) {
        const auto done = db->write([&](sql::Tx& tx) {
          return tx.exec(insert, {i, "91330203MA2AAAAA0X", 100'000 + i, i});
        });
        must(done.has_value(), "write");
      }
    });
  }
  for (auto& thread : running) thread.join();
  return seconds_since(start);
}

double median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int at, std::int64_t otherwise) {
    return argc > at ? parse_int(argv[at]).value_or(otherwise) : otherwise;
  };
  const std::int64_t writes = argument(1, 5'000), threads = argument(2, 8), turns = argument(3, 3);
  std::vector<double> ours, other;
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    const sql::TestStores fresh;
    other.push_back(raw_seconds(fresh.dir() + "/raw.db", writes));
    ours.push_back(our_seconds(*fresh.begin(), writes, threads));
    std::fprintf(stderr, "turn %lld: ours %.2f s, sqlite3 %.2f s\n",
                 static_cast<long long>(turn + 1), ours.back(), other.back());
  }
  const double n = static_cast<double>(writes);
  std::printf("bench commits ours=%.0f other=%.0f ratio=%.2f unit=writes/s\n", n / median(ours),
              n / median(other), median(other) / median(ours));
  return 0;
}
