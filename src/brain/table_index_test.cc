// A large table through its index equals the same table tried rule by rule (explaining tries all).
#include <gtest/gtest.h>

#include "brain/model.h"
#include "random_test.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

std::string number_cell(Dice& dice) {
  return dice.one_of({"-", "< 3", "[2..8)", "7.5", "> 9, 1", "not(4)", ">= 0.25", "]1..2.5]", "x"});
}
std::string text_cell(Dice& dice) {
  return dice.one_of({"-", "\"甲\"", "\"乙\", \"丙\"", "not(\"甲\")", "\"丁\""});
}
std::string date_cell(Dice& dice) {
  return dice.one_of(
      {"-", "< @\"1969-12-30\"", "@\"1969-12-29\"", "[@\"1969-12-28\"..@\"1970-01-03\"]"});
}

void check(std::uint64_t seed, std::size_t& hits) {
  Dice dice(seed);
  std::vector<std::vector<std::string>> rules;
  for (int r = 0; r < 60; ++r) {
    rules.push_back({number_cell(dice), text_cell(dice), date_cell(dice),
                     dice.chance(10) ? "? != null and ? > 2" : number_cell(dice),
                     std::to_string(r)});
  }
  const std::string xml =
      definitions({{"a", "number"}, {"b", "string"}, {"c", "date"}, {"x", "number"}},
                  decision("d", "", {"i:a", "i:b", "i:c", "i:x"},
                           table(dice.one_of({"FIRST", "UNIQUE", "COLLECT", "RULE ORDER"}),
                                 {"a", "b", "c", "x"}, rules)));
  const auto model = Model::load(xml).checked();
  ASSERT_TRUE(model) << model.error().message;
  EvaluateOptions trying;
  trying.explain = true;
  for (int i = 0; i < 60; ++i) {
    Context c;
    if (dice.chance(90))
      c.set("a", Value::number(*Decimal::parse(
                     dice.one_of({"0.25", "1", "2.5", "7.5", "9.5", "-3", "1e30", "4"}))));
    if (dice.chance(90)) c.set("b", Value::text(dice.one_of({"甲", "乙", "丁", ""})));
    if (dice.chance(90)) c.set("c", Value::date(static_cast<std::int64_t>(dice.below(8)) - 5));
    if (dice.chance(90)) c.set("x", Value::number(static_cast<std::int64_t>(dice.below(10))));
    const Outcome indexed = (*model)->evaluate("d", c);
    const Outcome tried = (*model)->evaluate("d", c, trying);
    ASSERT_TRUE(same(indexed.value, tried.value))
        << "seed " << seed << " subject " << i << ": by index " << to_text(indexed.value)
        << ", tried " << to_text(tried.value) << "\n"
        << xml;
    ASSERT_EQ(indexed.diagnostics.size(), tried.diagnostics.size()) << "seed " << seed;
    hits += indexed.value.is_null() ? 0 : 1;
  }
}

TEST(TableIndex, EqualsTryingEachRule) {
  std::size_t hits = 0;
  for (std::uint64_t seed = 1; seed <= 60 && !HasFatalFailure(); ++seed) check(seed, hits);
  EXPECT_GT(hits, 500U);
}

}  // namespace
}  // namespace citybrain::brain
