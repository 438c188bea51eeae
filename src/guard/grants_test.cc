// Grants: what they let through, what each mask shows, and that nobody gets more or longer.
#include <atomic>
#include <thread>

#include "base/idcheck.h"
#include "door_test.h"
#include "masks.h"

namespace citybrain::guard {
namespace {

const std::string zhang = "11010519491231002X";
const std::string li = "330299193506080013";

struct Sharing : Door {
  Principal reader = Door::staff("reader");  // no right of its own

  Sharing(const std::string& url, const std::string& folder) : Door(url, folder) {
    reader.department = "rsj";
    ResourceGrades grades;
    grades.resource = "person";
    grades.department = "gaj";
    grades.schema = {{{"person_id", Type::text},
                      {"name", Type::text},
                      {"born", Type::date},
                      {"income", Type::decimal, 2},
                      {"district", Type::text},
                      {"illness", Type::text}},
                     {"person_id"}};
    grades.items = {{"person_id", "公民身份号码", Grade::L3, "resident_id"},
                    {"name", "姓名", Grade::L3},
                    {"born", "出生日期", Grade::L2},
                    {"income", "月收入", Grade::L2},
                    {"district", "区划", Grade::L1}};
    define(grades);
    Batch batch(grades.schema);
    batch.append_row({zhang, std::string("张三"), date_of({1949, 12, 31}), Decimal64{512300, 2},
                      std::string("330212"), std::string("糖尿病")});
    batch.append_row(
        {li, std::string("李四"), Cell(), Decimal64{-50, 2}, std::string("330282"), Cell()});
    land("person", batch);
  }
  Grant ask() {
    Grant g;
    g.department = "rsj";
    g.purpose = "handling";
    g.resource = "person";
    g.columns = {"person_id", "name", "born", "income", "district"};
    g.masks = {{"person_id", {Mask::Kind::clear}}};
    g.basis = "社会保险法第七十四条";
    g.filed_by = "filer";
    g.approved_by = "approver";
    g.until = {clock.now().us + 86'400'000'000};
    return g;
  }
  Result<ReadResult> read(const ReadSpec& spec, const std::string& grant = "",
                          const std::string& purpose = "handling") {
    return guard().read({reader, purpose, "", grant}, spec);
  }
};

ReadSpec by_key(const std::string& key, std::vector<std::string> columns = {}) {
  ReadSpec spec;
  spec.resource = "person";
  spec.key = {key};
  spec.columns = std::move(columns);
  return spec;
}

std::string shown(const Result<ReadResult>& read) {
  if (!read) return read.error().message;
  std::string text;
  for (std::size_t row = 0; row < read->batch.rows; ++row) {
    for (const Cell& cell : read->batch.row(row)) {
      text += (is_null(cell) ? "-" : to_text(cell)) + " ";
    }
  }
  return text;
}

TEST(Grants, LetThroughWhatTheySayAndNoMore) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Sharing s(url, stores.dir());
    EXPECT_NE(shown(s.read(by_key(zhang))).find("no grant stands"), std::string::npos);
    const auto grant = s.guard().give(s.ask());
    ASSERT_TRUE(grant) << grant.error().message;
    EXPECT_EQ(shown(s.read(by_key(zhang))), zhang + " 张** 1949 1000~9999 330212 ");
    EXPECT_EQ(shown(s.read(by_key(zhang), grant->id)), zhang + " 张** 1949 1000~9999 330212 ");
    EXPECT_EQ(s.read(by_key(zhang, {"illness"})).error().code, Code::denied) << "not granted";
    EXPECT_EQ(s.read(by_key(zhang), "", "audit").error().code, Code::denied) << "another purpose";
    EXPECT_EQ(s.read(by_key(zhang), "no-such-grant").error().code, Code::denied);
    ReadSpec filter;
    filter.resource = "person";
    filter.comparisons = {{"born", Comparison::Op::gt, date_of({1900, 1, 1})}};
    EXPECT_EQ(s.read(filter).error().code, Code::denied) << "born is masked";
    filter.comparisons = {{"illness", Comparison::Op::eq, std::string("糖尿病")}};
    EXPECT_EQ(s.read(filter).error().code, Code::denied) << "illness is not granted";
    filter.comparisons = {{"district", Comparison::Op::eq, std::string("330282")}};
    EXPECT_EQ(shown(s.read(filter)), li + " 李** - <0 330282 ");
    Principal other = s.reader;
    other.department = "mzj";
    EXPECT_EQ(s.guard().read({other, "handling", "", grant->id}, by_key(zhang)).error().code,
              Code::denied);
    const auto entry = s.guard().audit_log().page(1, 1)->records[0];
    EXPECT_EQ(entry.status, 403) << "refusals are on record";
    EXPECT_TRUE(s.guard().grants().revoke(grant->id));
    EXPECT_EQ(s.read(by_key(zhang)).error().code, Code::denied) << "from the next read on";
    EXPECT_EQ(s.guard().grants().revoke(grant->id).error().code, Code::not_found);
  }
}

TEST(Grants, EndTheirDayAndTheirRows) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Sharing s(url, stores.dir());
    Grant asked = s.ask();
    asked.rows = "district=330282";
    const Grant grant = s.guard().give(asked).value();
    EXPECT_EQ(shown(s.read(by_key(zhang))), "") << "not among the granted rows";
    EXPECT_EQ(shown(s.read(by_key(li))), li + " 李** - <0 330282 ");
    ReadSpec all;
    all.resource = "person";
    EXPECT_EQ(s.read(all)->batch.rows, 1U);
    s.clock.advance_us(86'400'000'001);
    EXPECT_NE(shown(s.read(by_key(li), grant.id)).find("has ended"), std::string::npos);
  }
}

