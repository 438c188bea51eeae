// The rules of the city as the engine sees them: every model loads without a word, names only facts
// and parameters there are, and every policy fills its parameters.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/csv.h"
#include "base/json.h"
#include "brain/model.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;

const std::string root = CB_SOURCE_DIR;

using Models = std::map<std::string, std::shared_ptr<const brain::Model>>;

Models load_models() {
  Models models;
  for (const auto& file : fs::directory_iterator(root + "/decisions")) {
    if (file.path().extension() != ".dmn") continue;
    const auto xml = read_file(file.path().string());
    EXPECT_TRUE(xml) << file.path();
    if (!xml) continue;
    const auto loaded = brain::Model::load(*xml);
    for (const auto& diagnostic : loaded.diagnostics) {
      ADD_FAILURE() << file.path().filename() << ": " << diagnostic.text();
    }
    if (loaded.model) models[file.path().stem().string()] = loaded.model;
  }
  return models;
}

// Models of policies decide three things; the others (a code's colour, a score, an event's
// department) decide what they are about.
TEST(DemoModels, LoadWithoutDiagnosticsAndThoseOfPoliciesDecideTheThreeThings) {
  const auto models = load_models();
  EXPECT_GE(models.size(), 40U);
  const auto policies = read_csv(root + "/city/policies.csv", {"model"});
  ASSERT_TRUE(policies);
  std::set<std::string> paying;
  for (std::size_t r = 0; r < policies->rows.size(); ++r) paying.insert(policies->at(r, "model"));
  EXPECT_GE(paying.size(), 60U);
  for (const auto& [id, model] : models) {
    EXPECT_EQ(model->id(), id);
    if (paying.count(id) == 0) continue;
    for (const char* decision : {"资格", "金额", "理由"}) {
      EXPECT_TRUE(model->has_decision(decision)) << id << " " << decision;
    }
  }
}

TEST(DemoModels, EveryPolicyGivesItsModelAllThatIsNoFact) {
  const auto models = load_models();
  const auto facts = read_csv(root + "/city/facts.csv", {"fact", "subject"});
  const auto policies =
      read_csv(root + "/city/policies.csv", {"code", "model", "subject", "parameters"});
  ASSERT_TRUE(facts);
  ASSERT_TRUE(policies);
  EXPECT_EQ(policies->rows.size(), 565U);
  std::set<std::pair<std::string, std::string>> known;
  for (std::size_t r = 0; r < facts->rows.size(); ++r) {
    known.emplace(facts->at(r, "subject"), facts->at(r, "fact"));
  }
  for (std::size_t r = 0; r < policies->rows.size(); ++r) {
    const std::string& code = policies->at(r, "code");
    const auto model = models.find(policies->at(r, "model"));
    ASSERT_NE(model, models.end()) << code;
    const auto parameters = parse_json(policies->at(r, "parameters"));
    ASSERT_TRUE(parameters) << code;
    const auto read = model->second->read_inputs(parameters->as_object());
    ASSERT_TRUE(read) << code << " " << read.error().message;
    for (const auto& input : model->second->inputs()) {
      const bool given = input.name == "基准日" || read->find(input.name) != nullptr ||
                         known.contains({policies->at(r, "subject"), input.name});
      EXPECT_TRUE(given) << code << " lacks " << input.name;
    }
  }
}

// 甬党发〔2020〕4号: half of a charter's cost; 11 people from Jiangsu, 5,800 yuan, 2,900 paid.
TEST(DemoModels, PaysHalfOfTheCharterThatThePapersTellOf) {
  const auto models = load_models();
  const auto& model = *models.at("baoche");
  brain::Context firm = {
      {"适用区划", brain::Value::text("330200")}, {"所在区划", brain::Value::text("330213")},
      {"经营状态", brain::Value::text("存续")},   {"失信", brain::Value::boolean(false)},
      {"所有制", brain::Value::text("非公")},     {"返岗包车费用", brain::Value::number(5800)},
      {"补助比例", brain::Value::number(50)},     {"企业上限", brain::Value::number(200000)},
  };
  EXPECT_TRUE(model.evaluate("资格", firm).value.is_true());
  EXPECT_EQ(to_text(model.evaluate("金额", firm).value), "2900");

  firm.set("所有制", brain::Value::text("国有控股"));
  EXPECT_TRUE(model.evaluate("资格", firm).value.is_false());
  EXPECT_EQ(to_text(model.evaluate("金额", firm).value), "0");
  EXPECT_EQ(to_text(model.evaluate("理由", firm).value), "仅限非公企业");
}

// 慈溪 2019: a standard of 846 yuan, at least 30 % of it a head, the severely disabled in full.
TEST(DemoModels, TopsUpAPoorHouseholdMemberByMember) {
  const auto models = load_models();
  const auto& model = *models.at("dibao");
  brain::Context household = {
      {"适用区划", brain::Value::text("330282")}, {"低保区划", brain::Value::text("330282")},
      {"人口状态", brain::Value::text("正常")},   {"救助类别", brain::Value::text("低保")},
      {"低保标准", brain::Value::number(846)},    {"补差下限比例", brain::Value::number(30)},
      {"低保人口", brain::Value::number(3)},      {"重残重病人数", brain::Value::number(1)},
      {"低保应发月数", brain::Value::number(1)},  {"低保月人均收入", brain::Value::number(700)},
  };
  // 846 − 700 = 146 is below 30 % of 846 = 253.80, which is 254: two of that, and one of 846.
  EXPECT_EQ(to_text(model.evaluate("金额", household).value), "1354");
  household.set("低保月人均收入", brain::Value::number(400));
  EXPECT_EQ(to_text(model.evaluate("金额", household).value), "1738");
  household.set("低保月人均收入", brain::Value::number(846));
  EXPECT_TRUE(model.evaluate("资格", household).value.is_false());
}

}  // namespace
}  // namespace citybrain::cli
