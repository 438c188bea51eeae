// DMN's types: item definitions, allowed values and constraints, conversions, functions' types, and
// what is inferred and refused at load; boxed expressions and imports that carry them.
#include <gtest/gtest.h>

#include "brain/model.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

std::string typed(const std::string& name, const std::string& body, const std::string& more = "") {
  return "<itemDefinition name=\"" + name + "\"" + more + ">" + body + "</itemDefinition>";
}
std::string allowed(const std::string& tests) {
  return "<allowedValues><text>" + escape(tests) + "</text></allowedValues>";
}
std::string bkm(const std::string& name, const std::string& variable_type,
                const std::string& logic) {
  return "<businessKnowledgeModel id=\"f_" + name + "\" name=\"" + name + "\"><variable name=\"" +
         name + "\"" + (variable_type.empty() ? "" : " typeRef=\"" + variable_type + "\"") +
         "/><encapsulatedLogic>" + logic + "</encapsulatedLogic></businessKnowledgeModel>";
}
// A decision that knows the function.
std::string calling(const std::string& name, const std::string& function,
                    const std::string& logic) {
  return "<decision id=\"d_" + name + "\" name=\"" + name + "\"><variable name=\"" + name +
         "\"/><knowledgeRequirement><requiredKnowledge href=\"#f_" + function +
         "\"/></knowledgeRequirement>" + logic + "</decision>";
}
std::string file(const std::string& body) {
  // Item definitions stand before the elements of the graph.
  return definitions({}, body);
}

Outcome decided(const std::string& xml, const Context& context = {},
                const std::string& decision_name = "d") {
  LoadOptions lenient;
  lenient.lenient = true;
  const Loaded loaded = Model::load(xml, lenient);
  EXPECT_TRUE(loaded.model);
  if (!loaded.model) return {};
  return loaded.model->evaluate(decision_name, context);
}
std::string value_of(const std::string& xml, const Context& context = {}) {
  const Outcome out = decided(xml, context);
  EXPECT_EQ(out.value.is_null(), !out.diagnostics.empty()) << to_text(out.value);
  return to_text(out.value);
}
std::string refused(const std::string& xml, const LoadOptions& options = {}) {
  const auto model = Model::load(xml, options).checked();
  return model ? "" : model.error().message;
}
std::string variable(const std::string& type) {
  return "<variable name=\"d\" typeRef=\"" + type + "\"/>";
}
std::string d(const std::string& type, const std::string& logic) {
  return "<decision id=\"d\" name=\"d\">" + variable(type) + logic + "</decision>";
}

TEST(Types, AllowedValuesAndConstraints) {
  const std::string colours =
      typed("tColour", "<typeRef>string</typeRef>" + allowed("\"红\", \"绿\"")) +
      typed("tSame", "<typeRef>tColour</typeRef>") +
      typed("tOther", "<typeRef>tColour</typeRef>" + allowed("\"左\"")) +
      typed("tList", "<typeRef>tColour</typeRef>", " isCollection=\"true\"") +
      typed("tAges",
            "<typeRef>number</typeRef>" + allowed("[0..150]") +
                "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint>",
            " isCollection=\"true\"") +
      typed("tCar", "<itemComponent name=\"色\"><typeRef>tColour</typeRef></itemComponent>");
  const auto gives = [&](const std::string& type, const std::string& text) {
    return value_of(file(colours + d(type, literal(text))));
  };
  EXPECT_EQ(gives("tColour", "\"红\""), "红");
  EXPECT_EQ(gives("tColour", "\"黑\""), "null");
  EXPECT_EQ(gives("tSame", "\"黑\""), "null");
  EXPECT_EQ(gives("tOther", "\"左\""), "左");
  EXPECT_EQ(gives("tOther", "\"红\""), "null");
  EXPECT_EQ(gives("tList", "[\"红\", \"绿\"]"), "[\"红\", \"绿\"]");
  EXPECT_EQ(gives("tList", "[\"红\", \"黑\"]"), "null");
  EXPECT_EQ(gives("tAges", "[1, 2]"), "[1, 2]");
  EXPECT_EQ(gives("tAges", "[1, 200]"), "null");
  EXPECT_EQ(gives("tAges", "[1, 2, 3]"), "null");
  EXPECT_EQ(gives("tCar", "{色: \"红\", 牌: 1}"), "{色: \"红\", 牌: 1}");
  EXPECT_EQ(gives("tCar", "{色: \"黑\"}"), "null");
  EXPECT_EQ(gives("tCar", "{牌: 1}"), "null");
}

