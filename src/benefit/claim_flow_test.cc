// A claim as a case: every edge of its graph, who may take it, and what time does.
#include <gtest/gtest.h>

#include <set>

#include "claims.h"
#include "fixtures.h"
#include "sql/testing.h"
#include "state.h"

namespace citybrain::benefit {
namespace {

using testing::firm_id;
using testing::firm_principal;
using testing::House;
using testing::PolicyRow;

constexpr std::int64_t day_us = 86'400'000'000;

Principal of(const std::string& department, const std::string& id) {
  Principal p = testing::officer(id);
  p.department = department;
  return p;
}

// A city with policy P1 (rsj's), its procedure, and two firms matched.
struct Flow {
  Flow(const std::string& url, const std::string& procedure, const std::string& mode = "即申即享",
       const std::string& county_yuan = "1000000")
      : house(url) {
    PolicyRow row;
    row.mode = mode;
    house.open_city(row, 3, county_yuan);
    const auto stored = house.benefit->import_procedures("{\"P1\": " + procedure + "}", "drafter");
    EXPECT_TRUE(stored.has_value()) << (stored ? "" : stored.error().message);
    EXPECT_TRUE(house.benefit->match("P1"));
  }
  Claims& claims() { return house.benefit->state().claims; }
  Result<std::string> submit(int firm, const std::vector<std::string>& papers = {}) {
    Submission s{"P1", true, {}};
    for (const auto& code : papers)
      s.papers.push_back({code, code + ".pdf", "application/pdf", "x"});
    return claims().submit(firm_principal(firm_id(firm)), s);
  }
  Claim claim(const std::string& id) {
    return *house.db->read([&](sql::Session& s) { return read_claim(s, id); });
  }
  std::string state(const std::string& id) { return claim(id).state; }
  std::string entitlement(const std::string& id) {
    return *house.db->read([&](sql::Session& s) -> Result<std::string> {
      CB_TRY(const auto row, s.query_one("SELECT state FROM benefit_entitlement WHERE id = $1",
                                         {claim(id).entitlement}));
      return row->text(0);
    });
  }
  std::int64_t count(const std::string& sql) { return house.count(sql); }
  void days(int n) {
    for (int i = 0; i < n; ++i) {
      house.clock.advance_us(day_us);
      while (*claims().run_deadlines()) {
      }
    }
  }
  // What the line has frozen or spent.
  std::int64_t bound() {
    return count(
        "SELECT CAST(debits_pending + debits_posted AS BIGINT) FROM benefit_account"
        " WHERE id = '" +
        line_account("330203-JY") + "'");
  }
  House house;
};

constexpr const char* papers =
    R"({"papers": [{"code": "roster", "name": "名册"}, {"code": "lease", "name": "租约", "gap_days": 3}],
        "reviewers": ["rsj", "jxj"], "supplement_days": 5, "review_days": 3})";

template <class Fn>
void on_stores(Fn&& fn) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    fn(url);
  }
}

TEST(ClaimGraph, EveryStateIsReachedAndNoClaimIsAskedTwice) {
  std::set<std::string> reached = {""};
  std::set<std::pair<std::string, std::string>> seen;
  for (bool grows = true; grows;) {
    grows = false;
    for (const ClaimEdge& edge : claim_edges()) {
      if (reached.contains(edge.from)) grows |= reached.insert(edge.to).second;
    }
  }
  for (const ClaimEdge& edge : claim_edges()) {
    EXPECT_TRUE(reached.contains(edge.from)) << edge.from;
    EXPECT_TRUE(seen.insert({edge.from, edge.event}).second) << edge.from << " " << edge.event;
    EXPECT_NE(std::string(edge.words), "");
    EXPECT_NE(std::string(edge.words_en), "");
  }
  // After `ask` no path leads to an `ask` again.
  std::set<std::string> after = {"asked"};
  for (bool grows = true; grows;) {
    grows = false;
    for (const ClaimEdge& edge : claim_edges()) {
      if (after.contains(edge.from)) grows |= after.insert(edge.to).second;
    }
  }
  EXPECT_FALSE(after.contains("received"));
  EXPECT_TRUE(claim_edge("withdrawn", "accept").error().message.find("nothing more") !=
              std::string::npos);
}

