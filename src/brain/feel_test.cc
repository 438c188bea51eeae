// FEEL, case by case (cases/feel.case), and what text alone can't say.
#include <gtest/gtest.h>

#include "base/csv.h"
#include "base/text.h"
#include "brain/builtins.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

// A line is `expression => value`, or `test INPUT : unary tests => value`; `!` for a null that says
// why.
Said say_line(const std::string& line) {
  const auto colon = line.find(" : ");
  if (!line.starts_with("test ") || colon == std::string::npos) return say(line);
  return say_test(line.substr(5, colon - 5), line.substr(colon + 3));
}

int run_cases(const std::string& file) {
  const auto text = read_file(file);
  EXPECT_TRUE(text) << text.error().message;
  if (!text) return 0;
  int count = 0;
  for (const std::string_view line : split(*text, '\n')) {
    const auto arrow = line.rfind(" =>");
    if (line.empty() || line[0] == '#' || arrow == std::string_view::npos) continue;
    ++count;
    const std::string expression(line.substr(0, arrow));
    const std::string expected(trim(line.substr(arrow + 3)));
    const Said got = say_line(expression);
    if (expected == "!") {
      EXPECT_TRUE(got.value.is_null()) << expression << " is " << to_text(got.value);
      EXPECT_FALSE(got.diagnostics.empty()) << expression << " is null and nobody says why";
    } else {
      EXPECT_EQ(to_text(got.value), expected)
          << expression << (got.diagnostics.empty() ? "" : ": " + got.diagnostics[0].text());
    }
  }
  return count;
}

TEST(Feel, Cases) {
  int count = 0;
  for (const char* file :
       {"feel", "precedence", "equality", "temporal", "functions", "grammar", "edges"}) {
    const int here = run_cases(CB_SOURCE_DIR "/src/brain/cases/" + std::string(file) + ".case");
    EXPECT_GT(here, 10) << file;
    count += here;
  }
  EXPECT_GT(count, 950);
}

TEST(Feel, BuiltinsDoWhatTheirExamplesSay) {
  for (const BuiltinDoc& doc : builtin_docs()) {
    const Said got = say(doc.example);
    EXPECT_EQ(to_text(got.value), doc.gives)
        << doc.signature() << ": " << doc.example
        << (got.diagnostics.empty() ? "" : ": " + got.diagnostics[0].text());
    EXPECT_FALSE(doc.zh.empty() || doc.en.empty()) << doc.name;
  }
  EXPECT_EQ(builtin_docs().front().signature(), "abs(n: Any): the argument's type");
}

TEST(Feel, SuggestsTheNameThatWasMeant) {
  const Said unknown = say("date an time(\"2020-01-01T00:00:00\")");
  ASSERT_FALSE(unknown.diagnostics.empty());
  EXPECT_EQ(unknown.diagnostics[0].code, "unknown_function");
  EXPECT_NE(unknown.diagnostics[0].suggestion.find("date and time"), std::string::npos);
  const Said name = say("注册资木 > 3", {{"注册资本", Value::number(5)}});
  EXPECT_EQ(name.diagnostics[0].code, "unknown_name");
  EXPECT_EQ(name.diagnostics[0].suggestion, "did you mean `注册资本`?");
}

TEST(Feel, SaysLineAndColumn) {
  const Said wrong = say("\"乙\" +\n  \"甲\" + 人数");
  ASSERT_FALSE(wrong.diagnostics.empty());
  EXPECT_EQ(wrong.diagnostics[0].span.line, 2U);
  EXPECT_EQ(wrong.diagnostics[0].span.column, 9U);  // in characters, not bytes
}

TEST(Feel, StopsWhatWouldNotEnd) {
  const Said depth = say(std::string(300, '(') + "1" + std::string(300, ')'));
  EXPECT_EQ(depth.diagnostics.at(0).code, "limit");
  const Said recursion = say("{f: function(n) f(n + 1), r: f(1)}.r");
  EXPECT_TRUE(recursion.value.is_null());
  ASSERT_FALSE(recursion.diagnostics.empty());
  EXPECT_EQ(recursion.diagnostics[0].code, "limit");
  const Said loop = say("count(for a in 1..1000, b in 1..1000, c in 1..1000 return 1)");
  EXPECT_TRUE(loop.value.is_null());
  EXPECT_EQ(loop.diagnostics.at(0).code, "limit");
  const Said pattern = say("matches(\"" + std::string(60, 'a') + "\", \"(a|a)*(a|a)*(a|a)*b\")");
  EXPECT_TRUE(pattern.value.is_null());
  EXPECT_FALSE(pattern.diagnostics.empty());
  const Said wide = say("count(1..100000000)");
  EXPECT_TRUE(wide.value.is_null());
}

TEST(Decimal, KeepsThirtyFourDigitsAndNoMore) {
  EXPECT_EQ((Decimal(2) / Decimal(3)).text(), "0.6666666666666666666666666666666667");
  EXPECT_EQ(Decimal::parse("1234567890123456789012345678901234567")->text(),
            "1234567890123456789012345678901235000");
  EXPECT_EQ(Decimal::scaled(1250, 2).text(), "12.5");
  EXPECT_EQ(Decimal::scaled(1250, 2).to_scaled(2), 1250);
  EXPECT_FALSE(Decimal::scaled(1255, 3).to_scaled(2));
  EXPECT_EQ(Decimal::scaled(1255, 3).rounded(2, Rounding::half_even).to_scaled(2), 126);
  EXPECT_EQ(Decimal(1), Decimal::scaled(100, 2));
  EXPECT_EQ(Decimal(1).hash(), Decimal::scaled(100, 2).hash());
  EXPECT_FALSE(Decimal::parse("1e"));
  EXPECT_FALSE(Decimal::parse(""));
  EXPECT_FALSE((Decimal(1) / Decimal(0)).is_finite());
  EXPECT_EQ(Decimal(INT64_MIN).text(), "-9223372036854775808");
  EXPECT_EQ(Decimal::parse("1e6000")->text(), "1E+6000");
}

}  // namespace
}  // namespace citybrain::brain
