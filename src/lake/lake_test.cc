// The lake's promises, on every store there is.
#include "lake/lake.h"

#include <chrono>

#include "test_lake.h"

namespace citybrain::lake {
namespace {

TEST(Lake, KeyedRowsComeBackByKeyAndInColumns) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    std::vector<Cell> empty = firm("B", 0);
    for (std::size_t i = 1; i < empty.size(); ++i) empty[i] = {};
    const auto landed = lake.land(landing("firms", "2"), batch_of(firms(), {firm("A", 4), empty}));
    ASSERT_TRUE(landed) << landed.error().message;
    EXPECT_EQ(landed.value().last_seq, 2);
    EXPECT_EQ(lake.position("firms.csv").value(), "2");
    EXPECT_EQ(lake.position("other.csv").value(), "");
    EXPECT_EQ(lake.get("firms", {"A"}).value(), firm("A", 4));
    EXPECT_EQ(lake.get("firms", {"B"}).value(), empty);
    EXPECT_EQ(lake.get("firms", {"C"}).value(), std::nullopt);

    EXPECT_EQ(lake.count("firms").value(), 0);
    EXPECT_EQ(lake.as_of().value(), (AsOf{2, 0}));
    feed_all(lake);
    EXPECT_EQ(lake.as_of().value(), (AsOf{2, 2}));
    const auto rows = scan_all(lake, {.resource = "firms", .order = {{"id"}}});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0], firm("A", 4));
    EXPECT_EQ(rows[1], empty);
  });
}

TEST(Lake, LaterRowsWinAndRemovedOnesGo) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    Landing l = landing("firms", "1");
    l.ops = {Op::upsert, Op::upsert, Op::remove, Op::upsert, Op::remove, Op::upsert};
    ASSERT_TRUE(lake.land(l, batch_of(firms(), {firm("A", 1), firm("B", 1), firm("A", 0),
                                                firm("B", 2), firm("nobody", 0), firm("C", 3)})));
    EXPECT_EQ(lake.get("firms", {"A"}).value(), std::nullopt);
    EXPECT_EQ(lake.get("firms", {"B"}).value(), firm("B", 2));
    feed_all(lake);
    EXPECT_EQ(lake.count("firms").value(), 2);
    l.position = "2";
    ASSERT_TRUE(lake.land(l, batch_of(firms(), {firm("A", 9), firm("B", 7), firm("C", 0),
                                                firm("B", 8), firm("B", 0), firm("D", 4)})));
    feed_all(lake);
    EXPECT_EQ(scan_all(lake, {.resource = "firms", .order = {{"id"}}}),
              (std::vector<std::vector<Cell>>{firm("A", 9), firm("D", 4)}));

    const auto changes = lake.changes(0, 100).value();
    ASSERT_EQ(changes.size(), 11U);  // the removal of nobody is none
    EXPECT_EQ(changes[2].op, Op::remove);
    EXPECT_EQ(changes[2].key, (std::vector<Cell>{"A"}));
    EXPECT_EQ(changes[2].row, firm("A", 1));
    EXPECT_EQ(changes[10].seq, 11);
    EXPECT_EQ(lake.changes(9, 1).value().at(0).seq, 10);
    EXPECT_EQ(lake.changes(0, 0).error().code, Code::invalid);
  });
}

TEST(Lake, KeysSortAndPrefixesFind) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    const Resource months{
        "months",
        {{{"id", Type::text, 0}, {"month", Type::integer, 0}, {"fen", Type::integer, 0}},
         {"id", "month"}},
        Keeping::keyed};
    ASSERT_TRUE(lake.define(months));
    Batch batch(months.schema);
    for (const std::string& id : std::vector<std::string>{"a", "ab", std::string("a\0b", 3), "b"}) {
      for (const std::int64_t month : {-5, 0, 3, 300}) batch.append_row({id, month, month * 2});
    }
    ASSERT_TRUE(lake.land(landing("months", "1"), batch));
    const auto found = lake.get_prefix("months", {"a"}, 100).value();
    ASSERT_EQ(found.rows, 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(found.row(i)[0], Cell("a"));
    EXPECT_EQ(found.row(0)[1], Cell(std::int64_t{-5}));
    EXPECT_EQ(found.row(3)[1], Cell(std::int64_t{300}));
    const auto page = lake.get_prefix("months", {"a"}, 2, {"a", std::int64_t{-5}}).value();
    ASSERT_EQ(page.rows, 2U);
    EXPECT_EQ(page.row(0)[1], Cell(std::int64_t{0}));
    EXPECT_EQ(lake.get_prefix("months", {}, 100).value().rows, 16U);
    EXPECT_EQ(lake.get("months", {"a"}).error().code, Code::invalid);
    EXPECT_EQ(lake.get("months", {"a", "x"}).error().code, Code::invalid);
    EXPECT_TRUE(lake.get("months", {"b", std::int64_t{300}}).value().has_value());
  });
}