TEST(ClaimFlow, IsAskedOnceReviewedInParallelApprovedAndPaid) {
  on_stores([](const std::string& url) {
    Flow f(url, papers, "承诺兑现");
    const auto id = f.submit(0);
    ASSERT_TRUE(id.has_value()) << id.error().message;
    EXPECT_EQ(f.state(*id), "received");
    EXPECT_EQ(f.entitlement(*id), "claimed");
    EXPECT_EQ(f.claims().accept(of("rsj", "a"), *id).error().code, Code::conflict);
    EXPECT_EQ(f.claims().ask(of("jxj", "b"), *id, {}, "").error().code, Code::denied);
    ASSERT_TRUE(f.claims().ask(of("rsj", "a"), *id, {}, "盖章"));
    EXPECT_EQ(f.claims().ask(of("rsj", "a"), *id, {}, "").error().code, Code::conflict);
    // Another firm may not answer; half an answer leaves the desk to decide, and it may not ask.
    const std::vector<SentPaper> roster = {{"roster", "r.pdf", "application/pdf", "bytes"}};
    EXPECT_EQ(f.claims().supplement(firm_principal(firm_id(1)), *id, roster).error().code,
              Code::not_found);
    ASSERT_TRUE(f.claims().supplement(firm_principal(firm_id(0)), *id, roster));
    EXPECT_EQ(f.state(*id), "supplemented");
    EXPECT_EQ(f.claims().ask(of("rsj", "a"), *id, {}, "").error().code, Code::conflict);
    ASSERT_TRUE(f.claims().accept_with_gaps(of("rsj", "a"), *id));
    EXPECT_EQ(f.state(*id), "reviewing");
    EXPECT_EQ(f.count("SELECT COUNT(*) FROM benefit_review WHERE state = 'open'"), 2);
    EXPECT_EQ(f.claims().pass(of("czj", "z"), *id, "").error().code, Code::conflict);
    ASSERT_TRUE(f.claims().pass(of("jxj", "b"), *id, "属实"));
    EXPECT_EQ(f.claims().pass(of("rsj", "b"), *id, "").error().code, Code::denied);
    EXPECT_EQ(f.state(*id), "reviewing");
    EXPECT_EQ(f.bound(), 0);
    ASSERT_TRUE(f.claims().pass(of("rsj", "c"), *id, ""));
    EXPECT_EQ(f.state(*id), "approved");
    EXPECT_EQ(f.bound(), 2'000'000);
    ASSERT_TRUE(f.claims().supplement(firm_principal(firm_id(0)), *id,
                                      {{"lease", "l.pdf", "application/pdf", "y"}}));
    f.house.pay_all();
    EXPECT_EQ(f.entitlement(*id), "paid");
    // Each edge left an event, in order.
    EXPECT_EQ(f.count("SELECT COUNT(*) FROM benefit_claim_event"), 9);
    EXPECT_GT(f.count("SELECT COUNT(*) FROM benefit_notice WHERE kind = 'claim.ask'"), 0);
  });
}

TEST(ClaimFlow, ReviewsInOrderWhereThePolicySaysSo) {
  on_stores([](const std::string& url) {
    Flow f(url, R"({"reviewers": ["rsj", "jxj"], "in_order": true})", "承诺兑现");
    const auto id = f.submit(0);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(f.claims().pass(of("jxj", "b"), *id, "").error().code, Code::conflict);
    ASSERT_TRUE(f.claims().pass(of("rsj", "a"), *id, ""));
    EXPECT_EQ(f.claims().pass(of("rsj", "a2"), *id, "").error().code, Code::conflict);
    ASSERT_TRUE(f.claims().pass(of("jxj", "b"), *id, ""));
    EXPECT_EQ(f.state(*id), "approved");
  });
}

TEST(ClaimFlow, WhoIsNotEntitledIsRefusedWithTheReasons) {
  on_stores([](const std::string& url) {
    Flow f(url, "{}");
    f.house.facts.put({firm_id(9), "宁波小有限公司", 12});
    const auto id = f.submit(9);
    ASSERT_TRUE(id.has_value()) << id.error().message;
    const Claim c = f.claim(*id);
    EXPECT_EQ(c.state, "refused");
    EXPECT_EQ(c.reason_code, "not_entitled");
    EXPECT_NE(c.reason.find("参保人数 >= 30，实际 12"), std::string::npos) << c.reason;
    EXPECT_EQ(*f.submit(9), *id);  // the same answer is no new case
    // Objected: while the facts stand it can't be upheld; corrected at the source it goes on.
    ASSERT_TRUE(f.claims().object(firm_principal(firm_id(9)), *id, "我有四十人"));
    EXPECT_EQ(f.claims().decide_objection(of("rsj", "a"), *id, true, "查实").error().code,
              Code::conflict);
    f.house.facts.put({firm_id(9), "宁波小有限公司", 40});
    ASSERT_TRUE(f.house.benefit->match("P1"));
    ASSERT_TRUE(f.claims().decide_objection(of("rsj", "a"), *id, true, "查实"));
    EXPECT_EQ(f.state(*id), "approved");
    f.house.pay_all();
    EXPECT_EQ(f.entitlement(*id), "paid");
  });
}

