// bench rows: keyed upserts of 12-column rows with change log and position, beside raw sqlite3
// batched upserts of the same rows into an ordinary table with primary key. Same batches,
// synchronous=FULL on both sides, turns alternate, medians are compared. usage: rows_bench [ROWS]
// [BATCH] [TURNS]
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/clock.h"
#include "base/text.h"
#include "lake/lake.h"
#include "sql/testing.h"

namespace {

using namespace citybrain;
using Steady = std::chrono::steady_clock;

lake::Resource resource() {
  return {"bench_firms",
          {{{"uscc", Type::text, 0},
            {"name", Type::text, 0},
            {"district", Type::text, 0},
            {"industry", Type::text, 0},
            {"address", Type::text, 0},
            {"capital", Type::decimal, 2},
            {"staff", Type::integer, 0},
            {"founded", Type::date, 0},
            {"updated", Type::timestamp, 0},
            {"active", Type::boolean, 0},
            {"scale", Type::integer, 0},
            {"phone", Type::text, 0}},
           {"uscc"}},
          lake::Keeping::keyed};
}

// Keys are drawn from two thirds as many as there are rows: about half of the rows meet one that is
// there already.
std::vector<Batch> make_batches(std::size_t rows, std::size_t batch_rows) {
  SeededRandom random(20'201'124);
  std::vector<Batch> batches;
  for (std::size_t made = 0; made < rows;) {
    Batch batch(resource().schema);
    for (std::size_t i = 0; i < batch_rows && made < rows; ++i, ++made) {
      const std::uint64_t key = random.below(rows * 2 / 3);
      const auto number = [&](std::uint64_t bound) {
        return static_cast<std::int64_t>(random.below(bound));
      };
      char uscc[32];
      std::snprintf(uscc, sizeof(uscc), "91330203%010llu",
                    static_cast<unsigned long long>(key * 7919 % 9'999'999'967));
      batch.append_row(
          {std::string(uscc), "宁波市第" + std::to_string(key) + "实业有限公司",
           "3302" + std::to_string(number(90) + 10), "C" + std::to_string(number(4000)),
           "浙江省宁波市中山路" + std::to_string(number(2000)) + "号",
           Decimal64{number(1'000'000'000), 2}, number(500),
           Date{static_cast<std::int32_t>(10'000 + number(8000))},
           Timestamp{1'600'000'000'000'000 + number(1'000'000'000'000)}, number(2) == 0, number(4),
           number(3) == 0 ? Cell() : Cell("0574-" + std::to_string(number(99'999'999)))});
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

void must(int rc, sqlite3* db) {
  if (rc == SQLITE_OK || rc == SQLITE_DONE) return;
  std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
  std::exit(1);
}

void bind_column(sqlite3_stmt* stmt, int at, const Column& column, std::size_t row) {
  if (column.is_null(row)) {
    sqlite3_bind_null(stmt, at);
  } else if (column.type() == Type::text) {
    const auto text = column.text_at(row);
    sqlite3_bind_text(stmt, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  } else {
    sqlite3_bind_int64(stmt, at, column.int_at(row));
  }
}

double raw_seconds(const std::vector<Batch>& batches, const std::string& path) {
  sqlite3* db = nullptr;
  must(sqlite3_open(path.c_str(), &db), db);
  must(sqlite3_exec(db,
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                    "PRAGMA wal_autocheckpoint=8000;"
                    "CREATE TABLE firms (uscc TEXT PRIMARY KEY, name TEXT, district TEXT, industry "
                    "TEXT, address TEXT, capital BIGINT, staff BIGINT, founded BIGINT, updated "
                    "BIGINT, active BIGINT, scale BIGINT, phone TEXT)",
                    nullptr, nullptr, nullptr),
       db);
  sqlite3_stmt* upsert = nullptr;
  must(sqlite3_prepare_v2(
           db,
           "INSERT INTO firms VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (uscc) DO UPDATE SET "
           "name=excluded.name, district=excluded.district, industry=excluded.industry, "
           "address=excluded.address, capital=excluded.capital, staff=excluded.staff, "
           "founded=excluded.founded, updated=excluded.updated, active=excluded.active, "
           "scale=excluded.scale, phone=excluded.phone",
           -1, &upsert, nullptr),
       db);
  const auto start = Steady::now();
  for (const Batch& batch : batches) {
    must(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), db);
    for (std::size_t row = 0; row < batch.rows; ++row) {
      for (std::size_t i = 0; i < batch.columns.size(); ++i) {
        bind_column(upsert, static_cast<int>(i) + 1, batch.columns[i], row);
      }
      must(sqlite3_step(upsert), db);
      sqlite3_reset(upsert);
    }
    must(sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr), db);
  }
  const double seconds = std::chrono::duration<double>(Steady::now() - start).count();
  sqlite3_finalize(upsert);
  sqlite3_close(db);
  return seconds;
}

double our_seconds(const std::vector<Batch>& batches, const std::string& dir) {
  auto db = sql::Db::open("sqlite:" + dir + "/ours.db").value();
  auto lake = lake::Lake::open(*db, {dir + "/ours.duckdb", 512, 2}).value();
  if (!lake->define(resource())) std::exit(1);
  const auto start = Steady::now();
  std::size_t rows = 0;
  for (const Batch& batch : batches) {
    rows += batch.rows;
    const auto landed =
        lake->land({"bench_firms", "bench", std::to_string(rows), std::nullopt, {}}, batch);
    if (!landed) {
      std::fprintf(stderr, "land: %s\n", landed.error().message.c_str());
      std::exit(1);
    }
  }
  return std::chrono::duration<double>(Steady::now() - start).count();
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
  const auto rows = static_cast<std::size_t>(argument(1, 500'000));
  const auto batch_rows = static_cast<std::size_t>(argument(2, 10'000));
  const auto turns = static_cast<std::size_t>(argument(3, 3));
  const std::vector<Batch> batches = make_batches(rows, batch_rows);
  std::vector<double> ours, other;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    const sql::TestStores fresh;
    other.push_back(raw_seconds(batches, fresh.dir() + "/raw.db"));
    ours.push_back(our_seconds(batches, fresh.dir()));
    std::fprintf(stderr, "turn %zu: ours %.2f s, sqlite3 %.2f s\n", turn + 1, ours.back(),
                 other.back());
  }
  const double n = static_cast<double>(rows);
  const double mine = n / median(ours);
  const double theirs = n / median(other);
  std::printf("bench rows ours=%.0f other=%.0f ratio=%.2f unit=rows/s\n", mine, theirs,
              mine / theirs);
  return 0;
}