TEST(Lake, AppendedRowsAndTheirPositionAreThereTogether) {
  on_each_store([](const std::string& url, const std::string& columns) {
    const auto many = [](std::size_t n) {
      Batch batch(visits().schema);
      for (std::size_t i = 0; i < n; ++i) {
        batch.append_row(
            {i % 3 == 0 ? Cell("天一广场 the square " + std::to_string(i % 7)) : Cell(),
             Timestamp{static_cast<std::int64_t>(i)}, static_cast<std::int64_t>(i % 10)});
      }
      return batch;
    };
    {
      Opened o(url, columns);
      ASSERT_TRUE(o.lake->define(visits()));
      Landing l = landing("visits", "5000");
      l.from = "";
      const auto landed = o.lake->land(l, many(5000));
      ASSERT_TRUE(landed) << landed.error().message;
      EXPECT_EQ(o.lake->land(l, many(5000)).error().code, Code::conflict);  // it came twice
      EXPECT_EQ(o.lake->position("visits.csv").value(), "5000");
      EXPECT_EQ(o.lake->get("visits", {"x"}).error().code, Code::invalid);
    }
    Opened again(url, columns);
    EXPECT_EQ(again.lake->count("visits").value(), 5000);
    EXPECT_EQ(again.lake->position("visits.csv").value(), "5000");
    const auto rows =
        scan_all(*again.lake, {.resource = "visits",
                               .columns = {"people", "place"},
                               .comparisons = {{"at", Comparison::Op::lt, {Timestamp{4}}}},
                               .order = {{"at"}}});
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[3], (std::vector<Cell>{std::int64_t{3}, "天一广场 the square 3"}));
    EXPECT_EQ(rows[1], (std::vector<Cell>{std::int64_t{1}, Cell()}));
  });
}

TEST(Lake, WhatAlsoWritesIsPartOfTheLanding) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    ASSERT_TRUE(o.db->write([](sql::Tx& tx) { return tx.script("CREATE TABLE t (n BIGINT)"); }));
    const auto also = [](sql::Tx& tx) -> Result<void> {
      CB_DO(tx.exec("INSERT INTO t (n) VALUES ($1)", {1}));
      return ok();
    };
    const auto refuse = [&](sql::Tx& tx) -> Result<void> {
      CB_DO(also(tx));
      return conflict("no");
    };
    ASSERT_TRUE(lake.land(landing("firms", "1"), batch_of(firms(), {firm("A", 1)}), also));
    EXPECT_EQ(
        lake.land(landing("firms", "2"), batch_of(firms(), {firm("B", 1)}), refuse).error().code,
        Code::conflict);
    EXPECT_EQ(lake.position("firms.csv").value(), "1");
    EXPECT_EQ(lake.get("firms", {"B"}).value(), std::nullopt);
    EXPECT_EQ(lake.changes(0, 10).value().size(), 1U);
    const auto n = o.db->read([](sql::Session& s) { return s.query("SELECT n FROM t"); });
    EXPECT_EQ(n.value().size(), 1U);
  });
}

TEST(Lake, WrongLandingsAreRefused) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    ASSERT_TRUE(lake.define(visits()));
    const Batch good = batch_of(firms(), {firm("A", 1)});
    EXPECT_EQ(lake.land(landing("nothing", "1"), good).error().code, Code::not_found);
    EXPECT_EQ(lake.land(landing("visits", "1"), good).error().code, Code::invalid);
    std::vector<Cell> keyless = firm("A", 1);
    keyless[0] = {};
    EXPECT_EQ(lake.land(landing("firms", "1"), batch_of(firms(), {keyless})).error().code,
              Code::invalid);
    Landing l = landing("firms", "1");
    l.from = "7";
    EXPECT_EQ(lake.land(l, good).error().code, Code::conflict);
    l.from = "";
    EXPECT_TRUE(lake.land(l, good));
    Landing stray = landing("visits", "1");
    stray.source = "visits.csv";
    EXPECT_TRUE(lake.land(stray, Batch(visits().schema)));
    Resource other = firms();
    other.code = "others";
    ASSERT_TRUE(lake.define(other));
    Landing twice = landing("others", "1");
    twice.source = "firms.csv";
    EXPECT_EQ(lake.land(twice, good).error().code, Code::conflict);
    EXPECT_EQ(lake.position("firms.csv").value(), "1");
  });
}