TEST(Grants, TwoPeopleAndABasisAreNeeded) {
  const auto stores = sql::test_stores();
  Sharing s(*stores.begin(), stores.dir());
  const auto refused = [&](const std::function<void(Grant&)>& change) {
    Grant grant = s.ask();
    change(grant);
    const auto given = s.guard().give(grant);
    return given ? Code::internal : given.error().code;
  };
  EXPECT_EQ(refused([](Grant& g) { g.filed_by = g.approved_by; }), Code::conflict);
  EXPECT_EQ(refused([](Grant& g) { g.filed_by = ""; }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.basis = ""; }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.columns = {}; }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.columns.push_back("shoe_size"); }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.masks["illness"] = {}; }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.rows = "shoe_size=1"; }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.until = {1}; }), Code::invalid);
  EXPECT_EQ(refused([](Grant& g) { g.purpose = "curiosity"; }), Code::invalid);
}

TEST(Grants, SeveralThatApplyMustBeNamed) {
  const auto stores = sql::test_stores();
  Sharing s(*stores.begin(), stores.dir());
  Grant narrow = s.ask();
  narrow.columns = {"district"};
  narrow.masks = {};
  const Grant first = s.guard().give(s.ask()).value();
  const Grant second = s.guard().give(narrow).value();
  EXPECT_EQ(s.read(by_key(zhang)).error().code, Code::invalid);
  EXPECT_TRUE(s.read(by_key(zhang), first.id));
  ReadSpec all;
  all.resource = "person";
  EXPECT_EQ(s.read(all, second.id)->batch.columns.size(), 1U);
}

