// Lead: one of several, and nothing is written under a token that is not the newest.
#include "sql/lead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/text.h"
#include "sql/db.h"
#include "sql/testing.h"

namespace citybrain::sql {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::string> postgres_of(const TestStores& stores) {
  for (const auto& url : stores) {
    if (url.starts_with("postgres:")) return url;
  }
  return std::nullopt;
}

Result<void> make_table(Db& db) {
  return db.write([](Tx& tx) { return tx.script("CREATE TABLE sql_written (by_token BIGINT)"); });
}

Result<std::int64_t> write_one(Db& db, std::int64_t token) {
  return db.write(
      [&](Tx& tx) { return tx.exec("INSERT INTO sql_written (by_token) VALUES ($1)", {token}); });
}

TEST(Lead, OnlyOneHasItAndTheOldOneWritesNoMore) {
  const TestStores stores;
  EXPECT_EQ(Lead::take(*stores.begin()).error().code, Code::invalid);  // SQLite has one process
  const auto url = postgres_of(stores);
  if (!url) GTEST_SKIP() << "CITYBRAIN_TEST_POSTGRES is not set";
  auto first = Lead::take(*url);
  ASSERT_TRUE(first) << first.error().message;
  const std::int64_t old_token = (*first)->token();
  auto old_db = Db::open(*url, old_token).value();
  ASSERT_TRUE(make_table(*old_db));
  ASSERT_TRUE(write_one(*old_db, old_token));
  EXPECT_EQ(Lead::take(*url).error().code, Code::conflict);

  first->reset();  // the lock goes, the process with its Db stays: it does not know yet
  auto second = Lead::take(*url);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_GT((*second)->token(), old_token);
  EXPECT_EQ(write_one(*old_db, old_token).error().code, Code::unavailable);
  auto new_db = Db::open(*url, (*second)->token()).value();
  ASSERT_TRUE(write_one(*new_db, (*second)->token()));
  EXPECT_EQ(write_one(*old_db, old_token).error().code, Code::unavailable);
  const auto rows = old_db->read([](Session& s) {  // it may still read
    return s.query("SELECT by_token FROM sql_written ORDER BY by_token");
  });
  ASSERT_EQ(rows->size(), 2U);
}

// The child leads and writes until it is killed.
TEST(LeadChild, Writes) {
  const char* url = std::getenv("LEAD_URL");
  if (!url) return;
  auto lead = Lead::wait(url, {}).value();
  auto db = Db::open(url, lead->token()).value();
  for (int i = 0; i < 100'000; ++i) {
    if (!write_one(*db, lead->token())) return;
    std::printf("acknowledged\n");
    std::fflush(stdout);
  }
}

TEST(Lead, PassesOnWithinSecondsWhenItsHolderIsKilled) {
  const TestStores stores;
  const auto url = postgres_of(stores);
  if (!url) GTEST_SKIP() << "CITYBRAIN_TEST_POSTGRES is not set";
  auto db = Db::open(*url).value();
  ASSERT_TRUE(make_table(*db));
  std::int64_t acknowledged = 0;
  std::int64_t last_token = 0;
  for (int k = 0; k < kills(); ++k) {
    const auto end = run_child("LeadChild.Writes", {{"LEAD_URL", *url}}, 400);
    ASSERT_TRUE(end.killed) << end.output;
    for (std::size_t at = 0; (at = end.output.find("acknowledged\n", at)) != std::string::npos;
         ++at) {
      ++acknowledged;
    }
    const auto from = Clock::now();
    auto lead = Lead::wait(*url, {});
    ASSERT_TRUE(lead) << lead.error().message;
    EXPECT_LT(Clock::now() - from, std::chrono::seconds(5));
    EXPECT_GT((*lead)->token(), last_token);
    last_token = (*lead)->token();
  }
  const auto rows =
      db->read([](Session& s) { return s.query("SELECT COUNT(*) FROM sql_written"); });
  EXPECT_GT(acknowledged, 0);
  EXPECT_GE(rows->at(0).integer(0), acknowledged);
  EXPECT_LE(rows->at(0).integer(0), acknowledged + kills());  // at most one each unanswered
}

TEST(Lead, SaysWhenItIsLost) {
  const TestStores stores;
  const auto url = postgres_of(stores);
  if (!url) GTEST_SKIP() << "CITYBRAIN_TEST_POSTGRES is not set";
  auto lead = Lead::take(*url).value();
  std::atomic<bool> lost{false};
  lead->watch([&] { lost = true; });
  auto db = Db::open(*url).value();
  ASSERT_TRUE(db->read([](Session& s) {
    return s.query(
        "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = "
        "'advisory' AND objid = 'sql_lead'::regclass::oid) gone");
  }));
  for (int i = 0; i < 50 && !lost; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(lost);
}

TEST(Lead, WaitingEndsWhenItIsToldTo) {
  const TestStores stores;
  const auto url = postgres_of(stores);
  if (!url) GTEST_SKIP() << "CITYBRAIN_TEST_POSTGRES is not set";
  auto holder = Lead::take(*url).value();
  std::jthread waiting([&](const std::stop_token& stop) {
    const auto lead = Lead::wait(*url, stop);
    EXPECT_TRUE(lead && *lead == nullptr);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  waiting.request_stop();
}

}  // namespace
}  // namespace citybrain::sql
