// Exports, feeds of changes, look-ups of many keys, public callers and marks of disputes, on both
// stores.
#include <sodium.h>

#include "base/ids.h"
#include "door_test.h"

namespace citybrain::guard {
namespace {

ResourceGrades shop_grades() {
  ResourceGrades grades;
  grades.resource = "shop";
  grades.title = "经营主体";
  grades.department = "sjj";
  grades.schema = {{{"code", Type::text},
                    {"owner", Type::text},
                    {"district", Type::text},
                    {"staff", Type::integer}},
                   {"code"}};
  grades.items = {{"code", "编号", Grade::L1},
                  {"owner", "负责人", Grade::L3},
                  {"district", "区划", Grade::L1},
                  {"staff", "从业人数", Grade::L2}};
  return grades;
}

std::vector<Cell> shop(int number, const char* district, std::int64_t staff) {
  return {"S" + std::to_string(1000 + number), std::string("张三"), std::string(district), staff};
}

struct Shops : Door {
  Shops(const std::string& url, const std::string& folder, int shops = 10) : Door(url, folder) {
    define(shop_grades());
    Batch batch(shop_grades().schema);
    for (int i = 0; i < shops; ++i) {
      batch.append_row(shop(i, i % 2 == 0 ? "330203" : "330212", 10 * i));
    }
    land("shop", batch);
  }
  Grant grant(const std::string& department, const std::string& purpose, const std::string& rows,
              std::map<std::string, Mask> masks = {}) {
    Grant asked;
    asked.department = department;
    asked.purpose = purpose;
    asked.resource = "shop";
    asked.columns = {"code", "owner", "staff"};
    asked.masks = std::move(masks);
    asked.rows = rows;
    asked.basis = "共享申请 2020-1";
    asked.filed_by = "acc-a";
    asked.approved_by = "acc-b";
    asked.until = Timestamp{clock.now().us + 86'400'000'000};
    return guard().give(asked).value();
  }
  void land_one(const std::vector<Cell>& row) {
    Batch batch(shop_grades().schema);
    batch.append_row(row);
    land("shop", batch);
  }
  Access by_grant() { return {Door::staff("clerk_of_tax"), "sharing"}; }
};

template <class Test>
void on_both_stores(const Test& test) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Shops shops(url, stores.dir());
    test(shops);
  }
}

TEST(Export, GivesAllRowsOfTheGrantMaskedInPartsThatAreOnRecordFirst) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Shops s(url, stores.dir(), 2500);
    s.grant("rsj", "sharing", "", {{"owner", Mask{Mask::Kind::clear}}});
    std::int64_t rows = 0;
    std::string text;
    const auto done = s.guard().export_rows(
        s.by_grant(), {.resource = "shop"},
        [&](const ExportPart& part, const std::vector<ReadColumn>& columns) -> Result<void> {
          EXPECT_EQ(columns.size(), 3U) << "the district is not granted";
          EXPECT_EQ(part.first, rows);
          rows += static_cast<std::int64_t>(part.batch.rows);
          const auto record = s.guard().audit_log().at(part.audit_index).value();
          EXPECT_EQ(record.event, "guard.export_part");
          for (const json::value& row : answer_rows(part.batch)) {
            text += json::serialize(row) + "\n";
          }
          return ok();
        });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(rows, 2500);
    EXPECT_EQ(done->digest, to_hex(sha256(done->salt + text)));
    EXPECT_EQ(s.guard().audit_log().at(done->audit_index)->details.at("answer").as_string(),
              done->digest);
    EXPECT_NE(text.find("张三"), std::string::npos) << "cleared by the grant";
    EXPECT_NE(text.find("\"10~99\""), std::string::npos) << "masked by its grade";
  }
}

TEST(Export, EndsWhereTheGrantIsRevokedMidStream) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Shops s(url, stores.dir(), 2500);
    const Grant grant = s.grant("rsj", "sharing", "");
    std::int64_t rows = 0;
    const auto done = s.guard().export_rows(s.by_grant(), {.resource = "shop"},
                                            [&](const ExportPart& part, const auto&) {
                                              rows += static_cast<std::int64_t>(part.batch.rows);
                                              return s.guard().grants().revoke(grant.id);
                                            });
    EXPECT_EQ(done.error().code, Code::denied);
    EXPECT_EQ(rows, 1000) << "nothing after the part in which it was revoked";
  }
}

TEST(Changes, ComeMaskedWithTombstonesAndACursor) {
  on_both_stores([](Shops& s) {
    s.grant("rsj", "sharing", "", {{"code", Mask{Mask::Kind::pseudonym}}});
    const auto first = s.guard().changes(s.by_grant(), "shop", {}, 0, 4);
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_EQ(first->changes.size(), 4U);
    EXPECT_TRUE(first->more);
    EXPECT_EQ(to_text(first->changes[0].cells[1]), "张**");
    const auto rest = s.guard().changes(s.by_grant(), "shop", {}, first->next, 100);
    ASSERT_EQ(rest->changes.size(), 6U);
    Batch gone(shop_grades().schema);
    gone.append_row(shop(0, "330203", 0));
    s.remove("shop", gone);
    const auto after = s.guard().changes(s.by_grant(), "shop", {}, rest->next, 100);
    ASSERT_EQ(after->changes.size(), 1U);
    EXPECT_TRUE(after->changes[0].removed);
    EXPECT_EQ(after->changes[0].cells[0], first->changes[0].cells[0]) << "the same pseudonym";
    EXPECT_TRUE(is_null(after->changes[0].cells[1]));
    EXPECT_EQ(s.guard().changes(s.by_grant(), "shop", {}, after->next, 100)->changes.size(), 0U);
    EXPECT_EQ(s.guard().audit_log().at(after->audit_index)->event, "guard.changes");
  });
}

