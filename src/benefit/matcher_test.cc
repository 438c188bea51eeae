// Matching: who is entitled, idempotent again, following changes, paid at once where nobody asks.
#include "matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "sql/testing.h"

namespace citybrain::benefit {
namespace {

using testing::firm_id;
using testing::House;
using testing::PolicyRow;

constexpr std::int64_t amount = 40 * 500 * 100;  // 40 insured, 500 yuan each

PolicyRow unasked() {
  PolicyRow row;
  row.mode = "免申即享";
  return row;
}

template <class Fn>
void on_houses(const PolicyRow& policy, int firms, Fn&& fn,
               const std::string& county_yuan = "1000000") {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    House house(url);
    house.open_city(policy, firms, county_yuan);
    fn(house);
    const auto v = house.benefit->verify();
    ASSERT_TRUE(v.has_value());
    EXPECT_TRUE(v->faults.empty()) << v->faults.front();
  }
}

MatchReport match(House& house, const std::string& policy = "") {
  const auto report = house.benefit->match(policy);
  EXPECT_TRUE(report.has_value()) << report.error().message;
  return report.value_or(MatchReport{});
}

std::int64_t in_state(House& house, const std::string& state) {
  return house.count("SELECT COUNT(*) FROM benefit_entitlement WHERE state = '" + state + "'");
}

TEST(Matcher, EntitlesWhoFulfilsTheRuleAndNobodyElse) {
  on_houses({}, 10, [](House& house) {
    house.facts.put({firm_id(100), "小微企业", 29});
    house.facts.put({firm_id(101), "失信企业", 100, true});
    const MatchReport report = match(house, "P1");
    EXPECT_EQ(report.subjects, 12);
    EXPECT_EQ(report.entitled, 10);
    EXPECT_EQ(report.fresh, 10);
    EXPECT_EQ(report.amount_fen, 10 * amount);
    EXPECT_EQ(in_state(house, "claimable"), 10);
    EXPECT_EQ(house.count("SELECT CAST(SUM(entitled_fen) AS BIGINT) FROM benefit_tally"),
              10 * amount);
    EXPECT_EQ(house.count("SELECT COUNT(*) FROM benefit_entitlement e JOIN benefit_run r"
                          " ON r.sequence = e.run WHERE r.model_version = 3"
                          " AND r.audit_index = 7"),
              10);
  });
}

TEST(Matcher, DecidingAgainWritesNothing) {
  on_houses({}, 10, [](House& house) {
    house.facts.page_rows = 3;
    match(house, "P1");
    const MatchReport again = match(house, "P1");
    EXPECT_EQ(again.entitled, 10);
    EXPECT_EQ(again.fresh, 0);
    EXPECT_EQ(again.lapsed, 0);
    EXPECT_EQ(house.count("SELECT COUNT(DISTINCT run) FROM benefit_entitlement"), 1);
  });
}

TEST(Matcher, FollowsAChangedSumAndALostRight) {
  on_houses({}, 3, [](House& house) {
    match(house);
    house.facts.put({firm_id(0), "宁波第0有限公司", 50});
    house.facts.put({firm_id(1), "宁波第1有限公司", 40, true});
    EXPECT_TRUE(house.benefit->redecide().has_value());
    EXPECT_EQ(house.count("SELECT amount_fen FROM benefit_entitlement WHERE subject = '" +
                          firm_id(0) + "'"),
              50 * 500 * 100);
    EXPECT_EQ(in_state(house, "lapsed"), 1);
    EXPECT_EQ(house.count("SELECT CAST(SUM(entitled_fen) AS BIGINT) FROM benefit_tally"),
              (50 + 40) * 500 * 100);
    house.facts.put({firm_id(1), "宁波第1有限公司", 40, false});
    house.facts.remove(firm_id(2));
    EXPECT_TRUE(house.benefit->redecide().has_value());
    EXPECT_EQ(in_state(house, "claimable"), 2);
    EXPECT_EQ(in_state(house, "lapsed"), 1);
    EXPECT_FALSE(*house.benefit->redecide());  // nothing more to do
  });
}

TEST(Matcher, ATouchedFirmIsPaidWithoutAnyClaim) {
  on_houses(unasked(), 2, [](House& house) {
    match(house);
    house.pay_all();
    EXPECT_EQ(in_state(house, "paid"), 2);
    house.facts.put({firm_id(7), "宁波新来有限公司", 30});
    EXPECT_TRUE(house.benefit->redecide().has_value());
    house.pay_all();
    EXPECT_EQ(in_state(house, "paid"), 3);
    EXPECT_EQ(house.treasury.paid.size(), 3u);
  });
}

TEST(Matcher, APaidEntitlementIsNeverPaidAgain) {
  on_houses(unasked(), 5, [](House& house) {
    match(house);
    house.pay_all();
    house.facts.put({firm_id(0), "宁波第0有限公司", 90});  // more now, but it was paid
    match(house);
    EXPECT_TRUE(house.benefit->redecide().has_value());
    house.pay_all();
    EXPECT_EQ(house.treasury.paid.size(), 5u);
    EXPECT_EQ(house.count("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM benefit_payment"),
              5 * amount);
  });
}

TEST(Matcher, WhatTheLineCannotBearWaitsAndIsPaidWhenItCan) {
  on_houses(
      unasked(), 5,
      [](House& house) {
        match(house);  // 50,000 yuan are enough for two of five
        EXPECT_EQ(in_state(house, "paying"), 2);
        EXPECT_EQ(in_state(house, "approved"), 3);
        EXPECT_TRUE(house.benefit->commit_waiting().has_value());
        EXPECT_EQ(in_state(house, "paying"), 2);
        ASSERT_TRUE(house.benefit->import_lines(testing::lines_csv("1000000", "100000"), "cz"));
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(house.benefit->commit_waiting().has_value());
        house.pay_all();
        EXPECT_EQ(in_state(house, "paid"), 5);
        // Now all is bound: the line can't be cut below it.
        const auto cut = house.benefit->import_lines(testing::lines_csv("1000000", "99999"), "cz");
        ASSERT_FALSE(cut.has_value());
        EXPECT_EQ(cut.error().code, Code::exhausted);
      },
      "50000");
}

TEST(Matcher, AFirmWithoutAnAccountWaits) {
  on_houses(unasked(), 0, [](House& house) {
    house.facts.put({firm_id(1), "宁波无账户有限公司", 40, false, ""});
    match(house);
    EXPECT_EQ(house.count("SELECT COUNT(*) FROM benefit_entitlement WHERE state = 'approved'"
                          " AND note <> ''"),
              1);
  });
}

TEST(Matcher, SharesBetweenCityAndCountyHoldTogether) {
  PolicyRow shared = unasked();
  shared.line = "330200-JY+*-JY";
  shared.city_share = 40;
  on_houses(
      shared, 1,
      [](House& house) {  // 12,000 of 20,000 yuan are the county's, and it has 11,999
        match(house);
        EXPECT_EQ(in_state(house, "approved"), 1);
        EXPECT_EQ(house.count("SELECT debits_pending FROM benefit_account"
                              " WHERE id = 'line:330200-JY'"),
                  0);
        ASSERT_TRUE(house.benefit->import_lines(testing::lines_csv("1000000", "12000"), "cz"));
        EXPECT_TRUE(house.benefit->commit_waiting().has_value());
        house.pay_all();
        EXPECT_EQ(house.count("SELECT credits_posted FROM benefit_account"
                              " WHERE id = 'paid:330200-JY'"),
                  800'000);
        EXPECT_EQ(house.count("SELECT credits_posted FROM benefit_account"
                              " WHERE id = 'paid:330203-JY'"),
                  1'200'000);
      },
      "11999");
}

TEST(Matcher, OnlyAnOpenPolicyIsMatched) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    House house(url);
    PolicyRow draft;
    PolicyRow old;
    old.code = "P2";
    old.window_to = "2020-11-20";
    ASSERT_TRUE(house.benefit->import_policies(testing::policies_csv({draft, old}), "drafter"));
    EXPECT_EQ(house.benefit->match("P1").error().code, Code::conflict);
    ASSERT_TRUE(house.benefit->import_lines(testing::lines_csv("1000", "1000"), "cz"));
    ASSERT_TRUE(testing::release(*house.benefit, "P2"));
    EXPECT_EQ(house.benefit->match("P2").error().code, Code::conflict);  // closed
    EXPECT_EQ(house.benefit->match("P9").error().code, Code::not_found);
  }
}

TEST(Matcher, AModelThatReadsAnUnknownFactIsNamed) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    House house(url);
    house.open_city({}, 1);
    // 每人补贴 is neither a fact nor a parameter any more.
    ASSERT_TRUE(house.db->write([](sql::Tx& tx) {
      return tx.exec("UPDATE benefit_policy SET parameters = '{}' WHERE code = 'P1'");
    }));
    const auto report = house.benefit->match("P1");
    ASSERT_FALSE(report.has_value());
    EXPECT_THAT(report.error().message, ::testing::HasSubstr("每人补贴"));
    EXPECT_EQ(match(house).policies, 0);  // the run of all leaves it out
  }
}

}  // namespace
}  // namespace citybrain::benefit
