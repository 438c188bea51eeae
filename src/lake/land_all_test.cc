// Landing several resources at once: all parts or none, each seeing what came before it.
#include "test_lake.h"

namespace citybrain::lake {
namespace {

Resource shops() {
  Resource resource = firms();
  resource.code = "shops";
  return resource;
}

TEST(LandAll, PartsOfSeveralResourcesBecomeVisibleTogether) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    ASSERT_TRUE(lake.define(shops()));
    std::vector<std::optional<std::vector<Cell>>> seen;
    const auto parts = [&](std::size_t index, RowsView& rows, sql::Tx&,
                           Part& part) -> Result<bool> {
      if (index == 3) return false;
      const bool shop = index == 1;
      part.landing = {shop ? "shops" : "firms", shop ? "pg/shops" : "pg/firms", "7", {}, {}};
      part.batch = batch_of(shop ? shops() : firms(), {firm("A", static_cast<int>(index) + 1)});
      if (index == 2) {
        // What part 0 wrote is there for us, and for nobody else.
        CB_TRY(seen, rows.get_many("firms", {{"A"}, {"B"}}));
        CB_TRY(const auto outside, lake.get("firms", {"A"}));
        EXPECT_FALSE(outside.has_value());
        CB_TRY(const Batch first, rows.get_prefix("shops", {}, 10));
        EXPECT_EQ(first.rows, 1U);
      }
      return true;
    };
    const auto landed = lake.land_all(parts);
    ASSERT_TRUE(landed) << landed.error().message;
    EXPECT_EQ(landed->rows, 3);
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0], firm("A", 1));
    EXPECT_EQ(seen[1], std::nullopt);
    EXPECT_EQ(lake.get("firms", {"A"}).value(), firm("A", 3));
    EXPECT_EQ(lake.get("shops", {"A"}).value(), firm("A", 2));
    EXPECT_EQ(lake.position("pg/shops").value(), "7");
  });
}

TEST(LandAll, AFailingPartTakesAllBack) {
  on_each_store([](const std::string& url, const std::string& columns) {
    Opened o(url, columns);
    Lake& lake = *o.lake;
    ASSERT_TRUE(lake.define(firms()));
    const auto parts = [&](std::size_t index, RowsView&, sql::Tx&, Part& part) -> Result<bool> {
      if (index == 1) return unavailable("the source went away");
      part.landing = {"firms", "pg/firms", "7", {}, {}};
      part.batch = batch_of(firms(), {firm("A", 1)});
      return true;
    };
    EXPECT_EQ(lake.land_all(parts).error().code, Code::unavailable);
    EXPECT_EQ(lake.get("firms", {"A"}).value(), std::nullopt);
    EXPECT_EQ(lake.position("pg/firms").value(), "");
    const auto also = [](sql::Tx&) -> Result<void> { return conflict("no"); };
    const auto one = [&](std::size_t index, RowsView&, sql::Tx&, Part& part) -> Result<bool> {
      part.landing = {"firms", "pg/firms", "7", {}, {}};
      part.batch = batch_of(firms(), {firm("A", 1)});
      return index == 0;
    };
    EXPECT_EQ(lake.land_all(one, also).error().code, Code::conflict);
    EXPECT_EQ(lake.get("firms", {"A"}).value(), std::nullopt);
    ASSERT_TRUE(lake.land_all(one));
    Part wrong{{"firms", "pg/firms", "8", {}, {}}, batch_of(visits(), {})};
    EXPECT_EQ(
        lake.land_all([&](std::size_t index, RowsView&, sql::Tx&, Part& part) -> Result<bool> {
              part = wrong;
              return index == 0;
            })
            .error()
            .code,
        Code::invalid);
  });
}

}  // namespace
}  // namespace citybrain::lake