TEST(ClaimFlow, ARefusalNamesACodedReasonAndIsObjectedOnce) {
  on_stores([](const std::string& url) {
    Flow f(url, papers, "承诺兑现");
    const auto id = f.submit(0);
    EXPECT_EQ(f.claims().refuse(of("rsj", "a"), *id, "because", "").error().code, Code::invalid);
    EXPECT_EQ(f.claims().refuse(of("rsj", "a"), *id, "other", "").error().code, Code::invalid);
    ASSERT_TRUE(f.claims().refuse(of("rsj", "a"), *id, "wrong_office", "应由商务局受理"));
    EXPECT_EQ(f.claim(*id).reason, "不属于本部门受理范围：应由商务局受理");
    EXPECT_EQ(f.entitlement(*id), "claimable");
    ASSERT_TRUE(f.claims().object(firm_principal(firm_id(0)), *id, "理由不对"));
    EXPECT_EQ(f.claims().decide_objection(of("rsj", "a"), *id, false, "维持").error().code,
              Code::denied);  // who refused does not judge the objection
    ASSERT_TRUE(f.claims().decide_objection(of("rsj", "b"), *id, false, "维持"));
    EXPECT_EQ(f.state(*id), "dismissed");
    EXPECT_EQ(f.claims().object(firm_principal(firm_id(0)), *id, "再来").error().code,
              Code::conflict);
  });
}

TEST(ClaimFlow, WithdrawalAndRevocationFreeTheQuota) {
  on_stores([](const std::string& url) {
    Flow f(url, "{}");
    const auto first = f.submit(0);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(f.bound(), 2'000'000);
    EXPECT_EQ(f.claims().withdraw(firm_principal(firm_id(1)), *first).error().code,
              Code::not_found);
    ASSERT_TRUE(f.claims().withdraw(firm_principal(firm_id(0)), *first));
    EXPECT_EQ(f.bound(), 0);
    EXPECT_EQ(f.entitlement(*first), "claimable");
    const auto second = f.submit(1);
    ASSERT_TRUE(f.claims().revoke(of("rsj", "a"), *second, "objection_upheld", ""));
    EXPECT_EQ(f.bound(), 0);
    EXPECT_EQ(f.entitlement(*second), "rejected");
    // Paid money is not withdrawn.
    const auto third = f.submit(2);
    f.house.pay_all();
    EXPECT_EQ(f.claims().withdraw(firm_principal(firm_id(2)), *third).error().code, Code::conflict);
    EXPECT_TRUE(f.house.benefit->verify()->faults.empty());
  });
}

TEST(ClaimFlow, TimeRemindsExpiresDeemsAndEscalates) {
  on_stores([](const std::string& url) {
    Flow f(url, papers, "承诺兑现");
    const auto silent = f.submit(0);  // the desk does nothing: deemed accepted after 5 working days
    f.days(7);                        // Tue 24 Nov … Tue 1 Dec: the weekend does not count
    EXPECT_EQ(f.state(*silent), "received");
    EXPECT_GT(f.count("SELECT COUNT(*) FROM benefit_deadline WHERE state = 'reminded'"), 0);
    f.days(1);
    EXPECT_EQ(f.state(*silent), "reviewing");
    f.days(6);  // three working days for each review
    EXPECT_EQ(f.count("SELECT COUNT(*) FROM benefit_claim_event WHERE event = 'escalate'"), 2);
    const auto asked = f.submit(1);
    ASSERT_TRUE(f.claims().ask(of("rsj", "a"), *asked, {}, ""));
    f.days(9);
    EXPECT_EQ(f.state(*asked), "expired");
    EXPECT_EQ(f.entitlement(*asked), "claimable");
  });
}

TEST(ClaimFlow, APromisedPaperThatDoesNotComeFreesTheQuotaOrAsksForRecovery) {
  on_stores([](const std::string& url) {
    Flow f(url, R"({"papers": [{"code": "lease", "name": "租约", "gap_days": 3}]})");
    const auto unpaid = f.submit(0);
    ASSERT_TRUE(f.claims().accept_with_gaps(of("rsj", "a"), *unpaid));
    EXPECT_EQ(f.bound(), 2'000'000);
    f.days(5);
    EXPECT_EQ(f.state(*unpaid), "expired");
    EXPECT_EQ(f.bound(), 0);
    const auto paid = f.submit(1);
    ASSERT_TRUE(f.claims().accept_with_gaps(of("rsj", "a"), *paid));
    f.house.pay_all();
    f.days(6);
    EXPECT_EQ(f.state(*paid), "approved");
    EXPECT_EQ(f.count("SELECT COUNT(*) FROM sql_outbox WHERE kind = 'benefit.recover'"), 1);
  });
}

