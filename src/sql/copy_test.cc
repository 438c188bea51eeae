// copy: whatever a store holds, the other holds after it, in either direction; a broken or repeated
// copy ends the same.
#include "sql/copy.h"

#include <gtest/gtest.h>

#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::sql {
namespace {

std::vector<Migration> tables() {
  return {{1, "create",
           "CREATE TABLE box_thing (room TEXT NOT NULL, number BIGINT NOT NULL, note TEXT, "
           "body BYTEA, PRIMARY KEY (room, number));"
           "CREATE TABLE box_count (id BIGINT PRIMARY KEY, value BIGINT NOT NULL)"}};
}

std::unique_ptr<Db> opened(const std::string& url) {
  auto db = Db::open(url).value();
  EXPECT_TRUE(migrate(*db, "box", tables()));
  return db;
}

// Keys whose order differs between collations, nulls, bytes that are no text, several pages.
Result<void> fill(Db& db, int rows) {
  return db.write([&](Tx& tx) -> Result<void> {
    const std::vector<std::string> rooms = {"a", "B", "_", "甬", "á", "Z z", "", "é"};
    std::vector<Params> things;
    for (int i = 0; i < rows; ++i) {
      things.push_back({rooms[static_cast<std::size_t>(i) % rooms.size()], i - rows / 2,
                        i % 5 == 0 ? Param() : Param("注 " + std::to_string(i)),
                        i % 7 == 0 ? Param() : Param(Blob{std::string("\0\xff\x01", 3)})});
    }
    CB_DO(tx.exec_many("INSERT INTO box_thing (room, number, note, body) VALUES ($1,$2,$3,$4)",
                       things));
    CB_DO(tx.exec("INSERT INTO box_count (id, value) VALUES (1, $1)", {rows}));
    return ok();
  });
}

void expect_equal(Db& from, Db& to) {
  const auto ours = contents(from);
  const auto theirs = contents(to);
  ASSERT_TRUE(ours) << ours.error().message;
  ASSERT_TRUE(theirs) << theirs.error().message;
  EXPECT_EQ(*ours, *theirs);
}

std::int64_t written(const std::vector<CopiedTable>& tables) {
  std::int64_t sum = 0;
  for (const CopiedTable& table : tables) sum += table.written + table.removed;
  return sum;
}

TEST(Copy, StoresAreEqualAfterItFromAnyEngineToAny) {
  const TestStores from_stores;
  for (const auto& from_url : from_stores) {
    const TestStores to_stores;
    for (const auto& to_url : to_stores) {
      SCOPED_TRACE(from_url.substr(0, 8) + " to " + to_url.substr(0, 8));
      // Each engine's store of this turn is fresh, but for the first's on the second turn.
      auto from = opened(from_url);
      auto to = opened(to_url);
      ASSERT_TRUE(from->write([](Tx& tx) -> Result<void> {
        return tx.script("DELETE FROM box_thing; DELETE FROM box_count");
      }));
      ASSERT_TRUE(fill(*from, 5'000));
      int told = 0;
      const auto first = copy(*from, *to, [&](const CopiedTable&) { ++told; });
      ASSERT_TRUE(first) << first.error().message;
      EXPECT_EQ(told, static_cast<int>(first->size()));
      expect_equal(*from, *to);
      const auto again = copy(*from, *to, [](const CopiedTable&) {});
      ASSERT_TRUE(again);
      EXPECT_EQ(written(*again), 0);

      // What happens to both meanwhile.
      ASSERT_TRUE(from->write([](Tx& tx) -> Result<void> {
        return tx.script(
            "UPDATE box_thing SET note = 'other' WHERE number = 7; DELETE FROM box_thing WHERE "
            "number BETWEEN 100 AND 120; INSERT INTO box_thing (room, number) VALUES ('new', 1); "
            "UPDATE box_count SET value = 9");
      }));
      ASSERT_TRUE(to->write([](Tx& tx) -> Result<void> {
        return tx.script(
            "DELETE FROM box_thing WHERE number < -2400; INSERT INTO box_thing (room, number) "
            "VALUES ('zzz', 1), ('甬甬', 2)");
      }));
      const auto third = copy(*from, *to, [](const CopiedTable&) {});
      ASSERT_TRUE(third) << third.error().message;
      expect_equal(*from, *to);
      EXPECT_LT(written(*third), 300);
    }
  }
}

TEST(Copy, StoresOfDifferentVersionsAreRefused) {
  const TestStores from_stores;
  const TestStores to_stores;
  auto from = opened(*from_stores.begin());
  auto to = Db::open(*to_stores.begin()).value();
  const auto copied = copy(*from, *to, [](const CopiedTable&) {});
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Code::conflict);
  EXPECT_NE(copied.error().message.find("box 1 create"), std::string::npos);
}

}  // namespace
}  // namespace citybrain::sql
