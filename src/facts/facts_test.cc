// Facts about the declaration and the collecting of facts; the way through guard: read_test.cc.
#include <gtest/gtest.h>

#include "declare.h"
#include "gather.h"

namespace citybrain::facts {
namespace {

constexpr const char* header =
    "fact,subject,type,resource,item,subject_item,aggregate,filter,unit,description,owner\n";

Result<Schema> schema_of(const std::string& resource) {
  if (resource != "tax") return not_found("no resource '" + resource + "'");
  return Schema{{{"no", Type::text, 0},
                 {"uscc", Type::text, 0},
                 {"year", Type::integer, 0},
                 {"total", Type::decimal, 2},
                 {"kind", Type::text, 0}},
                {"no"}};
}

Result<std::vector<Fact>> declared(const std::string& line) {
  return declare(header + line + "\n", schema_of);
}

TEST(Declaration, RefusesNamingLineAndNearest) {
  EXPECT_TRUE(declared("税额,enterprise,decimal:2,tax,total,uscc,sum,year=2019,元,,swj"));
  for (const auto& [line, part] :
       {std::pair{"税额,enterprise,decimal:2,tax,totals,uscc,sum,,元,,swj", "did you mean 'total'"},
        {"税额,firm,decimal:2,tax,total,uscc,sum,,元,,swj", "write enterprise or person"},
        {"税额,enterprise,integer,tax,total,uscc,sum,,元,,swj", "a sum has its item's type"},
        {"税额,enterprise,decimal:2,tax,total,uscc,total,,元,,swj", "aggregate 'total'"},
        {"税额,enterprise,decimal:2,tax,total,uscc,sum,year=x,元,,swj", "no whole number"},
        {"税额,enterprise,decimal:2,taxes,total,uscc,sum,,元,,swj", "no resource 'taxes'"},
        {"有,enterprise,integer,tax,no,uscc,exists,,,,swj", "exists is a boolean"}}) {
    const auto facts = declared(line);
    ASSERT_FALSE(facts) << line;
    EXPECT_NE(facts.error().message.find(part), std::string::npos) << facts.error().message;
    EXPECT_NE(facts.error().message.find("line 2"), std::string::npos);
  }
  const std::string twice = "税额,enterprise,decimal:2,tax,total,uscc,sum,,元,,swj";
  EXPECT_FALSE(declared(twice + "\n" + twice));
}

Batch rows() {
  Batch batch(*schema_of("tax"));
  const auto add = [&](const char* no, const char* who, std::int64_t year, Cell total, Cell kind) {
    batch.append_row({std::string(no), std::string(who), year, std::move(total), std::move(kind)});
  };
  add("1", "A", 2019, Decimal64{150, 2}, std::string("vat"));
  add("2", "A", 2019, Decimal64{251, 2}, std::string("vat"));
  add("3", "A", 2018, Decimal64{900, 2}, std::string("cit"));
  add("4", "B", 2019, Cell{}, Cell{});
  add("5", "stranger", 2019, Decimal64{1, 2}, std::string("vat"));
  return batch;
}

// The facts of the subjects A, B, C under one declaration, as text.
std::vector<std::string> gathered(const std::string& line) {
  const auto facts = declared(line);
  EXPECT_TRUE(facts) << facts.error().message;
  const std::vector<const Fact*> wanted = {&facts->front()};
  Gather gather(wanted);
  for (const char* id : {"A", "B", "C"}) gather.add_subject(id);
  EXPECT_TRUE(gather.take(group_by_resource(wanted).front(), rows()));
  const Batch batch = gather.cut(0, Facts::rows_max);
  std::vector<std::string> out;
  for (std::size_t row = 0; row < batch.rows; ++row) out.push_back(to_text(batch.row(row)[1]));
  return out;
}

TEST(Gather, AggregatesAndGuessesNothing) {
  using Texts = std::vector<std::string>;
  const std::string base = ",enterprise,decimal:2,tax,total,uscc,";
  EXPECT_EQ(gathered("f" + base + "sum,year=2019,,,"), (Texts{"4.01", "0.00", "0.00"}));
  EXPECT_EQ(gathered("f" + base + "avg,year=2019,,,"), (Texts{"2.01", "", ""}));
  EXPECT_EQ(gathered("f" + base + "max,,,,"), (Texts{"9.00", "", ""}));
  EXPECT_EQ(gathered("f" + base + "min,,,,"), (Texts{"1.50", "", ""}));
  EXPECT_EQ(gathered("f" + base + "value,year=2018,,,"), (Texts{"9.00", "", ""}));
  EXPECT_EQ(gathered("f" + base + "value,year=2019,,,"), (Texts{"", "", ""}));  // rows differ
  EXPECT_EQ(gathered("f,enterprise,text,tax,kind,uscc,value,year=2019,,,"), (Texts{"vat", "", ""}));
  EXPECT_EQ(gathered("f,enterprise,text,tax,kind,uscc,value,,,,"), (Texts{"", "", ""}));
  EXPECT_EQ(gathered("f,enterprise,integer,tax,no,uscc,count,year=2019,,,"),
            (Texts{"2", "1", "0"}));
  EXPECT_EQ(gathered("f,enterprise,boolean,tax,no,uscc,exists,kind=cit,,,"),
            (Texts{"true", "false", "false"}));
}

TEST(Gather, SaysWhichFactDoesNotFit) {
  const auto facts = declared("f,enterprise,decimal:9,tax,total,uscc,sum,,,,");
  const std::vector<const Fact*> wanted = {&facts->front()};
  for (const std::int64_t units : {INT64_MAX / 10, INT64_MAX / 10000000}) {
    Gather gather(wanted);
    gather.add_subject("A");
    Batch batch(*schema_of("tax"));
    for (int i = 0; i < 20; ++i) {
      batch.append_row({std::to_string(i), std::string("A"), {}, Decimal64{units, 2}, {}});
    }
    const auto taken = gather.take(group_by_resource(wanted).front(), batch);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Code::corrupt);
    EXPECT_NE(taken.error().message.find("'tax.total'"), std::string::npos);
  }
}

TEST(Gather, CutsBatchesOfAllSubjects) {
  const auto facts = declared("f,enterprise,decimal:2,tax,total,uscc,sum,,,,");
  const std::vector<const Fact*> wanted = {&facts->front()};
  Gather gather(wanted);
  for (const char* id : {"A", "B", "C"}) gather.add_subject(id);
  EXPECT_TRUE(gather.take(group_by_resource(wanted).front(), rows()));
  EXPECT_EQ(gather.cut(0, 2).rows, 2U);
  const Batch last = gather.cut(2, 2);
  EXPECT_EQ(last.rows, 1U);
  EXPECT_EQ(last.columns[0].text_at(0), "C");
}

}  // namespace
}  // namespace citybrain::facts
