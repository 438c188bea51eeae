// The payer against treasuries that misbehave: never a second payment, never a lost one.
#include "payer.h"

#include <gtest/gtest.h>

#include "corrections.h"
#include "fixtures.h"
#include "policies.h"
#include "sql/testing.h"

namespace citybrain::benefit {
namespace {

using testing::count_of;
using testing::MemoryFacts;
using testing::MemoryTreasury;
using testing::noon;

class NoModels final : public ModelSource {
  Result<EffectiveModel> effective(const std::string& id, Date) override {
    return not_found("no model '" + id + "'");
  }
};

// A store with payments due, and a payer before a treasury in memory.
struct Desk {
  Desk(const std::string& url, int payments, std::int64_t group_max = 100)
      : db(testing::open_store(url)) {
    options.pay_group_max = group_max;
    EXPECT_TRUE(
        import_lines(*db, ledger, testing::lines_csv("100000000", "100000000"), "cz", clock.now()));
    testing::seed_payments(*db, ledger, 0, payments, clock.now());
  }
  void step() {
    const auto stepped = payer.step();
    ASSERT_TRUE(stepped.has_value()) << stepped.error().message;
  }
  void later() { clock.advance_us(120'000'000); }
  std::int64_t in_state(const std::string& state) {
    return count_of(*db, "SELECT COUNT(*) FROM benefit_payment WHERE state = '" + state + "'");
  }
  std::string only_id() {
    return *db->read([](sql::Session& s) -> Result<std::string> {
      CB_TRY(const auto row, s.query_one("SELECT id FROM benefit_payment"));
      return row->text(0);
    });
  }
  std::int64_t paid_fen() {
    return count_of(*db,
                    "SELECT CAST(COALESCE(SUM(credits_posted - debits_posted), 0) AS BIGINT)"
                    " FROM benefit_account WHERE id LIKE 'paid:%'");
  }
  std::int64_t frozen_fen() {
    return count_of(*db, "SELECT CAST(SUM(debits_pending) AS BIGINT) FROM benefit_account");
  }
  void check_books() {
    const auto v = db->read([&](sql::Session& s) { return ledger.verify(s); });
    ASSERT_TRUE(v.has_value());
    EXPECT_TRUE(v->faults.empty()) << v->faults.front();
    EXPECT_EQ(v->pending, 2 * count_of(*db,
                                       "SELECT COUNT(*) FROM benefit_payment"
                                       " WHERE state NOT IN ('paid', 'returned')"));
    EXPECT_EQ(paid_fen(), count_of(*db,
                                   "SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT)"
                                   " FROM benefit_payment WHERE state = 'paid'"));
    EXPECT_EQ(count_of(*db,
                       "SELECT CAST(COALESCE(SUM(paid_fen), 0) AS BIGINT)"
                       " FROM benefit_tally"),
              paid_fen());
  }

  FixedClock clock{{noon}};
  SeededRandom random{1};
  Ledger ledger{clock};
  Options options;
  std::unique_ptr<sql::Db> db;
  MemoryFacts facts;
  NoModels models;
  MemoryTreasury treasury;
  Payer payer{Parts{*db, facts, models, treasury, clock, random}, options, ledger};
};

template <class Fn>
void on_stores(int payments, Fn&& fn) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    Desk desk(url, payments);
    fn(desk);
    desk.check_books();
  }
}

TEST(Payer, PaysAndPostsBothSharesOnce) {
  on_stores(3, [](Desk& desk) {
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 3);
    EXPECT_EQ(desk.paid_fen(), 10'000 + 10'007 + 10'014);
    EXPECT_EQ(desk.frozen_fen(), 0);
    EXPECT_EQ(count_of(*desk.db, "SELECT COUNT(*) FROM benefit_transfer WHERE entry = 'post'"), 6);
    EXPECT_EQ(count_of(*desk.db, "SELECT COUNT(*) FROM benefit_entitlement WHERE state = 'paid'"),
              3);
    EXPECT_EQ(count_of(*desk.db,
                       "SELECT credits_posted FROM benefit_account"
                       " WHERE id = 'paid:330200-JY'"),
              4000 + 4003 + 4006);
    desk.later();
    desk.step();
    EXPECT_EQ(desk.treasury.received.size(), 3u);
  });
}

TEST(Payer, AsksAfterATimeOutAndDoesNotSendAgain) {
  on_stores(1, [](Desk& desk) {
    desk.treasury.before_answer = [](auto answers,
                                     bool asked) -> Result<std::vector<TreasuryAnswer>> {
      if (!asked) return unavailable("timed out");
      return answers;
    };
    desk.step();
    EXPECT_EQ(desk.in_state("sending"), 1);
    desk.step();  // not due yet: nothing is asked and nothing is sent
    EXPECT_EQ(desk.in_state("sending"), 1);
    desk.later();
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 1);
    EXPECT_EQ(desk.treasury.received[desk.only_id()], 1);
  });
}

