// kill -9 inside and right after each write of a claim's way: no step is half done, none is done
// twice, and whoever comes back finds where it stood. This binary is its own child.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "claims.h"
#include "fixtures.h"
#include "sql/testing.h"
#include "state.h"

namespace citybrain::benefit {
namespace {

using testing::count_of;
using testing::firm_id;
using testing::firm_principal;

constexpr int firms = 12;
constexpr const char* windows[] = {"benefit.claim_written", "benefit.claim_committed"};
constexpr const char* procedure =
    R"({"P1": {"papers": [{"code": "roster", "name": "名册"}], "reviewers": ["rsj", "jxj"]}})";

Principal of(const std::string& department) {
  Principal p = testing::officer("officer-" + department);
  p.department = department;
  return p;
}

// A benefit over a store that may hold anything up to a finished run, with the same firms.
struct Desk {
  explicit Desk(const std::string& url) : db(testing::open_store(url)) {
    benefit = Benefit::make({*db, facts, models, treasury, clock, random}, {});
    for (int n = 0; n < firms; ++n) {
      facts.put({firm_id(n), "宁波第" + std::to_string(n) + "有限公司", 40});
    }
  }
  std::string state(int n) {
    const auto row = db->read([&](sql::Session& s) {
      return s.query_one("SELECT state FROM benefit_claim WHERE subject = $1", {firm_id(n)});
    });
    return *row ? (**row).text(0) : "";
  }
  // The next step of a claim, wherever it stands; every third is withdrawn at last.
  bool step(int n) {
    Claims& claims = benefit->state().claims;
    const Principal me = firm_principal(firm_id(n));
    const std::string at = state(n);
    if (at.empty()) return claims.submit(me, {"P1", true, {}}).has_value();
    const std::string id =
        db->read([&](sql::Session& s) -> Result<std::string> {
            CB_TRY(const auto row,
                   s.query_one("SELECT id FROM benefit_claim WHERE subject = $1", {me.subject}));
            return row->text(0);
          }).value();
    if (at == "received") return claims.ask(of("rsj"), id, {}, "").has_value();
    if (at == "asked") return claims.supplement(me, id, {{"roster", "r", "", "x"}}).has_value();
    if (at == "reviewing") {
      return claims.pass(of("rsj"), id, "").has_value() ||
             claims.pass(of("jxj"), id, "").has_value();
    }
    if (at == "approved" && n % 3 == 0) return claims.withdraw(me, id).has_value();
    return false;
  }

  std::unique_ptr<sql::Db> db;
  FixedClock clock{{testing::noon}};
  SeededRandom random{1};
  testing::MemoryFacts facts;
  testing::MemoryModels models{testing::model_xml()};
  testing::MemoryTreasury treasury;
  std::shared_ptr<Benefit> benefit;
};

TEST(Child, Claims) {
  const char* url = std::getenv("CITYBRAIN_CHILD_CLAIMS");
  if (url == nullptr) GTEST_SKIP() << "only as a child of ClaimKill";
  Desk desk(url);
  for (int n = 0; n < firms; ++n) {
    while (desk.step(n)) {
    }
  }
}

bool child_was_killed(const std::string& url, const std::string& crash) {
  std::map<std::string, std::string> environment = {{"CITYBRAIN_CHILD_CLAIMS", url}};
  if (!crash.empty()) environment["CITYBRAIN_CRASH"] = crash;
  return sql::run_child("Child.Claims", environment).killed;
}

// What must hold whenever a process has died.
void check_whole(Desk& desk) {
  const auto none = [&](const char* what, const std::string& sql) {
    EXPECT_EQ(count_of(*desk.db, sql), 0) << what;
  };
  none("a claim whose events are not all there",
       "SELECT COUNT(*) FROM benefit_claim c WHERE c.events <> (SELECT COUNT(*) FROM"
       " benefit_claim_event e WHERE e.claim = c.id)");
  none("a claim that is not where its last event led",
       "SELECT COUNT(*) FROM benefit_claim c JOIN benefit_claim_event e ON e.claim = c.id"
       " AND e.number = c.events WHERE e.to_state <> c.state");
  none("an approved claim without frozen quota, or quota without approval",
       "SELECT COUNT(*) FROM benefit_claim c WHERE (c.state = 'approved') <> EXISTS (SELECT 1 FROM"
       " benefit_payment p WHERE p.entitlement = c.entitlement AND p.state <> 'released')");
  none("two claims of one entitlement",
       "SELECT COUNT(*) FROM (SELECT entitlement FROM benefit_claim GROUP BY entitlement"
       " HAVING COUNT(*) > 1) AS twice");
  none("an event that the outbox lacks",
       "SELECT (SELECT COUNT(*) FROM benefit_claim_event) - (SELECT COUNT(*) FROM sql_outbox"
       " WHERE kind LIKE 'benefit.claim.%')");
  const auto v = desk.benefit->verify();
  ASSERT_TRUE(v.has_value());
  EXPECT_TRUE(v->faults.empty()) << v->faults.front();
}

void kill_in(const std::string& window, const std::string& url) {
  SCOPED_TRACE(window + " on " + url.substr(0, 8));
  const int kills = sql::kills();
  SeededRandom dice(11);
  int killed = 0;
  for (int round = 0; killed < kills && round < kills * 4; ++round) {
    const sql::TestStores fresh;
    const std::string store = url.starts_with("sqlite") ? *fresh.begin() : *std::prev(fresh.end());
    Desk desk(store);
    ASSERT_TRUE(desk.benefit->import_lines(testing::lines_csv("1000000", "1000000"), "cz"));
    ASSERT_TRUE(desk.benefit->import_policies(
        testing::policies_csv({testing::PolicyRow{.mode = "承诺兑现"}}), "drafter"));
    ASSERT_TRUE(testing::release(*desk.benefit, "P1"));
    ASSERT_TRUE(desk.benefit->import_procedures(procedure, "drafter"));
    ASSERT_TRUE(desk.benefit->match("P1"));
    for (int again = 0; again < 4 && killed < kills; ++again) {
      killed += child_was_killed(store, window + ":" + std::to_string(1 + dice.below(12))) ? 1 : 0;
      check_whole(desk);
    }
    EXPECT_FALSE(child_was_killed(store, ""));
    check_whole(desk);
    const auto in = [&](const std::string& state) {
      return count_of(*desk.db, "SELECT COUNT(*) FROM benefit_claim WHERE state = '" + state + "'");
    };
    EXPECT_EQ(in("approved"), firms - firms / 3);
    EXPECT_EQ(in("withdrawn"), firms / 3);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(killed, kills);
  std::printf("%s on %s: %d kills\n", window.c_str(), url.substr(0, 8).c_str(), killed);
}

TEST(ClaimKill, NoStepIsHalfDoneOrDoneTwice) {
  for (const char* window : windows) {
    for (const auto& stores = sql::test_stores(); const auto& url : stores) {
      kill_in(window, url);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace citybrain::benefit
