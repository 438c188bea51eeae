// Findings over both stores: told at landing, decided by a person.
#include "catalog/findings.h"

#include <gtest/gtest.h>

#include "city_test.h"

namespace citybrain::catalog {
namespace {

const Principal steward =
    officer("dsj", {"catalog.write", "catalog.write_all", "catalog.read_all"});
const Principal other = officer("fhfb", {"catalog.write"});

Finding phones(std::int64_t hits) {
  Finding one;
  one.resource = "ent_registry";
  one.item = "staff";
  one.kind = "phone";
  one.hits = hits;
  one.sampled = 100;
  one.grade = 3;
  return one;
}

TEST(Findings, AreDecidedByAPersonAndAcceptedAsANewVersion) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    Findings findings(*city.db, *city.catalog, clock_at_noon());
    ASSERT_TRUE(findings.record(phones(80)));
    ASSERT_TRUE(findings.record(phones(90)));
    const auto open = findings.list("", "open", 10);
    ASSERT_EQ(open->size(), 1u);
    EXPECT_EQ(open->front().hits, 170);
    EXPECT_EQ(open->front().sampled, 200);
    const auto decide = [&](const char* action, const char* note, const Principal& who) {
      return findings.decide("ent_registry", "staff", "phone", action, note, who);
    };
    EXPECT_EQ(decide("accept", "", other).error().code, Code::denied);
    EXPECT_EQ(decide("dismiss", "", steward).error().code, Code::invalid);
    const auto accepted = decide("accept", "", steward);
    ASSERT_TRUE(accepted) << accepted.error().message;
    EXPECT_EQ((*city.catalog->resource("ent_registry"))->find("staff")->grade, 3);
    EXPECT_EQ((*city.catalog->resource("ent_registry"))->version, 2);
    EXPECT_EQ((*city.catalog->history("ent_registry"))[0].changed_by, "u-dsj");
    EXPECT_EQ(decide("accept", "", steward).error().code, Code::conflict);
    ASSERT_TRUE(findings.record(phones(10)));  // graded so by now: nothing new
    EXPECT_TRUE(findings.list("ent_registry", "open", 10)->empty());
    EXPECT_EQ(findings.list("", "accepted", 10)->front().hits, 170);
  }
}

TEST(Findings, ADismissedOneStaysSilent) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    Findings findings(*city.db, *city.catalog, clock_at_noon());
    ASSERT_TRUE(findings.record(phones(80)));
    ASSERT_TRUE(
        findings.decide("ent_registry", "staff", "phone", "dismiss", "是从业人数", steward));
    ASSERT_TRUE(findings.record(phones(80)));
    EXPECT_TRUE(findings.list("", "open", 10)->empty());
    EXPECT_EQ(findings.list("", "dismissed", 10)->front().note, "是从业人数");
    Finding none = phones(1);
    none.item = "nothing";
    EXPECT_EQ(findings.record(none).error().code, Code::not_found);
  }
}

}  // namespace
}  // namespace citybrain::catalog
