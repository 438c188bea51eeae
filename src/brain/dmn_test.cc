// DMN: tables, requirements, what is refused at load and what an explanation tells.
#include <gtest/gtest.h>

#include "brain/model.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

std::shared_ptr<const Model> load(const std::string& xml) {
  const auto model = Model::load(xml).checked();
  EXPECT_TRUE(model) << model.error().message;
  return model ? *model : nullptr;
}

std::string refused(const std::string& xml, const LoadOptions& options = {}) {
  const auto model = Model::load(xml, options).checked();
  return model ? "" : model.error().message;
}

std::string decided(const std::string& policy, const Value& input,
                    const std::vector<std::vector<std::string>>& rows) {
  const auto model =
      load(definitions({{"n", "number"}}, decision("d", "", {"i:n"}, table(policy, {"n"}, rows))));
  return to_text(model->evaluate("d", {{"n", input}}).value);
}

TEST(Table, HitPolicies) {
  const std::vector<std::vector<std::string>> rows = {
      {"> 1", "\"a\""}, {"> 2", "\"b\""}, {"> 3", "\"a\""}};
  EXPECT_EQ(decided("FIRST", Value::number(5), rows), "a");
  EXPECT_EQ(decided("RULE ORDER", Value::number(5), rows), "[\"a\", \"b\", \"a\"]");
  EXPECT_EQ(decided("COLLECT", Value::number(3), rows), "[\"a\", \"b\"]");
  EXPECT_EQ(decided("UNIQUE", Value::number(5), rows), "null");
  EXPECT_EQ(decided("UNIQUE", Value::number(2), rows), "a");
  EXPECT_EQ(decided("ANY", Value::number(5), rows), "null");
  EXPECT_EQ(decided("COLLECT\" aggregation=\"COUNT", Value::number(5), rows), "3");
  EXPECT_EQ(decided("COLLECT\" aggregation=\"SUM", Value::number(5), {{"> 1", "2"}, {"> 2", "n"}}),
            "7");
  EXPECT_EQ(decided("COLLECT\" aggregation=\"MAX", Value::number(5), {{"> 1", "2"}, {"> 2", "n"}}),
            "5");
  EXPECT_EQ(decided("FIRST", Value(), {{"> 1", "1"}, {"-", "2"}}), "2");
  EXPECT_EQ(decided("FIRST", Value::number(3), {{"[1..2], [4..5]", "1"}, {"not(4)", "2"}}), "2");
  EXPECT_EQ(decided("FIRST", Value::number(3), {{"? * 2 > 5", "1"}, {"-", "2"}}), "1");
}

TEST(Dmn, RefusesAtLoadSayingWhere) {
  const std::string unknown =
      refused(definitions({{"注册资本", "number"}},
                          decision("资格", "boolean", {"i:注册资本"}, literal("注册资金 > 3"))));
  EXPECT_NE(unknown.find("line 5, column 26, 资格: no name `注册资金`; did you mean `注册资本`?"),
            std::string::npos)
      << unknown;
  // A name that exists but is not required is not there either.
  EXPECT_NE(refused(definitions({{"a", "number"}}, decision("d", "", {}, literal("a + 1")))), "");
  const std::string type = refused(definitions(
      {{"a", "number"}}, decision("d", "", {"i:a"}, table("FIRST", {"a"}, {{"\"x\"", "1"}}))));
  EXPECT_NE(type.find("number is compared with a string"), std::string::npos) << type;
  EXPECT_NE(refused(definitions({{"a", "nummer"}}, "")).find("did you mean `number`?"),
            std::string::npos);
  LoadOptions facts;
  facts.known_inputs = {"参保人数"};
  EXPECT_NE(
      refused(definitions({{"参保人", "number"}}, ""), facts).find("did you mean `参保人数`?"),
      std::string::npos);
}

TEST(Dmn, RefusesUnsafeXml) {
  EXPECT_NE(refused("<!DOCTYPE x [<!ENTITY a \"b\">]><definitions/>").find("line 1, column 1"),
            std::string::npos);
  EXPECT_NE(refused("<definitions>\n<a></b></definitions>").find("not well-formed"),
            std::string::npos);
  EXPECT_NE(refused("<definitions xmlns=\"urn:x\"/>").find("none of DMN 1.2 to 1.5"),
            std::string::npos);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<a>";
  EXPECT_NE(refused(deep).find("nested deeper"), std::string::npos);
  EXPECT_NE(refused(std::string((16 << 20) + 1, ' ')).find("bytes"), std::string::npos);
  EXPECT_NE(refused("").find("line 1"), std::string::npos);
}

