// Facts about the diff of two models.
#include "brain/diff.h"

#include <gtest/gtest.h>

#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

using Rows = std::vector<std::vector<std::string>>;

std::string model(const std::string& policy, const std::vector<std::string>& columns,
                  const Rows& rows, const std::string& amount = "1") {
  return definitions(
      {{"人数", "number"}, {"行业", "string"}},
      decision("资格", "boolean", {"i:人数", "i:行业"}, table(policy, columns, rows)) +
          decision("金额", "number", {"d:资格"}, literal(amount)));
}

// "资格 changed: rule changed 2>2 人数: >= 30 > >= 50".
std::string told(const std::string& before, const std::string& after) {
  const auto diff = diff_models(before, after);
  if (!diff) return diff.error().message;
  std::string out;
  for (const ElementDiff& e : diff->elements) {
    out += e.kind + " " + e.name + " " + name_of(e.change) + "\n";
    for (const PartDiff& p : e.parts) {
      out += "  " + p.what + " " + name_of(p.change);
      if (p.what == "rule") {
        out += " " + std::to_string(p.number_before) + ">" + std::to_string(p.number_after);
        for (const CellDiff& c : p.cells) {
          if (c.changed) out += " " + c.column + ": " + c.before + " → " + c.after;
        }
      } else {
        out += " [" + p.at + "] " + p.before + " → " + p.after;
      }
      out += "\n";
    }
  }
  return out;
}

const std::vector<std::string> columns{"人数", "行业"};
const Rows rows{{">= 30", "\"A\"", "true"}, {">= 10", "\"B\"", "true"}, {"-", "-", "false"}};

TEST(Diff, NothingDiffers) {
  EXPECT_EQ(told(model("FIRST", columns, rows), model("FIRST", columns, rows)), "");
}

TEST(Diff, ACellAnExpressionAndThePolicy) {
  Rows other = rows;
  other[1][0] = ">= 20";
  EXPECT_EQ(told(model("FIRST", columns, rows), model("UNIQUE", columns, other, "2 * 3")),
            "decision 资格 changed\n"
            "  policy changed [] FIRST → UNIQUE\n"
            "  rule changed 2>2 人数: >= 10 → >= 20\n"
            "decision 金额 changed\n"
            "  expression changed [] 1 → 2 * 3\n");
}

TEST(Diff, RulesPutInAndTakenOut) {
  Rows longer = rows;
  longer.insert(longer.begin() + 1, {"[5..10)", "\"C\", \"D\"", "true"});
  EXPECT_EQ(told(model("FIRST", columns, rows), model("FIRST", columns, longer)),
            "decision 资格 changed\n  rule added 0>2\n");
  EXPECT_EQ(told(model("FIRST", columns, longer), model("FIRST", columns, rows)),
            "decision 资格 changed\n  rule removed 2>0\n");
}

TEST(Diff, AColumnPutIn) {
  const Rows narrow{{">= 30", "true"}, {"-", "false"}};
  const Rows wide{{">= 30", "\"A\"", "true"}, {"-", "-", "false"}};
  EXPECT_EQ(told(model("FIRST", {"人数"}, narrow), model("FIRST", columns, wide)),
            "decision 资格 changed\n"
            "  input_column added [行业]  → 行业\n"
            "  rule changed 1>1 行业: - → \"A\"\n");
}

TEST(Diff, ElementsPutInTakenOutAndRenamed) {
  const std::string one =
      definitions({{"甲", "number"}}, decision("乙", "number", {}, literal("1")));
  const std::string two =
      definitions({{"甲", "string"}}, decision("丙", "number", {"i:甲"}, literal("1")));
  EXPECT_EQ(told(one, two),
            "input 甲 changed\n  type changed [] number → string\n"
            "decision 丙 added\ndecision 乙 removed\n");
  std::string renamed = one;
  renamed.replace(renamed.find("name=\"乙\""), std::string("name=\"乙\"").size(), "name=\"丁\"");
  EXPECT_EQ(told(one, renamed), "decision 丁 changed\n  name changed [] 乙 → 丁\n");
}

// The layout and white space around texts say nothing.
TEST(Diff, LayoutIsNoDifference) {
  std::string other = model("FIRST", columns, rows);
  for (std::size_t at = 0; (at = other.find("<text>", at)) != std::string::npos; at += 10) {
    other.replace(at, 6, "<text>\n  ");
  }
  EXPECT_EQ(told(model("FIRST", columns, rows), other), "");
}

TEST(Diff, SaysWhichSideIsNoModel) {
  const auto failed = diff_models(model("FIRST", columns, rows), "<a/>");
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.starts_with("after: ")) << failed.error().message;
}

TEST(Diff, AsJson) {
  Rows other = rows;
  other[0][2] = "false";
  const auto diff = diff_models(model("FIRST", columns, rows), model("FIRST", columns, other));
  const json::value told = to_json(*diff);
  const auto& part = told.at("elements").at(0).at("parts").at(0);
  EXPECT_EQ(told.at("same"), json::value(false));
  EXPECT_EQ(part.at("number_before"), json::value(1));
  EXPECT_EQ(part.at("cells").at(2).at("role"), json::value("output"));
  EXPECT_EQ(part.at("cells").at(2).at("changed"), json::value(true));
  EXPECT_EQ(part.at("cells").at(0).at("changed"), json::value(false));
}

}  // namespace
}  // namespace citybrain::brain