TEST(Types, ConvertWhereOneIsDeclared) {
  const std::string list = typed("tNumbers", "<typeRef>number</typeRef>", " isCollection=\"true\"");
  const auto gives = [&](const std::string& type, const std::string& text) {
    return value_of(file(list + d(type, literal(text))));
  };
  EXPECT_EQ(gives("tNumbers", "1"), "[1]");
  EXPECT_EQ(gives("number", "[1]"), "1");
  EXPECT_EQ(gives("number", "[1, 2]"), "null");
  EXPECT_EQ(gives("number", "[\"a\"]"), "null");
  EXPECT_EQ(gives("dateTime", "date(\"2000-01-02\")"), "2000-01-02T00:00:00Z");
  EXPECT_EQ(gives("date", "@\"2000-01-02T00:00:00\""), "null");
  EXPECT_EQ(gives("string", "1 + 1"), "null");
}

TEST(Types, FunctionsTakeOnWhatTheirTypeDeclares) {
  const std::string types =
      typed("tColour", "<typeRef>string</typeRef>" + allowed("\"红\"")) +
      typed("tPaint",
            "<functionItem outputTypeRef=\"tColour\"><parameters name=\"c\"/></functionItem>") +
      typed("tTake", "<functionItem><parameters name=\"c\" typeRef=\"tColour\"/></functionItem>");
  const std::string same = "<formalParameter name=\"c\"/>" + literal("c");
  for (const char* type : {"tPaint", "tTake", "tColour"}) {
    const std::string functions = types + bkm("f", type, same);
    EXPECT_EQ(value_of(file(functions + calling("d", "f", literal("f(\"红\")")))), "红") << type;
    EXPECT_EQ(value_of(file(functions + calling("d", "f", literal("f(\"黑\")")))), "null") << type;
  }
  // A function in a context's entry.
  const auto entry = [&](const std::string& argument) {
    return value_of(file(
        types + d("string", "<context><contextEntry><variable name=\"f\" typeRef=\"tPaint\"/>" +
                                literal("function(c) c") + "</contextEntry><contextEntry>" +
                                literal("f(\"" + argument + "\")") + "</contextEntry></context>")));
  };
  EXPECT_EQ(entry("红"), "红");
  EXPECT_EQ(entry("黑"), "null");
}

TEST(Boxed, LoopsConditionsAndFilters) {
  const auto loop = [](const std::string& kind, const std::string& in, const std::string& body) {
    const std::string part = kind == "for" ? "return" : "satisfies";
    return value_of(
        file(d("Any", "<" + kind + " iteratorVariable=\"x\"><in>" + literal(in) + "</in><" + part +
                          ">" + literal(body) + "</" + part + "></" + kind + ">")));
  };
  EXPECT_EQ(loop("for", "[1, 2]", "x * 2"), "[2, 4]");
  EXPECT_EQ(loop("for", "[1..3]", "x + count(partial)"), "[1, 3, 5]");
  EXPECT_EQ(loop("for", "null", "x"), "null");
  EXPECT_EQ(loop("some", "[null, true]", "x"), "true");
  EXPECT_EQ(loop("every", "[1, 2]", "x > 0"), "true");
  EXPECT_EQ(loop("every", "[1, 2]", "\"x\""), "null");
  const auto filter = [](const std::string& in, const std::string& match) {
    return value_of(file(
        d("Any", "<filter><in>" + literal(in) + "</in><match>" + match + "</match></filter>")));
  };
  EXPECT_EQ(filter("[{a: 1}, {a: 2}]", literal("a > 1")), "[{a: 2}]");
  EXPECT_EQ(filter("[1, 2, 3]", literal("item > 1")), "[2, 3]");
  EXPECT_EQ(filter("[1, 2, 3]", literal("2")), "2");
  EXPECT_EQ(filter("[1, 2, 3]", "<conditional><if>" + literal("item = 2") + "</if><then>" +
                                    literal("true") + "</then><else>" + literal("item > 2") +
                                    "</else></conditional>"),
            "[2, 3]");
  EXPECT_EQ(value_of(file(typed("tNames", "<typeRef>string</typeRef>", " isCollection=\"true\"") +
                          d("Any", "<list typeRef=\"tNames\">" + literal("\"a\"") + literal("1") +
                                       "</list>"))),
            "null");
  EXPECT_EQ(value_of(file(d("Any", "<relation><column name=\"x\" typeRef=\"number\"/><row>" +
                                       literal("1") + "</row><row>" + literal("1 + 1") +
                                       "</row></relation>"))),
            "[{x: 1}, {x: 2}]");
}

