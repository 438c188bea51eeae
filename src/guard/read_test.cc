// The read door on both stores: masks by grade, right and purpose, own records, refusals, audit.
#include <thread>

#include "door_test.h"
#include "masks.h"

namespace citybrain::guard {
namespace {

const std::string zhang = "11010519491231002X";
const std::string li = "330299193506080013";

ResourceGrades person_grades() {
  ResourceGrades grades;
  grades.resource = "person";
  grades.title = "人口基本信息";
  grades.department = "gaj";
  grades.schema = {{{"person_id", Type::text},
                    {"name", Type::text},
                    {"phone", Type::text},
                    {"address", Type::text},
                    {"born", Type::date},
                    {"income", Type::decimal, 2},
                    {"district", Type::text},
                    {"illness", Type::text}},
                   {"person_id"}};
  grades.items = {{"person_id", "公民身份号码", Grade::L3, "resident_id"},
                  {"name", "姓名", Grade::L3},
                  {"phone", "手机号码", Grade::L3},
                  {"address", "居住地址", Grade::L3},
                  {"born", "出生日期", Grade::L2},
                  {"income", "月收入", Grade::L2},
                  {"district", "区划", Grade::L1}};  // illness is not graded: L4
  return grades;
}

struct People : Door {
  People(const std::string& url, const std::string& folder) : Door(url, folder) {
    const ResourceGrades grades = person_grades();
    define(grades);
    Batch batch(grades.schema);
    const Date born = date_of({1949, 12, 31});
    batch.append_row({zhang, std::string("张三"), std::string("13812345678"),
                      std::string("浙江省宁波市鄞州区首南街道1号"), born, Decimal64{512300, 2},
                      std::string("330212"), std::string("糖尿病")});
    batch.append_row({li,
                      std::string("李四"),
                      {},
                      std::string("慈溪市浒山街道2号"),
                      {},
                      Decimal64{0, 2},
                      std::string("330282"),
                      {}});
    land("person", batch);
  }
};

std::vector<std::string> texts(const ReadResult& read, std::size_t row) {
  std::vector<std::string> all;
  for (const Cell& cell : read.batch.row(row)) all.push_back(is_null(cell) ? "-" : to_text(cell));
  return all;
}

template <class Test>
void on_both_stores(const Test& test) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    People people(url, stores.dir());
    test(people);
  }
}

TEST(Read, MasksByGradeForWhoHasNoClearance) {
  on_both_stores([](People& p) {
    const auto read = p.guard().read({Door::staff("steward"), "quality"}, {.resource = "person"});
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->batch.rows, 2U);
    EXPECT_EQ(texts(*read, 0),
              (std::vector<std::string>{"1****************X", "张**", "138****5678",
                                        "浙江省宁波市鄞州区", "1949", "1000~9999", "330212", "-"}));
    EXPECT_EQ(texts(*read, 1), (std::vector<std::string>{"3****************3", "李**", "-",
                                                         "慈溪市", "-", "0~9", "330282", "-"}));
    EXPECT_TRUE(read->columns[0].masked);
    EXPECT_FALSE(read->columns[6].masked);
    EXPECT_EQ(read->columns[7].grade, Grade::L4) << "what nobody graded is L4";
  });
}

TEST(Read, ClearsByRightAndPurpose) {
  on_both_stores([](People& p) {
    const Principal clerk = Door::staff("clerk");
    const auto handling = p.guard().read({clerk, "业务办理", "办件20201124001"},
                                         {.resource = "person", .key = {zhang}});
    ASSERT_TRUE(handling) << handling.error().message;
    ASSERT_EQ(handling->batch.rows, 1U);
    EXPECT_EQ(texts(*handling, 0)[1], "张三");
    EXPECT_EQ(texts(*handling, 0)[4], "1949-12-31");
    EXPECT_EQ(texts(*handling, 0)[7], "-") << "L4 stays hidden at L3 clearance";
    const auto statistics =
        p.guard().read({clerk, "statistics"}, {.resource = "person", .key = {zhang}});
    EXPECT_EQ(statistics.error().code, Code::denied);
    EXPECT_NE(statistics.error().message.find("guard.clear_l3@statistics"), std::string::npos);
    const auto head =
        p.guard().read({Door::staff("head"), "audit"},
                       {.resource = "person", .columns = {"illness"}, .key = {zhang}});
    EXPECT_EQ(texts(*head, 0)[0], "糖尿病");
  });
}

