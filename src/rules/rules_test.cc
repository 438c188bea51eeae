// Facts about the store of models, on both stores.
#include "rules/rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::rules {

std::vector<Migration> migrations();

namespace {

std::string model_text(const std::string& input, const std::string& logic,
                       const std::string& description = "事实") {
  return "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"m\" "
         "name=\"测试\" "
         "namespace=\"https://citybrain.example/m\"><inputData id=\"i\" name=\"" +
         input + "\"><description>" + description + "</description><variable name=\"" + input +
         "\" typeRef=\"number\"/></inputData><decision id=\"d\" name=\"资格\">"
         "<variable name=\"资格\" typeRef=\"boolean\"/><informationRequirement>"
         "<requiredInput href=\"#i\"/></informationRequirement><literalExpression><text>" +
         logic + "</text></literalExpression></decision></definitions>";
}

Date day(const std::string& text) { return parse_date(text).value(); }

struct House {
  explicit House(const std::string& url) : db(sql::Db::open(url).value()), rules(*db, clock) {
    EXPECT_TRUE(sql::migrate(*db, "rules", migrations()));
  }
  std::unique_ptr<sql::Db> db;
  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  Rules rules;
};

TEST(Rules, PublishedByAnotherAndInForceFromItsDay) {
  const auto stores = sql::test_stores();
  for (const std::string& url : stores) {
    House house(url);
    Rules& rules = house.rules;
    const auto first =
        rules.draft("m", model_text("人数", "人数 &gt; 3"), day("2020-02-01"), "ann");
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->version, 1);
    EXPECT_EQ(rules.effective("m", day("2020-03-01")).error().code, Code::not_found);
    EXPECT_EQ(rules.publish("m", 1, "bob").error().code, Code::conflict);  // not submitted
    EXPECT_EQ(rules.submit("m", 1, "bob").error().code, Code::denied);
    ASSERT_TRUE(rules.submit("m", 1, "ann"));
    EXPECT_EQ(rules.publish("m", 1, "ann").error().code, Code::conflict);
    ASSERT_TRUE(rules.publish("m", 1, "bob"));
    EXPECT_EQ(rules.publish("m", 1, "bob").error().code, Code::conflict);  // not twice

    ASSERT_TRUE(rules.draft("m", model_text("人数", "人数 &gt; 5"), day("2020-06-01"), "bob"));
    ASSERT_TRUE(rules.submit("m", 2, "bob"));
    ASSERT_TRUE(rules.publish("m", 2, "ann"));
    EXPECT_EQ(rules.effective("m", day("2020-01-31")).error().code, Code::not_found);
    EXPECT_EQ(rules.effective("m", day("2020-05-31"))->version, 1);
    EXPECT_EQ(rules.effective("m", day("2020-06-01"))->version, 2);
    EXPECT_EQ(rules.info("m", 1)->effective_to, day("2020-06-01"));
    EXPECT_FALSE(rules.info("m", 2)->effective_to);
    brain::Context four{{"人数", brain::Value::number(4)}};
    EXPECT_TRUE(
        rules.effective("m", day("2020-05-31"))->model->evaluate("资格", four).value.is_true());
    EXPECT_TRUE(
        rules.effective("m", day("2020-07-01"))->model->evaluate("资格", four).value.is_false());
    EXPECT_NE(rules.info("m", 1)->hash, rules.info("m", 2)->hash);
    EXPECT_EQ(rules.list()->size(), 2U);
  }
}

// A version ends on the day its author said, and what held before it does not come back.
TEST(Rules, EndsOnItsDayAndIsHandedBackWithAReason) {
  const auto stores = sql::test_stores();
  for (const std::string& url : stores) {
    House house(url);
    Rules& rules = house.rules;
    const std::string xml = model_text("人数", "人数 &gt; 3");
    EXPECT_FALSE(rules.draft("m", xml, day("2020-02-01"), "ann", day("2020-02-01")));
    ASSERT_TRUE(rules.draft("m", xml, day("2020-01-01"), "ann"));
    ASSERT_TRUE(rules.draft("m", xml, day("2020-02-01"), "ann", day("2020-05-01")));
    for (const std::int64_t version : {1, 2}) {
      ASSERT_TRUE(rules.submit("m", version, "ann"));
      ASSERT_TRUE(rules.publish("m", version, "bob"));
    }
    EXPECT_EQ(rules.effective("m", day("2020-01-31"))->version, 1);
    EXPECT_EQ(rules.effective("m", day("2020-04-30"))->version, 2);
    EXPECT_EQ(rules.effective("m", day("2020-05-01")).error().code, Code::not_found);
    EXPECT_EQ(rules.info("m", 2)->effective_to, day("2020-05-01"));

    ASSERT_TRUE(rules.draft("m", xml, day("2021-01-01"), "ann"));
    EXPECT_EQ(rules.give_back("m", 3, "bob", "不够清楚").error().code, Code::conflict);
    ASSERT_TRUE(rules.submit("m", 3, "ann"));
    EXPECT_EQ(rules.give_back("m", 3, "bob", " ").error().code, Code::invalid);
    EXPECT_EQ(rules.give_back("m", 3, "ann", "自己退回").error().code, Code::conflict);
    const auto back = rules.give_back("m", 3, "bob", "人数应为上年平均");
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->state, State::returned);
    EXPECT_EQ(back->note, "人数应为上年平均");
    EXPECT_EQ(rules.publish("m", 3, "bob").error().code, Code::conflict);
    const auto all = rules.versions("m");
    ASSERT_EQ(all->size(), 3U);
    EXPECT_EQ(all->front().version, 3);
    EXPECT_EQ(rules.versions("nobody").error().code, Code::not_found);
  }
}

