// The ledger: refusals one by one, and its promises under seeded random operations and faults.
#include "benefit/ledger.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/clock.h"
#include "fixtures.h"
#include "sql/testing.h"

namespace citybrain::benefit {
namespace {

using testing::noon;
using testing::open_store;

Transfer direct(const std::string& id, const std::string& debit, const std::string& credit,
                std::int64_t fen) {
  return {id, Entry::direct, "", debit, credit, fen, "test"};
}
Transfer pending(const std::string& id, const std::string& line, std::int64_t fen) {
  return {id, Entry::pending, "", line_account(line), payable_account(line), fen, "test"};
}
Transfer resolution(Entry entry, const std::string& of) {
  return {"", entry, of, "", "", 0, "test"};
}

struct Book {
  explicit Book(const std::string& url) : db(open_store(url)) {}
  std::vector<Posting> write(const std::vector<Chain>& chains) {
    auto postings = db->write([&](sql::Tx& tx) { return ledger.write(tx, chains); });
    EXPECT_TRUE(postings.has_value());
    return postings ? *postings : std::vector<Posting>(chains.size());
  }
  Posting one(std::vector<Transfer> transfers) { return write({{std::move(transfers)}})[0]; }
  Balance balance(const std::string& account) {
    auto found = db->read([&](sql::Session& s) { return ledger.balances(s, {account}); });
    return found->at(account);
  }
  Verification verify() {
    return *db->read([&](sql::Session& s) { return ledger.verify(s); });
  }
  FixedClock clock{{noon}};
  Ledger ledger{clock};
  std::unique_ptr<sql::Db> db;
};

TEST(Ledger, PendingThenPostMovesMoneyOnce) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    Book book(url);
    book.one({direct("a", treasury_account("330203"), line_account("L"), 1000)});
    EXPECT_EQ(book.one({pending("p", "L", 400)}).state, Posting::State::written);
    EXPECT_EQ(book.balance("line:L").available(), 600);
    EXPECT_EQ(book.one({pending("p", "L", 400)}).state, Posting::State::repeated);
    EXPECT_EQ(book.one({resolution(Entry::post, "p"),
                        direct("s", payable_account("L"), paid_account("L"), 400)})
                  .state,
              Posting::State::written);
    EXPECT_EQ(book.one({resolution(Entry::voided, "p")}).state, Posting::State::refused);
    EXPECT_EQ(book.balance("paid:L").credits_posted, 400);
    EXPECT_EQ(book.balance("payable:L").available(), 0);
    EXPECT_EQ(book.balance("line:L").debits_pending, 0);
    EXPECT_TRUE(book.verify().faults.empty());
  }
}

TEST(Ledger, RefusesWhatWouldOverspend) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    Book book(url);
    book.one({direct("a", treasury_account("330203"), line_account("L"), 1000)});
    book.one({direct("b", treasury_account("330200"), line_account("C"), 50)});
    const Posting over = book.one({pending("p1", "L", 1001)});
    EXPECT_EQ(over.state, Posting::State::refused);
    EXPECT_EQ(over.why.code, Code::exhausted);
    // One leg without quota takes the other with it.
    EXPECT_EQ(book.one({pending("p2", "L", 100), pending("p3", "C", 51)}).state,
              Posting::State::refused);
    EXPECT_EQ(book.balance("line:L").debits_pending, 0);
    // In one write the second is refused because of the first, the third still fits.
    const auto three = book.write(
        {{{pending("q1", "L", 900)}}, {{pending("q2", "L", 200)}}, {{pending("q3", "L", 100)}}});
    EXPECT_EQ(three[0].state, Posting::State::written);
    EXPECT_EQ(three[1].state, Posting::State::refused);
    EXPECT_EQ(three[2].state, Posting::State::written);
    EXPECT_EQ(book.balance("line:L").available(), 0);
  }
}