TEST(Grants, MasksShowWhatTheyAreNamedFor) {
  const std::string key(32, 'k');
  const auto as = [&](const char* name, Holds holds, const Cell& cell) {
    return mask(Mask::parse(name).value(), holds, Grade::L4, cell, key).value_or("-");
  };
  const Cell born = date_of({1949, 2, 3});
  EXPECT_EQ(as("clear", Holds::other, std::string("糖尿病")), "糖尿病");
  EXPECT_EQ(as("by_grade", Holds::other, std::string("糖尿病")), "-");
  EXPECT_EQ(as("redact", Holds::other, Cell()), "***") << "that it is null is hidden too";
  EXPECT_EQ(as("nullify", Holds::other, std::string("x")), "-");
  EXPECT_EQ(as("verify", Holds::other, std::string("x")), "-");
  EXPECT_EQ(as("partial", Holds::phone, std::string("13812345678")), "138****5678");
  EXPECT_EQ(as("year", Holds::date, born), "1949");
  EXPECT_EQ(as("month", Holds::date, born), "1949-02");
  EXPECT_EQ(as("month", Holds::person_name, std::string("张三")), "***");
  EXPECT_EQ(as("district", Holds::other, std::string("330212005")), "330212");
  EXPECT_EQ(as("bucket:1000", Holds::number, Cell(std::int64_t{1999})), "[1000,2000)");
  EXPECT_EQ(as("bucket:1000", Holds::number, Cell(std::int64_t{-1})), "[-1000,0)");
  EXPECT_EQ(as("bucket:1000", Holds::number, Cell(Decimal64{-50, 2})), "[-1000,0)");
  EXPECT_EQ(as("bucket:1000", Holds::number, Cell(Decimal64{200000, 2})), "[2000,3000)");
  EXPECT_EQ(as("bucket:7", Holds::number, Cell(std::int64_t{INT64_MIN})), "***");
  const std::string pseudonym = as("pseudonym", Holds::identity, zhang);
  EXPECT_EQ(pseudonym.size(), 32U);
  EXPECT_EQ(pseudonym, as("pseudonym", Holds::other, zhang)) << "the same in all resources";
  EXPECT_NE(pseudonym,
            mask({Mask::Kind::pseudonym}, Holds::identity, Grade::L4, zhang, std::string(32, 'j')))
      << "another for another recipient";
  const std::string same_form = as("format_preserving", Holds::identity, zhang);
  EXPECT_NE(same_form, zhang);
  EXPECT_EQ(same_form.back(), resident_check_char(same_form.substr(0, 17)));
  EXPECT_EQ(as("format_preserving", Holds::phone, std::string("138-1234-5678")).find('-'), 3U);
  EXPECT_EQ(as("format_preserving", Holds::phone, std::string("110")), "***");
  for (const char* bad : {"", "nonsense", "bucket", "bucket:0", "bucket:x", "clear:1"}) {
    EXPECT_FALSE(Mask::parse(bad)) << bad;
  }
}

TEST(Grants, QuotasHoldUnderManyReadersAtOnce) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Sharing s(url, stores.dir());
    Grant asked = s.ask();
    asked.rows_a_day_max = 25;
    const Grant grant = s.guard().give(asked).value();
    std::atomic<int> rows = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          const auto read = s.read(by_key(zhang), grant.id);
          if (read) {
            rows += static_cast<int>(read->batch.rows);
          } else {
            EXPECT_EQ(read.error().code, Code::exhausted) << read.error().message;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(rows, 25);
    EXPECT_EQ(s.guard().grants().use_of(grant.id)->rows, 25);
    s.clock.advance_us(43'200'000'000);
    asked.until = {s.clock.now().us + 86'400'000'000};
    asked.rows_a_day_max = 0;
    asked.reads_a_minute_max = 3;
    const Grant slow = s.guard().give(asked).value();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(s.read(by_key(zhang), slow.id));
    EXPECT_EQ(s.read(by_key(zhang), slow.id).error().code, Code::exhausted);
    s.clock.advance_us(60'000'000);
    EXPECT_TRUE(s.read(by_key(zhang), slow.id));
  }
}

TEST(Grants, VerificationSaysYesOrNoAndNothingElse) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Sharing s(url, stores.dir());
    Grant asked = s.ask();
    asked.columns = {"person_id", "name", "illness"};
    asked.masks = {{"person_id", {Mask::Kind::verify}}, {"name", {Mask::Kind::verify}}};
    ASSERT_TRUE(s.guard().give(asked));
    const auto ask = [&](const std::string& key, const std::string& item, const Cell& value) {
      const auto said = s.guard().verify({s.reader, "handling"}, "person", {key}, {{item, value}});
      return said ? (said->matches[0].second ? "yes" : "no")
                  : std::string(citybrain::name_of(said.error().code));
    };
    EXPECT_EQ(ask(zhang, "name", std::string("张三")), "yes");
    EXPECT_EQ(ask(zhang, "name", std::string("张四")), "no");
    EXPECT_EQ(ask("nobody", "name", std::string("张三")), "no") << "as if it were another's name";
    EXPECT_EQ(ask(zhang, "illness", std::string("糖尿病")), "denied");
    EXPECT_EQ(ask(zhang, "income", Decimal64{512300, 2}), "denied");
    EXPECT_EQ(ask(zhang, "shoe_size", std::string("1")), "invalid");
    const auto entry = s.guard().audit_log().page(1, 3)->records;
    EXPECT_EQ(entry[0].event, "guard.verify");
    EXPECT_EQ(s.read(by_key(zhang)).error().code, Code::denied) << "to ask is not to read";
  }
}