// A table that contradicts its own hit policy is not handed in.
TEST(Rules, ATableThatContradictsItselfIsNotSubmitted) {
  const auto stores = sql::test_stores();
  House house(*stores.begin());
  std::string xml = model_text("人数", "true");
  const std::string logic = "<literalExpression><text>true</text></literalExpression>";
  const auto rule = [](const std::string& test, const std::string& output) {
    return "<rule><inputEntry><text>" + test + "</text></inputEntry><outputEntry><text>" + output +
           "</text></outputEntry></rule>";
  };
  xml.replace(xml.find(logic), logic.size(),
              "<decisionTable hitPolicy=\"UNIQUE\"><input><inputExpression><text>人数</text>"
              "</inputExpression></input><output/>" +
                  rule("&lt; 10", "true") + rule("&gt; 5", "false") + "</decisionTable>");
  ASSERT_TRUE(house.rules.draft("m", xml, day("2020-02-01"), "ann"));
  const auto refused = house.rules.submit("m", 1, "ann");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid);
  EXPECT_NE(refused.error().message.find("人数 = 8"), std::string::npos) << refused.error().message;
}

TEST(Rules, RefusesWhatDoesNotCompileSayingWhere) {
  const auto stores = sql::test_stores();
  House house(*stores.begin());
  const auto wrong =
      house.rules.draft("m", model_text("人数", "人樹 &gt; 3"), day("2020-02-01"), "ann");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::invalid);
  EXPECT_NE(wrong.error().message.find("line 1"), std::string::npos) << wrong.error().message;
  EXPECT_NE(wrong.error().message.find("人樹"), std::string::npos) << wrong.error().message;
  EXPECT_FALSE(house.rules.draft("M!", model_text("人数", "true"), day("2020-02-01"), "ann"));
  house.rules.know_facts({"参保人数"});
  const auto unknown =
      house.rules.draft("m", model_text("参保人頭", "true"), day("2020-02-01"), "ann");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("参保人頭"), std::string::npos);
  EXPECT_TRUE(
      house.rules.draft("m", model_text("人数下限", "true", "参数"), day("2020-02-01"), "ann"));
}

TEST(Rules, ImportsAFolderOnce) {
  const auto stores = sql::test_stores();
  for (const std::string& url : stores) {
    House house(url);
    const std::string dir = stores.dir() + "/decisions";
    std::filesystem::create_directories(dir);
    std::ofstream(dir + "/one.dmn") << model_text("人数", "人数 &gt; 3");
    EXPECT_EQ(house.rules.import_dir(dir, day("2020-01-01"), "city", "publisher").value(), 1);
    EXPECT_EQ(house.rules.import_dir(dir, day("2020-01-01"), "city", "publisher").value(), 0);
    std::ofstream(dir + "/one.dmn") << model_text("人数", "人数 &gt; 4");
    EXPECT_EQ(house.rules.import_dir(dir, day("2020-01-01"), "city", "publisher").value(), 1);
    EXPECT_EQ(house.rules.effective("one", day("2020-02-01"))->version, 2);
  }
}

TEST(Rules, TryAnswersWithReasons) {
  const auto stores = sql::test_stores();
  House house(*stores.begin());
  ASSERT_TRUE(house.rules.draft("m", model_text("人数", "人数 &gt; 3"), day("2020-02-01"), "ann"));
  Room room = make_room(house.rules, nullptr);
  for (const Route& route : room.routes) {
    if (!route.path.ends_with("/try")) continue;
    Request request;
    request.params = {{"id", "m"}, {"version", "1"}};
    request.json = json::parse(R"({"inputs": {"人数": 2}})");
    const auto reply = route.handler(request);
    ASSERT_TRUE(reply) << reply.error().message;
    const auto body = json::parse(reply->body).as_object();
    const auto& one = body.at("decisions").as_array()[0].as_object();
    EXPECT_EQ(one.at("value"), json::value(false));
    EXPECT_NE(json::serialize(one.at("explanation")).find("人数 > 3"), std::string::npos);
    return;
  }
  FAIL() << "no route to try";
}

// Every model of the city is published; those that pay give their three decisions.
TEST(Rules, TheCitysModelsLoad) {
  const std::string dir = CB_SOURCE_DIR "/decisions";
  ASSERT_TRUE(std::filesystem::exists(dir)) << dir;
  const auto stores = sql::test_stores();
  House house(*stores.begin());
  const auto count = house.rules.import_dir(dir, day("2020-01-01"), "city", "publisher");
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_GT(*count, 0);
  const auto all = house.rules.list();
  for (const ModelInfo& m : *all) {
    const auto model = house.rules.compiled(m.id, m.version)->model;
    if (!model->has_decision("资格")) continue;
    for (const char* name : {"资格", "金额", "理由"})
      EXPECT_TRUE(model->has_decision(name)) << m.id << " " << name;
  }
}

}  // namespace
}  // namespace citybrain::rules