TEST(Changes, TellOfWhatLeavesTheFilterAndNotOfWhatWasNeverInIt) {
  on_both_stores([](Shops& s) {
    s.grant("rsj", "sharing", "district=330203");
    const auto first = s.guard().changes(s.by_grant(), "shop", {}, 0, 100);
    ASSERT_EQ(first->changes.size(), 5U);
    s.land_one(shop(0, "330212", 7));   // leaves
    s.land_one(shop(1, "330212", 77));  // was never in it
    s.land_one(shop(3, "330203", 30));  // comes in
    const auto next = s.guard().changes(s.by_grant(), "shop", {}, first->next, 100);
    ASSERT_EQ(next->changes.size(), 2U);
    EXPECT_TRUE(next->changes[0].removed);
    EXPECT_EQ(to_text(next->changes[0].cells[0]), "S1000");
    EXPECT_FALSE(next->changes[1].removed);
    EXPECT_EQ(to_text(next->changes[1].cells[0]), "S1003");
  });
}

TEST(Changes, AreRefusedWhereTheKeyDoesNotShow) {
  on_both_stores([](Shops& s) {
    s.grant("rsj", "sharing", "", {{"code", Mask{Mask::Kind::redact}}});
    const auto refused = s.guard().changes(s.by_grant(), "shop", {}, 0, 10);
    EXPECT_EQ(refused.error().code, Code::denied);
    EXPECT_NE(refused.error().message.find("'code'"), std::string::npos);
    EXPECT_EQ(s.guard().changes(s.by_grant(), "shop", {}, 0, 0).error().code, Code::invalid);
    EXPECT_EQ(s.guard().changes({Door::staff("x"), "handling"}, "shop", {}, 0, 9).error().code,
              Code::denied);
  });
}

TEST(Read, FindsManyKeysAndPages) {
  on_both_stores([](Shops& s) {
    s.grant("rsj", "sharing", "district=330203");
    const auto read = s.guard().read(s.by_grant(), {.resource = "shop",
                                                    .keys = {{std::string("S1004")},
                                                             {std::string("S1001")},
                                                             {std::string("nothing")},
                                                             {std::string("S1000")}}});
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->batch.rows, 2U) << "one is outside the grant's rows, one is not there";
    EXPECT_EQ(read->positions, (std::vector<std::int64_t>{0, 3}));
    const auto page = s.guard().read(s.by_grant(), {.resource = "shop", .limit = 2, .offset = 3});
    ASSERT_EQ(page->batch.rows, 2U);
    EXPECT_EQ(to_text(page->batch.row(0)[0]), "S1006");
    EXPECT_EQ(
        s.guard().read(s.by_grant(), {.resource = "shop", .limit = 2, .offset = 9})->batch.rows,
        0U);
  });
}

TEST(Read, APublicGrantIsForAnybodyAndForNothingElse) {
  on_both_stores([](Shops& s) {
    const Access anybody{public_caller(), "open"};
    EXPECT_EQ(s.guard().read(anybody, {.resource = "shop"}).error().code, Code::denied);
    s.grant("public", "open", "");
    const auto read = s.guard().read(anybody, {.resource = "shop"});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->batch.rows, 10U);
    EXPECT_EQ(to_text(read->batch.row(0)[1]), "张**");
    EXPECT_TRUE(s.guard().read({Door::citizen("330299193506080013"), "open"}, {.resource = "shop"}))
        << "a citizen too";
    EXPECT_EQ(s.guard().read({public_caller(), "handling"}, {.resource = "shop"}).error().code,
              Code::denied);
    EXPECT_EQ(s.guard().read(anybody, {.resource = "shop", .columns = {"district"}}).error().code,
              Code::denied);
  });
}

TEST(Dispute, IsShownByEveryReadUntilItIsSettled) {
  on_both_stores([](Shops& s) {
    s.grant("rsj", "sharing", "");
    const std::vector<Cell> key = {std::string("S1003")};
    ASSERT_TRUE(s.guard().disputes().open({"case-1", "shop", {"staff"}}, key));
    ASSERT_TRUE(s.guard().disputes().open({"case-1", "shop", {"staff"}}, key)) << "twice is once";
    EXPECT_EQ(s.guard().disputes().open({"case-1", "shop"}, {std::string("S1004")}).error().code,
              Code::conflict);
    const auto by_key = s.guard().read(s.by_grant(), {.resource = "shop", .key = key});
    ASSERT_EQ(by_key->disputed.size(), 1U);
    EXPECT_EQ(by_key->disputed[0].second, "case-1");
    const auto all = s.guard().read(s.by_grant(), {.resource = "shop"});
    ASSERT_EQ(all->disputed.size(), 1U);
    EXPECT_EQ(all->disputed[0].first, 3U);
    int marked = 0;
    ASSERT_TRUE(s.guard().export_rows(s.by_grant(), {.resource = "shop"},
                                      [&](const ExportPart& part, const auto&) {
                                        marked += static_cast<int>(part.disputed.size());
                                        return ok();
                                      }));
    EXPECT_EQ(marked, 1);
    const auto feed = s.guard().changes(s.by_grant(), "shop", {}, 0, 100);
    EXPECT_EQ(feed->changes[3].dispute, "case-1");
    EXPECT_EQ(s.guard().disputes().of_record("shop", key)->size(), 1U);
    ASSERT_TRUE(s.guard().disputes().settle("case-1"));
    EXPECT_EQ(s.guard().disputes().settle("case-1").error().code, Code::not_found);
    EXPECT_TRUE(s.guard().read(s.by_grant(), {.resource = "shop", .key = key})->disputed.empty());
  });
}

}  // namespace
}  // namespace citybrain::guard
