// Policies, claims and approvals: who may do what, and that each happens once.
#include "claims.h"

#include <gtest/gtest.h>

#include "fixtures.h"
#include "sql/testing.h"
#include "terms.h"

namespace citybrain::benefit {
namespace {

using testing::firm_id;
using testing::firm_principal;
using testing::House;
using testing::officer;
using testing::PolicyRow;

std::string state_of(House& house, const std::string& claim) {
  return *house.db->read([&](sql::Session& s) -> Result<std::string> {
    CB_TRY(const auto row,
           s.query_one("SELECT state FROM benefit_entitlement WHERE id = $1", {claim}));
    return row->text(0);
  });
}

template <class Fn>
void on_matched(const PolicyRow& policy, Fn&& fn) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    House house(url);
    house.open_city(policy, 2);
    ASSERT_TRUE(house.benefit->match(policy.code));
    fn(house);
  }
}

TEST(Claim, OneClickIsPaid) {
  on_matched({}, [](House& house) {
    const auto claim = house.benefit->claim(firm_principal(firm_id(0)), "P1");
    ASSERT_TRUE(claim.has_value()) << claim.error().message;
    EXPECT_EQ(state_of(house, *claim), "paying");
    EXPECT_EQ(house.benefit->claim(firm_principal(firm_id(0)), "P1").error().code, Code::conflict);
    house.pay_all();
    EXPECT_EQ(state_of(house, *claim), "paid");
    EXPECT_EQ(house.benefit->claim(firm_principal(firm_id(0)), "P1").error().code, Code::conflict);
    EXPECT_EQ(house.treasury.paid.size(), 1u);
  });
}

TEST(Claim, IsRefusedToWhoIsNotEntitled) {
  on_matched({}, [](House& house) {
    EXPECT_EQ(house.benefit->claim(firm_principal(firm_id(50)), "P1").error().code,
              Code::not_found);
    EXPECT_EQ(house.benefit->claim(officer("cz"), "P1").error().code, Code::denied);
    EXPECT_EQ(house.benefit->claim(firm_principal(firm_id(0)), "P9").error().code, Code::not_found);
  });
}

TEST(Claim, WaitsForAnotherPersonWhereTheRuleAsks) {
  PolicyRow checked;
  checked.mode = "承诺兑现";
  checked.parameters = R"({"每人补贴": 500, "需财政审核": true})";
  on_matched(checked, [](House& house) {
    const auto claim = house.benefit->claim(firm_principal(firm_id(0)), "P1");
    ASSERT_TRUE(claim.has_value()) << claim.error().message;
    EXPECT_EQ(state_of(house, *claim), "claimed");
    EXPECT_EQ(house.benefit->approve(firm_principal(firm_id(0)), *claim).error().code,
              Code::denied);
    EXPECT_TRUE(house.benefit->approve(officer("cz"), *claim));
    EXPECT_EQ(house.benefit->approve(officer("cz2"), *claim).error().code, Code::conflict);
    house.pay_all();
    EXPECT_EQ(state_of(house, *claim), "paid");
  });
}

TEST(Claim, OfALargeSumWaitsForFinance) {
  on_matched({}, [](House& house) {
    house.facts.put({firm_id(9), "宁波大型有限公司", 1000});  // 500,000 yuan
    ASSERT_TRUE(house.benefit->match("P1"));
    const auto claim = house.benefit->claim(firm_principal(firm_id(9)), "P1");
    ASSERT_TRUE(claim.has_value());
    EXPECT_EQ(state_of(house, *claim), "claimed");
  });
}

TEST(Claim, OfWhatIsPaidWithoutAskingIsRefused) {
  PolicyRow unasked;
  unasked.mode = "免申即享";
  on_matched(unasked, [](House& house) {
    EXPECT_EQ(house.benefit->claim(firm_principal(firm_id(0)), "P1").error().code, Code::conflict);
  });
}

TEST(Legs, SplitByShare) {
  Policy p;
  p.line = "330211-JY";
  p.city_share = 0;
  EXPECT_EQ(legs_of(p, "330203", 101), (std::vector<Leg>{{"330211-JY", 101}}));
  p.line = "330200-JY+330211-JY";
  p.city_share = 50;
  EXPECT_EQ(legs_of(p, "330203", 101), (std::vector<Leg>{{"330200-JY", 51}, {"330211-JY", 50}}));
  p.line = "330200-JY+*-JY";
  EXPECT_EQ(legs_of(p, "330203", 100), (std::vector<Leg>{{"330200-JY", 50}, {"330203-JY", 50}}));
  EXPECT_EQ(legs_of(p, "330203", 1), (std::vector<Leg>{{"330200-JY", 1}}));
  EXPECT_EQ(*legs_from(legs_text(legs_of(p, "330203", 7))), legs_of(p, "330203", 7));
  EXPECT_FALSE(legs_from("330200-JY").has_value());
}

TEST(Mask, KeepsLittleOfAName) {
  EXPECT_EQ(mask_name("李建国", "person"), "李**");
  EXPECT_EQ(mask_name("王五", "person"), "王*");
  EXPECT_EQ(mask_name("宁波海曙永兴机械有限公司", "enterprise"), "宁波海曙****公司");
  EXPECT_EQ(mask_name("老王", "enterprise"), "老****");
  EXPECT_EQ(mask_name("", "person"), "");
}

TEST(Lines, AreAllImportedOrNone) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    House house(url);
    const auto bad = house.benefit->import_lines(testing::lines_csv("100", "abc"), "cz");
    ASSERT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().message.substr(0, 6), "line 3");
    EXPECT_EQ(house.count("SELECT COUNT(*) FROM benefit_line"), 0);
    const auto report = house.benefit->import_lines(testing::lines_csv("100", "200.50"), "cz");
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(report->fresh, 2);
    EXPECT_EQ(report->amount_fen, 30050);
    EXPECT_EQ(house.benefit->import_lines(testing::lines_csv("100", "200.50"), "cz")->fresh, 0);
    EXPECT_EQ(house.count("SELECT COUNT(*) FROM benefit_transfer"), 2);
  }
}

}  // namespace
}  // namespace citybrain::benefit
