// What one may ask of columns, on every store there is.
#include "lake/query.h"

#include <atomic>
#include <set>
#include <thread>

#include "test_lake.h"

namespace citybrain::lake {
namespace {

TEST(Query, AggregatesGroupAndMeasure) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    ASSERT_TRUE(lake.land(landing("firms", "1"),
                          batch_of(firms(), {firm("A", 1), firm("B", 2), firm("C", 4)})));
    feed_all(lake);
    using K = Measure::Kind;
    const auto result = lake.aggregate({.resource = "firms",
                                        .group = {"active"},
                                        .measures = {{K::count},
                                                     {K::sum, "capital", "capital"},
                                                     {K::sum, "staff"},
                                                     {K::max, "founded"},
                                                     {K::min, "name"},
                                                     {K::count_distinct, "seen"}}});
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result.value().rows, 2U);
    EXPECT_EQ(result.value().row(0),
              (std::vector<Cell>{false, std::int64_t{1}, Decimal64{105, 2}, std::int64_t{1},
                                 Date{18'000}, "企业A", std::int64_t{1}}));
    EXPECT_EQ(result.value().row(1),
              (std::vector<Cell>{true, std::int64_t{2}, Decimal64{610, 2}, std::int64_t{6},
                                 Date{18'000}, "企业B", std::int64_t{1}}));
    EXPECT_EQ(result.value().schema.fields[3].name, "sum_staff");
    EXPECT_EQ(lake.aggregate({.resource = "firms", .measures = {{K::sum, "name"}}}).error().code,
              Code::invalid);
    // A sum beyond 64 bits is an error.
    ASSERT_TRUE(lake.land(landing("firms", "2"),
                          batch_of(firms(), {{"X", {}, {}, INT64_MAX, {}, {}, {}}})));
    feed_all(lake);
    EXPECT_FALSE(lake.aggregate({.resource = "firms", .measures = {{K::sum, "staff"}}}));
  });
}

TEST(Query, ComparisonsChoose) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    Batch batch(firms().schema);
    for (int i = 0; i < 10; ++i) batch.append_row(firm("F" + std::to_string(i), i));
    batch.append_row({"G", {}, {}, {}, {}, {}, {}});
    ASSERT_TRUE(lake.land(landing("firms", "1"), batch));
    feed_all(lake);
    using Op = Comparison::Op;
    const auto ids = [&](std::vector<Comparison> comparisons) {
      std::string text;
      for (const auto& row : scan_all(lake, {.resource = "firms",
                                            .columns = {"id"},
                                            .comparisons = std::move(comparisons),
                                            .order = {{"id"}}})) {
        text += std::get<std::string>(row[0]) + " ";
      }
      return text;
    };
    const std::int64_t three = 3, seven = 7;
    EXPECT_EQ(ids({{"staff", Op::ge, {three}}, {"staff", Op::lt, {seven}}}), "F3 F4 F5 F6 ");
    EXPECT_EQ(ids({{"staff", Op::one_of, {three, seven}}}), "F3 F7 ");
    EXPECT_EQ(ids({{"staff", Op::one_of, {}}}), "");
    EXPECT_EQ(ids({{"staff", Op::is_null, {}}}), "G ");
    EXPECT_EQ(ids({{"capital", Op::eq, {Decimal64{305, 2}}}}), "F3 ");
    EXPECT_EQ(ids({{"id", Op::starts_with, {"G"}}}), "G ");
    EXPECT_EQ(ids({{"active", Op::eq, {true}}, {"id", Op::ne, {"F0"}}}), "F2 F4 F6 F8 ");
    EXPECT_EQ(ids({{"id", Op::eq, {"F1' OR '1'='1"}}}), "");
    const auto fails = [&](ScanSpec spec) {
      return lake.scan(spec, [](const Batch&) { return ok(); }).error();
    };
    EXPECT_EQ(fails({.resource = "firms", .columns = {"nane"}}).message,
              "resource 'firms' has no column 'nane'; did you mean 'name'?");
    EXPECT_EQ(fails({.resource = "firms", .comparisons = {{"staff", Op::eq, {"3"}}}}).code,
              Code::invalid);
    EXPECT_EQ(fails({.resource = "nothing"}).code, Code::not_found);
  });
}

// Landing, feeding and scanning at once: every scan sees whole landings, as of the position it
// returns.
TEST(Query, ScansSeeWholeLandingsWhileOthersWrite) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    constexpr int rounds = 30, rows = 40;
    std::atomic<bool> done = false;
    std::thread landing_thread([&] {
      for (int round = 1; round <= rounds; ++round) {
        Batch batch(firms().schema);
        for (int row = 0; row < rows; ++row)
          batch.append_row(firm("F" + std::to_string(row), round));
        EXPECT_TRUE(lake.land(landing("firms", std::to_string(round)), batch));
      }
      done = true;
    });
    std::thread feeding_thread([&] {
      while (!done) EXPECT_TRUE(lake.feed(rows * 3));
      feed_all(lake);
    });
    while (!done) {
      std::set<std::int64_t> seen;
      std::size_t n = 0;
      const auto as_of = lake.scan({.resource = "firms"}, [&](const Batch& batch) -> Result<void> {
        for (std::size_t i = 0; i < batch.rows; ++i) seen.insert(batch.columns[3].int_at(i));
        n += batch.rows;
        return ok();
      });
      ASSERT_TRUE(as_of) << as_of.error().message;
      const std::int64_t seq = as_of.value().columns_seq;
      EXPECT_EQ(n, seq == 0 ? 0U : static_cast<std::size_t>(rows));
      if (seq > 0) {
        EXPECT_EQ(seen, std::set<std::int64_t>{seq / rows});
      }
    }
    landing_thread.join();
    feeding_thread.join();
    EXPECT_EQ(lake.as_of().value(), (AsOf{rounds * rows, rounds * rows}));
    EXPECT_EQ(lake.get("firms", {"F7"}).value(), firm("F7", rounds));
  });
}

}  // namespace
}  // namespace citybrain::lake
