// The routes as http would call them: every reply has the shape its table declares.
#include "routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "sql/testing.h"

namespace citybrain::benefit {
namespace {

using testing::firm_id;
using testing::firm_principal;
using testing::House;
using testing::officer;
using testing::PolicyRow;

struct Desk {
  explicit Desk(House& house) : routes(routes_of(house.benefit)) {}
  Result<json::value> call(Method method, const std::string& path, const Principal& who,
                           std::map<std::string, std::string, std::less<>> params = {},
                           const json::object& body = {}) {
    for (const Route& route : routes) {
      if (route.method != method || route.path != path) continue;
      Request request;
      request.params = std::move(params);
      request.principal = who;
      request.json = body;
      CB_TRY(const Reply reply, route.handler(request));
      CB_TRY(json::value value, parse_json(reply.body));
      const auto shaped = conforms(value, route.reply);
      EXPECT_TRUE(shaped.has_value()) << path << ": " << shaped.error().message;
      return value;
    }
    return not_found("no route " + path);
  }
  std::vector<Route> routes;
};

TEST(Routes, AFirmSeesClaimsAndFollowsItsMoney) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    House house(url);
    house.open_city({}, 2);
    ASSERT_TRUE(house.benefit->match("P1"));
    Desk desk(house);
    const Principal me = firm_principal(firm_id(0));
    auto mine = desk.call(Method::get, "/api/me/entitlements", me);
    ASSERT_TRUE(mine.has_value()) << mine.error().message;
    const json::object& item = mine->at("items").at(0).as_object();
    EXPECT_EQ(item.at("state").as_string(), "claimable");
    EXPECT_EQ(item.at("amount_fen").as_int64(), 2'000'000);
    ASSERT_EQ(item.at("reasons").as_array().size(), 2u);
    const json::object& reason = item.at("reasons").at(0).as_object();
    EXPECT_EQ(reason.at("text").as_string(), "参保人数 >= 30");
    EXPECT_EQ(item.at("reasons").at(1).at("text").as_string(), "失信 = 否");
    EXPECT_EQ(item.at("reasons").at(1).at("value").as_string(), "否");
    EXPECT_EQ(reason.at("fact").as_string(), "参保人数");
    EXPECT_EQ(reason.at("resource").as_string(), "ent_insured");
    EXPECT_TRUE(reason.at("holds").as_bool());
    EXPECT_EQ(item.at("in_words").as_string(), "参保三十人以上且无失信");

    auto brief = desk.call(Method::get, "/api/me/entitlements", me, {{"reasons", "0"}});
    ASSERT_TRUE(brief.has_value()) << brief.error().message;
    EXPECT_TRUE(brief->at("items").at(0).at("reasons").as_array().empty());
    EXPECT_EQ(brief->at("items").at(0).at("in_words").as_string(), "参保三十人以上且无失信");

    auto claim = desk.call(Method::post, "/api/me/claims", me, {}, {{"policy", "P1"}});
    ASSERT_TRUE(claim.has_value()) << claim.error().message;
    EXPECT_EQ(claim->at("state").as_string(), "paying");
    house.pay_all();
    auto claims = desk.call(Method::get, "/api/me/claims", me);
    ASSERT_TRUE(claims.has_value());
    EXPECT_EQ(claims->at("items").at(0).at("state").as_string(), "paid");
    EXPECT_EQ(claims->at("items").at(0).at("steps").as_array().size(), 7u);

    const std::string id(claim->at("id").as_string());
    auto decision = desk.call(Method::get, "/api/decisions/{id}", me, {{"id", id}});
    ASSERT_TRUE(decision.has_value()) << decision.error().message;
    EXPECT_EQ(decision->at("model_version").as_int64(), 3);
    EXPECT_TRUE(decision->at("recomputed").at("same").as_bool());
    EXPECT_EQ(
        desk.call(Method::get, "/api/decisions/{id}", firm_principal(firm_id(1)), {{"id", id}})
            .error()
            .code,
        Code::not_found);
  }
}

TEST(Routes, AFirmSeesWhyNot) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    House house(url);
    house.open_city({}, 1);
    house.facts.put({firm_id(5), "宁波小微有限公司", 12});
    ASSERT_TRUE(house.benefit->match("P1"));
    Desk desk(house);
    const Principal me = firm_principal(firm_id(5));
    EXPECT_EQ(desk.call(Method::get, "/api/me/entitlements", me)->at("total").to_number<int>(), 0);
    auto all = desk.call(Method::get, "/api/me/entitlements", me, {{"all", "1"}});
    ASSERT_TRUE(all.has_value()) << all.error().message;
    const json::object& item = all->at("items").at(0).as_object();
    EXPECT_FALSE(item.at("entitled").as_bool());
    EXPECT_EQ(item.at("state").as_string(), "none");
    EXPECT_EQ(item.at("in_words").as_string(), "不符合条件");
    const json::object& reason = item.at("reasons").at(0).as_object();
    EXPECT_FALSE(reason.at("holds").as_bool());
    EXPECT_EQ(reason.at("value").as_string(), "12");
  }
}

