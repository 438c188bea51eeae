// See random_test.h.
#include "random_test.h"

#include "words_test.h"

namespace citybrain::brain::testing {
namespace {

const std::vector<std::pair<std::string, std::string>> inputs = {
    {"人数", "number"},  {"税额", "number"},   {"行业", "string"}, {"成立日期", "date"},
    {"失信", "boolean"}, {"未知项", "number"}, {"起点", "number"}, {"适用行业", "string"}};

std::string number(Dice& dice) {
  return dice.one_of({"0", "3", "5.5", "7.125", "11", "-2", "1e30", "起点"});
}
std::string date(Dice& dice) { return dice.one_of({"date(\"2019-04-20\")", "@\"2019-04-25\""}); }
std::string industry(Dice& dice) { return dice.one_of({"\"住宿业\"", "\"餐饮业\"", "适用行业"}); }
std::string op(Dice& dice) { return dice.one_of({"<", "<=", ">", ">=", "=", "!="}); }

std::string amount(Dice& dice, int depth) {
  if (depth == 0) return dice.one_of({"人数", "税额", "起点", "2", "0.5", "未知项", "100"});
  const std::string a = amount(dice, depth - 1);
  const std::string b = amount(dice, depth - 1);
  switch (dice.below(10)) {
    case 0: return "decimal(" + a + ", 2)";
    case 1: return "min(" + a + ", " + b + ")";
    case 2: return "max(" + a + ", " + b + ", 1)";
    case 3: return "floor(" + a + " - " + b + ")";
    case 4: return "abs(" + a + ")";
    case 5: return "(" + a + ") / " + dice.one_of({"100", "8", "3", "0", "税额", "-0.5"});
    case 6: return "-(" + a + ")";
    case 7: return "round half up(" + a + " * " + b + ", 1)";
    default: return "(" + a + dice.one_of({" + ", " - ", " * "}) + b + ")";
  }
}

std::string condition(Dice& dice, int depth) {
  if (depth > 0 && dice.chance(60)) {
    return "(" + condition(dice, depth - 1) + dice.one_of({" and ", " or "}) +
           condition(dice, depth - 1) + ")";
  }
  switch (dice.below(15)) {
    case 0: return "人数 " + op(dice) + " " + number(dice);
    case 1: return number(dice) + " " + op(dice) + " 税额";
    case 2: return "行业 in (" + industry(dice) + ", " + industry(dice) + ")";
    case 3: return "成立日期 " + op(dice) + " " + date(dice);
    case 4: return "人数 in [" + number(dice) + "..11)";
    case 5: return "失信 = false";
    case 6: return "税额 " + dice.one_of({"<", "<=", ">", ">=", "="}) + " 人数";
    case 7: return "未知项 > 3";
    case 8: return "not(失信)";
    case 9: return "人数 between 2 and " + number(dice);
    case 10: return "成立日期 between @\"2019-04-19\" and @\"2019-04-26\"";
    case 11: return "string length(行业) > 2";
    case 12: return amount(dice, 2) + " >= " + number(dice);
    case 13: return "失信";
    default: return "行业 = " + industry(dice);
  }
}

std::string cell(Dice& dice, std::size_t column) {
  if (dice.chance(25)) return "-";
  switch (column) {
    case 0: return dice.one_of({"> ", "<= ", ""}) + number(dice);
    case 1: return dice.one_of({"[2..8)", "< 3, > 9", "not(< 4)", "起点"});
    case 2:
      return dice.one_of({"\"住宿业\"", "\"住宿业\", 适用行业", "not(\"制造业\")", "[\"餐饮业\"]",
                          "> \"住\"", "not(null)"});
    case 3: return dice.one_of({"< @\"2019-04-25\"", "[@\"2019-04-18\"..@\"2019-04-28\"]"});
    default: return dice.one_of({"true", "false"});
  }
}

std::string seventh_cell(Dice& dice) {
  return dice.one_of({"-", "-", "> 1", "< 人数", "? > 2 and ? < 9", "\"甲\"", ">= 强度", "[0..5]"});
}

std::string tier(Dice& dice, const std::vector<std::string>& needs) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t r = 0; r < 1 + dice.below(4); ++r) {
    std::vector<std::string> row;
    for (std::size_t c = 0; c < 5; ++c) row.push_back(cell(dice, c));
    row.push_back(dice.chance(50) ? "true" : "-");
    row.push_back(seventh_cell(dice));
    row.push_back(dice.one_of({"100", "人数 * 2", "税额 / 人数", "\"甲\"", "null", "合格",
                               "floor(税额 * 人数)", "min(人数, 税额)", "-税额", "成立日期.year",
                               "if 合格 then 人数 - 税额 else 税额", "count([人数, 税额])",
                               "decimal(税额, 人数)", "string length(行业)", amount(dice, 3)}));
    rows.push_back(row);
  }
  return decision("档次", dice.one_of({"", "", "number"}), needs,
                  table(dice.one_of({"FIRST", "FIRST", "UNIQUE", "COLLECT", "ANY"}),
                        {"人数", "税额", "行业", "成立日期", "失信", "合格",
                         dice.one_of({"税额 / 人数", "人数 + 未知项", "强度", "年限",
                                      "if 失信 then 1 else \"甲\""})},
                        rows));
}

