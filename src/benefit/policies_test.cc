// A policy's life: checked by three, published by another, open while its window and budget last.
#include "policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "sql/testing.h"
#include "state.h"

namespace citybrain::benefit {
namespace {

using ::testing::HasSubstr;
using testing::House;
using testing::PolicyRow;

Principal of(const std::string& id, const std::string& department) {
  Principal p = testing::officer(id);
  p.department = department;
  return p;
}

template <class Fn>
void on_draft(const PolicyRow& row, Fn&& fn) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    House house(url);
    ASSERT_TRUE(house.benefit->import_lines(testing::lines_csv("1000000", "30000"), "cz"));
    ASSERT_TRUE(house.benefit->import_policies(testing::policies_csv({row}), "drafter"));
    fn(house);
  }
}

// One act of `Policies` in a write of its own.
template <class Fn>
Result<void> act(House& house, Fn&& fn) {
  return house.db->write(
      [&](sql::Tx& tx) -> Result<void> { return fn(house.benefit->state().policies, tx); });
}
Result<void> submit(House& house) {
  return act(house, [](const Policies& p, sql::Tx& tx) { return p.submit(tx, "P1", "drafter"); });
}
Result<void> check(House& house, const std::string& kind, const Principal& who, bool passes = true,
                   const std::string& words = "") {
  return act(house, [&](const Policies& p, sql::Tx& tx) {
    return p.check(tx, "P1", kind, who, passes, words);
  });
}

std::string state_of(House& house) {
  return *house.db->read([](sql::Session& s) -> Result<std::string> {
    CB_TRY(const Policy policy, read_policy(s, "P1"));
    return policy.state;
  });
}

TEST(Policies, ThreeCheckAndAnotherPublishes) {
  on_draft({}, [](House& house) {
    EXPECT_EQ(house.benefit->publish("P1", "publisher").error().code, Code::conflict);
    ASSERT_TRUE(submit(house));
    EXPECT_EQ(state_of(house), "checking");
    EXPECT_EQ(check(house, "finance", of("x", "sfj")).error().code, Code::denied);
    EXPECT_EQ(check(house, "finance", of("drafter", "czj")).error().code, Code::denied);
    EXPECT_EQ(check(house, "luck", of("x", "czj")).error().code, Code::invalid);
    ASSERT_TRUE(check(house, "finance", of("cz", "czj")));
    EXPECT_EQ(check(house, "finance", of("cz2", "czj")).error().code, Code::conflict);
    ASSERT_TRUE(check(house, "competition", of("gp", "scjg")));
    EXPECT_EQ(state_of(house), "checking");
    ASSERT_TRUE(check(house, "law", of("fz", "sfj")));
    EXPECT_EQ(state_of(house), "ready");
    EXPECT_EQ(house.benefit->publish("P1", "drafter").error().code, Code::denied);
    EXPECT_EQ(house.benefit->publish("P1", "cz").error().code, Code::denied);
    EXPECT_TRUE(house.benefit->publish("P1", "publisher"));
    EXPECT_EQ(house.benefit->publish("P1", "publisher").error().code, Code::conflict);
    EXPECT_EQ(state_of(house), "open");
    // Importing again leaves what is published alone.
    EXPECT_EQ(*house.benefit->import_policies(testing::policies_csv({PolicyRow{}}), "drafter"), 0);
  });
}

TEST(Policies, WhatIsReturnedIsCheckedAgainByAll) {
  on_draft({}, [](House& house) {
    ASSERT_TRUE(submit(house));
    ASSERT_TRUE(check(house, "finance", of("cz", "czj")));
    EXPECT_EQ(check(house, "law", of("fz", "sfj"), false).error().code, Code::invalid);
    ASSERT_TRUE(check(house, "law", of("fz", "sfj"), false, "依据失效"));
    EXPECT_EQ(state_of(house), "draft");
    ASSERT_TRUE(submit(house));
    ASSERT_TRUE(check(house, "law", of("fz", "sfj")));
    ASSERT_TRUE(check(house, "competition", of("gp", "scjg")));
    EXPECT_EQ(state_of(house), "checking");
    ASSERT_TRUE(check(house, "finance", of("cz", "czj")));
    EXPECT_EQ(state_of(house), "ready");
    EXPECT_EQ(house.count("SELECT COUNT(*) FROM benefit_policy_check"), 6);
  });
}

