// Records on their way out: what leaves, what never does, and the entry that says so.
#include <gtest/gtest.h>

#include "guard/release.h"
#include "guard/testing.h"
#include "sql/testing.h"

namespace citybrain::guard {
namespace {

ResourceGrades firms() {
  ResourceGrades grades;
  grades.resource = "firms";
  grades.title = "企业";
  grades.department = "scjg";
  grades.schema = {{{"uscc", Type::text, 0},
                    {"founded", Type::date, 0},
                    {"phone", Type::text, 0},
                    {"secret", Type::text, 0}},
                   {"uscc"}};
  grades.items = {{"uscc", "统一社会信用代码", Grade::L1},
                  {"founded", "成立日期", Grade::L1},
                  {"phone", "联系电话", Grade::L3},
                  {"secret", "账号", Grade::L4}};
  return grades;
}

Batch rows(const Schema& schema, int count) {
  Batch batch(schema);
  for (int i = 0; i < count; ++i)
    batch.append_row({Cell("U" + std::to_string(i)), Cell(Date{18'000 + i}),
                      Cell(std::string("13812345678")), Cell(std::string("6222"))});
  return batch;
}

TEST(Release, MasksEveryRowAndIsOnRecord) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    TestGuard test(url, stores.dir());
    test.define(firms());
    test.land("firms", rows(firms().schema, 2500));
    ReleaseSpec spec{.resource = "firms",
                     .columns = {"uscc", "founded", "phone"},
                     .masks = {{"founded", Mask{Mask::Kind::year, 0}}},
                     .recipient = "open:x"};
    std::int64_t seen = 0;
    const auto released =
        test.guard().release({.code = "opendata.release", .basis = "test", .actor = "acc-steward"},
                             spec, [&](const Batch& batch) -> Result<void> {
                               EXPECT_EQ(batch.columns[1].type(), Type::text);
                               EXPECT_EQ(batch.columns[1].text_at(0).size(), 4u);
                               EXPECT_EQ(batch.columns[2].text_at(0), "138****5678");
                               seen += static_cast<std::int64_t>(batch.rows);
                               return ok();
                             });
    ASSERT_TRUE(released.has_value()) << released.error().message;
    EXPECT_EQ(seen, 2500);
    EXPECT_EQ(released->rows, 2500);
    EXPECT_FALSE(released->columns[0].masked);
    EXPECT_TRUE(released->columns[2].masked);
    const auto entry = test.guard().audit_log().at(released->audit_index);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->event, "opendata.release");
    EXPECT_EQ(entry->details.at("rows").to_number<int>(), 2500);
  }
}

TEST(Release, RefusesWhatMayNotLeave) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    TestGuard test(url, stores.dir());
    test.define(firms());
    test.land("firms", rows(firms().schema, 3));
    const auto why = [&](ReleaseSpec spec) {
      spec.resource = "firms";
      spec.recipient = "open:x";
      const auto done = test.guard().release({.code = "opendata.release", .basis = "test"}, spec,
                                             [](const Batch&) { return ok(); });
      return done ? std::string("released") : std::string(name_of(done.error().code));
    };
    EXPECT_EQ(why({.resource = {}, .columns = {"secret"}}), "denied");
    EXPECT_EQ(why({.resource = {}, .columns = {"secret"}, .masks = {{"secret", Mask{}}}}),
              "denied");
    EXPECT_EQ(why({.resource = {},
                   .columns = {"phone"},
                   .masks = {{"phone", Mask{Mask::Kind::clear, 0}}}}),
              "denied");
    EXPECT_EQ(why({.resource = {},
                   .columns = {"uscc"},
                   .comparisons = {{"phone", Comparison::Op::eq, Cell(std::string("1"))}}}),
              "denied");
    EXPECT_EQ(why({.resource = {}, .columns = {"nosuch"}}), "invalid");
    EXPECT_EQ(why({.resource = {}}), "invalid");
    EXPECT_EQ(why({.resource = {}, .columns = {"uscc"}}), "released");
  }
}

}  // namespace
}  // namespace citybrain::guard
