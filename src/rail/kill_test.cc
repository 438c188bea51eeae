// Kill: the process dies in each window of the rail and of the lake below it while two files are
// read, one by key and one append-only. Whatever was cut, each line of each file is in the end
// landed once or in quarantine once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "sql/testing.h"
#include "testing.h"

namespace citybrain::rail {
namespace {

// Enough lines for all kills of a window.
int lines() { return 200 * std::max(sql::kills(), 5); }

// Every 7th line is bad. Duplicate keys stand in pairs, so that it depends on where batches are cut
// whether the second is one; the line's number is in the row.
void write_files(const std::string& dir) {
  std::string firms = "uscc,name\n";
  std::string taxes = "serial,uscc,paid\n";
  for (int line = 2; line < lines() + 2; ++line) {
    const std::string number = std::to_string(line);
    firms += (line % 7 == 0 ? "bad" : uscc_of(line)) + ",L" + number + "\n";
    taxes += std::to_string(line / 2) + "," + uscc_of(1) + "," + (line % 7 == 0 ? "-" : "") +
             number + "\n";
  }
  put_file(dir + "/firm.csv", firms);
  put_file(dir + "/tax.csv", taxes);
  put_file(dir + "/one.csv", "uscc,name\n" + uscc_of(1) + ",第一家\n");
}

// The child: reads on, with batches of another size each time, until it is killed or done.
TEST(KillChild, Ingests) {
  const char* url = std::getenv("KILL_URL");
  const char* dir = std::getenv("KILL_DIR");
  const char* columns = std::getenv("KILL_COLUMNS");
  const char* rows = std::getenv("KILL_ROWS");
  if (url == nullptr || dir == nullptr || columns == nullptr || rows == nullptr) {
    return;  // not run as a child
  }
  City city(url, dir, columns);
  IngestOptions options;
  options.rows_per_batch_max = std::atoi(rows);
  const auto feed = [&](const Progress&) { return city.rail->feed_step({}).has_value(); };
  const std::string files = dir;
  ASSERT_TRUE(city.rail->ingest(files + "/one.csv", "firm"));
  ASSERT_TRUE(city.rail->ingest(files + "/firm.csv", "firm", options, feed));
  ASSERT_TRUE(city.rail->ingest(files + "/tax.csv", "tax", options, feed));
  city.rows("firm");
}

std::set<std::int64_t> quarantined_lines(City& city, const std::string& resource) {
  std::set<std::int64_t> out;
  QuarantineQuery query;
  query.resource = resource;
  query.state = "all";  // also those whose key a later row of the file had
  query.size = 200;
  for (query.page = 1;; ++query.page) {
    const auto rows = city.rail->quarantine(query);
    EXPECT_TRUE(rows.has_value());
    if (!rows || rows->items.empty()) return out;
    for (const Quarantined& row : rows->items) EXPECT_TRUE(out.insert(row.line).second);
  }
}

// Lines that columns hold, told by the number in each row.
std::multiset<std::int64_t> landed_lines(City& city, const std::string& resource) {
  std::multiset<std::int64_t> out;
  city.rows(resource);
  const bool firm = resource == "firm";
  const auto scanned = city.lake->scan(
      {.resource = resource, .columns = {firm ? "name" : "paid"}}, [&](const Batch& batch) {
        for (std::size_t i = 0; i < batch.rows; ++i) {
          if (!firm) {
            out.insert(batch.columns[0].int_at(i) / 100);
          } else if (batch.columns[0].text_at(i).starts_with('L')) {
            out.insert(std::atoll(std::string(batch.columns[0].text_at(i).substr(1)).c_str()));
          }
        }
        return ok();
      });
  EXPECT_TRUE(scanned.has_value());
  return out;
}

// How far both files are; checks that what is read is landed once or quarantined once, no more.
int check_so_far(City& city, const std::string& where) {
  int done = 0;
  const auto sources = city.rail->sources();
  EXPECT_TRUE(sources.has_value());
  for (const char* resource : {"firm", "tax"}) {
    const auto landed = landed_lines(city, resource);
    auto bad = quarantined_lines(city, resource);
    const auto position = city.lake->position(std::string(resource) + "/" + resource + ".csv");
    EXPECT_TRUE(position.has_value());
    std::int64_t line = 0;
    std::sscanf(position->c_str(), "bytes=%*d line=%ld", &line);
    // Quarantine of an append resource may be one batch ahead of its columns.
    if (std::string(resource) == "tax") bad.erase(bad.upper_bound(line), bad.end());
    std::multiset<std::int64_t> all(landed);
    all.insert(bad.begin(), bad.end());
    std::multiset<std::int64_t> expected;
    for (std::int64_t i = 2; i <= line; ++i) expected.insert(i);
    EXPECT_EQ(all, expected) << where << ", " << resource << " at line " << line;
    done += static_cast<int>(line);
  }
  return done;
}

void kill_in(const std::string& window, const std::string& url, const std::string& dir,
             const std::string& columns) {
  const bool feeding = window.starts_with("lake.feed");
  std::map<std::string, std::string> child = {
      {"KILL_URL", url}, {"KILL_DIR", dir}, {"KILL_COLUMNS", columns}};
  for (int k = 0; k < sql::kills(); ++k) {
    const std::string crash = window + ":" + std::to_string(1 + (feeding ? k % 3 : (k * 5) % 11));
    child["KILL_ROWS"] = std::to_string(20 + (k * 13) % 30);
    child["CITYBRAIN_CRASH"] = crash;
    const auto end = sql::run_child("KillChild.Ingests", child);
    ASSERT_TRUE(end.killed) << crash << ": status " << end.status << ": " << end.output;
    City city(url, dir, columns);
    const int done = check_so_far(city, crash);
    std::fprintf(stderr, "kill %s: %d of %d lines read\n", crash.c_str(), done, 2 * (lines() + 1));
  }
  child.erase("CITYBRAIN_CRASH");
  const auto end = sql::run_child("KillChild.Ingests", child);
  ASSERT_EQ(end.status, 0) << end.output;
  City city(url, dir, columns);
  EXPECT_EQ(check_so_far(city, window), 2 * (lines() + 1));
  const auto standing = city.catalog->standing_of("tax");
  EXPECT_EQ(standing->rows_good + standing->rows_bad, lines());
  EXPECT_EQ(static_cast<std::size_t>(standing->rows_bad), quarantined_lines(city, "tax").size());
}

TEST(Kill, InEachWindowOfTheRailAndTheLake) {
  for (const std::string window :
       {"rail.before_land", "rail.after_quarantine", "rail.after_land", "lake.before_commit",
        "lake.after_commit", "lake.feed_before_commit", "lake.feed_after_commit"}) {
    const auto stores = sql::test_stores();
    write_files(stores.dir());
    int n = 0;
    for (const auto& url : stores) {
      kill_in(window, url, stores.dir(), "kill" + std::to_string(n++) + ".duckdb");
    }
  }
}

}  // namespace
}  // namespace citybrain::rail