TEST(Read, RefusalsNameWhatIsMissingAndNothingOfTheData) {
  on_both_stores([](People& p) {
    const auto refused = [&](const Principal& who, const char* purpose, ReadSpec spec) {
      const auto read = p.guard().read({who, purpose}, spec);
      EXPECT_FALSE(read);
      return read ? Error{} : read.error();
    };
    const Principal steward = Door::staff("steward");
    const auto says = [](const Error& error, const char* words) {
      return error.message.find(words) != std::string::npos;
    };
    EXPECT_TRUE(says(refused(Door::staff("nobody"), "quality", {.resource = "person"}),
                     "'guard.read' is missing"));
    EXPECT_TRUE(says(refused({}, "quality", {.resource = "person"}), "log in first"));
    EXPECT_TRUE(
        says(refused(Door::staff("admin"), "quality", {.resource = "person", .key = {zhang}}),
             "guard.clear_l3@quality"))
        << "an administrator has every right but sight";
    EXPECT_EQ(refused(steward, "quality", {.resource = "nothing"}).code, Code::not_found);
    EXPECT_TRUE(says(refused(steward, "curiosity", {.resource = "person"}), "handling 业务办理"));
    EXPECT_TRUE(says(refused(steward, "", {.resource = "person"}), "send one of"));
    EXPECT_TRUE(says(refused(steward, "quality", {.resource = "person", .columns = {"nam"}}),
                     "did you mean 'name'"));
    EXPECT_EQ(refused(steward, "quality", {.resource = "person", .limit = 0}).code, Code::invalid);
    EXPECT_EQ(refused(steward, "quality", {.resource = "person", .limit = 1001}).code,
              Code::invalid);
    const Comparison by_name{"name", Comparison::Op::eq, std::string("张三")};
    const Error filter =
        refused(steward, "quality", {.resource = "person", .comparisons = {by_name}});
    EXPECT_EQ(filter.code, Code::denied);
    EXPECT_TRUE(says(filter, "masked for you, so a filter"));
    EXPECT_FALSE(says(filter, "张三"));
    EXPECT_TRUE(
        says(refused(steward, "quality", {.resource = "person", .sort = {"born"}}), "a sort"));
    const Comparison wrong{"district", Comparison::Op::eq, std::int64_t{1}};
    EXPECT_EQ(refused(steward, "quality", {.resource = "person", .comparisons = {wrong}}).code,
              Code::invalid);
  });
}

TEST(Read, ACitizenSeesHisOwnRowClearAndNoOther) {
  on_both_stores([](People& p) {
    const Principal me = Door::citizen(zhang);
    const auto all = p.guard().read({me, "own"}, {.resource = "person"});
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->batch.rows, 1U);
    EXPECT_EQ(texts(*all, 0)[0], zhang);
    EXPECT_EQ(texts(*all, 0)[7], "糖尿病");
    EXPECT_EQ(p.guard().read({me, "own"}, {.resource = "person", .key = {zhang}})->batch.rows, 1U);
    EXPECT_EQ(p.guard().read({me, "own"}, {.resource = "person", .key = {li}})->batch.rows, 0U)
        << "another's row is as if it were not there";
    EXPECT_EQ(p.guard()
                  .read({me, "own"}, {.resource = "person", .key = {std::string("nobody")}})
                  ->batch.rows,
              0U);
    const Comparison other{"person_id", Comparison::Op::ne, zhang};
    EXPECT_EQ(
        p.guard().read({me, "own"}, {.resource = "person", .comparisons = {other}})->batch.rows,
        0U);
    const auto seen = p.guard().audit_log().of_subject(zhang, 1, 10).value();
    EXPECT_GE(seen.total, 2U);
    EXPECT_EQ(p.guard().audit_log().of_subject(li, 1, 10)->total, 0U);
  });
}

