// A batch's rows equal one-by-one evaluation, values and number of diagnostics, on random models.
#include <gtest/gtest.h>

#include <random>

#include "bulk_run.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

struct Dice {
  std::mt19937_64 random;
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random() % n); }
  bool chance(int percent) { return static_cast<int>(below(100)) < percent; }
  std::string one_of(const std::vector<std::string>& words) { return words[below(words.size())]; }
};

const std::vector<std::pair<std::string, std::string>> inputs = {
    {"人数", "number"},  {"税额", "number"},   {"行业", "string"}, {"成立日期", "date"},
    {"失信", "boolean"}, {"未知项", "number"}, {"起点", "number"}, {"适用行业", "string"}};

Batch random_batch(Dice& dice, std::size_t rows) {
  Schema schema;
  schema.fields = {{"人数", citybrain::Type::integer},
                   {"税额", citybrain::Type::decimal, 2},
                   {"行业", citybrain::Type::text},
                   {"成立日期", citybrain::Type::date},
                   {"失信", citybrain::Type::boolean}};
  Batch batch(schema);
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<Cell> cells;
    cells.emplace_back(static_cast<std::int64_t>(dice.below(12)));
    cells.emplace_back(Decimal64{static_cast<std::int64_t>(dice.below(1200)), 2});
    cells.emplace_back(dice.one_of({"住宿业", "餐饮业", "制造业", ""}));
    cells.emplace_back(Date{static_cast<std::int32_t>(18000 + dice.below(20))});
    cells.emplace_back(dice.chance(50));
    for (Cell& c : cells) {
      if (dice.chance(12)) c = std::monostate{};
    }
    batch.append_row(cells);
  }
  return batch;
}

std::string number(Dice& dice) {
  return dice.one_of({"0", "3", "5.5", "7.125", "11", "-2", "1e30", "起点"});
}
std::string date(Dice& dice) { return dice.one_of({"date(\"2019-04-20\")", "@\"2019-04-25\""}); }
std::string industry(Dice& dice) { return dice.one_of({"\"住宿业\"", "\"餐饮业\"", "适用行业"}); }
std::string op(Dice& dice) { return dice.one_of({"<", "<=", ">", ">=", "=", "!="}); }

std::string condition(Dice& dice, int depth) {
  if (depth > 0 && dice.chance(60)) {
    return "(" + condition(dice, depth - 1) + dice.one_of({" and ", " or "}) +
           condition(dice, depth - 1) + ")";
  }
  switch (dice.below(9)) {
    case 0: return "人数 " + op(dice) + " " + number(dice);
    case 1: return number(dice) + " " + op(dice) + " 税额";
    case 2: return "行业 in (" + industry(dice) + ", " + industry(dice) + ")";
    case 3: return "成立日期 " + op(dice) + " " + date(dice);
    case 4: return "人数 in [" + number(dice) + "..11)";
    case 5: return "失信 = false";
    case 6: return "税额 > 人数";
    case 7: return "未知项 > 3";
    default: return "行业 = " + industry(dice);
  }
}

std::string cell(Dice& dice, std::size_t column) {
  if (dice.chance(25)) return "-";
  switch (column) {
    case 0: return dice.one_of({"> ", "<= ", ""}) + number(dice);
    case 1: return dice.one_of({"[2..8)", "< 3, > 9", "not(< 4)", "起点"});
    case 2:
      return dice.one_of({"\"住宿业\"", "\"住宿业\", 适用行业", "not(\"制造业\")", "[\"餐饮业\"]"});
    case 3: return dice.one_of({"< @\"2019-04-25\"", "[@\"2019-04-18\"..@\"2019-04-28\"]"});
    default: return dice.one_of({"true", "false"});
  }
}

