// Facts about the store of models, on both stores: versions, dates, two persons, refusals.
#include "rules/rules.h"

#include <gtest/gtest.h>

#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::rules {

std::vector<Migration> migrations();

namespace {

std::string model_giving(const std::string& value) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="补贴" namespace="x">
  <inputData id="i" name="人数"><variable name="人数" typeRef="number"/></inputData>
  <decision id="d" name="金额"><variable name="金额" typeRef="number"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <literalExpression><text>人数 * )" +
         value + R"(</text></literalExpression></decision></definitions>)";
}

// Runs a fact on each store.
void on_stores(const std::function<void(Rules&)>& fact) {
  for (const auto stores = sql::test_stores(); const std::string& url : stores) {
    auto db = sql::Db::open(url);
    ASSERT_TRUE(db) << db.error().message;
    ASSERT_TRUE(sql::migrate(**db, "rules", migrations()));
    FixedClock clock(*parse_timestamp("2020-06-01T08:00:00"));
    Rules rules(**db, clock);
    fact(rules);
  }
}

Date day(const char* text) { return *parse_date(text); }

TEST(Rules, PublishedByAnotherAndInForceByDay) {
  on_stores([](Rules& rules) {
    ASSERT_TRUE(rules.draft("butie", model_giving("500"), day("2020-01-01"), "li"));
    EXPECT_EQ(rules.effective("butie", day("2020-06-01")).error().code, Code::not_found);
    EXPECT_EQ(rules.publish("butie", 1, "wang").error().code, Code::conflict);
    EXPECT_EQ(rules.submit("butie", 1, "wang").error().code, Code::denied);
    ASSERT_TRUE(rules.submit("butie", 1, "li"));
    EXPECT_EQ(rules.publish("butie", 1, "li").error().code, Code::conflict);
    ASSERT_TRUE(rules.publish("butie", 1, "wang"));
    EXPECT_EQ(rules.publish("butie", 1, "wang").error().code, Code::conflict);

    ASSERT_TRUE(rules.draft("butie", model_giving("800"), day("2020-07-01"), "li"));
    ASSERT_TRUE(rules.submit("butie", 2, "li"));
    ASSERT_TRUE(rules.publish("butie", 2, "wang"));
    EXPECT_EQ(rules.effective("butie", day("2019-12-31")).error().code, Code::not_found);
    EXPECT_EQ(rules.effective("butie", day("2020-06-30"))->version, 1);
    EXPECT_EQ(rules.effective("butie", day("2020-07-01"))->version, 2);
    EXPECT_EQ(rules.info("butie", 1)->effective_to, day("2020-07-01"));
    const brain::Context facts{{"人数", brain::Value::number(3)}};
    const auto outcome =
        rules.effective("butie", day("2020-07-01"))->model->evaluate("金额", facts);
    EXPECT_EQ(brain::to_text(outcome.value), "2400");
  });
}

TEST(Rules, RefusesWhatDoesNotLoadAndSaysWhere) {
  on_stores([](Rules& rules) {
    const auto unknown = rules.draft("butie", model_giving("工资"), day("2020-01-01"), "li");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("工资"), std::string::npos) << unknown.error().message;
    EXPECT_NE(unknown.error().message.find("line"), std::string::npos) << unknown.error().message;
    EXPECT_FALSE(rules.draft("butie", "<definitions", day("2020-01-01"), "li"));
    EXPECT_FALSE(rules.draft("Bu Tie", model_giving("1"), day("2020-01-01"), "li"));
    EXPECT_TRUE(rules.list()->empty());
  });
}

TEST(Rules, ImportsTheCitysModelsOnce) {
  on_stores([](Rules& rules) {
    const std::string dir = std::string(CB_SOURCE_DIR) + "/decisions";
    const auto first = rules.import_dir(dir, day("2020-01-01"), "city", "publisher");
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_GE(*first, 40);
    EXPECT_EQ(*rules.import_dir(dir, day("2020-01-01"), "city", "publisher"), 0);
    for (const ModelInfo& info : *rules.list()) {
      const auto effective = rules.effective(info.id, day("2020-11-24"));
      ASSERT_TRUE(effective) << effective.error().message;
      for (const char* name : {"资格", "金额", "理由"}) {
        EXPECT_TRUE(effective->model->has_decision(name)) << info.id << " lacks " << name;
      }
    }
  });
}

}  // namespace
}  // namespace citybrain::rules