TEST(Ledger, SameIdWithOtherContentsIsAConflict) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    Book book(url);
    book.one({direct("a", treasury_account("330203"), line_account("L"), 1000)});
    const Posting other = book.one({direct("a", treasury_account("330203"), line_account("L"), 1)});
    EXPECT_EQ(other.state, Posting::State::refused);
    EXPECT_EQ(other.why.code, Code::conflict);
    EXPECT_EQ(book.one({direct("z", "line:L", "line:L", 1)}).why.code, Code::invalid);
    EXPECT_EQ(book.one({direct("z", "line:L", "paid:L", 0)}).why.code, Code::invalid);
    EXPECT_EQ(book.one({resolution(Entry::post, "nothing")}).why.code, Code::not_found);
  }
}

TEST(Ledger, ReversalGivesTheQuotaBack) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    Book book(url);
    book.one({direct("a", treasury_account("330203"), line_account("L"), 1000)});
    book.one({pending("p", "L", 400)});
    book.one(
        {resolution(Entry::post, "p"), direct("s", payable_account("L"), paid_account("L"), 400)});
    EXPECT_EQ(book.one({direct("r1", paid_account("L"), payable_account("L"), 400),
                        direct("r2", payable_account("L"), line_account("L"), 400)})
                  .state,
              Posting::State::written);
    EXPECT_EQ(book.balance("line:L").available(), 1000);
    EXPECT_EQ(book.one({direct("r3", paid_account("L"), payable_account("L"), 1)}).state,
              Posting::State::refused);
    EXPECT_TRUE(book.verify().faults.empty());
  }
}

TEST(Ledger, VerifySeesATamperedBalanceAndJournal) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    Book book(url);
    book.one({direct("a", treasury_account("330203"), line_account("L"), 1000)});
    ASSERT_TRUE(book.db->write([](sql::Tx& tx) {
      return tx.exec("UPDATE benefit_account SET credits_posted = 2000 WHERE id = 'line:L'");
    }));
    EXPECT_FALSE(book.verify().faults.empty());
  }
}

// What the ledger must agree with: the same rules written another way, over plain maps.
struct Oracle {
  std::map<std::string, std::int64_t> appropriated, frozen, spent;
  struct Open {
    std::vector<std::pair<std::string, std::int64_t>> legs;
    char state = 'p';  // p pending, s settled, v void, r reversed
  };
  std::map<std::string, Open> payments;

  bool fits(const Open& payment) const {
    std::map<std::string, std::int64_t> asked;
    for (const auto& [line, fen] : payment.legs) asked[line] += fen;
    for (const auto& [line, fen] : asked) {
      const auto of = [&](const auto& sums) { return sums.contains(line) ? sums.at(line) : 0; };
      if (of(frozen) + of(spent) + fen > of(appropriated)) return false;
    }
    return true;
  }
};

std::vector<Transfer> chain_of(const std::string& id, const Oracle::Open& p, char what) {
  std::vector<Transfer> chain;
  for (const auto& [line, fen] : p.legs) {
    const std::string leg = id + line;
    if (what == 'p') chain.push_back(pending(leg, line, fen));
    if (what == 'v') chain.push_back(resolution(Entry::voided, leg));
    if (what == 's') {
      chain.push_back(resolution(Entry::post, leg));
      chain.push_back(direct(leg + "s", payable_account(line), paid_account(line), fen));
    }
    if (what == 'r') {
      chain.push_back(direct(leg + "r", paid_account(line), payable_account(line), fen));
      chain.push_back(direct(leg + "b", payable_account(line), line_account(line), fen));
    }
  }
  return chain;
}