TEST(Load, TellsWhatCannotBe) {
  const auto says = [](const std::string& text, const std::string& type = "") {
    return refused(definitions({{"人数", "number"}, {"名", "string"}, {"日", "date"}},
                               decision("d", type, {"i:人数", "i:名", "i:日"}, literal(text))));
  };
  EXPECT_NE(says("人数 + 名").find("a number + a string has no value; write string(…)"),
            std::string::npos);
  EXPECT_NE(says("日.yeer").find("a date has no `yeer`; did you mean `year`?"), std::string::npos);
  EXPECT_NE(says("人数 > 日").find("is compared with a date"), std::string::npos);
  EXPECT_NE(says("人数 in [\"a\", \"b\"]").find("is compared with a list<string>"),
            std::string::npos);
  EXPECT_NE(says("if 人数 then 1 else 2").find("`if` wants true or false, not a number"),
            std::string::npos);
  EXPECT_NE(says("string length(人数)").find("wants a string, not a number"), std::string::npos);
  EXPECT_NE(says("人数(1)").find("a number can't be called"), std::string::npos);
  EXPECT_NE(says("{a: 1}.b").find("a context has no `b`"), std::string::npos);
  EXPECT_NE(says("日 < now()").find("write date(…) around the date and time"), std::string::npos);
  EXPECT_NE(says("人数 + 1", "string").find("this gives a number, and a string is declared"),
            std::string::npos);
  EXPECT_NE(says("人数，名").find("write `,` for `，`"), std::string::npos);
  EXPECT_NE(says("function(a) external {java: {class: \"X\", method signature: \"y()\"}}")
                .find("external functions"),
            std::string::npos);
  for (const char* good : {"[人数, 1][1] + 1", "日 + @\"P1M\" > @\"2020-01-01\"",
                           "if 名 = null then 0 else 人数", "[1, 名][1]", "sum([人数, 2]) > 1",
                           "名 in (\"a\", null)", "(function(x) x)(人数)", "{a: 人数}.a + 1"}) {
    EXPECT_EQ(says(good), "") << good;
  }
  // Through decisions, functions and tables.
  EXPECT_NE(refused(file(decision("a", "", {}, literal("\"x\"")) +
                         decision("b", "", {"d:a"}, literal("a + 1"))))
                .find("a string + a number"),
            std::string::npos);
  const std::string f =
      bkm("f", "", "<formalParameter name=\"n\" typeRef=\"number\"/>" + literal("n + 1"));
  EXPECT_NE(
      refused(file(f + calling("d", "f", literal("f(\"x\")")))).find("is a string, no number"),
      std::string::npos);
  EXPECT_NE(refused(file(f + calling("d", "f", literal("f(m: 1)")))).find("has no parameter `m`"),
            std::string::npos);
  EXPECT_NE(
      refused(file(f + calling("d", "f", literal("f(1) + \"x\"")))).find("a number + a string"),
      std::string::npos);
}

TEST(Imports, NestedAndWithoutANameKeepTheirTypesAndFunctions) {
  const auto with = [](const std::string& space, const std::string& body) {
    return "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" "
           "namespace=\"" +
           space + "\">" + body + "</definitions>";
  };
  const auto import = [](const std::string& name, const std::string& space) {
    return "<import name=\"" + name + "\" namespace=\"" + space +
           "\" importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>";
  };
  const std::string leaf =
      with("urn:a", typed("tAge", "<typeRef>number</typeRef>" + allowed("[0..150]")) +
                        bkm("双倍", "", "<formalParameter name=\"n\"/>" + literal("n * 2")));
  const std::string middle =
      with("urn:b", import("a", "urn:a") +
                        "<decision id=\"x\" name=\"x\"><variable name=\"x\" typeRef=\"a.tAge\"/>"
                        "<knowledgeRequirement><requiredKnowledge href=\"urn:a#f_双倍\"/>"
                        "</knowledgeRequirement>" +
                        literal("a.双倍(20)") + "</decision>");
  LoadOptions options;
  options.imports = {{"a.dmn", leaf}, {"b.dmn", middle}};
  const auto top = [&](const std::string& name, const std::string& text) {
    const auto loaded = Model::load(
        with("urn:c",
             import(name, "urn:b") +
                 "<decision id=\"d\" name=\"d\"><variable name=\"d\"/><informationRequirement>"
                 "<requiredDecision href=\"urn:b#x\"/></informationRequirement>" +
                 literal(text) + "</decision>"),
        options);
    const auto model = loaded.checked();
    EXPECT_TRUE(model) << model.error().message;
    return model ? to_text((*model)->evaluate("d", {}).value) : "";
  };
  EXPECT_EQ(top("b", "b.x + 1"), "41");
  EXPECT_EQ(top("", "x + 1"), "41");
}

}  // namespace
}  // namespace citybrain::brain
