// What is ClickHouse's own: its address, its wire, where rows lie, and shards that are away. The
// lake's promises on a cluster are in lake_test, query_test and kill_test.
#include "clickhouse.h"

#include <cstdlib>

#include "clickhouse_tables.h"
#include "clickhouse_wire.h"
#include "columns.h"
#include "place.h"
#include "test_lake.h"

namespace citybrain::lake {
namespace {

TEST(Clickhouse, AddressesAreReadOrRefused) {
  const auto two = ClickhouseAddress::parse("clickhouse://me:a:b@h1:8123,h2:8124/city?cluster=nb");
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(two->shards, (std::vector<std::string>{"h1:8123", "h2:8124"}));
  EXPECT_EQ(two->user, "me");
  EXPECT_EQ(two->password, "a:b");
  EXPECT_EQ(two->database, "city");
  EXPECT_EQ(two->cluster, "nb");
  EXPECT_TRUE(ClickhouseAddress::parse("clickhouse://h1:8123/city"));
  for (const std::string wrong :
       {"http://h:1/x", "clickhouse://h1:8123", "clickhouse://h1/city", "clickhouse://:1/city",
        "clickhouse://h1:0/city", "clickhouse://h1:1,h2:2/city", "clickhouse://h1:1/City",
        "clickhouse://h1:1/city?shard=1", "clickhouse://h1:1/city?cluster=x-y",
        "clickhouse://u:secret@h1/city"}) {
    const auto parsed = ClickhouseAddress::parse(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code, Code::invalid);
    EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos);
  }
}

TEST(Clickhouse, TextIsWrittenSoThatNothingEscapes) {
  EXPECT_EQ(clickhouse_text("a'b\\c"), "'a\\'b\\\\c'");
  EXPECT_EQ(clickhouse_text(std::string("a\0b", 3)), "'a\\0b'");
  EXPECT_EQ(clickhouse_name("区划`\\"), "`区划\\`\\\\`");
}

TEST(Clickhouse, ANewShardTakesItsShareAndNothingElseMoves) {
  constexpr int names = 30'000;
  std::vector<int> of_three(3, 0);
  int moved = 0;
  for (int i = 0; i < names; ++i) {
    const std::string name = "key" + std::to_string(i);
    const std::size_t two = place_of(name, 2);
    const std::size_t three = place_of(name, 3);
    ++of_three[three];
    if (two != three) {
      EXPECT_EQ(three, 2U);  // to the new one, never between the old
      ++moved;
    }
  }
  for (const int n : of_three) EXPECT_NEAR(n, names / 3, names / 60);
  EXPECT_NEAR(moved, names / 3, names / 60);
  EXPECT_EQ(place_of("anything", 1), 0U);
}

TEST(Clickhouse, LongAndReservedNamesBecomeNumbers) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "字";
  const Resource resource{
      "r",
      {{{"id", Type::text, 0}, {name, Type::text, 0}, {"citybrain_version", Type::integer, 0}},
       {"id"}},
      Keeping::keyed};
  EXPECT_EQ(ch_column(resource, "id"), "`id`");
  EXPECT_EQ(ch_column(resource, name), "`field_1`");
  EXPECT_EQ(ch_column(resource, "citybrain_version"), "`field_2`");
}

TEST(ClickhouseWire, ReadsWhatItWritesHoweverItIsCut) {
  const Resource resource = firms();
  const Batch batch = batch_of(
      resource, {firm("A", -1), {"B", {}, {}, {}, {}, {}, {}}, firm(std::string(300, 'x'), 7)});
  std::vector<Wire> wires;
  for (const Field& field : resource.schema.fields) {
    wires.push_back(wire_of(field, holds_null(resource, field.name)));
  }
  std::string bytes;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (std::size_t i = 0; i < wires.size(); ++i) put_cell(bytes, batch.columns[i], row, wires[i]);
  }
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    std::vector<std::vector<Cell>> rows;
    WireReader reader(resource.schema, wires, [&](const Batch& some) -> Result<void> {
      for (std::size_t i = 0; i < some.rows; ++i) rows.push_back(some.row(i));
      return ok();
    });
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      ASSERT_TRUE(reader.add(std::string_view(bytes).substr(at, piece)));
    }
    ASSERT_TRUE(reader.end());
    ASSERT_EQ(rows.size(), batch.rows);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], batch.row(i));
  }
  WireReader half(resource.schema, wires, [](const Batch&) { return ok(); });
  ASSERT_TRUE(half.add(std::string_view(bytes).substr(0, 5)));
  EXPECT_EQ(half.end().error().code, Code::corrupt);
}

