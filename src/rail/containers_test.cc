// Files of every container through the rail: workbooks, Parquet, zstd, told by their bytes; what is
// damaged is refused once, and nothing stops the process.
#include <duckdb.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <map>

#include "sheet/writer.h"
#include "sql/testing.h"
#include "testing.h"

namespace citybrain::rail {
namespace {

std::map<std::int64_t, std::string> bad_rows(City& city, const std::string& resource) {
  std::map<std::int64_t, std::string> out;
  QuarantineQuery query;
  query.resource = resource;
  query.size = 200;
  const auto page = city.rail->quarantine(query);
  CB_CHECK(page.has_value());
  for (const Quarantined& row : page->items) {
    out[row.line] = row.reasons[0].item + " " + row.reasons[0].check;
  }
  return out;
}

sheet::SheetSpec firm_sheet() {
  sheet::SheetSpec spec;
  spec.name = "企业";
  spec.title = "企业登记表";
  for (const char* name : {"统一社会信用代码", "企业名称", "成立日期", "注册资本", "多余"}) {
    sheet::ColumnSpec column;
    column.name = name;
    spec.columns.push_back(column);
  }
  return spec;
}

void write_workbook(const std::string& path) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  auto writer = std::move(*sheet::Writer::create(path));
  sheet::SheetSpec notes;
  notes.name = "说明";
  notes.columns.resize(1);
  notes.columns[0].name = "填表说明";
  ASSERT_TRUE(writer->add_sheet(notes));
  ASSERT_TRUE(writer->add_sheet(firm_sheet()));
  ASSERT_TRUE(writer->row({sheet::Cell::of(uscc_of(1)), sheet::Cell::of("甬城,\"一\""),
                           sheet::Cell::date("2001-02-03"), sheet::Cell::number("12.1")}));
  ASSERT_TRUE(writer->row({}));
  ASSERT_TRUE(writer->row({sheet::Cell::of("bad"), sheet::Cell::of("甬城")}));
  ASSERT_TRUE(writer->row({sheet::Cell::of(uscc_of(2)), sheet::Cell::of("甬城二")}));
  ASSERT_TRUE(writer->finish());
}

TEST(Containers, AWorkbookIsReadBelowItsTitleWithItsOwnRowNumbers) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  write_workbook(stores.dir() + "/firms.dat");  // the name says nothing
  const auto report = city.rail->ingest(stores.dir() + "/firms.dat", "firm");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->progress.rows_landed, 2);
  EXPECT_EQ(report->unknown_columns, std::vector<std::string>{"多余"});
  EXPECT_EQ(bad_rows(city, "firm"), (std::map<std::int64_t, std::string>{{5, "uscc uscc"}}));
  const auto row = city.lake->get("firm", {uscc_of(1)});
  ASSERT_TRUE(row && *row);
  EXPECT_EQ(to_text((**row)[1]), "甬城,\"一\"");
  EXPECT_EQ(to_text((**row)[3]), "12.10");
  EXPECT_EQ(to_text((**row)[4]), "2001-02-03");
}

TEST(Containers, ZstdGoesOnWhereItStoppedAndSaysWhereItIsCutOff) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  std::string text = "uscc,name\n";
  for (int i = 1; i <= 5000; ++i) text += uscc_of(i) + ",甬城\n";
  std::string packed(::ZSTD_compressBound(text.size()), '\0');
  packed.resize(::ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  put_file(stores.dir() + "/firms", packed);
  IngestOptions options;
  options.rows_per_batch_max = 700;
  int runs = 0;
  for (bool complete = false; !complete; ++runs) {
    const auto report = city.rail->ingest(stores.dir() + "/firms", "firm", options,
                                          [](const Progress&) { return false; });
    ASSERT_TRUE(report) << report.error().message;
    complete = report->complete;
  }
  EXPECT_GT(runs, 3);
  EXPECT_EQ(city.rows("firm"), 5000);
  put_file(stores.dir() + "/cut", packed.substr(0, packed.size() / 2));
  const auto cut = city.rail->ingest(stores.dir() + "/cut", "firm");
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().message.find("damaged zstd: it is cut off"), std::string::npos);
}

// Runs one statement in a DuckDB in memory, with all its liberties.
void duck(const std::string& sql) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  CB_CHECK(duckdb_open(nullptr, &database) == DuckDBSuccess);
  CB_CHECK(duckdb_connect(database, &connection) == DuckDBSuccess);
  duckdb_result result{};
  EXPECT_EQ(duckdb_query(connection, sql.c_str(), &result), DuckDBSuccess);
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
}

TEST(Containers, ParquetIsReadWithItsTypes) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  put_file(stores.dir() + "/f.csv", "uscc,name\n" + uscc_of(1) + ",甬城\n");
  ASSERT_TRUE(city.rail->ingest(stores.dir() + "/f.csv", "firm"));
  const std::string path = stores.dir() + "/it's.bin";
  duck("COPY (SELECT i AS serial, '" + uscc_of(1) +
       "' AS uscc, CASE WHEN i % 10 = 0 THEN -1 ELSE i END::DECIMAL(18,2) AS paid,"
       " TIMESTAMPTZ '2020-01-01 00:00:00+00' AS paid_at FROM range(1, 5001) t(i)) TO '" +
       stores.dir() + "/it''s.bin' (FORMAT parquet)");
  const auto report = city.rail->ingest(path, "tax");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->progress.rows_landed, 4500);
  EXPECT_EQ(report->progress.rows_quarantined, 500);
  EXPECT_EQ(city.rows("tax"), 4500);
  const std::string whole = *read_file(path);
  put_file(stores.dir() + "/cut.bin", whole.substr(0, whole.size() / 2));
  const auto cut = city.rail->ingest(stores.dir() + "/cut.bin", "tax");
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().message.find("damaged Parquet"), std::string::npos);
}

TEST(Containers, TheInboxTakesThemAndRefusesDamageOnce) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  write_workbook(stores.dir() + "/inbox/firm/a.xlsx");
  put_file(stores.dir() + "/inbox/firm/b.xlsx", "PK\x03\x04 no zip");
  put_file(stores.dir() + "/inbox/firm/c.csv", "\xFF\xFEu\0s\0");
  ASSERT_TRUE(city.rail->watch_step({}));
  EXPECT_EQ(city.rows("firm"), 2);
  std::map<std::string, std::string> states;
  const auto sources = city.rail->sources();
  for (const Source& source : *sources) states[source.name] = source.state;
  EXPECT_EQ(states, (std::map<std::string, std::string>{{"firm/a.xlsx", "complete"},
                                                        {"firm/b.xlsx", "refused"},
                                                        {"firm/c.csv", "refused"}}));
}

}  // namespace
}  // namespace citybrain::rail
