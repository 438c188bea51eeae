// The words of a decision: conditions with their parameters, no condition told twice, the nearest
// rule where none applied.
#include "decider.h"
#include "policy_catalogue.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace citybrain::benefit {
namespace {

constexpr const char* two_steps = R"xml(<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">
 <inputData id="i1" name="参保人数"><variable name="参保人数" typeRef="number"/></inputData>
 <inputData id="i2" name="失信"><variable name="失信" typeRef="boolean"/></inputData>
 <inputData id="i3" name="起点人数"><variable name="起点人数" typeRef="number"/></inputData>
 <inputData id="i4" name="基准日"><variable name="基准日" typeRef="date"/></inputData>
 <decision id="d0" name="够大"><variable name="够大" typeRef="boolean"/>
  <informationRequirement><requiredInput href="#i1"/></informationRequirement>
  <informationRequirement><requiredInput href="#i3"/></informationRequirement>
  <literalExpression><text>参保人数 &gt;= 起点人数</text></literalExpression></decision>
 <decision id="d1" name="资格"><variable name="资格" typeRef="boolean"/>
  <informationRequirement><requiredInput href="#i2"/></informationRequirement>
  <informationRequirement><requiredDecision href="#d0"/></informationRequirement>
  <decisionTable hitPolicy="FIRST">
   <input><inputExpression typeRef="boolean"><text>够大</text></inputExpression></input>
   <input><inputExpression typeRef="boolean"><text>失信</text></inputExpression></input>
   <output name="资格" typeRef="boolean"/>
   <rule><inputEntry><text>true</text></inputEntry><inputEntry><text>false</text></inputEntry>
    <outputEntry><text>true</text></outputEntry></rule>
   <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
    <outputEntry><text>false</text></outputEntry></rule>
  </decisionTable></decision>
 <decision id="d2" name="金额"><variable name="金额" typeRef="number"/>
  <informationRequirement><requiredInput href="#i1"/></informationRequirement>
  <literalExpression><text>参保人数 * 0.125</text></literalExpression></decision>
</definitions>)xml";

class Decided : public ::testing::Test {
 protected:
  Decided() {
    policy.code = "P";
    policy.subject = "enterprise";
    policy.model = "wengang";
    policy.parameters = R"({"起点人数": 30})";
    auto made = prepare(policy, models, facts.known("enterprise"), Date{18590});
    EXPECT_TRUE(made.has_value()) << made.error().message;
    prepared = std::move(*made);
  }
  Explained of(const testing::Firm& firm) {
    facts.put(firm);
    const auto page = facts.one({"enterprise", firm.id}, prepared.wanted, {}, "test");
    const auto explained = explain(prepared, page->facts, facts);
    EXPECT_TRUE(explained.has_value()) << explained.error().message;
    std::int64_t fen = 0;
    auto catalogue = PolicyCatalogue::compile({&prepared}, page->facts.schema);
    EXPECT_TRUE(catalogue->decide(page->facts,
                                  [&](std::size_t, std::size_t, std::int64_t sum) { fen = sum; }));
    EXPECT_EQ(fen, explained->verdict.amount_fen);  // one by one = catalogue
    return *explained;
  }
  testing::MemoryModels models{two_steps};
  testing::MemoryFacts facts;
  Policy policy;
  Prepared prepared;
};

TEST_F(Decided, SaysConditionsOnceWithTheirParameters) {
  const Explained e = of({"A", "甲公司", 31});
  EXPECT_TRUE(e.verdict.entitled);
  EXPECT_EQ(e.verdict.amount_fen, 388);  // 3.875 yuan, rounded half up
  ASSERT_EQ(e.reasons.size(), 2u);
  EXPECT_EQ(e.reasons[0].text, "参保人数 >= 起点人数（起点人数 30）");
  EXPECT_EQ(e.reasons[0].value, "31");
  EXPECT_EQ(e.reasons[0].resource, "ent_insured");
  EXPECT_EQ(e.reasons[0].resource_name, "ent_insured");  // as these facts name it
  EXPECT_EQ(e.reasons[1].text, "失信 = 否");
}

TEST_F(Decided, SaysWhatIsMissingWhereNoRuleApplied) {
  const Explained e = of({"B", "乙公司", 12, true});
  EXPECT_FALSE(e.verdict.entitled);
  EXPECT_EQ(e.verdict.amount_fen, 0);
  ASSERT_EQ(e.reasons.size(), 2u);
  EXPECT_FALSE(e.reasons[0].holds);
  EXPECT_FALSE(e.reasons[1].holds);
  EXPECT_EQ(e.reasons[1].value, "是");
}

TEST(Decider, AsksFinanceAsTheRuleOrTheSumSays) {
  Policy policy;
  policy.parameters = R"({"需财政审核": true})";
  EXPECT_TRUE(needs_approval(policy, 1, 100));
  policy.parameters = R"({"需财政审核": false})";
  EXPECT_FALSE(needs_approval(policy, 99, 100));
  EXPECT_TRUE(needs_approval(policy, 100, 100));
  policy.parameters = "broken";
  EXPECT_TRUE(needs_approval(policy, 1, 100));
}

}  // namespace
}  // namespace citybrain::benefit
