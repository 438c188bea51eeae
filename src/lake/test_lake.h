// What the tests of the lake share: opening it on each store, and two resources.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lake/lake.h"
#include "lake/testing.h"
#include "sql/testing.h"

namespace citybrain::lake {

// A store and a lake on it, which can be closed and opened again.
struct Opened {
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<Lake> lake;

  Opened(const std::string& url, const std::string& columns) {
    auto opened_db = sql::Db::open(url);
    CB_CHECK(opened_db.has_value());
    db = std::move(opened_db).value();
    auto opened = Lake::open(*db, {columns, 512, 2});
    if (!opened) ADD_FAILURE() << opened.error().message;
    lake = std::move(opened).value();
  }
};

template <class Fn>
void on_each_store(Fn fn) {
  const sql::TestStores stores;
  int n = 0;
  for (const auto& url : stores) {
    SCOPED_TRACE(url);
    fn(url, columns_beside(url, stores.dir() + "/columns" + std::to_string(n++) + ".duckdb"));
  }
}

inline Resource firms() {
  return {"firms",
          {{{"id", Type::text, 0},
            {"name", Type::text, 0},
            {"capital", Type::decimal, 2},
            {"staff", Type::integer, 0},
            {"founded", Type::date, 0},
            {"seen", Type::timestamp, 0},
            {"active", Type::boolean, 0}},
           {"id"}},
          Keeping::keyed};
}

inline Resource visits() {
  return {
      "visits",
      {{{"place", Type::text, 0}, {"at", Type::timestamp, 0}, {"people", Type::integer, 0}}, {}},
      Keeping::append};
}

inline std::vector<Cell> firm(const std::string& id, std::int64_t staff) {
  return {id,
          "企业" + id,
          Decimal64{staff * 100 + 5, 2},
          staff,
          Date{18'000},
          Timestamp{1'600'000'000'000'000},
          staff % 2 == 0};
}

inline Batch batch_of(const Resource& resource, const std::vector<std::vector<Cell>>& rows) {
  Batch batch(resource.schema);
  for (const auto& row : rows) batch.append_row(row);
  return batch;
}

inline Landing landing(const std::string& resource, const std::string& position) {
  return {resource, resource + ".csv", position, {}, {}};
}

inline void feed_all(Lake& lake) {
  while (true) {
    const auto step = lake.feed();
    ASSERT_TRUE(step) << step.error().message;
    if (step.value().lag == 0) return;
  }
}

inline std::vector<std::vector<Cell>> scan_all(Lake& lake, const ScanSpec& spec) {
  std::vector<std::vector<Cell>> rows;
  const auto done = lake.scan(spec, [&](const Batch& batch) -> Result<void> {
    for (std::size_t i = 0; i < batch.rows; ++i) rows.push_back(batch.row(i));
    return ok();
  });
  EXPECT_TRUE(done) << done.error().message;
  return rows;
}

}  // namespace citybrain::lake