// The form that the standard's schema gives, with the place and what was meant.
TEST(Dmn, RefusesWhatTheSchemaRefuses) {
  const auto says = [](const std::string& body) { return refused(definitions({}, body)); };
  const std::string unknown =
      says("<decision id=\"d\" name=\"d\">\n<literalExpresion/></decision>");
  EXPECT_NE(unknown.find("line 3, column 2: `literalExpresion` does not belong in `decision`"),
            std::string::npos)
      << unknown;
  EXPECT_NE(unknown.find("did you mean `literalExpression`?"), std::string::npos) << unknown;
  EXPECT_NE(says("<decision id=\"d\"/>").find("wants the attribute `name`"), std::string::npos);
  EXPECT_NE(says("<decision id=\"d\" name=\"d\" nam=\"x\"/>").find("did you mean `name`?"),
            std::string::npos);
  const std::string order = says(
      "<decision id=\"d\" name=\"d\"><literalExpression><text>1</text></literalExpression>"
      "<variable name=\"d\"/></decision>");
  EXPECT_NE(order.find("does not belong here in `decision`"), std::string::npos) << order;
  EXPECT_NE(says("<decision id=\"d\" name=\"d\"><conditional><if><literalExpression><text>true"
                 "</text></literalExpression></if></conditional></decision>")
                .find("`conditional` wants `then`"),
            std::string::npos);
  EXPECT_NE(says("<decision id=\"d\" name=\"d\"/><decision id=\"d\" name=\"e\"/>")
                .find("the id `d` comes twice"),
            std::string::npos);
  EXPECT_EQ(says("<decision id=\"d\" name=\"d\" xmlns:x=\"urn:x\" x:y=\"z\"><extensionElements>"
                 "<x:anything/></extensionElements><x:other/></decision>"),
            "");
}

TEST(Dmn, RefusesDecisionsThatRequireThemselves) {
  const std::string cycle = refused(definitions(
      {}, decision("a", "", {"d:b"}, literal("b")) + decision("b", "", {"d:a"}, literal("a"))));
  EXPECT_NE(cycle.find("requires itself"), std::string::npos) << cycle;
}

TEST(Dmn, TellsAbsentFromNull) {
  const auto model =
      load(definitions({{"a", "number"}}, decision("d", "", {"i:a"}, literal("a = null"))));
  EvaluateOptions strict;
  strict.strict = true;
  EXPECT_TRUE(model->evaluate("d", {{"a", Value()}}, strict).diagnostics.empty());
  const Outcome absent = model->evaluate("d", {}, strict);
  ASSERT_EQ(absent.diagnostics.size(), 1U);
  EXPECT_EQ(absent.diagnostics[0].code, "absent");
  EXPECT_TRUE(absent.value.is_null());
  EXPECT_TRUE(model->evaluate("d", {}).value.is_true());
}

