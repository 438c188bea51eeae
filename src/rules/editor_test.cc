// Facts about what the editor asks of rules: validation, trial, diff, simulation, over a city of a
// few firms.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "rules/rules.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::rules {

std::vector<Migration> migrations();

namespace {

// Firms by number: i insured people, district by turns, one without a record.
class SmallCity final : public Knowledge {
 public:
  explicit SmallCity(std::size_t firms) : firms_(firms) {
    facts_ = {fact("参保人数", Type::integer), fact("所在区划", Type::text),
              fact("行业门类", Type::text)};
    facts_[1].values = {{"330203", "海曙区"}, {"330205", "江北区"}};
    facts_[0].resource = "ent_insured";
    facts_[0].resource_name = "企业参保信息";
  }
  const std::vector<FactInfo>& facts() const override { return facts_; }
  Result<brain::Context> one(const Principal&, const std::string&,
                             const std::string& subject) override {
    if (subject != "F12") return not_found("nobody has the number '" + subject + "'");
    return brain::Context{{"参保人数", brain::Value::number(12)},
                          {"所在区划", brain::Value::text("330203")}};
  }
  Result<BulkRead> batches(const std::string&, const std::vector<std::string>& wanted,
                           const std::string&, const Sink& sink) override {
    constexpr std::size_t rows_max = 5'000;
    for (std::size_t from = 0; from < firms_; from += rows_max) {
      Schema schema;
      schema.fields.push_back({"subject", Type::text, 0});
      for (const std::string& name : wanted) {
        for (const FactInfo& f : facts_) {
          if (f.field.name == name) schema.fields.push_back(f.field);
        }
      }
      Batch batch(schema);
      batch.rows = std::min(rows_max, firms_ - from);
      for (std::size_t i = from; i < from + batch.rows; ++i) {
        for (Column& column : batch.columns) {
          const std::string& name = column.field().name;
          if (name == "subject") column.append_text("F" + std::to_string(i));
          if (name == "参保人数" && i == 3) column.append_null();
          if (name == "参保人数" && i != 3) column.append_int(static_cast<std::int64_t>(i));
          if (name == "所在区划") column.append_text(i % 2 == 0 ? "330203" : "330205");
          if (name == "行业门类") column.append_text("C");
        }
      }
      CB_DO(sink(batch));
      if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return BulkRead{77, static_cast<std::int64_t>(firms_)};
  }
  std::int64_t expected(const std::string&) const override {
    return static_cast<std::int64_t>(firms_);
  }
  std::string district_fact(const std::string&) const override { return "所在区划"; }
  std::string industry_fact(const std::string&) const override { return "行业门类"; }
  Result<std::vector<ModelUse>> uses(const std::string& model) const override {
    if (model != "m") return std::vector<ModelUse>{};
    return std::vector<ModelUse>{{"P1", "测试政策", "enterprise", {{"起点人数", 10}}}};
  }
  bool slow = false;

 private:
  static FactInfo fact(const std::string& name, Type type) {
    FactInfo out;
    out.field = {name, type, 0};
    out.subject_type = "enterprise";
    return out;
  }
  std::size_t firms_;
  std::vector<FactInfo> facts_;
};

std::string model_text(const std::string& test, const std::string& amount) {
  return R"(<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="测试"
 namespace="https://citybrain.example/m">
<inputData id="i1" name="参保人数"><description>事实</description>
<variable name="参保人数" typeRef="number"/></inputData>
<inputData id="i2" name="起点人数"><description>参数</description>
<variable name="起点人数" typeRef="number"/></inputData>
<decision id="d1" name="资格"><variable name="资格" typeRef="boolean"/>
<informationRequirement><requiredInput href="#i1"/></informationRequirement>
<informationRequirement><requiredInput href="#i2"/></informationRequirement>
<decisionTable hitPolicy="FIRST">
<input><inputExpression typeRef="number"><text>参保人数</text></inputExpression></input>
<output name="资格" typeRef="boolean"/>
<rule><inputEntry><text>)" +
         test + R"(</text></inputEntry><outputEntry><text>true</text></outputEntry></rule>
<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>false</text></outputEntry></rule>
</decisionTable></decision>
<decision id="d2" name="金额"><variable name="金额" typeRef="number"/>
<informationRequirement><requiredInput href="#i1"/></informationRequirement>
<informationRequirement><requiredDecision href="#d1"/></informationRequirement>
<literalExpression><text>if 资格 then )" +
         amount + R"( else 0</text></literalExpression></decision></definitions>)";
}

