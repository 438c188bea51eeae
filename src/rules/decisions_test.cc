// Facts about the city's own models: what the hardest rules give (cases/hardest.case), and that no
// table of any model leaves something open or never used.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/csv.h"
#include "base/text.h"
#include "brain/model.h"
#include "brain/table_check.h"

namespace citybrain::rules {
namespace {

struct Policy {
  std::string model;
  json::object parameters;
};

std::string file_text(const std::string& path) {
  const auto text = read_file(std::string(CB_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(text) << path;
  return text ? *text : "";
}

std::map<std::string, Policy> read_policies() {
  const auto table = parse_csv(
      file_text("city/policies.csv"),
      {"code", "name", "level", "division", "department", "subject", "mode", "model", "line",
       "city_share", "window_from", "window_to", "basis", "parameters", "summary"});
  EXPECT_TRUE(table) << table.error().message;
  std::map<std::string, Policy> out;
  for (std::size_t row = 0; row < table->rows.size(); ++row) {
    out[table->at(row, "code")] = {table->at(row, "model"),
                                   json::parse(table->at(row, "parameters")).as_object()};
  }
  return out;
}

// A firm, or a person, in good standing; facts that say "nothing of it" are what facts gives where
// there is no record.
json::object good_standing(const brain::Model& model) {
  json::object known{{"所在区划", "330203"},   {"经营状态", "存续"},
                     {"失信", false},          {"严重违法", false},
                     {"僵尸企业", false},      {"企业规模", "小型"},
                     {"行业门类", "C"},        {"人口状态", "正常"},
                     {"参保区划", "330203"},   {"低保区划", "330203"},
                     {"救助类别", "低保"},     {"纳入研发统计", true},
                     {"有效发明专利", 1},      {"本年申请发明专利", 1},
                     {"上年研发人员占比", 10}, {"上年营业收入", 90'000'000},
                     {"全日制", true},         {"学历", "本科"},
                     {"首次购房", true},       {"唯一住房", true}};
  json::object out;
  for (const brain::Input& input : model.inputs()) {
    if (const auto* value = known.if_contains(input.name))
      out[input.name] = *value;
    else if (input.type == "boolean")
      out[input.name] = false;
    else if (input.type == "number" && !input.description.starts_with("参数"))
      out[input.name] = 0;
  }
  return out;
}

// "名称 = 12; 日期 = 2020-01-01"; a date stays a text, which the model reads by the input's type.
json::object facts_of(std::string_view text) {
  json::object out;
  for (const std::string_view part : split(text, ';')) {
    const std::size_t at = part.find('=');
    const std::string name(trim(part.substr(0, at)));
    const std::string value(trim(part.substr(at + 1)));
    const bool date = value.size() == 10 && value[4] == '-';
    out[name] = date ? json::value(value) : json::parse(value);
  }
  return out;
}

TEST(Decisions, TheHardestRulesAsTheirTextsSay) {
  const std::map<std::string, Policy> policies = read_policies();
  int cases = 0;
  const std::string text = file_text("src/rules/cases/hardest.case");
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto cells = split(line, '|');
    ASSERT_EQ(cells.size(), 3U) << line;
    const auto policy = policies.find(std::string(trim(cells[0])));
    ASSERT_NE(policy, policies.end()) << line;
    const auto model =
        brain::Model::load(file_text("decisions/" + policy->second.model + ".dmn")).checked();
    ASSERT_TRUE(model) << model.error().message;
    json::object inputs = good_standing(**model);
    for (const auto& fact : facts_of(cells[1])) {
      const auto& known = (*model)->inputs();
      EXPECT_TRUE(std::any_of(known.begin(), known.end(),
                              [&](const brain::Input& i) { return i.name == fact.key(); }))
          << "the model does not read " << fact.key() << " · " << line;
      inputs[fact.key()] = fact.value();
    }
    for (const auto& parameter : policy->second.parameters)
      inputs[parameter.key()] = parameter.value();
    const auto context = (*model)->read_inputs(inputs);
    ASSERT_TRUE(context) << context.error().message;
    const bool entitled = (*model)->evaluate("资格", *context).value.is_true();
    const std::string amount = brain::to_text((*model)->evaluate("金额", *context).value);
    const std::string want(trim(cells[2]));
    EXPECT_EQ(entitled ? amount : "no", want) << line;
    EXPECT_TRUE(entitled || amount == "0") << line;
    ++cases;
  }
  EXPECT_GE(cases, 80);
}

TEST(Decisions, ModelsThatPayNothing) {
  int cases = 0;
  const std::string text = file_text("src/rules/cases/city.case");
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto cells = split(line, '|');
    ASSERT_EQ(cells.size(), 3U) << line;
    const auto model =
        brain::Model::load(file_text("decisions/" + std::string(trim(cells[0])) + ".dmn"))
            .checked();
    ASSERT_TRUE(model) << model.error().message;
    auto context = (*model)->read_inputs(facts_of(cells[1]));
    ASSERT_TRUE(context) << context.error().message;
    EXPECT_EQ(context->size(), split(cells[1], ';').size()) << "not all are inputs · " << line;
    context->set("基准日", brain::Value::date(parse_date("2020-03-10").value()));
    const json::object want = facts_of(cells[2]);
    const std::string decision(want.begin()->key());
    const json::value got = brain::to_json((*model)->evaluate(decision, *context).value);
    EXPECT_EQ(got, want.begin()->value()) << line;
    ++cases;
  }
  EXPECT_GE(cases, 25);
}

// No table of the city's models has a gap, an overlap or a rule that never counts.
TEST(Decisions, TablesAreWhole) {
  int tables = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(CB_SOURCE_DIR) + "/decisions")) {
    if (entry.path().extension() != ".dmn") continue;
    const auto model =
        brain::Model::load(file_text("decisions/" + entry.path().filename().string())).checked();
    ASSERT_TRUE(model) << entry.path() << model.error().message;
    const brain::TableCheck check = brain::check_tables(**model);
    for (const brain::Finding& f : check.findings) {
      ADD_FAILURE() << entry.path().filename() << " " << f.diagnostic.text() << " " << f.message_zh;
    }
    for (const brain::TableReport& t : check.tables) {
      EXPECT_TRUE(t.checked) << entry.path() << " " << t.decision;
      ++tables;
    }
  }
  EXPECT_GE(tables, 150);
}

}  // namespace
}  // namespace citybrain::rules