TEST(Grants, VerificationShowsADisputeUntilItIsSettled) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Sharing s(url, stores.dir());
    Grant asked = s.ask();
    asked.columns = {"person_id", "name"};
    asked.masks = {{"person_id", {Mask::Kind::verify}}, {"name", {Mask::Kind::verify}}};
    asked.rows = "district=330212";
    ASSERT_TRUE(s.guard().give(asked));
    const auto mark = [&](const std::string& key) {
      const auto said = s.guard().verify({s.reader, "handling"}, "person", {key},
                                         {{"name", std::string("张四")}});
      return said ? said->dispute : said.error().message;
    };
    EXPECT_EQ(mark(zhang), "");
    for (const std::string& key : {zhang, li, std::string("nobody")}) {
      ASSERT_TRUE(s.guard().disputes().open({"case-" + key, "person", {"name"}}, {key}));
    }
    EXPECT_EQ(mark(zhang), "case-" + zhang) << "also where the answer is no";
    EXPECT_EQ(mark(li), "") << "outside the grant's rows nothing is told";
    EXPECT_EQ(mark("nobody"), "") << "nor of a record that is not there";
    ASSERT_TRUE(s.guard().disputes().settle("case-" + zhang));
    EXPECT_EQ(mark(zhang), "");
  }
}

TEST(Grants, StandOrFallWithTheTransactionTheyAreGivenIn) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Sharing s(url, stores.dir());
    Grants& grants = s.guard().grants();
    const auto prepared = s.guard().prepare(s.ask());
    ASSERT_TRUE(prepared) << prepared.error().message;
    EXPECT_EQ(grants.of(prepared->id).error().code, Code::not_found) << "nothing is stored yet";
    const auto failed = s.db().write([&](sql::Tx& tx) -> Result<void> {
      CB_DO(grants.give_in(tx, *prepared));
      return conflict("the room's own row was refused");
    });
    EXPECT_EQ(failed.error().code, Code::conflict);
    EXPECT_EQ(s.read(by_key(zhang)).error().code, Code::denied) << "rolled back with it";
    ASSERT_TRUE(s.db().write([&](sql::Tx& tx) { return grants.give_in(tx, *prepared); }));
    EXPECT_TRUE(s.read(by_key(zhang)));
    EXPECT_EQ(grants.of(prepared->id)->basis, prepared->basis);
    EXPECT_FALSE(s.db().write([&](sql::Tx& tx) -> Result<void> {
      CB_DO(grants.revoke_in(tx, prepared->id));
      return conflict("the room's own row was refused");
    }));
    EXPECT_TRUE(s.read(by_key(zhang))) << "it stands still";
    ASSERT_TRUE(s.db().write([&](sql::Tx& tx) { return grants.revoke_in(tx, prepared->id); }));
    EXPECT_EQ(s.read(by_key(zhang)).error().code, Code::denied);
    Grant own = s.ask();
    own.approved_by = own.filed_by;
    EXPECT_EQ(s.guard().prepare(own).error().code, Code::conflict);
  }
}

}  // namespace
}  // namespace citybrain::guard