TEST(Payer, NeverSendsAgainWhatTheTreasuryDoesNotKnowAbout) {
  on_stores(1, [](Desk& desk) {
    const std::string id = desk.only_id();
    desk.treasury.script[id] = {id, TreasuryStatus::unknown, 10'000, "", ""};
    for (int i = 0; i < 20; ++i) {
      desk.step();
      desk.later();
    }
    EXPECT_EQ(desk.in_state("sending"), 1);
    EXPECT_EQ(desk.treasury.received[id], 1);
    EXPECT_EQ(*desk.payer.unresolved(60'000'000), 1);
    desk.treasury.script.clear();
    desk.later();
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 1);
    EXPECT_EQ(desk.treasury.received[id], 1);
  });
}

TEST(Payer, TakesADoubledAnswerOnce) {
  on_stores(2, [](Desk& desk) {
    desk.treasury.before_answer = [](auto answers, bool) -> Result<std::vector<TreasuryAnswer>> {
      const auto once = answers;
      answers.insert(answers.begin(), once.rbegin(), once.rend());
      answers.push_back({"a stranger's id", TreasuryStatus::paid, 5, "", ""});
      return answers;
    };
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 2);
  });
}

TEST(Payer, AsksWhereAnswersContradictEachOther) {
  on_stores(1, [](Desk& desk) {
    desk.treasury.before_answer = [](auto answers,
                                     bool asked) -> Result<std::vector<TreasuryAnswer>> {
      if (asked) return answers;
      answers.push_back(answers.front());
      answers.back().status = TreasuryStatus::returned;
      return answers;
    };
    desk.step();
    EXPECT_EQ(desk.in_state("sending"), 1);
    desk.later();
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 1);
  });
}

TEST(Payer, SendsAgainOnlyWhatTheTreasuryNeverReceived) {
  on_stores(1, [](Desk& desk) {
    int calls = 0;
    desk.treasury.takes = [&](const PaymentOrder&) { return ++calls > 1; };
    desk.step();
    EXPECT_EQ(desk.in_state("sending"), 1);
    desk.later();
    desk.step();  // asked: absent
    EXPECT_EQ(desk.in_state("pending"), 1);
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 1);
    EXPECT_EQ(desk.treasury.paid.size(), 1u);
  });
}