std::string random_model(Dice& dice) {
  const std::vector<std::string> all = {"i:人数", "i:税额",   "i:行业", "i:成立日期",
                                        "i:失信", "i:未知项", "i:起点", "i:适用行业"};
  std::string out = decision("合格", "boolean", all, literal(condition(dice, 3)));
  std::vector<std::vector<std::string>> rows;
  for (std::size_t r = 0; r < 1 + dice.below(4); ++r) {
    std::vector<std::string> row;
    for (std::size_t c = 0; c < 5; ++c) row.push_back(cell(dice, c));
    row.push_back(dice.chance(50) ? "true" : "-");
    row.push_back(dice.one_of({"-", "-", "> 1", "< 人数", "? > 2 and ? < 9", "\"甲\""}));
    row.push_back(dice.one_of({"100", "人数 * 2", "税额 / 人数", "\"甲\"", "null", "合格",
                               "floor(税额 * 人数)", "min(人数, 税额)", "-税额", "成立日期.year",
                               "if 合格 then 人数 - 税额 else 税额", "count([人数, 税额])",
                               "decimal(税额, 人数)", "string length(行业)"}));
    rows.push_back(row);
  }
  auto with = all;
  with.push_back("d:合格");
  out +=
      decision("档次", "", with,
               table(dice.one_of({"FIRST", "UNIQUE", "COLLECT", "ANY"}),
                     {"人数", "税额", "行业", "成立日期", "失信", "合格",
                      dice.one_of({"税额 / 人数", "人数 + 未知项", "if 失信 then 1 else \"甲\""})},
                     rows));
  with.push_back("d:档次");
  out += decision("金额", dice.one_of({"number", ""}), with,
                  literal("if " + dice.one_of({"合格", condition(dice, 1)}) + " then " +
                          dice.one_of({"decimal(税额 * 人数 / 3, 2)", "档次", "5"}) + " else " +
                          dice.one_of({"0", "档次", "null"})));
  return definitions(inputs, out);
}

Value cell_value(const Batch& batch, std::size_t column, std::size_t row) {
  return Value::of(batch.columns[column].cell_at(row));
}

std::size_t noted = 0;
int clean = 0;  // models without an error

void check(std::uint64_t seed) {
  Dice dice{std::mt19937_64(seed)};
  const std::string xml = random_model(dice);
  LoadOptions lenient;
  lenient.lenient = true;
  const Loaded loaded = Model::load(xml, lenient);
  ASSERT_TRUE(loaded.model) << xml;
  if (loaded.diagnostics.empty()) ++clean;
  const Batch batch = random_batch(dice, 150);
  Context parameters;
  parameters.set("起点", Value::number(4));
  if (dice.chance(70)) parameters.set("适用行业", Value::text("制造业"));
  const std::vector<std::string> wanted = {"金额", "档次", "合格"};
  const auto outcome = loaded.model->evaluate_batch(wanted, batch, parameters);
  ASSERT_TRUE(outcome) << outcome.error().message;
  std::size_t notes = 0;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    Context context = parameters;
    for (std::size_t c = 0; c < batch.columns.size(); ++c) {
      context.set(batch.schema.fields[c].name, cell_value(batch, c, row));
    }
    // The same evaluation for the three decisions, as a batch has it.
    for (std::size_t d = 0; d < wanted.size(); ++d) {
      const Outcome one = loaded.model->evaluate(wanted[d], context);
      ASSERT_TRUE(same(one.value, outcome->columns[d].at(row)))
          << "seed " << seed << " row " << row << " " << wanted[d] << ": one " << to_text(one.value)
          << ", batch " << to_text(outcome->columns[d].at(row)) << "\n"
          << xml;
    }
    notes += loaded.model->count_notes(wanted, context);
  }
  noted += notes;
  ASSERT_EQ(notes, outcome->diagnostics) << "seed " << seed << "\n" << xml;
}

TEST(Bulk, EqualsOneByOneOnRandomModels) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    check(seed);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(clean, 200);
  EXPECT_GT(noted, 0U);  // or the count proves nothing
}

}  // namespace
}  // namespace citybrain::brain
