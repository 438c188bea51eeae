// Kill: the process dies in each window of landing and feeding, and nothing is lost or doubled:
// rows, change log, `also`, positions and columns agree with how far the sources say they have
// come.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "lake/lake.h"
#include "lake/testing.h"
#include "sql/testing.h"

namespace citybrain::lake {
namespace {

constexpr std::int64_t batch_rows = 20;
constexpr std::int64_t keys = 97;
constexpr std::int64_t rounds_max = 10'000;

Resource meters() {
  return {"meters",
          {{{"id", Type::text, 0}, {"value", Type::integer, 0}, {"note", Type::text, 0}}, {"id"}},
          Keeping::keyed};
}

Resource readings() {
  return {"readings", {{{"round", Type::integer, 0}, {"at", Type::date, 0}}, {}}, Keeping::append};
}

std::string key_of(std::int64_t round, std::int64_t row) {
  return "meter" + std::to_string((round * 7 + row * 3) % keys);
}

// Every fifth row removes; the others set the round's number.
bool removes(std::int64_t round, std::int64_t row) { return (round + row) % 5 == 0; }

Result<void> one_round(Lake& lake, std::int64_t round) {
  Batch batch(meters().schema);
  Landing landing{"meters", "meters.csv", std::to_string(round), std::to_string(round - 1), {}};
  if (round == 1) landing.from = "";
  for (std::int64_t row = 0; row < batch_rows; ++row) {
    batch.append_row({key_of(round, row), round, "第" + std::to_string(round) + "批"});
    landing.ops.push_back(removes(round, row) ? Op::remove : Op::upsert);
  }
  CB_DO(lake.land(landing, batch, [&](sql::Tx& tx) -> Result<void> {
    CB_DO(tx.exec("INSERT INTO lake_test_also (round) VALUES ($1)", {round}));
    return ok();
  }));
  return ok();
}

Result<void> one_append(Lake& lake, std::int64_t round) {
  Batch batch(readings().schema);
  for (std::int64_t row = 0; row < batch_rows; ++row) batch.append_row({round, Date{18'000}});
  Landing landing{"readings", "readings.csv", std::to_string(round), std::to_string(round - 1), {}};
  if (round == 1) landing.from = "";
  CB_DO(lake.land(landing, batch));
  return ok();
}

std::int64_t position_of(Lake& lake, const std::string& source) {
  return parse_int(lake.position(source).value()).value_or(0);
}

struct Opened {
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<Lake> lake;
  Opened(const std::string& url, const std::string& columns) {
    db = sql::Db::open(url).value();
    lake = Lake::open(*db, {columns, 512, 2}).value();
    CB_CHECK(lake->define(meters()).has_value());
    CB_CHECK(lake->define(readings()).has_value());
    CB_CHECK(db->write([](sql::Tx& tx) {
                 return tx.script("CREATE TABLE IF NOT EXISTS lake_test_also (round BIGINT)");
               }).has_value());
  }
};

// The child: goes on from where the sources stand until it is killed.
TEST(KillChild, Lands) {
  const char* url = std::getenv("KILL_URL");
  const char* columns = std::getenv("KILL_COLUMNS");
  if (!url || !columns) return;
  Opened o(url, columns);
  for (std::int64_t i = 0; i < rounds_max; ++i) {
    ASSERT_TRUE(one_round(*o.lake, position_of(*o.lake, "meters.csv") + 1));
    ASSERT_TRUE(one_append(*o.lake, position_of(*o.lake, "readings.csv") + 1));
    ASSERT_TRUE(o.lake->feed(13));  // splits batches, so that the feed stops in the middle of them
  }
}

// What the resource holds after so many rounds, worked out alone.
std::map<std::string, std::int64_t> expected_rows(std::int64_t rounds, std::int64_t& changes) {
  std::map<std::string, std::int64_t> rows;
  changes = 0;
  for (std::int64_t round = 1; round <= rounds; ++round) {
    for (std::int64_t row = 0; row < batch_rows; ++row) {
      if (removes(round, row)) {
        changes += static_cast<std::int64_t>(rows.erase(key_of(round, row)));
      } else {
        rows[key_of(round, row)] = round;
        ++changes;
      }
    }
  }
  return rows;
}

void check_all(const std::string& url, const std::string& columns, const std::string& where) {
  Opened o(url, columns);
  Lake& lake = *o.lake;
  const std::int64_t rounds = position_of(lake, "meters.csv");
  const std::int64_t appends = position_of(lake, "readings.csv");
  const AsOf before = lake.as_of().value();
  std::fprintf(stderr, "kill %s: %lld batches by key, %lld appended, columns at %lld of %lld\n",
               where.c_str(), static_cast<long long>(rounds), static_cast<long long>(appends),
               static_cast<long long>(before.columns_seq), static_cast<long long>(before.rows_seq));
  std::int64_t changes = 0;
  const auto expected = expected_rows(rounds, changes);
  EXPECT_EQ(lake.as_of().value().rows_seq, changes) << where;
  while (lake.feed().value().lag > 0) {
  }

  std::map<std::string, std::int64_t> rows;
  const Batch all = lake.get_prefix("meters", {}, 1000).value();
  for (std::size_t i = 0; i < all.rows; ++i) {
    rows[std::string(all.columns[0].text_at(i))] = all.columns[1].int_at(i);
  }
  EXPECT_EQ(rows, expected) << where;

  std::map<std::string, std::int64_t> in_columns;
  std::size_t scanned = 0;
  ASSERT_TRUE(lake.scan({.resource = "meters"}, [&](const Batch& batch) {
    for (std::size_t i = 0; i < batch.rows; ++i) {
      in_columns[std::string(batch.columns[0].text_at(i))] = batch.columns[1].int_at(i);
    }
    scanned += batch.rows;
    return ok();
  }));
  EXPECT_EQ(in_columns, expected) << where;
  EXPECT_EQ(scanned, expected.size()) << where;

  const Batch sums =
      lake.aggregate({.resource = "readings",
                      .measures = {{Measure::Kind::count}, {Measure::Kind::sum, "round"}}})
          .value();
  EXPECT_EQ(sums.columns[0].int_at(0), appends * batch_rows) << where;
  EXPECT_EQ(sums.columns[1].int_at(0), appends * (appends + 1) / 2 * batch_rows) << where;

  const auto also = o.db->read([](sql::Session& s) {
    return s.query("SELECT COUNT(*), COUNT(DISTINCT round) FROM lake_test_also");
  });
  EXPECT_EQ(also.value().at(0).integer(0), rounds) << where;
  EXPECT_EQ(also.value().at(0).integer(1), rounds) << where;
}

TEST(Kill, InEachWindowOfLandingAndFeeding) {
  const sql::TestStores stores;
  int n = 0;
  for (const auto& url : stores) {
    const std::string columns =
        columns_beside(url, stores.dir() + "/kill" + std::to_string(n++) + ".duckdb");
    { Opened made(url, columns); }
    for (const std::string window : {"lake.before_commit", "lake.after_commit",
                                     "lake.feed_before_commit", "lake.feed_after_commit"}) {
      for (int k = 0; k < sql::kills(); ++k) {
        // Both forms of landing pass the same windows, in turn.
        const std::string crash = window + ":" + std::to_string(1 + k % 8);
        const auto end = sql::run_child(
            "KillChild.Lands",
            {{"KILL_URL", url}, {"KILL_COLUMNS", columns}, {"CITYBRAIN_CRASH", crash}});
        ASSERT_TRUE(end.killed) << "status " << end.status << ": " << end.output;
        check_all(url, columns, crash);
      }
    }
  }
}

TEST(Kill, AtAnyInstant) {
  const sql::TestStores stores;
  const std::string url = *stores.begin();
  const std::string columns = stores.dir() + "/kill.duckdb";
  { Opened made(url, columns); }
  for (int k = 0; k < sql::kills(); ++k) {
    const int ms = 60 + (k * 53) % 200;
    const auto end =
        sql::run_child("KillChild.Lands", {{"KILL_URL", url}, {"KILL_COLUMNS", columns}}, ms);
    ASSERT_TRUE(end.killed) << "status " << end.status << ": " << end.output;
    check_all(url, columns, "after " + std::to_string(ms) + " ms");
  }
}

}  // namespace
}  // namespace citybrain::lake