void simulate(const std::string& url, std::uint64_t seed, int writes) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Book book(url);
  SeededRandom random(seed);
  Oracle oracle;
  std::vector<std::string> ids;
  const auto line_name = [&] { return "L" + std::to_string(random.below(4)); };
  for (int write = 0; write < writes; ++write) {
    std::vector<Chain> chains;
    std::vector<Posting::State> expected;
    Oracle next = oracle;
    for (std::uint64_t n = 1 + random.below(20); n > 0; --n) {
      const auto dice = random.below(10);
      if (dice == 0) {
        const std::string line = line_name();
        const auto fen = static_cast<std::int64_t>(1 + random.below(5000));
        chains.push_back({{direct("a" + std::to_string(write) + "." + std::to_string(n),
                                  treasury_account("330203"), line_account(line), fen)}});
        next.appropriated[line] += fen;
        expected.push_back(Posting::State::written);
      } else if (dice < 5 || ids.empty()) {
        const std::string id = "p" + std::to_string(write) + "." + std::to_string(n) + ".";
        Oracle::Open p;
        p.legs.emplace_back("L0", static_cast<std::int64_t>(1 + random.below(700)));
        if (random.below(2) == 0)
          p.legs.emplace_back("L" + std::to_string(1 + random.below(3)), 50);
        chains.push_back({chain_of(id, p, 'p')});
        expected.push_back(next.fits(p) ? Posting::State::written : Posting::State::refused);
        if (!next.fits(p)) continue;
        for (const auto& [line, fen] : p.legs) next.frozen[line] += fen;
        next.payments[id] = p;
        ids.push_back(id);
      } else {
        const std::string id = ids[random.below(ids.size())];
        if (!next.payments.contains(id)) continue;  // its write was rolled back
        Oracle::Open& p = next.payments[id];
        const char what = "psvr"[random.below(4)];
        chains.push_back({chain_of(id, p, what)});
        const bool same = what == 'p' || what == p.state || (what == 's' && p.state == 'r');
        const bool moves =
            (p.state == 'p' && (what == 's' || what == 'v')) || (p.state == 's' && what == 'r');
        if (what == 'r' && !moves && p.state != 'r') {  // would reverse what was never paid
          chains.pop_back();
          continue;
        }
        expected.push_back(moves  ? Posting::State::written
                           : same ? Posting::State::repeated
                                  : Posting::State::refused);
        if (!moves) continue;
        for (const auto& [line, fen] : p.legs) {
          if (p.state == 'p') next.frozen[line] -= fen;
          if (what == 's') next.spent[line] += fen;
          if (what == 'r') next.spent[line] -= fen;
        }
        p.state = what;
      }
    }
    const bool fails = random.below(8) == 0;  // the caller's own write goes wrong afterwards
    const auto done = book.db->write([&](sql::Tx& tx) -> Result<void> {
      CB_TRY(const auto postings, book.ledger.write(tx, chains));
      for (std::size_t i = 0; i < postings.size(); ++i) {
        EXPECT_EQ(static_cast<int>(postings[i].state), static_cast<int>(expected[i]))
            << "write " << write << " chain " << i << ": " << postings[i].why.message;
      }
      if (fails) return internal("a fault");
      return ok();
    });
    EXPECT_EQ(done.has_value(), !fails);
    if (!fails) oracle = next;
    if (::testing::Test::HasFailure()) return;
  }
  const Verification v = book.verify();
  EXPECT_TRUE(v.faults.empty()) << v.faults.front();
  EXPECT_GT(v.transfers, writes);
  for (const auto& [line, fen] : oracle.appropriated) {
    EXPECT_EQ(book.balance(line_account(line)).available(),
              fen - oracle.frozen[line] - oracle.spent[line]);
    EXPECT_EQ(book.balance(paid_account(line)).available(), oracle.spent[line]);
  }
}

TEST(Ledger, AgreesWithAnOracleUnderRandomOperationsAndFaults) {
  const char* count = std::getenv("CITYBRAIN_LEDGER_WRITES");
  const int writes = count == nullptr ? 400 : std::atoi(count);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (const auto& stores = sql::test_stores(); const auto& url : stores) {
      std::printf("ledger simulation: seed %llu, %d writes\n",
                  static_cast<unsigned long long>(seed), writes);
      simulate(url, seed, writes);
    }
  }
}

}  // namespace
}  // namespace citybrain::benefit
