// bench landing: a CSV of 12 columns with checks on all of them, through the rail into columns,
// beside DuckDB's own COPY of the same file without checks. Both write a database file on the same
// disk, with two threads and the same memory, and are durable at the end. Turns alternate, medians
// are compared. Every 1000th row carries a planted error; apart from these the two tables must have
// the same checksum. usage: landing_bench [ROWS] [TURNS]
#include <duckdb.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "landing_rows.h"

namespace {

using namespace citybrain;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

void make_file(const std::string& path, std::int64_t rows) {
  if (fs::exists(path)) return;
  std::printf("writing %s\n", path.c_str());
  rail::write_lines(path, 1, rows);
}

// A DuckDB of the bench's own.
class Duck {
 public:
  explicit Duck(const std::string& path) {
    duckdb_config config = nullptr;
    CB_CHECK(duckdb_create_config(&config) == DuckDBSuccess);
    duckdb_set_config(config, "threads", "2");
    duckdb_set_config(config, "memory_limit", "2048MB");
    CB_CHECK(duckdb_open_ext(path.c_str(), &database_, config, nullptr) == DuckDBSuccess);
    duckdb_destroy_config(&config);
    CB_CHECK(duckdb_connect(database_, &connection_) == DuckDBSuccess);
  }
  ~Duck() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }
  Duck(const Duck&) = delete;
  Duck& operator=(const Duck&) = delete;

  // Runs it; the only value as text, if there is one.
  std::string run(const std::string& sql) {
    duckdb_result result;
    if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) {
      std::fprintf(stderr, "%s: %s\n", sql.c_str(), duckdb_result_error(&result));
      std::exit(1);
    }
    char* text = duckdb_row_count(&result) > 0 ? duckdb_value_varchar(&result, 0, 0) : nullptr;
    const std::string value = text != nullptr ? text : "";
    duckdb_free(text);
    duckdb_destroy_result(&result);
    return value;
  }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

// Rows and a checksum over all cells, independent of order. COPY takes a time without offset as
// UTC, the rail as the city's.
std::string checksum(Duck& duck, const std::string& table, const std::string& where, int hours) {
  return duck.run(
      "SELECT count(*) || ' rows, checksum ' || bit_xor(hash(id, uscc, person_id, name,"
      " division, street, kind, staff, amount, opened, updated + INTERVAL " +
      std::to_string(hours) + " HOUR, coalesce(note, ''))) FROM " + table + where);
}

// Processor seconds of this process so far: what a busy machine does not change.
double cpu_seconds() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Turn {
  double seconds = 0;
  double cpu = 0;
  std::string sum;
  std::int64_t quarantined = 0;
};

Turn ours(const std::string& dir, const std::string& csv) {
  fs::remove_all(dir);
  fs::create_directories(dir);
  Turn turn;
  {
    rail::write_definition(dir);
    auto db = std::move(*sql::Db::open("sqlite:" + dir + "/city.db"));
    CB_CHECK(sql::migrate(*db, "catalog", catalog::migrations()).has_value());
    CB_CHECK(sql::migrate(*db, "rail", rail::migrations()).has_value());
    const FixedClock clock(*parse_timestamp("2020-11-24T12:00:00+08:00"));
    catalog::Catalog catalog(*db, nullptr, clock);
    const auto report = catalog.load(dir + "/city");
    CB_CHECK(report.has_value() && report->refused.empty());
    lake::LakeOptions options;
    options.columns_path = dir + "/columns.duckdb";
    auto lake = std::move(*lake::Lake::open(*db, options));
    rail::Rail rail(*db, *lake, catalog, clock, {});
    CB_CHECK(rail.prepare().has_value());
    const double cpu = cpu_seconds();
    const auto begin = Steady::now();
    const auto landed = rail.ingest(csv, "landing");
    turn.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    turn.cpu = cpu_seconds() - cpu;
    CB_CHECK(landed.has_value() && landed->complete);
    turn.quarantined = landed->progress.rows_quarantined;
  }
  Duck duck(dir + "/columns.duckdb");
  turn.sum = checksum(duck, "r_landing", "", 8);
  return turn;
}

Turn other(const std::string& dir, const std::string& csv) {
  fs::remove_all(dir);
  fs::create_directories(dir);
  Turn turn;
  Duck duck(dir + "/other.duckdb");
  duck.run(std::string("CREATE TABLE landing (") + rail::types + ")");
  const double cpu = cpu_seconds();
  const auto begin = Steady::now();
  duck.run("COPY landing FROM '" + csv + "' (FORMAT csv, HEADER true)");
  turn.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  turn.cpu = cpu_seconds() - cpu;
  turn.sum =
      checksum(duck, "landing", " WHERE id % " + std::to_string(rail::error_every) + " <> 0", 0);
  return turn;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 5'000'000;
  const int turns = argc > 2 ? std::atoi(argv[2]) : 3;
  const std::string csv = "/tmp/citybrain_landing_" + std::to_string(rows) + ".csv";
  const std::string dir = "/tmp/citybrain_landing";
  make_file(csv, rows);
  std::printf("%lld rows, %lld MB, %d turns\n", static_cast<long long>(rows),
              static_cast<long long>(fs::file_size(csv) >> 20), turns);
  std::vector<double> our_seconds;
  std::vector<double> other_seconds;
  bool same = true;
  for (int i = 0; i < turns; ++i) {
    const Turn theirs = other(dir + "/other", csv);
    const Turn mine = ours(dir + "/ours", csv);
    our_seconds.push_back(mine.seconds);
    other_seconds.push_back(theirs.seconds);
    same = same && mine.sum == theirs.sum && mine.quarantined == rows / rail::error_every;
    std::printf(
        "turn %d: rail %.2f s (%.2f s of processor), %s, %lld quarantined of %lld planted; COPY "
        "%.2f s (%.2f s), %s\n",
        i + 1, mine.seconds, mine.cpu, mine.sum.c_str(), static_cast<long long>(mine.quarantined),
        static_cast<long long>(rows / rail::error_every), theirs.seconds, theirs.cpu,
        theirs.sum.c_str());
  }
  fs::remove_all(dir);
  if (!same) {
    std::fprintf(stderr, "the two tables differ by more than the planted errors\n");
    return 1;
  }
  const double ours_rate = static_cast<double>(rows) / median(our_seconds);
  const double other_rate = static_cast<double>(rows) / median(other_seconds);
  std::printf("bench landing ours=%.0f other=%.0f ratio=%.2f unit=rows/s\n", ours_rate, other_rate,
              ours_rate / other_rate);
  return 0;
}
