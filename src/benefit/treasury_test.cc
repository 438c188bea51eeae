// The simulator over HTTP: idempotent, faithful to its fault script, and remembering over a
// restart.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "benefit/adapters.h"
#include "benefit/treasury_sim.h"
#include "http/client.h"
#include "sql/testing.h"
#include "treasury_books.h"
#include "treasury_wire.h"

namespace citybrain::benefit {
namespace {

// The simulator in a thread of this process.
class Simulator {
 public:
  Simulator(const std::string& file, const std::string& faults) {
    TreasuryOptions options;
    options.file = file;
    options.faults = *parse_faults(faults);
    std::promise<std::uint16_t> listening;
    auto port = listening.get_future();
    options.listening = [&](std::uint16_t p) { listening.set_value(p); };
    thread_ = std::jthread([options](std::stop_token stop) {
      const auto served = run_treasury(options, stop);
      EXPECT_TRUE(served.has_value()) << served.error().message;
    });
    url_ = "http://127.0.0.1:" + std::to_string(port.get());
  }
  std::unique_ptr<Treasury> client(int timeout_ms = 5000) const {
    return treasury_at(url_, std::chrono::milliseconds(timeout_ms));
  }
  http::ClientReply call(const std::string& method, const std::string& path,
                         const std::string& body = "") const {
    http::Call call;
    call.method = method;
    call.url = url_ + path;
    call.body = body;
    return *http::call(call);
  }

 private:
  std::string url_;
  std::jthread thread_;
};

std::vector<PaymentOrder> orders(int n) {
  std::vector<PaymentOrder> out;
  for (int i = 0; i < n; ++i) out.push_back({"E" + std::to_string(i), "某公司", "6222", 100 + i});
  return out;
}

TEST(Treasury, PaysAnIdOnceAndRemembersItOverARestart) {
  const auto stores = sql::test_stores();
  const std::string file = stores.dir() + "/t.db";
  {
    Simulator simulator(file, "");
    const auto client = simulator.client();
    EXPECT_EQ(client->pay(orders(3))->size(), 3u);
    EXPECT_EQ(client->pay(orders(3))->at(2).status, TreasuryStatus::paid);
    auto other = orders(1);
    other[0].amount_fen = 999;
    EXPECT_FALSE(client->pay(other).has_value());
  }
  Simulator simulator(file, "");
  const auto totals = *parse_json(simulator.call("GET", "/totals").body);
  EXPECT_EQ(totals.at("payments").as_int64(), 3);
  EXPECT_EQ(totals.at("amount_fen").as_int64(), 303);
  EXPECT_EQ(totals.at("repeated").as_int64(), 3);
  EXPECT_EQ(totals.at("conflicts").as_int64(), 1);
  EXPECT_EQ(simulator.call("GET", "/payments/E1").status, 200);
  EXPECT_EQ(simulator.call("GET", "/payments/E9").status, 404);
  EXPECT_EQ(simulator.call("POST", "/payments", R"({"end_to_end_id":"E8","payee":"x"})").status,
            400);
  EXPECT_EQ(simulator
                .call("POST", "/payments",
                      R"({"end_to_end_id":"E8","payee":"x","account":"1","amount_fen":5})")
                .status,
            200);
  const std::vector<std::string> ids = {"E8", "E9"};
  const auto answers = simulator.client()->ask(ids);
  ASSERT_TRUE(answers.has_value());
  EXPECT_EQ(answers->at(0).status, TreasuryStatus::paid);
  EXPECT_EQ(answers->at(1).status, TreasuryStatus::absent);
}

TEST(Treasury, MisbehavesAsItsScriptSays) {
  const auto stores = sql::test_stores();
  const std::vector<std::string> id = {"E0"};
  {
    Simulator s(stores.dir() + "/a.db", "timeout=1000,timeout_ms=400");
    EXPECT_EQ(s.client(100)->pay(orders(1)).error().code, Code::unavailable);
    EXPECT_EQ(s.client()->ask(id)->at(0).status, TreasuryStatus::paid);
  }
  {
    Simulator s(stores.dir() + "/b.db", "lost=1000,timeout_ms=300");
    EXPECT_FALSE(s.client(100)->pay(orders(1)).has_value());
    EXPECT_EQ(s.client()->ask(id)->at(0).status, TreasuryStatus::absent);
    EXPECT_EQ(s.client()->pay(orders(1))->at(0).status, TreasuryStatus::paid);
  }
  {
    Simulator s(stores.dir() + "/c.db", "twice=1000");
    EXPECT_EQ(s.client()->pay(orders(2))->size(), 4u);
  }
  {
    Simulator s(stores.dir() + "/d.db", "unknown=1000,unknown_asks=2");
    EXPECT_EQ(s.client()->pay(orders(1))->at(0).status, TreasuryStatus::unknown);
    EXPECT_EQ(s.client()->ask(id)->at(0).status, TreasuryStatus::unknown);
    EXPECT_EQ(s.client()->ask(id)->at(0).status, TreasuryStatus::paid);
  }
  Simulator s(stores.dir() + "/e.db", "returned=1000");
  EXPECT_EQ(s.client()->pay(orders(1))->at(0).status, TreasuryStatus::accepted);
  EXPECT_EQ(s.client()->ask(id)->at(0).status, TreasuryStatus::returned);
}

TEST(Treasury, PaysReturnedMoneyAtTheNextAttemptOnce) {
  const auto stores = sql::test_stores();
  Simulator s(stores.dir() + "/f.db", "returned=1000");
  const std::vector<std::string> id = {"E0"};
  ASSERT_TRUE(s.client()->pay(orders(1)));
  auto corrected = orders(1);
  corrected[0].account = "6223";
  EXPECT_FALSE(s.client()->pay(corrected).has_value());  // other contents, the same attempt
  corrected[0].attempt = 3;
  EXPECT_FALSE(s.client()->pay(corrected).has_value());
  corrected[0].attempt = 2;
  EXPECT_EQ(s.client()->pay(corrected)->at(0).status, TreasuryStatus::paid);
  EXPECT_EQ(s.client()->pay(corrected)->at(0).attempt, 2);
  EXPECT_FALSE(s.client()->pay(orders(1)).has_value());  // the first, late
  EXPECT_EQ(s.client()->ask(id)->at(0).status, TreasuryStatus::paid);
  EXPECT_EQ(s.client()->ask(id)->at(0).attempt, 2);
}

TEST(Treasury, RefusesAScriptItDoesNotKnow) {
  EXPECT_FALSE(parse_faults("sloow=3").has_value());
  EXPECT_FALSE(parse_faults("slow=1001").has_value());
  EXPECT_FALSE(parse_faults("slow").has_value());
  const auto faults = parse_faults("slow=3, seed=9,unknown_asks=4");
  ASSERT_TRUE(faults.has_value());
  EXPECT_EQ(faults->slow, 3);
  EXPECT_EQ(faults->seed, 9u);
  EXPECT_EQ(faults->unknown_asks, 4);
  EXPECT_EQ(fault_of({}, "any"), Fault::none);
}

}  // namespace
}  // namespace citybrain::benefit
