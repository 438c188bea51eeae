// bench projection: what landing costs as a resource grows: equal parts of a CSV of 12 columns with
// checks on all of them, one after another through the rail into columns; after each the rate and
// the bytes on disk a row. From the last half of the parts the whole city (9.7 billion rows, 97亿)
// is projected, on this one machine. usage: projection_bench [ROWS] [PARTS]
#include <sys/resource.h>

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

constexpr double city_rows = 9.7e9;

double since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

// Megabytes this process held at most.
long rss_mb() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

struct Part {
  double rate = 0;           // rows/s
  double bytes_row = 0;      // that this part added on disk
  double count_seconds = 0;  // a group by over all rows so far
};

class Projection {
 public:
  explicit Projection(const std::string& dir) : dir_(dir) {
    fs::remove_all(dir);
    fs::create_directories(dir);
    rail::write_definition(dir);
    db_ = std::move(*sql::Db::open("sqlite:" + dir + "/city.db"));
    CB_CHECK(sql::migrate(*db_, "catalog", catalog::migrations()).has_value());
    CB_CHECK(sql::migrate(*db_, "rail", rail::migrations()).has_value());
    catalog_ = std::make_unique<catalog::Catalog>(*db_, nullptr, clock_);
    const auto report = catalog_->load(dir + "/city");
    CB_CHECK(report.has_value() && report->refused.empty());
    lake::LakeOptions options;
    options.columns_path = dir + "/columns.duckdb";
    lake_ = std::move(*lake::Lake::open(*db_, options));
    rail_ = std::make_unique<rail::Rail>(*db_, *lake_, *catalog_, clock_, rail::RailOptions());
    CB_CHECK(rail_->prepare().has_value());
  }

  Part land(std::int64_t from, std::int64_t to) {
    const std::string csv = dir_ + "/part" + std::to_string(from) + ".csv";
    rail::write_lines(csv, from, to);
    const std::uintmax_t before = size();
    Part part;
    const auto begin = Steady::now();
    const auto landed = rail_->ingest(csv, "landing");
    const double seconds = since(begin);
    CB_CHECK(landed.has_value() && landed->complete);
    const std::int64_t rows = to - from + 1;
    CB_CHECK(landed->progress.rows_quarantined ==
             to / rail::error_every - (from - 1) / rail::error_every);
    fs::remove(csv);
    part.rate = static_cast<double>(rows) / seconds;
    part.bytes_row = static_cast<double>(size() - before) / static_cast<double>(rows);
    const auto asked = Steady::now();
    const auto groups = lake_->aggregate({.resource = "landing",
                                          .group = {"division"},
                                          .measures = {{}, {lake::Measure::Kind::sum, "amount"}}});
    CB_CHECK(groups.has_value() && groups->rows == 5);
    part.count_seconds = since(asked);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < groups->rows; ++i) sum += groups->columns[1].int_at(i);
    CB_CHECK(sum == to - to / rail::error_every);
    return part;
  }

 private:
  // Of both stores with their logs.
  std::uintmax_t size() const {
    std::uintmax_t bytes = 0;
    for (const auto& file : fs::directory_iterator(dir_)) {
      if (file.is_regular_file() && file.path().extension() != ".csv") bytes += file.file_size();
    }
    return bytes;
  }

  const std::string dir_;
  const FixedClock clock_{*parse_timestamp("2020-11-24T12:00:00+08:00")};
  std::unique_ptr<sql::Db> db_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<lake::Lake> lake_;
  std::unique_ptr<rail::Rail> rail_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 100'000'000;
  const std::int64_t parts = argc > 2 ? std::atoll(argv[2]) : 10;
  if (rows < parts || parts < 2) {
    std::fprintf(stderr, "usage: projection_bench [ROWS] [PARTS]; at least 2 parts\n");
    return 2;
  }
  const std::string dir = "/tmp/citybrain_projection";
  std::vector<Part> done;
  {
    Projection city(dir);
    for (std::int64_t i = 0; i < parts; ++i) {
      done.push_back(city.land(rows * i / parts + 1, rows * (i + 1) / parts));
      std::printf(
          "%11lld rows: %.0f rows/s, %.1f bytes/row, a group by over all %.3f s, rss at most %ld "
          "MB\n",
          static_cast<long long>(rows * (i + 1) / parts), done.back().rate, done.back().bytes_row,
          done.back().count_seconds, rss_mb());
      std::fflush(stdout);
    }
  }
  fs::remove_all(dir);
  const auto mean = [&](std::size_t from, std::size_t to, double Part::*what) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += done[i].*what;
    return sum / static_cast<double>(to - from);
  };
  const std::size_t half = done.size() / 2;
  const double first = mean(0, half, &Part::rate);
  const double last = mean(half, done.size(), &Part::rate);
  const double bytes = mean(half, done.size(), &Part::bytes_row);
  std::printf(
      "growth: %.0f rows/s in the first half, %.0f in the last (%.2f); bytes/row %.1f, %.1f\n",
      first, last, last / first, mean(0, half, &Part::bytes_row), bytes);
  std::printf("the whole city, 9.7 billion rows at the last half's rate: %.1f hours, %.2f TB\n",
              city_rows / last / 3600, city_rows * bytes / 1e12);
  std::printf("bench projection ours=%.0f other=%.0f ratio=%.2f unit=rows/s\n", last, first,
              last / first);
  return 0;
}