struct House {
  explicit House(std::size_t firms = 40)
      : db(sql::Db::open(*stores.begin()).value()), rules(*db, clock), city(firms) {
    EXPECT_TRUE(sql::migrate(*db, "rules", migrations()));
    room = make_room(rules, &city);
    const auto drafted = rules.draft("m", model_text("&gt;= 起点人数", "100"), Date{18'000}, "ann");
    EXPECT_TRUE(drafted) << drafted.error().message;
    EXPECT_TRUE(rules.submit("m", 1, "ann"));
    EXPECT_TRUE(rules.publish("m", 1, "bob"));
  }
  Result<json::object> call(Method method, const std::string& path, const json::object& body = {},
                            std::map<std::string, std::string> params = {}) {
    for (const Route& route : room.routes) {
      if (route.path != path || route.method != method) continue;
      Request request;
      request.json = body;
      request.principal.id = "ann";
      request.params.insert(params.begin(), params.end());
      if (method == Method::post && !body.empty()) CB_DO(conforms(body, route.body));
      CB_TRY(const Reply reply, route.handler(request));
      return json::parse(reply.body).as_object();
    }
    ADD_FAILURE() << "no route " << path;
    return not_found(path);
  }
  json::object finished(const std::string& job) {
    for (int i = 0; i < 2'000; ++i) {
      const auto now = call(Method::get, "/api/rules/simulations/{job}", {}, {{"job", job}});
      if (now->at("state") != json::value("running")) return *now;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "simulation " << job << " never ends";
    return {};
  }
  sql::TestStores stores = sql::test_stores();
  std::unique_ptr<sql::Db> db;
  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  Rules rules;
  SmallCity city;
  Room room;
};

// What a pointer leads to; null where it leads nowhere.
json::value part(const json::object& object, std::string_view pointer) {
  const json::value whole(object);
  boost::system::error_code error;
  const json::value* found = whole.find_pointer(pointer, error);
  return found == nullptr ? json::value() : *found;
}

TEST(Editor, ValidatesWhileOneTypes) {
  House house;
  const auto good =
      house.call(Method::post, "/api/rules/validate", {{"xml", model_text("&gt;= 5", "1")}});
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->at("ok"), json::value(true)) << json::serialize(*good);
  EXPECT_EQ(part(*good, "/inputs/0/kind"), json::value("fact"));
  EXPECT_EQ(part(*good, "/inputs/1/kind"), json::value("parameter"));
  EXPECT_EQ(part(*good, "/tables/0/complete"), json::value(true));

  std::string wrong = model_text("&gt;= 5", "参保人头");
  const auto bad = house.call(Method::post, "/api/rules/validate", {{"xml", wrong}});
  EXPECT_EQ(bad->at("ok"), json::value(false));
  EXPECT_EQ(part(*bad, "/diagnostics/0/code"), json::value("unknown_name"))
      << json::serialize(*bad);
  EXPECT_EQ(part(*bad, "/diagnostics/0/line"), json::value(19)) << json::serialize(*bad);

  wrong = model_text("&gt;= 5", "1");
  for (std::size_t at; (at = wrong.find("参保人数")) != std::string::npos;)
    wrong.replace(at, std::string("参保人数").size(), "参保人头");
  const auto unknown = house.call(Method::post, "/api/rules/validate", {{"xml", wrong}});
  EXPECT_EQ(part(*unknown, "/diagnostics/0/code"), json::value("unknown_fact"));
  EXPECT_EQ(part(*unknown, "/diagnostics/0/line"), json::value(3));
  const json::value hint = part(*unknown, "/diagnostics/0/suggestion");
  EXPECT_TRUE(hint.as_string().starts_with("did you mean `参保人数`")) << hint;

  // A number of people is whole, so nothing lies between 5 and 6; a text that is no DMN is told.
  const auto text = house.call(Method::post, "/api/rules/validate", {{"xml", "<a>"}});
  EXPECT_EQ(text->at("ok"), json::value(false));
  EXPECT_FALSE(text->at("diagnostics").as_array().empty());
}

TEST(Editor, EvaluatesADraftOnASubjectAndSaysWhy) {
  House house;
  const auto tried = house.call(Method::post, "/api/rules/evaluate",
                                {{"xml", model_text("&gt;= 起点人数", "参保人数 * 500")},
                                 {"subject_type", "enterprise"},
                                 {"subject", "F12"},
                                 {"parameters", json::object{{"起点人数", 30}}}});
  ASSERT_TRUE(tried) << tried.error().message;
  EXPECT_EQ(tried->at("model"), json::value(nullptr));
  EXPECT_EQ(part(*tried, "/decisions/0/value"), json::value(false));
  EXPECT_EQ(part(*tried, "/why/zh/0/text"),
            json::value(
                "参保人数 大于等于 起点人数（起点人数 30）：不满足（现为 12，来自企业参保信息）"));
  EXPECT_EQ(part(*tried, "/why/zh/0/holds"), json::value(false));
  EXPECT_EQ(part(*tried, "/why/en/0/resource_name"), json::value("企业参保信息"));
  EXPECT_EQ(part(*tried, "/changes/0/conditions/0/text_zh"),
            json::value("参保人数 须大于等于 起点人数（起点人数 30），现为 12"));
  // A policy's parameters, and a stored version.
  const auto paid = house.call(
      Method::post, "/api/rules/evaluate",
      {{"model", "m"}, {"policy", "P1"}, {"subject_type", "enterprise"}, {"subject", "F12"}});
  ASSERT_TRUE(paid) << paid.error().message;
  EXPECT_EQ(part(*paid, "/decisions/1/value"), json::value(100));
  EXPECT_EQ(paid->at("version"), json::value(1));
  EXPECT_TRUE(paid->at("changes").as_array().empty());
}

TEST(Editor, RefusalsNameTheValueAndTheRemedy) {
  House house;
  const auto refusal = [&](const json::object& body) {
    const auto done = house.call(Method::post, "/api/rules/evaluate", body);
    return done ? std::string("accepted") : done.error().message;
  };
  EXPECT_NE(refusal({{"inputs", json::object{}}}).find("send 'xml'"), std::string::npos);
  EXPECT_NE(refusal({{"model", "m"}, {"inputs", json::object{{"参保人头", 3}}}})
                .find("did you mean `参保人数`"),
            std::string::npos);
  EXPECT_NE(refusal({{"model", "m"}, {"policy", "P9"}}).find("P9"), std::string::npos);
  EXPECT_NE(refusal({{"model", "m"}, {"decision", "资各"}}).find("no decision `资各`"),
            std::string::npos);
  EXPECT_NE(refusal({{"model", "m"}, {"subject", "F12"}}).find("subject_type"), std::string::npos);
}

TEST(Editor, ComparesADraftWithAVersion) {
  House house;
  const auto diff = house.call(Method::post, "/api/rules/diff",
                               {{"left", json::object{{"id", "m"}, {"version", 1}}},
                                {"right", json::object{{"xml", model_text("&gt;= 5", "100")}}}});
  ASSERT_TRUE(diff) << diff.error().message;
  EXPECT_EQ(diff->at("same"), json::value(false));
  EXPECT_EQ(part(*diff, "/elements/0/parts/0/cells/0/before"), json::value(">= 起点人数"));
  EXPECT_EQ(part(*diff, "/elements/0/parts/0/cells/0/after"), json::value(">= 5"));
  EXPECT_FALSE(house.call(Method::post, "/api/rules/diff",
                          {{"left", json::object{{"id", "n"}}}, {"right", json::object{}}}));
}

// 40 firms with 0..39 people, one of them unknown. Today: from 10, 100 yuan. Draft: from 20, 2 yuan
// and a half a head.
TEST(Editor, SimulatesTheCityBesideTodaysVersion) {
  House house;
  const auto job = house.call(Method::post, "/api/rules/simulations",
                              {{"xml", model_text("&gt;= 20", "参保人数 * 2.5")},
                               {"model", "m"},
                               {"policy", "P1"},
                               {"subject_type", "enterprise"}});
  ASSERT_TRUE(job) << job.error().message;
  const json::object done = house.finished(std::string(job->at("id").as_string()));
  ASSERT_EQ(done.at("state"), json::value("done")) << json::serialize(done);
  const json::object& result = done.at("result").as_object();
  EXPECT_EQ(result.at("subjects"), json::value(40));
  EXPECT_EQ(result.at("entitled"), json::value(20));
  EXPECT_EQ(result.at("amount_fen"), json::value(147'500));  // 2.5 × (20 + … + 39)
  EXPECT_EQ(part(result, "/before/entitled"), json::value(30));
  EXPECT_EQ(part(result, "/before/amount_fen"), json::value(300'000));
  EXPECT_EQ(part(result, "/lose/subjects"), json::value(10));
  EXPECT_EQ(part(result, "/lose/amount_fen"), json::value(-100'000));
  EXPECT_EQ(part(result, "/gain/subjects"), json::value(0));
  EXPECT_EQ(part(result, "/less/subjects"), json::value(20));
  EXPECT_EQ(part(result, "/same/subjects"), json::value(0));
  EXPECT_EQ(part(result, "/less/amount_fen"), json::value(147'500 - 200'000));
  EXPECT_EQ(part(result, "/by_district/0/name"), json::value("海曙区"));
  EXPECT_EQ(part(result, "/by_district/0/entitled"), json::value(10));
  EXPECT_EQ(part(result, "/by_district/1/before_entitled"), json::value(15));
  EXPECT_EQ(part(result, "/by_industry/0/subjects"), json::value(40));
  EXPECT_EQ(part(result, "/values/0/value"), json::value("true")) << json::serialize(result);
  EXPECT_EQ(result.at("as_of"), json::value(77));
  const auto losers =
      house.call(Method::get, "/api/rules/simulations/{job}/subjects", {},
                 {{"job", std::string(job->at("id").as_string())}, {"kind", "lose"}});
  EXPECT_EQ(losers->at("total"), json::value(10));
  EXPECT_EQ(part(*losers, "/items/0/subject"), json::value("F10"));
  EXPECT_EQ(part(*losers, "/items/0/before_fen"), json::value(10'000));
}

// The same figures as one by one.
TEST(Editor, SimulationEqualsOneByOne) {
  House house(10'007);
  const std::string xml = model_text("[100..9000), &gt; 9500", "参保人数 * 1.005");
  const auto job = house.call(Method::post, "/api/rules/simulations",
                              {{"xml", xml}, {"subject_type", "enterprise"}});
  ASSERT_TRUE(job) << job.error().message;
  const json::object done = house.finished(std::string(job->at("id").as_string()));
  ASSERT_EQ(done.at("state"), json::value("done")) << json::serialize(done);
  const auto model = brain::Model::load(xml).model;
  std::int64_t entitled = 0;
  std::int64_t fen = 0;
  for (std::int64_t i = 0; i < 10'007; ++i) {
    brain::Context context;
    context.set("参保人数", i == 3 ? brain::Value() : brain::Value::number(i));
    if (!model->evaluate("资格", context).value.is_true()) continue;
    ++entitled;
    fen += model->evaluate("金额", context)
               .value.as_number()
               .rounded(2, brain::Rounding::half_up)
               .to_scaled(2)
               .value();
  }
  EXPECT_EQ(part(done, "/result/entitled"), json::value(entitled));
  EXPECT_EQ(part(done, "/result/amount_fen"), json::value(fen));
  EXPECT_EQ(done.at("against"), json::value(nullptr));
}

TEST(Editor, ASimulationIsStoppedAndTheyAreLimited) {
  House house(400'000);
  house.city.slow = true;
  const json::object order{{"xml", model_text("&gt;= 20", "1")}, {"subject_type", "enterprise"}};
  const auto first = house.call(Method::post, "/api/rules/simulations", order);
  const auto second = house.call(Method::post, "/api/rules/simulations", order);
  ASSERT_TRUE(first && second);
  const auto third = house.call(Method::post, "/api/rules/simulations", order);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Code::exhausted);
  for (const auto& job : {*first, *second}) {
    const std::string id(job.at("id").as_string());
    EXPECT_TRUE(house.call(Method::post, "/api/rules/simulations/{job}/stop", {}, {{"job", id}}));
    EXPECT_EQ(house.finished(id).at("state"), json::value("stopped"));
  }
  const auto list = house.call(Method::get, "/api/rules/simulations");
  EXPECT_EQ(list->at("total"), json::value(2));
  EXPECT_FALSE(house.call(Method::get, "/api/rules/simulations/{job}", {}, {{"job", "s99"}}));
}

TEST(Editor, ShowsFactsBuiltinsAndUses) {
  House house;
  const auto facts = house.call(Method::get, "/api/rules/facts");
  EXPECT_EQ(part(*facts, "/items/1/values/0/name"), json::value("海曙区"));
  EXPECT_EQ(part(*facts, "/items/0/type"), json::value("number"));
  const auto builtins = house.call(Method::get, "/api/rules/builtins");
  EXPECT_GE(builtins->at("total").as_int64(), 80);
  const auto uses = house.call(Method::get, "/api/rules/uses", {}, {{"model", "m"}});
  EXPECT_EQ(part(*uses, "/items/0/policy"), json::value("P1"));
}

}  // namespace
}  // namespace citybrain::rules
