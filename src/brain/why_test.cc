// Facts about reasons in words: brain/words.h.
#include <gtest/gtest.h>

#include "brain/model.h"
#include "brain/words.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

// A firm's entitlement: a place, a table with a parameter as bound, and the rest.
std::shared_ptr<const Model> firm_model() {
  using namespace testing;
  const std::string decisions =
      decision("属地", "boolean", {"i:所在区划", "i:适用区划"}, literal("所在区划 = 适用区划")) +
      decision("资格", "boolean", {"i:参保人数", "i:起点人数", "i:失信", "i:行业", "d:属地"},
               table("FIRST", {"属地", "参保人数", "失信", "行业"},
                     {{"true", ">= 起点人数", "false", "\"H61\", \"H62\"", "true"},
                      {"-", "-", "-", "-", "false"}}));
  return Model::load(definitions({{"所在区划", "string"},
                                  {"适用区划", "string"},
                                  {"参保人数", "number"},
                                  {"起点人数", "number"},
                                  {"失信", "boolean"},
                                  {"行业", "string"}},
                                 decisions))
      .model;
}

Why why_of(const Context& facts) {
  Context all{{"适用区划", Value::text("330212")}, {"起点人数", Value::number(30)}};
  all.merge(facts);
  EvaluateOptions options;
  options.explain = true;
  const Outcome outcome = firm_model()->evaluate("资格", all, options);
  return in_words(outcome.explanation, {"适用区划", "起点人数"}, [](const std::string& input) {
    return input == "参保人数" ? Origin{"ent_insured", "企业参保信息", "insured"} : Origin{};
  });
}

std::string lines(const Why& why, bool zh) {
  std::string out;
  for (const WhyLine& line : why.lines) out += (zh ? line.zh : line.en) + "\n";
  return out;
}

std::string wanted(const Why& why, bool zh) {
  std::string out;
  for (const WayOut& way : why.ways) {
    for (const Wanted& w : way.conditions) out += (zh ? w.zh : w.en) + "\n";
  }
  return out;
}

TEST(Why, SaysWhatFailsWithTheValueAndWhereItIsFrom) {
  const Why why = why_of({{"所在区划", Value::text("330203")},
                          {"参保人数", Value::number(12)},
                          {"失信", Value::boolean(false)},
                          {"行业", Value::text("H61")}});
  EXPECT_EQ(lines(why, true),
            "所在区划 = 适用区划（适用区划 330212）：不满足（所在区划 现为 330203）\n"
            "参保人数 大于等于 起点人数（起点人数 30）：不满足（现为 12，来自企业参保信息）\n"
            "失信 为 否：满足（现为 否）\n"
            "行业 为 \"H61\"、\"H62\" 之一：满足（现为 H61）\n");
  EXPECT_EQ(lines(why, false),
            "所在区划 = 适用区划 (适用区划 330212): fails (所在区划 is 330203)\n"
            "参保人数 at least 起点人数 (起点人数 30): fails (is 12, from 企业参保信息)\n"
            "失信 is no: holds (is no)\n"
            "行业 one of \"H61\", \"H62\": holds (is H61)\n");
  // A failing condition on another decision comes down to what fails there.
  EXPECT_EQ(wanted(why, true),
            "须满足 所在区划 = 适用区划（适用区划 330212），所在区划 现为 330203\n"
            "参保人数 须大于等于 起点人数（起点人数 30），现为 12\n");
  EXPECT_EQ(why.ways.at(0).conditions.at(1).origin.resource, "ent_insured");
  EXPECT_EQ(why.ways.at(0).conditions.at(1).need, ">= 起点人数");
}

TEST(Why, TellsUnknownFromFalse) {
  const Why why = why_of({{"所在区划", Value::text("330212")},
                          {"失信", Value::boolean(true)},
                          {"行业", Value::text("C13")}});
  EXPECT_EQ(wanted(why, true),
            "参保人数 须大于等于 起点人数（起点人数 30），现为 无记录\n"
            "失信 须为 否，现为 是\n"
            "行业 须为 \"H61\"、\"H62\" 之一，现为 C13\n");
  EXPECT_NE(
      lines(why, true).find("参保人数 大于等于 起点人数（起点人数 30）：无法判断（现为 无记录"),
      std::string::npos);
  EXPECT_NE(lines(why, false).find("unknown (is not recorded"), std::string::npos);
}

TEST(Why, WantsNothingOfWhoIsEntitled) {
  const Why why = why_of({{"所在区划", Value::text("330212")},
                          {"参保人数", Value::number(30)},
                          {"失信", Value::boolean(false)},
                          {"行业", Value::text("H62")}});
  for (const WhyLine& line : why.lines) EXPECT_EQ(line.truth, Truth::yes) << line.zh;
  EXPECT_TRUE(why.ways.empty());
}

TEST(Why, SaysTestsInWords) {
  struct Row {
    const char* test;
    const char* zh;
    const char* en;
  };
  using namespace testing;
  for (const Row& row :
       {Row{"[18..60)", "大于等于 18、小于 60", "at least 18 and below 60"},
        Row{"not(3)", "不为 3", "is not 3"}, Row{"not(3, 4)", "不为 3、4", "none of 3, 4"},
        Row{"< 3, > 5", "小于 3，或大于 5", "below 3, or above 5"},
        Row{"null", "为空（无记录）", "is not recorded"}, Row{"!= 7", "不为 7", "not 7"},
        Row{"? + 1 > 3", "满足 ? + 1 > 3", "passes ? + 1 > 3"}}) {
    const auto model =
        Model::load(definitions({{"甲", "number"}},
                                decision("乙", "boolean", {"i:甲"},
                                         table("UNIQUE", {"甲"}, {{row.test, "true"}}))))
            .model;
    ASSERT_TRUE(model) << row.test;
    EvaluateOptions options;
    options.explain = true;
    const Outcome outcome = model->evaluate("乙", {{"甲", Value::number(1)}}, options);
    const Why why = in_words(outcome.explanation, {}, {});
    EXPECT_TRUE(why.lines.at(0).zh.starts_with(std::string("甲 ") + row.zh + "："))
        << why.lines[0].zh;
    EXPECT_TRUE(why.lines.at(0).en.starts_with(std::string("甲 ") + row.en + ":"))
        << why.lines[0].en;
  }
}

TEST(Why, JsonNamesTheResource) {
  EvaluateOptions options;
  options.explain = true;
  const Outcome outcome = firm_model()->evaluate("资格", {{"参保人数", Value::number(3)}}, options);
  const std::string text = json::serialize(to_json(outcome.explanation, [](const std::string&) {
    return Origin{"ent_insured", "企业参保信息", "insured"};
  }));
  EXPECT_NE(text.find("\"resource_name\":\"企业参保信息\""), std::string::npos);
  EXPECT_NE(text.find("\"outputs\":[\"true\"]"), std::string::npos);
}

}  // namespace
}  // namespace citybrain::brain