TEST(ClaimFlow, TheQueueGoesByTheMomentWhenAllWasThere) {
  on_stores([](const std::string& url) {
    Flow f(url, papers, "承诺兑现", "20000");  // money for one
    const auto early = f.submit(0);            // submitted first, complete last
    f.house.clock.advance_us(1'000'000);
    const auto late = f.submit(1, {"roster", "lease"});
    ASSERT_EQ(f.state(*late), "reviewing");
    f.house.clock.advance_us(1'000'000);
    ASSERT_TRUE(f.claims().ask(of("rsj", "a"), *early, {}, ""));
    f.house.clock.advance_us(1'000'000);
    ASSERT_TRUE(f.claims().supplement(
        firm_principal(firm_id(0)), *early,
        {{"roster", "r", "text/plain", "1"}, {"lease", "l", "text/plain", "1"}}));
    // A third takes the money before them and gives it back.
    const auto third = f.submit(2, {"roster", "lease"});
    for (const auto* id : {&third, &early, &late}) {
      ASSERT_TRUE(f.claims().pass(of("rsj", "r" + **id), **id, ""));
      ASSERT_TRUE(f.claims().pass(of("jxj", "j" + **id), **id, ""));
    }
    EXPECT_EQ(f.entitlement(*third), "paying");
    EXPECT_EQ(f.entitlement(*early), "approved");
    ASSERT_TRUE(f.claims().withdraw(firm_principal(firm_id(2)), *third));
    ASSERT_TRUE(f.house.benefit->commit_waiting());
    EXPECT_EQ(f.entitlement(*late), "paying");
    EXPECT_EQ(f.entitlement(*early), "approved");
  });
}

TEST(ClaimFlow, AComplaintGoesToABodyThatNeitherPaysNorReviews) {
  on_stores([](const std::string& url) {
    Flow f(url, papers, "承诺兑现");
    EXPECT_EQ(f.house.benefit->import_procedures(R"({"P1": {"complaint_body": "rsj"}})", "d")
                  .error()
                  .code,
              Code::invalid);
    EXPECT_EQ(
        f.house.benefit->import_procedures(R"({"P1": {"reviewers": ["xfj"]}})", "d").error().code,
        Code::invalid);
    const auto id = f.submit(0);
    const auto complaint = f.claims().complain(firm_principal(firm_id(0)), *id, "十一个月没有答复");
    ASSERT_TRUE(complaint.has_value()) << complaint.error().message;
    EXPECT_EQ(f.claims().complain(firm_principal(firm_id(0)), *id, "x").error().code,
              Code::conflict);
    EXPECT_EQ(f.claims().answer(of("rsj", "a"), *complaint, false, "无").error().code,
              Code::denied);
    ASSERT_TRUE(f.claims().answer(of("xfj", "x"), *complaint, true, "属实，已督办"));
    EXPECT_EQ(f.count("SELECT COUNT(*) FROM sql_outbox WHERE kind = 'task.complaint_founded'"), 1);
  });
}

TEST(ClaimFlow, APromiseIsCheckedAfterPaymentAndAFailedCheckAsksForRecovery) {
  on_stores([](const std::string& url) {
    Flow f(url, R"({"check_percent": 100})", "承诺兑现");
    EXPECT_EQ(f.claims().submit(firm_principal(firm_id(0)), {"P1", false, {}}).error().code,
              Code::invalid);
    const auto id = f.submit(0);
    f.house.pay_all();
    EXPECT_EQ(f.entitlement(*id), "paid");
    EXPECT_EQ(f.claims().check(of("jxj", "b"), *id, true, "").error().code, Code::denied);
    ASSERT_TRUE(f.claims().check(of("rsj", "a"), *id, false, "名册不实"));
    EXPECT_EQ(f.count("SELECT COUNT(*) FROM sql_outbox WHERE kind = 'benefit.recover'"), 1);
    EXPECT_EQ(f.claims().check(of("rsj", "a"), *id, true, "").error().code, Code::conflict);
  });
}

TEST(ClaimFlow, WhoLostItsEntitlementIsNotApproved) {
  on_stores([](const std::string& url) {
    Flow f(url, R"({"reviewers": ["rsj"]})", "承诺兑现");
    const auto id = f.submit(0);
    f.house.facts.put({firm_id(0), "宁波第0有限公司", 3});
    EXPECT_EQ(f.claims().pass(of("rsj", "a"), *id, "").error().code, Code::conflict);
    ASSERT_TRUE(f.claims().reject(of("rsj", "a"), *id, "not_entitled", ""));
    EXPECT_EQ(f.entitlement(*id), "rejected");
  });
}

}  // namespace
}  // namespace citybrain::benefit
