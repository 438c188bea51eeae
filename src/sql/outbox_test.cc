// Events are there exactly when their write is, and are handed on in order.
#include "sql/outbox.h"

#include <gtest/gtest.h>

#include "sql/testing.h"

namespace citybrain::sql {
namespace {

Result<std::int64_t> say(Db& db, const std::string& kind, const std::string& subject) {
  return db.write([&](Tx& tx) -> Result<std::int64_t> {
    return put(tx, Timestamp{5}, kind, subject, {{"n", 1}});
  });
}

TEST(Outbox, EventsOfRolledBackWritesDoNotExist) {
  for (const auto& url : test_stores()) {
    auto db = Db::open(url).value();
    EXPECT_EQ(say(*db, "a.done", "1").value(), 1);
    const auto undone = db->write([](Tx& tx) -> Result<void> {
      CB_DO(put(tx, Timestamp{5}, "a.done", "2", {}));
      return conflict("no");
    });
    EXPECT_FALSE(undone);
    EXPECT_EQ(say(*db, "a.done", "3").value(), 2);
    const auto events = db->read([](Session& s) { return events_after(s, 0, 10); }).value();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].subject, "1");
    EXPECT_EQ(events[1].subject, "3");
    EXPECT_EQ(events[1].data.at("n").as_int64(), 1);
    EXPECT_EQ(events[1].at.us, 5);
  }
}

TEST(Dispatcher, HandsOnInOrderByPrefixAndTriesAgain) {
  for (const auto& url : test_stores()) {
    auto db = Db::open(url).value();
    for (int i = 0; i < 450; ++i) {
      ASSERT_TRUE(say(*db, i % 2 == 0 ? "a.even" : "b.odd", std::to_string(i)));
    }
    std::vector<std::string> a;
    int all = 0;
    bool broken = true;
    const auto make = [&] {
      return Dispatcher(*db, {{"of_a", "a.",
                               [&](const Event& e) -> Result<void> {
                                 a.push_back(e.subject);
                                 return ok();
                               }},
                              {"of_all", "", [&](const Event& e) -> Result<void> {
                                 if (broken && e.subject == "100") return unavailable("down");
                                 ++all;
                                 return ok();
                               }}});
    };
    Dispatcher dispatcher = make();
    while (dispatcher.step().value()) {
    }
    EXPECT_EQ(a.size(), 225U);
    EXPECT_EQ(a.front(), "0");
    EXPECT_EQ(a.back(), "448");
    EXPECT_EQ(all, 100);  // held up at the refused event
    EXPECT_EQ(dispatcher.lag().value(), 350);
    broken = false;
    Dispatcher again = make();  // after a restart: positions are in the store
    while (again.step().value()) {
    }
    EXPECT_EQ(a.size(), 225U);
    EXPECT_EQ(all, 450);
    EXPECT_EQ(again.lag().value(), 0);
  }
}

}  // namespace
}  // namespace citybrain::sql