TEST(Lake, FieldsMayBeAddedAtTheEnd) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Resource wider = firms();
    wider.schema.fields.push_back({"所在区划", Type::text, 0});
    {
      Opened o(url, columns);
      ASSERT_TRUE(o.lake->define(firms()));
      ASSERT_TRUE(o.lake->land(landing("firms", "1"), batch_of(firms(), {firm("A", 1)})));
      Resource narrower = firms();
      narrower.schema.fields.pop_back();
      EXPECT_EQ(o.lake->define(narrower).error().code, Code::conflict);
      ASSERT_TRUE(o.lake->define(wider));
      std::vector<Cell> b = firm("B", 2);
      b.emplace_back("海曙");
      ASSERT_TRUE(o.lake->land(landing("firms", "2"), batch_of(wider, {b})));
    }
    Opened o(url, columns);
    EXPECT_EQ(o.lake->resource("firms").value().schema, wider.schema);
    EXPECT_TRUE(is_null(o.lake->get("firms", {"A"}).value()->back()));
    feed_all(*o.lake);
    const auto rows = scan_all(*o.lake, {.resource = "firms", .order = {{"id"}}});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].back(), Cell("海曙"));
  });
}

// A catalogue lists thousands of resources, most of which nothing has come for.
TEST(Lake, ATableIsMadeWithItsFirstRows) {
  on_each_store([](const std::string& url, const std::string& columns) {
    const auto nth = [](int n, bool keyed) {
      Resource one = keyed ? firms() : visits();
      one.code += std::to_string(n);
      return one;
    };
    {
      Opened o(url, columns);
      const auto begin = std::chrono::steady_clock::now();
      for (int n = 0; n < 1'000; ++n) {
        ASSERT_TRUE(o.lake->define(nth(n, true)));
        ASSERT_TRUE(o.lake->define(nth(n, false)));
      }
      EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
      EXPECT_EQ(o.lake->count("firms7").value(), 0);
      EXPECT_TRUE(scan_all(*o.lake, {.resource = "visits7"}).empty());
      const Batch sums = o.lake->aggregate({.resource = "firms7", .measures = {{}}}).value();
      EXPECT_EQ(sums.columns.at(0).int_at(0), 0);
      EXPECT_FALSE(o.lake->scan({.resource = "firms7", .columns = {"no"}},
                                [](const Batch&) { return ok(); }));
      ASSERT_TRUE(o.lake->land(landing("firms7", "1"), batch_of(firms(), {firm("A", 1)})));
      ASSERT_TRUE(o.lake->land(landing("visits7", "1"),
                               batch_of(visits(), {{"a", Timestamp{1}, std::int64_t{1}}})));
      feed_all(*o.lake);
      EXPECT_EQ(o.lake->count("firms7").value(), 1);
    }
    Opened o(url, columns);
    EXPECT_EQ(o.lake->count("firms7").value(), 1);
    EXPECT_EQ(o.lake->count("visits7").value(), 1);
    EXPECT_EQ(o.lake->count("visits8").value(), 0);
    // A field more before the first row, and one after it.
    for (const int n : {7, 8}) {
      Resource wider = nth(n, true);
      wider.schema.fields.push_back({"more", Type::text, 0});
      ASSERT_TRUE(o.lake->define(wider));
      std::vector<Cell> row = firm("B", 2);
      row.emplace_back("m");
      ASSERT_TRUE(o.lake->land(landing(wider.code, "2"), batch_of(wider, {row})));
      feed_all(*o.lake);
      EXPECT_EQ(scan_all(*o.lake, {.resource = wider.code, .order = {{"id"}}}).back().back(),
                Cell("m"));
    }
  });
}

TEST(Lake, AColumnFileOfAnotherStoreIsRefused) {
  const sql::TestStores stores;
  const std::string columns = stores.dir() + "/c.duckdb";
  { Opened one(*stores.begin(), columns); }
  auto other = sql::Db::open("sqlite:" + stores.dir() + "/other.db").value();
  EXPECT_EQ(Lake::open(*other, {columns, 512, 2}).error().code, Code::conflict);
}

TEST(Lake, BackupHoldsWhatWasThere) {
  on_each_store([](const std::string& url, const std::string& columns) {
    if (columns.starts_with("clickhouse:")) return;  // a cluster is moved, not copied into a file
    Opened o(url, columns);
    ASSERT_TRUE(o.lake->define(visits()));
    Batch batch(visits().schema);
    batch.append_row({"a", Timestamp{1}, std::int64_t{1}});
    ASSERT_TRUE(o.lake->land(landing("visits", "1"), batch));
    const std::string copy = columns + ".copy";
    ASSERT_TRUE(o.lake->backup_columns(copy));
    ASSERT_TRUE(o.lake->land(landing("visits", "2"), batch));
    auto restored = Lake::open(*o.db, {copy, 512, 2});
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(restored.value()->count("visits").value(), 1);
    EXPECT_EQ(restored.value()->position("visits.csv").value(), "1");
    EXPECT_EQ(o.lake->count("visits").value(), 2);
  });
}

}  // namespace
}  // namespace citybrain::lake