TEST(Policies, ADraftThatCantBePaidIsNotChecked) {
  PolicyRow row;
  row.line = "330299-JY";
  row.parameters = "{}";
  on_draft(row, [](House& house) {
    const auto refused = submit(house);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("330299-JY"));
    EXPECT_THAT(refused.error().message, HasSubstr("每人补贴"));
    EXPECT_EQ(state_of(house), "draft");
  });
}

TEST(Policies, WindowsOpenExpireAndClose) {
  PolicyRow row;
  row.window_from = "2020-11-25";
  row.window_to = "2020-11-25";
  on_draft(row, [](House& house) {
    ASSERT_TRUE(testing::release(*house.benefit, "P1"));
    EXPECT_EQ(state_of(house), "published");
    house.clock.advance_us(86'400'000'000);
    ASSERT_TRUE(house.benefit->open_and_close());
    EXPECT_EQ(state_of(house), "open");
    house.facts.put({testing::firm_id(0), "宁波第零有限公司", 40});
    ASSERT_TRUE(house.benefit->match("P1"));
    ASSERT_TRUE(house.benefit->claim(testing::firm_principal(testing::firm_id(0)), "P1"));
    house.clock.advance_us(86'400'000'000);
    ASSERT_TRUE(house.benefit->open_and_close());
    EXPECT_EQ(state_of(house), "expired");  // a payment is under way
    house.pay_all();
    ASSERT_TRUE(house.benefit->open_and_close());
    EXPECT_EQ(state_of(house), "closed");
    EXPECT_EQ(act(house, [](const Policies& p,
                            sql::Tx& tx) { return p.evaluate(tx, "P1", "drafter", 90, "好"); })
                  .error()
                  .code,
              Code::denied);
    EXPECT_TRUE(act(house, [](const Policies& p, sql::Tx& tx) {
      return p.evaluate(tx, "P1", "cz2", 90, "全部兑付，一天内到账");
    }));
    EXPECT_EQ(state_of(house), "evaluated");
  });
}

// 30,000 yuan bear one claim of 20,000: the second waits, and the policy says so until there is
// money.
TEST(Policies, ExhaustedWhileTheBudgetIsShort) {
  on_draft({}, [](House& house) {
    ASSERT_TRUE(testing::release(*house.benefit, "P1"));
    for (int n = 0; n < 2; ++n) house.facts.put({testing::firm_id(n), "宁波某某有限公司", 40});
    ASSERT_TRUE(house.benefit->match("P1"));
    for (int n = 0; n < 2; ++n) {
      ASSERT_TRUE(house.benefit->claim(testing::firm_principal(testing::firm_id(n)), "P1"));
    }
    ASSERT_TRUE(house.benefit->open_and_close());
    EXPECT_EQ(state_of(house), "exhausted");
    // It goes on taking claims, for the queue.
    house.facts.put({testing::firm_id(2), "宁波某某有限公司", 40});
    EXPECT_EQ(house.benefit->match("P1")->fresh, 1);
    EXPECT_TRUE(house.benefit->claim(testing::firm_principal(testing::firm_id(2)), "P1"));
    ASSERT_TRUE(house.benefit->import_lines(testing::lines_csv("1000000", "100000"), "cz"));
    ASSERT_TRUE(house.benefit->open_and_close());
    EXPECT_EQ(state_of(house), "open");
  });
}

TEST(Policies, EveryEdgeLeavesAnEvent) {
  on_draft({}, [](House& house) {
    ASSERT_TRUE(testing::release(*house.benefit, "P1"));
    const auto events = *house.db->read(
        [&](sql::Session& s) { return read_policy_events(s, "P1", house.clock.now()); });
    std::vector<std::string> names;
    for (const PolicyEvent& event : events) names.push_back(event.event);
    EXPECT_EQ(names, (std::vector<std::string>{"draft", "submit", "pass", "pass", "clear",
                                               "publish", "open"}));
    for (std::size_t i = 1; i < events.size(); ++i) {
      EXPECT_EQ(events[i].from_state, events[i - 1].to_state);
    }
    EXPECT_EQ(house.count("SELECT COUNT(*) FROM sql_outbox WHERE kind LIKE 'benefit.policy.%'"), 7);
  });
}

}  // namespace
}  // namespace citybrain::benefit