TEST(Routes, StaffSeePoliciesLinesClaimsAndPayments) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    House house(url);
    PolicyRow checked;
    checked.parameters = R"({"每人补贴": 500, "需财政审核": true})";
    house.open_city(checked, 3);
    Desk desk(house);
    const Principal cz = officer("cz");
    auto matched = desk.call(Method::post, "/api/policies/{code}/match", cz, {{"code", "P1"}});
    ASSERT_TRUE(matched.has_value()) << matched.error().message;
    EXPECT_EQ(matched->at("entitled").as_int64(), 3);
    ASSERT_TRUE(house.benefit->claim(firm_principal(firm_id(0)), "P1"));

    auto policies = desk.call(Method::get, "/api/policies", cz, {{"query", "稳岗"}});
    ASSERT_TRUE(policies.has_value());
    EXPECT_EQ(policies->at("total").as_int64(), 1);
    EXPECT_EQ(policies->at("items").at(0).at("matched").as_int64(), 3);
    auto policy = desk.call(Method::get, "/api/policies/{code}", cz, {{"code", "P1"}});
    ASSERT_TRUE(policy.has_value()) << policy.error().message;
    EXPECT_EQ(policy->at("model_version").as_int64(), 3);
    EXPECT_EQ(policy->at("line_detail").as_array().size(), 1u);

    auto claims = desk.call(Method::get, "/api/claims", cz);
    ASSERT_TRUE(claims.has_value());
    ASSERT_EQ(claims->at("total").as_int64(), 1);
    const std::string id(claims->at("items").at(0).at("id").as_string());
    ASSERT_TRUE(desk.call(Method::post, "/api/claims/{id}/approve", cz, {{"id", id}}));
    auto lines = desk.call(Method::get, "/api/lines", cz, {{"division", "330203"}});
    ASSERT_TRUE(lines.has_value());
    EXPECT_EQ(lines->at("items").at(0).at("pending_fen").as_int64(), 2'000'000);
    house.pay_all();
    auto payments = desk.call(Method::get, "/api/payments", cz, {{"state", "paid"}});
    ASSERT_TRUE(payments.has_value());
    EXPECT_EQ(payments->at("items").at(0).at("payee_masked").as_string(), "宁波第0****公司");
    lines = desk.call(Method::get, "/api/lines", cz, {{"division", "330203"}});
    EXPECT_EQ(lines->at("items").at(0).at("posted_fen").as_int64(), 2'000'000);
    EXPECT_EQ(lines->at("items").at(0).at("pending_fen").as_int64(), 0);
  }
}

TEST(Routes, FiguresAreThere) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    House house(url);
    PolicyRow unasked;
    unasked.mode = "免申即享";
    house.open_city(unasked, 3);
    ASSERT_TRUE(house.benefit->match(""));
    house.pay_all();
    const Room room = make_room(house.benefit);
    std::map<std::string, IndicatorValue> figures;
    for (const Indicator& indicator : room.indicators) {
      const auto value = indicator.value();
      ASSERT_TRUE(value.has_value()) << indicator.code << ": " << value.error().message;
      figures[indicator.code] = *value;
    }
    EXPECT_EQ(figures["benefit_paid_fen"].value, 6'000'000);
    EXPECT_EQ(figures["benefit_paid_fen"].trend.size(), 30u);
    EXPECT_EQ(figures["benefit_paid_fen"].by_district.at(0).label, "330203");
    EXPECT_EQ(figures["benefit_payees"].value, 3);
    EXPECT_EQ(figures["benefit_payments_today"].value, 3);
    EXPECT_EQ(figures["benefit_policies_open"].value, 1);
    EXPECT_EQ(figures["benefit_pending_fen"].value, 0);
    EXPECT_EQ(figures["benefit_line_runout_days"].value,
              (100'000'000 - 6'000'000) / (6'000'000 / 7 + 1));
    for (const HealthCheck& check : room.health) EXPECT_TRUE(check.check().has_value());
    ASSERT_TRUE(room.commands.front().run({"verify"}).has_value());
  }
}

}  // namespace
}  // namespace citybrain::benefit