// A cluster of which one shard is a port where nobody listens: what is landed by key stays and is
// fed later; nothing that reads columns gives half of them.
TEST(Clickhouse, AShardThatIsAwayIsSaidAndNothingIsHalf) {
  const char* cluster = std::getenv("CITYBRAIN_TEST_CLICKHOUSE");
  if (cluster == nullptr) GTEST_SKIP() << "CITYBRAIN_TEST_CLICKHOUSE is not set";
  const sql::TestStores stores;
  const std::string url = *stores.begin();
  const std::string good =
      columns_beside("postgres:" + url, stores.dir() + "/away");  // a database of its own
  const auto comma = good.find(',');
  const auto slash = good.find('/', comma);
  std::string bad = good;
  bad.replace(comma + 1, slash - comma - 1, "127.0.0.1:1");
  const auto many = [](const std::string& mark) {
    Batch batch(firms().schema);
    for (int i = 0; i < 50; ++i) batch.append_row(firm(mark + std::to_string(i), i));
    return batch;
  };
  {
    Opened o(url, good);
    ASSERT_TRUE(o.lake->define(firms()));
    ASSERT_TRUE(o.lake->define(visits()));
    ASSERT_TRUE(o.lake->land(landing("firms", "1"), many("a")));
    feed_all(*o.lake);
  }
  {
    Opened o(url, bad);  // it opens, and serves rows by key
    ASSERT_TRUE(o.lake->land(landing("firms", "2"), many("b")));
    EXPECT_EQ(o.lake->get("firms", {"b7"}).value(), firm("b7", 7));
    EXPECT_EQ(o.lake->feed().error().code, Code::unavailable);
    const auto none = [](const Batch&) { return ok(); };
    EXPECT_EQ(o.lake->scan({.resource = "firms"}, none).error().code, Code::unavailable);
    EXPECT_EQ(o.lake->count("firms").error().code, Code::unavailable);
    Batch visit(visits().schema);
    visit.append_row({"a", Timestamp{1}, std::int64_t{1}});
    EXPECT_EQ(o.lake->land(landing("visits", "1"), visit).error().code, Code::unavailable);
  }
  Opened o(url, good);
  feed_all(*o.lake);
  EXPECT_EQ(o.lake->count("firms").value(), 100);
  EXPECT_EQ(scan_all(*o.lake, {.resource = "firms"}).size(), 100U);
  EXPECT_EQ(o.lake->count("visits").value(), 0);
}

// A landing whose process died between the announcement and its rows, and one that died after them.
TEST(Clickhouse, ThePositionIsWhatTheShardsHold) {
  const char* cluster = std::getenv("CITYBRAIN_TEST_CLICKHOUSE");
  if (cluster == nullptr) GTEST_SKIP() << "CITYBRAIN_TEST_CLICKHOUSE is not set";
  const sql::TestStores stores;
  const std::string columns = columns_beside("postgres:", stores.dir() + "/position");
  const auto address = ClickhouseAddress::parse(columns).value();
  auto open = [&] { return open_clickhouse(columns, "store").value(); };
  Batch batch(visits().schema);
  batch.append_row({"a", Timestamp{1}, std::int64_t{1}});
  auto store = open();
  ASSERT_TRUE(store->append(visits(), landing("visits", "1"), batch));
  // As an announcement without rows: the position stays where it was.
  for (std::size_t i = 0; i < address.shards.size(); ++i) {
    ASSERT_TRUE(ClickhouseShard(address, i)
                    .exec("INSERT INTO " + address.database +
                          ".lake_position (source, number, batch, resource, position, rows) VALUES "
                          "('visits.csv', 2, 'citybrain-lost', 'visits', '2', 1)"));
  }
  EXPECT_EQ(open()->position("visits.csv").value(), "1");
  // Landed again it is there once.
  Landing again = landing("visits", "2");
  again.from = "1";
  ASSERT_TRUE(open()->append(visits(), again, batch));
  EXPECT_EQ(open()->position("visits.csv").value(), "2");
  EXPECT_EQ(open()->count(visits()).value(), 2);
  EXPECT_EQ(open()->append(visits(), again, batch).error().code, Code::conflict);
  EXPECT_EQ(open_clickhouse(columns, "another").value()->fed().error().code, Code::conflict);
}

}  // namespace
}  // namespace citybrain::lake