TEST(Dmn, ExplainsEachConditionWithWhatItRead) {
  const auto model = load(definitions(
      {{"人数", "number"}, {"行业", "string"}},
      decision("规模", "string", {"i:人数"}, literal("if 人数 >= 100 then \"大\" else \"小\"")) +
          decision("资格", "boolean", {"i:行业", "d:规模"},
                   table("FIRST", {"规模", "行业"},
                         {{"\"小\"", "\"住宿业\", \"餐饮业\"", "true"}, {"-", "-", "false"}}))));
  EvaluateOptions explain;
  explain.explain = true;
  const Outcome out =
      model->evaluate("资格", {{"人数", Value::number(30)}, {"行业", Value()}}, explain);
  EXPECT_TRUE(out.value.is_false());
  ASSERT_EQ(out.explanation.decisions.size(), 2U);
  const DecisionTrace& d = out.explanation.decisions[1];
  ASSERT_EQ(d.rules.size(), 2U);
  EXPECT_FALSE(d.rules[0].chosen);
  EXPECT_TRUE(d.rules[1].chosen);
  EXPECT_EQ(d.rules[0].conditions[0].truth, Truth::yes);
  EXPECT_EQ(d.rules[0].conditions[0].reads.at(0).name, "人数");  // through the other decision
  EXPECT_EQ(d.rules[0].conditions[1].truth, Truth::no);
  EXPECT_EQ(d.rules[0].conditions[1].text, "\"住宿业\", \"餐饮业\"");
  // A chain of `and` is told part by part.
  const auto chain =
      load(definitions({{"a", "number"}, {"b", "number"}},
                       decision("d", "boolean", {"i:a", "i:b"}, literal("a > 1 and b > 2"))));
  const Outcome parts = chain->evaluate("d", {{"a", Value::number(2)}, {"b", Value()}}, explain);
  ASSERT_EQ(parts.explanation.decisions.at(0).conditions.size(), 2U);
  EXPECT_EQ(parts.explanation.decisions[0].conditions[0].truth, Truth::yes);
  EXPECT_EQ(parts.explanation.decisions[0].conditions[1].truth, Truth::unknown);
}

TEST(Dmn, AFileImportedTwiceHasInputsOfItsOwnEachTime) {
  const auto file = [](const std::string& space, const std::string& body) {
    return "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" "
           "namespace=\"" +
           space + "\">" + body + "</definitions>";
  };
  const std::string import_type =
      "\" importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>";
  const std::string leaf = file(
      "urn:a",
      "<inputData id=\"p\" name=\"Person name\"><variable name=\"Person name\" "
      "typeRef=\"string\"/></inputData>"
      "<decision id=\"hi\" name=\"Greeting\"><variable name=\"Greeting\"/><informationRequirement>"
      "<requiredInput href=\"#p\"/></informationRequirement><literalExpression><text>\"Hi \" + "
      "Person name</text>"
      "</literalExpression></decision>");
  const std::string main =
      file("urn:c", "<import name=\"one\" namespace=\"urn:a" + import_type +
                        "<import name=\"two\" namespace=\"urn:a" + import_type +
                        "<decision id=\"d\" name=\"d\"><variable "
                        "name=\"d\"/><informationRequirement><requiredDecision href=\"urn:a#hi\"/>"
                        "</informationRequirement><literalExpression><text>one.Greeting</text></"
                        "literalExpression></decision>");
  LoadOptions options;
  options.imports = {{"leaf.dmn", leaf}};
  const auto model = Model::load(main, options).checked();
  ASSERT_TRUE(model) << model.error().message;
  const Value inner = Value::context({{"Person name", Value::text("Ann")}});
  EXPECT_EQ(to_text((*model)->evaluate("d", {{"one", inner}}).value), "Hi Ann");
  EXPECT_TRUE((*model)->evaluate("d", {{"two", inner}}).value.is_null());
  EXPECT_NE(refused(main).find("was not given"), std::string::npos);
}

TEST(Dmn, ReadsInputsByTheirTypes) {
  const auto model =
      load(definitions({{"起始日", "date"}, {"标准", "number"}, {"名", "string"}}, ""));
  const auto read = model->read_inputs(
      json::parse(R"({"起始日": "2020-02-01", "标准": "12.50", "名": "甲", "无关": 1})")
          .as_object());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->find("起始日")->kind(), Kind::date);
  EXPECT_EQ(to_text(*read->find("标准")), "12.5");
  EXPECT_EQ(read->find("无关"), nullptr);
  const auto wrong = model->read_inputs(json::parse(R"({"起始日": "二月"})").as_object());
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("起始日"), std::string::npos);
}

TEST(Dmn, OverridesADecisionThatIsGiven) {
  const auto model = load(definitions(
      {}, decision("a", "", {}, literal("1")) + decision("b", "", {"d:a"}, literal("a + 1"))));
  EXPECT_EQ(to_text(model->evaluate("b", {}).value), "2");
  EXPECT_EQ(to_text(model->evaluate("b", {{"a", Value::number(5)}}).value), "6");
  EXPECT_EQ(model->evaluate("c", {}).diagnostics.at(0).code, "unknown_decision");
}

}  // namespace
}  // namespace citybrain::brain