std::string factor(Dice& dice, const std::vector<std::string>& needs) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t r = 0; r < 2 + dice.below(3); ++r) {
    rows.push_back(
        {cell(dice, 2), cell(dice, 0), dice.one_of({"0.5", "2", "起点", "1.25", "税额"})});
  }
  return decision("系数", "number", needs, table("FIRST", {"行业", "人数"}, rows));
}

// As the city's policies have it: one rule with all conditions, else false.
std::string entitlement(Dice& dice) {
  std::vector<std::string> all;
  for (std::size_t c = 0; c < 5; ++c) all.push_back(cell(dice, c));
  all.push_back("true");
  return table(dice.one_of({"FIRST", "FIRST", "UNIQUE"}),
               {"人数", "税额", "行业", "成立日期", "失信"},
               dice.chance(70)
                   ? std::vector<std::vector<std::string>>{all, {"-", "-", "-", "-", "-", "false"}}
                   : std::vector<std::vector<std::string>>{all});
}

}  // namespace

std::string random_model(Dice& dice) {
  std::vector<std::string> needs;
  for (const auto& input : inputs) needs.push_back("i:" + input.first);
  std::string out = decision("合格", "boolean", needs,
                             dice.chance(50) ? entitlement(dice) : literal(condition(dice, 3)));
  out += decision("强度", dice.one_of({"number", ""}), needs,
                  literal(dice.one_of({"税额 / 人数 * 100", amount(dice, 3)})));
  out += decision("年限", "number", needs,
                  literal(dice.one_of({"years and months duration(成立日期, @\"2031-04-22\").years",
                                       "成立日期.month",
                                       "years and months duration(@\"2019-04-25\", "
                                       "成立日期).months + 人数"})));
  needs.insert(needs.end(), {"d:合格", "d:强度", "d:年限"});
  out += tier(dice, needs);
  out += factor(dice, needs);
  needs.insert(needs.end(), {"d:档次", "d:系数"});
  out +=
      decision("金额", dice.one_of({"number", ""}), needs,
               literal("if " + dice.one_of({"合格", condition(dice, 1), "合格 and 失信 = false"}) +
                       " then " +
                       dice.one_of({"decimal(税额 * 系数 / 3, 2)", "档次", "5",
                                    "min(税额 * 系数 / 100, 起点) + 强度", "系数 * 人数 + 系数",
                                    "if 强度 > 3 then 系数 else 强度 * 2"}) +
                       " else " + dice.one_of({"0", "档次", "null"})));
  return definitions(inputs, out);
}

Context random_parameters(Dice& dice) {
  Context out;
  if (dice.chance(90))
    out.set("起点", Value::number(*Decimal::parse(dice.one_of({"4", "5.5", "0"}))));
  if (dice.chance(70)) out.set("适用行业", Value::text(dice.one_of({"制造业", "住宿业"})));
  return out;
}

Schema random_schema(Dice& dice, bool wrong) {
  Schema schema;
  schema.fields = {{"人数", citybrain::Type::integer},
                   {"税额", citybrain::Type::decimal, static_cast<int>(dice.below(4) * 3)},
                   {"行业", citybrain::Type::text},
                   {"成立日期", citybrain::Type::date},
                   {"失信", citybrain::Type::boolean},
                   {"旁观", citybrain::Type::timestamp}};
  if (!wrong) return schema;
  Field& field = schema.fields[dice.below(5)];
  field = {dice.chance(30) ? "别的" : field.name,
           dice.chance(50) ? citybrain::Type::text : citybrain::Type::integer, 0};
  return schema;
}

Batch random_batch(Dice& dice, const Schema& schema, std::size_t rows) {
  const std::int64_t extremes[] = {INT64_MAX, INT64_MIN, INT64_MAX / 10,
                                   -1,        0,         1'000'000'000'000'000};
  Batch batch(schema);
  for (std::size_t row = 0; row < rows; ++row) {
    for (Column& column : batch.columns) {
      if (dice.chance(12)) {
        column.append_null();
        continue;
      }
      const bool extreme = dice.chance(2);
      switch (column.type()) {
        case citybrain::Type::text:
          column.append_text(dice.one_of({"住宿业", "餐饮业", "制造业", ""}));
          break;
        case citybrain::Type::boolean: column.append_int(dice.chance(50) ? 1 : 0); break;
        case citybrain::Type::date:
          column.append_int(static_cast<std::int64_t>(17990 + dice.below(40)));
          break;
        case citybrain::Type::decimal:
          column.append_int(extreme ? extremes[dice.below(6)]
                                    : static_cast<std::int64_t>(dice.below(1200)));
          break;
        default:
          column.append_int(extreme ? extremes[dice.below(6)]
                                    : static_cast<std::int64_t>(dice.below(12)));
          break;
      }
    }
  }
  batch.rows = rows;
  return batch;
}

Context context_of(const Batch& batch, std::size_t row, const Context& parameters) {
  Context out;
  for (std::size_t c = 0; c < batch.columns.size(); ++c)
    out.set(batch.schema.fields[c].name, Value::of(batch.columns[c].cell_at(row)));
  out.merge(parameters);
  return out;
}

}  // namespace citybrain::brain::testing