TEST(Payer, GivesTheQuotaOfAReturnedPaymentBack) {
  on_stores(1, [](Desk& desk) {
    const std::string id = desk.only_id();
    desk.treasury.script[id] = {id, TreasuryStatus::accepted, 10'000, "", ""};
    desk.step();
    EXPECT_EQ(desk.in_state("accepted"), 1);
    desk.treasury.script[id] = {id, TreasuryStatus::returned, 10'000, "", "账号与户名不符"};
    desk.later();
    desk.step();
    EXPECT_EQ(desk.in_state("returned"), 1);
    EXPECT_EQ(desk.frozen_fen(), 0);
    EXPECT_EQ(desk.paid_fen(), 0);
    EXPECT_EQ(count_of(*desk.db,
                       "SELECT COUNT(*) FROM benefit_entitlement"
                       " WHERE state = 'returned' AND note = '账号与户名不符'"),
              1);
  });
}

TEST(Payer, FreezesWhatTheTreasuryPaidInAnotherSum) {
  on_stores(1, [](Desk& desk) {
    const std::string id = desk.only_id();
    desk.treasury.script[id] = {id, TreasuryStatus::paid, 99'999, "", ""};
    desk.step();
    EXPECT_EQ(desk.in_state("disputed"), 1);
    EXPECT_EQ(desk.frozen_fen(), 10'000);
    EXPECT_EQ(*desk.payer.unresolved(0), 1);
    desk.later();
    desk.step();
    EXPECT_EQ(desk.treasury.received[id], 1);
  });
}

// A payment that the treasury returned.
std::string return_one(Desk& desk) {
  const std::string id = desk.only_id();
  desk.treasury.script[id] = {id, TreasuryStatus::returned, 10'000, "", "账号与户名不符"};
  desk.step();
  EXPECT_EQ(desk.in_state("returned"), 1);
  return id;
}

TEST(Corrections, PayReturnedMoneyOnceUnderTheSameId) {
  on_stores(1, [](Desk& desk) {
    const std::string id = return_one(desk);
    const Particulars right{id, "宁波某公司", "6222000000009999"};
    ASSERT_TRUE(propose_correction(*desk.db, right, "maker", desk.clock.now()));
    ASSERT_TRUE(confirm_correction(*desk.db, desk.ledger, right, "checker", desk.clock.now()));
    EXPECT_EQ(desk.frozen_fen(), 10'000);
    desk.treasury.takes = [](const PaymentOrder&) { return false; };
    desk.step();  // lost on its way
    EXPECT_EQ(desk.in_state("sending"), 1);
    desk.later();
    desk.step();  // asked: the treasury speaks of the attempt before
    EXPECT_EQ(desk.in_state("pending"), 1);
    desk.treasury.takes = nullptr;
    desk.treasury.script.clear();
    desk.step();
    EXPECT_EQ(desk.in_state("paid"), 1);
    EXPECT_EQ(desk.treasury.paid.size(), 1u);
    EXPECT_EQ(desk.treasury.paid.at(id).account, right.account);
    EXPECT_EQ(desk.treasury.paid.at(id).attempt, 2);
    EXPECT_EQ(desk.paid_fen(), 10'000);
    EXPECT_EQ(count_of(*desk.db,
                       "SELECT COUNT(*) FROM benefit_entitlement WHERE state = 'paid'"
                       " AND account = '6222000000009999'"),
              1);
  });
}

TEST(Corrections, TakeNoAnswerAboutTheAttemptBeforeForTheirOwn) {
  on_stores(1, [](Desk& desk) {
    const std::string id = return_one(desk);
    const Particulars right{id, "宁波某公司", "6222000000009999"};
    ASSERT_TRUE(propose_correction(*desk.db, right, "maker", desk.clock.now()));
    ASSERT_TRUE(confirm_correction(*desk.db, desk.ledger, right, "checker", desk.clock.now()));
    desk.step();  // the reply to the order still speaks of attempt 1: the money may be on its way
    EXPECT_EQ(desk.in_state("sending"), 1);
    EXPECT_EQ(desk.frozen_fen(), 10'000);
    desk.treasury.script[id] = {id, TreasuryStatus::returned, 10'000, "", "账户冻结", 2};
    desk.later();
    desk.step();
    EXPECT_EQ(desk.in_state("returned"), 1);
    EXPECT_EQ(desk.frozen_fen(), 0);
  });
}

TEST(Corrections, NeedASecondOfficerWhoKeysTheSameIn) {
  on_stores(1, [](Desk& desk) {
    const std::string id = desk.only_id();
    const Particulars right{id, "宁波某公司", "6222000000009999"};
    const Timestamp now = desk.clock.now();
    const auto confirm = [&](const Particulars& keyed, const std::string& officer) {
      return confirm_correction(*desk.db, desk.ledger, keyed, officer, now);
    };
    EXPECT_EQ(propose_correction(*desk.db, right, "maker", now).error().code, Code::conflict);
    return_one(desk);
    EXPECT_EQ(confirm(right, "checker").error().code, Code::conflict);
    EXPECT_EQ(propose_correction(*desk.db, {id, "某公司", ""}, "maker", now).error().code,
              Code::invalid);
    ASSERT_TRUE(propose_correction(*desk.db, {id, "某公司", "1"}, "maker", now));
    ASSERT_TRUE(propose_correction(*desk.db, right, "maker", now));
    EXPECT_EQ(confirm(right, "maker").error().code, Code::denied);
    EXPECT_EQ(confirm({id, right.payee, "1"}, "checker").error().code, Code::invalid);
    EXPECT_EQ(desk.frozen_fen(), 0);
    ASSERT_TRUE(confirm(right, "checker"));
    EXPECT_EQ(confirm(right, "checker").error().code, Code::conflict);
    EXPECT_EQ(desk.frozen_fen(), 10'000);
  });
}

// Answers dropped, doubled, shuffled, lost batches, time-outs and unknowns, by a seed.
void storm(const std::string& url, std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Desk desk(url, 200, 17);
  SeededRandom dice(seed);
  desk.treasury.takes = [&](const PaymentOrder&) { return dice.below(10) != 0; };
  desk.treasury.before_answer = [&](auto answers, bool) -> Result<std::vector<TreasuryAnswer>> {
    if (dice.below(5) == 0) return unavailable("timed out");
    std::vector<TreasuryAnswer> out;
    for (const TreasuryAnswer& answer : answers) {
      const auto fate = dice.below(10);
      if (fate == 0) continue;
      out.insert(out.begin() + static_cast<std::ptrdiff_t>(dice.below(out.size() + 1)), answer);
      if (fate == 1) out.push_back(answer);
      if (fate == 2) out.back().status = TreasuryStatus::unknown;
    }
    return out;
  };
  int steps = 0;
  while (desk.in_state("paid") < 200 && ++steps < 2000) {
    desk.step();
    EXPECT_LE(desk.in_state("paid"), static_cast<std::int64_t>(desk.treasury.paid.size()));
    if (dice.below(3) == 0) desk.clock.advance_us(700'000);
    if (steps % 50 == 0) desk.later();
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_EQ(desk.in_state("paid"), 200);
  EXPECT_EQ(desk.treasury.paid.size(), 200u);
  desk.check_books();
}

TEST(Payer, LosesAndDoublesNothingInAStorm) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (const auto& stores = sql::test_stores(); const auto& url : stores) {
      std::printf("payer storm: seed %llu\n", static_cast<unsigned long long>(seed));
      storm(url, seed);
    }
  }
}

}  // namespace
}  // namespace citybrain::benefit