TEST(Read, EveryReadIsOnRecordBeforeItIsAnswered) {
  on_both_stores([](People& p) {
    const Comparison district{"district", Comparison::Op::eq, std::string("330212")};
    const auto read = p.guard().read(
        {Door::staff("steward"), "quality", "检查2020-7"},
        {.resource = "person", .columns = {"name", "district"}, .comparisons = {district}});
    ASSERT_TRUE(read) << read.error().message;
    const auto record = p.guard().audit_log().at(read->audit_index).value();
    EXPECT_EQ(record.event, "guard.read");
    EXPECT_EQ(record.actor, "acc-steward");
    EXPECT_EQ(record.purpose, "quality");
    EXPECT_EQ(record.object, "resource:person");
    EXPECT_EQ(json::serialize(record.details.at("columns")), R"(["district"])");
    EXPECT_EQ(json::serialize(record.details.at("masked")), R"(["name"])");
    EXPECT_EQ(json::serialize(record.details.at("filters")), R"(["district ="])");
    EXPECT_EQ(record.details.at("rows").to_number<int>(), 1);
    EXPECT_EQ(record.details.at("subjects").as_array().size(), 1U);
    EXPECT_EQ(json::serialize(record.details).find("张"), std::string::npos);
    const auto proof = p.guard().audit_log().inclusion(read->audit_index).value();
    EXPECT_TRUE(verify_inclusion(proof.leaf, proof.index, proof.size, proof.path, proof.root));

    const auto size = p.guard().audit_log().head()->size;
    EXPECT_FALSE(p.guard().read({Door::staff("nobody"), "quality"}, {.resource = "person"}));
    EXPECT_EQ(p.guard().audit_log().head()->size, size + 1) << "a refusal is on record too";
    EXPECT_EQ(p.guard().audit_log().at(size)->status, 403);

    p.db()
        .write([](sql::Tx& tx) { return tx.exec("UPDATE guard_audit_head SET size = 0"); })
        .value();
    const auto unaudited =
        p.guard().read({Door::staff("steward"), "quality"}, {.resource = "person"});
    EXPECT_FALSE(unaudited) << "what can't be written down is not shown";
  });
}

TEST(Read, InternalReadingsAreOneEntry) {
  on_both_stores([](People& p) {
    Reading reading = p.guard().begin(
        {.code = "benefit.match", .basis = "甬政发〔2020〕8号", .models = {"unemployment@1"}});
    std::size_t rows = 0;
    ASSERT_TRUE(reading.scan("person", {"person_id", "illness"}, {}, [&](const Batch& batch) {
      rows += batch.rows;
      return ok();
    }));
    EXPECT_EQ(rows, 2U);
    EXPECT_EQ(to_text((**reading.get("person", {zhang}))[1]), "张三");
    EXPECT_EQ(reading.rows_of("person", "person_id", zhang, 10)->rows, 1U);
    EXPECT_EQ(reading.rows_of("person", "district", std::string("330212"), 10)->rows, 1U);
    EXPECT_EQ(reading.rows_of("person", "district", std::string("330212"), 0).error().code,
              Code::exhausted);
    const auto size = p.guard().audit_log().head()->size;
    const std::uint64_t index = reading.finish().value();
    EXPECT_EQ(p.guard().audit_log().head()->size, size + 1);
    const auto record = p.guard().audit_log().at(index).value();
    EXPECT_EQ(record.event, "guard.internal");
    EXPECT_EQ(record.purpose, "benefit.match");
    EXPECT_EQ(record.details.at("basis").as_string(), "甬政发〔2020〕8号");
    EXPECT_EQ(reading.as_of().rows_seq, 2);

    const InternalPurpose figures{.code = "cockpit.figure", .basis = "统计"};
    const auto counts = p.guard().aggregate(
        figures,
        {.resource = "person",
         .group = {"district"},
         .measures = {{Measure::Fn::count, "", "people"}, {Measure::Fn::sum, "income", "sum"}}});
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->rows, 2U);
    EXPECT_EQ(p.guard()
                  .aggregate(figures, {.resource = "person",
                                       .group = {"name"},
                                       .measures = {{Measure::Fn::count, "", "people"}}})
                  .error()
                  .code,
              Code::denied);
    const auto changes = p.guard().changes(0, 10).value();
    ASSERT_EQ(changes.changes.size(), 2U);
    EXPECT_EQ(changes.next, 2);
    EXPECT_EQ(p.guard().changes(2, 10)->changes.size(), 0U);
  });
}

TEST(Read, GradesAreKept) {
  on_both_stores([](People& p) {
    Guard& again = p.guard();
    again.open().value();  // reads them anew from the store
    const auto grades = again.grades_of("person").value();
    EXPECT_EQ(grades.schema, person_grades().schema);
    EXPECT_EQ(grades.subject_item, "person_id");
    EXPECT_EQ(grades.items[4].grade, Grade::L2);
    EXPECT_EQ(grades.items[7].grade, Grade::L4);
    ResourceGrades wrong = person_grades();
    wrong.items.push_back({"nothing", "无", Grade::L1});
    EXPECT_EQ(again.set_grades(wrong).error().code, Code::invalid);
  });
}

TEST(Masks, ShowNoMoreThanTheyShould) {
  const auto shown = [](Holds holds, Grade grade, const Cell& cell) {
    return mask(holds, grade, cell).value_or("-");
  };
  const auto text = [](const char* t) { return Cell(std::string(t)); };
  EXPECT_EQ(shown(Holds::person_name, Grade::L3, text("欧阳修")), "欧**");
  EXPECT_EQ(shown(Holds::person_name, Grade::L3, text("")), "**");
  EXPECT_EQ(shown(Holds::phone, Grade::L3, text("13800138000")), "138****8000");
  EXPECT_EQ(shown(Holds::phone, Grade::L3, text("87654321")), "***");
  EXPECT_EQ(shown(Holds::phone, Grade::L3, text("1380013800一")), "***");
  EXPECT_EQ(shown(Holds::identity, Grade::L2, text("123")), "***");
  EXPECT_EQ(shown(Holds::account_number, Grade::L3, text("6222020200001234567")), "****4567");
  EXPECT_EQ(shown(Holds::account_number, Grade::L3, text("12")), "***");
  EXPECT_EQ(shown(Holds::address, Grade::L2, text("宁波市江北区慈城镇民权路1号")),
            "宁波市江北区慈城镇");
  EXPECT_EQ(shown(Holds::address, Grade::L3, text("宁波市江北区慈城镇民权路1号")), "宁波市江北区");
  EXPECT_EQ(shown(Holds::address, Grade::L3, text("民权路1号")), "***");
  EXPECT_EQ(shown(Holds::date, Grade::L3, Date{18000}), "***");
  EXPECT_EQ(shown(Holds::date, Grade::L2, Date{18000}), "2019");
  EXPECT_EQ(shown(Holds::number, Grade::L2, std::int64_t{100}), "100~999");
  EXPECT_EQ(shown(Holds::number, Grade::L2, std::int64_t{99}), "10~99");
  EXPECT_EQ(shown(Holds::number, Grade::L2, std::int64_t{-5}), "<0");
  EXPECT_EQ(shown(Holds::number, Grade::L2, INT64_MAX), "1000000000000000000~9999999999999999999");
  EXPECT_EQ(shown(Holds::number, Grade::L2, Decimal64{-1, 2}), "<0");
  EXPECT_EQ(shown(Holds::other, Grade::L2, text("女")), "***");
  EXPECT_EQ(shown(Holds::other, Grade::L2, {}), "***") << "that it is null is hidden too";
  EXPECT_EQ(shown(Holds::person_name, Grade::L4, text("张三")), "-");
  EXPECT_EQ(holds_of({"contact_phone", "联系人电话", Grade::L3}, {"contact_phone"}), Holds::phone);
  EXPECT_EQ(holds_of({"legal_rep", "法定代表人", Grade::L3}, {"legal_rep"}), Holds::person_name);
}

}  // namespace
}  // namespace citybrain::guard
