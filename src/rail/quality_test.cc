// Quality on both stores: a bad row's way from quarantine through a work order to the lake, rows
// pushed under a key, scores. By the routes, as people and systems use them.
#include <gtest/gtest.h>

#include "rail/score_series.h"
#include "routes.h"
#include "sql/testing.h"
#include "testing.h"

namespace citybrain::rail {
namespace {

const char* const header = "uscc,name,legal_id,capital,founded,closed,division,phone,active\n";

std::string firm(int n, const std::string& division) {
  return uscc_of(n) + ",甬城公司,11010519491231002X,100.50,2001-02-03,," + division +
         ",13812345678,true\n";
}

struct Desk {
  City city;
  std::vector<Route> table;
  std::string dir;

  Desk(const std::string& url, const std::string& folder, const std::string& columns)
      : city(url, folder, columns), table(quality_routes(*city.rail)), dir(folder) {
    for (Route& route : routes(*city.rail)) table.push_back(std::move(route));
  }
  // The reply's JSON, or the name of the refusal's kind as text.
  json::value call(Method method, const std::string& path,
                   const std::map<std::string, std::string>& params, const std::string& body = "",
                   const std::string& key = "") {
    for (const Route& route : table) {
      if (route.method != method || route.path != path) continue;
      Request request;
      request.params.insert(params.begin(), params.end());
      request.principal.id = "steward";
      request.body = body;
      if (!key.empty()) request.headers.emplace("idempotency-key", key);
      if (!route.body.empty()) {
        request.json = parse_json(body).value();
        EXPECT_TRUE(conforms(request.json, route.body));
      }
      const auto reply = route.handler(request);
      if (!reply) return json::string(name_of(reply.error().code));
      return parse_json(reply->body).value();
    }
    ADD_FAILURE() << "no route " << path;
    return {};
  }
  void arrive(const std::string& file, const std::string& text) {
    put_file(dir + "/" + file, header + text);
    const auto report = city.rail->ingest(dir + "/" + file, "firm");
    ASSERT_TRUE(report) << report.error().message;
  }
  json::value open_rows() {
    return call(Method::get, "/api/quarantine", {{"resource", "firm"}, {"state", "open"}});
  }
  std::string row_id(std::size_t at) {
    return std::string(open_rows().at("items").at(at).at("id").as_string());
  }
  json::value orders(const std::string& state) {
    return call(Method::get, "/api/work-orders", {{"resource", "firm"}, {"state", state}});
  }
};

std::int64_t number(const json::value& value, const char* name) {
  return value.at(name).to_number<std::int64_t>();
}

TEST(Quality, ABadRowIsPutRightAndItsOrderCloses) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    Desk desk(url, stores.dir(), "columns" + std::to_string(n++));
    desk.arrive("a.csv", firm(1, "330203") + firm(2, "999999") + firm(3, "888888"));
    EXPECT_EQ(number(desk.open_rows(), "total"), 2);
    EXPECT_EQ(number(desk.open_rows().at("by_check").at(0), "rows"), 2);
    const json::value opened = desk.orders("");
    ASSERT_EQ(number(opened, "total"), 1);
    const std::string order(opened.at("items").at(0).at("id").as_string());
    EXPECT_EQ(opened.at("items").at(0).at("department").as_string(), "dsj");
    EXPECT_EQ(number(opened.at("items").at(0), "rows_open"), 2);

    const std::map<std::string, std::string> of_order = {{"id", order}};
    const std::string step = "/api/work-orders/{id}/";
    EXPECT_EQ(desk.call(Method::post, step + "assign", of_order, R"({"assignee":"王芳"})")
                  .at("state")
                  .as_string(),
              "assigned");
    EXPECT_EQ(desk.call(Method::post, step + "close", of_order, R"({"why":"算了"})").as_string(),
              "conflict")
        << "rows of it are open";

    const std::string id = desk.row_id(0);
    const std::string resubmit = "/api/quarantine/{id}/resubmit";
    json::value said =
        desk.call(Method::post, resubmit, {{"id", id}}, R"({"row":{"division":"777777"}})");
    EXPECT_FALSE(said.at("passed").as_bool());
    EXPECT_EQ(said.at("reasons").at(0).at("check").as_string(), "code");
    said = desk.call(Method::post, resubmit, {{"id", id}}, R"({"row":{"division":"330212"}})");
    EXPECT_TRUE(said.at("passed").as_bool());
    EXPECT_EQ(desk.call(Method::post, resubmit, {{"id", id}}, R"({"row":{}})").as_string(),
              "conflict")
        << "settled already";
    EXPECT_EQ(desk.city.rows("firm"), 2);
    EXPECT_EQ(number(desk.orders(""), "total"), 1) << "one row is open yet";
    const std::string dismiss = "/api/quarantine/{id}/dismiss";
    EXPECT_EQ(
        desk.call(Method::post, dismiss, {{"id", desk.row_id(0)}}, R"({"note":""})").as_string(),
        "invalid");
    (void)desk.call(Method::post, dismiss, {{"id", desk.row_id(0)}}, R"({"note":"企业已注销"})");
    EXPECT_EQ(number(desk.open_rows(), "total"), 0);
    EXPECT_EQ(number(desk.orders(""), "total"), 0) << "the order closed by itself";
    const json::value closed = desk.call(Method::get, "/api/work-orders/{id}", of_order);
    EXPECT_EQ(closed.at("closed_by").as_string(), "system");
    EXPECT_GE(closed.at("notes").as_array().size(), 2U);
  }
}

TEST(Quality, RowsAreReadAgainWhenTheRuleChanged) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    Desk desk(url, stores.dir(), "columns" + std::to_string(n++));
    desk.arrive("a.csv", firm(1, "330206") + firm(2, "999999"));
    const std::string redrive = "/api/quarantine/redrive";
    json::value said = desk.call(Method::post, redrive, {}, R"({"resource":"firm"})");
    EXPECT_EQ(number(said, "tried"), 2);
    EXPECT_EQ(number(said, "passed"), 0) << "the rule is the same";
    put_file(desk.city.path + "/codes/divisions.csv",
             "code,name\n330203,海曙\n330206,北仑\n330212,鄞州\n");
    ASSERT_TRUE(desk.city.catalog->load(desk.city.path));
    desk.city.clock.advance_us(1'000'000);
    said = desk.call(Method::post, redrive, {}, R"({"resource":"firm"})");
    EXPECT_EQ(number(said, "passed"), 1);
    EXPECT_EQ(number(said, "left"), 1);
    EXPECT_EQ(desk.city.rows("firm"), 1);
  }
}

TEST(Quality, APushLandsOnceUnderItsKey) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    Desk desk(url, stores.dir(), "columns" + std::to_string(n++));
    const std::string push = "/api/resources/{code}/records";
    const std::map<std::string, std::string> to = {{"code", "firm"}};
    const std::string body = R"({"uscc":")" + uscc_of(1) + R"(","name":"甬城公司"})" + "\n" +
                             R"({"uscc":"123","name":"甬城公司"})" + "\n";
    const json::value first = desk.call(Method::post, push, to, body, "k1");
    EXPECT_EQ(number(first, "accepted"), 1);
    EXPECT_EQ(number(first, "quarantined"), 1);
    EXPECT_EQ(number(first.at("rows").at(0), "line"), 2);
    EXPECT_FALSE(first.at("replayed").as_bool());
    const json::value second = desk.call(Method::post, push, to, body, "k1");
    EXPECT_TRUE(second.at("replayed").as_bool());
    EXPECT_EQ(number(second, "accepted"), 1);
    EXPECT_EQ(number(desk.open_rows(), "total"), 1);
    EXPECT_EQ(desk.call(Method::post, push, to, body + "{}\n", "k1").as_string(), "conflict");
    EXPECT_EQ(desk.call(Method::post, push, to, body).as_string(), "invalid") << "no key";
    EXPECT_EQ(desk.call(Method::post, push, to, "", "k2").as_string(), "invalid") << "no rows";
    EXPECT_EQ(desk.call(Method::post, push, {{"code", "nothing"}}, body, "k3").as_string(),
              "not_found");
    EXPECT_EQ(desk.city.rows("firm"), 1);
    // Within its term a key is kept; after it, it is forgotten, and the same body is a new request.
    desk.city.clock.advance_us(89LL * 86'400'000'000);
    ASSERT_TRUE(desk.city.rail->forget_step({}).has_value());
    EXPECT_TRUE(desk.call(Method::post, push, to, body, "k1").at("replayed").as_bool());
    desk.city.clock.advance_us(2LL * 86'400'000'000);
    const auto more = desk.city.rail->forget_step({});
    ASSERT_TRUE(more.has_value()) << more.error().message;
    EXPECT_FALSE(*more);
    EXPECT_FALSE(desk.call(Method::post, push, to, body, "k1").at("replayed").as_bool());
    EXPECT_EQ(desk.city.rows("firm"), 1);  // by key, so nothing is there twice
  }
}

TEST(Quality, ScoresFallWithWhatIsInQuarantine) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    Desk desk(url, stores.dir(), "columns" + std::to_string(n++));
    desk.arrive("a.csv",
                firm(1, "330203") + firm(2, "330203") + firm(3, "330203") + firm(4, "999999"));
    EXPECT_EQ(desk.city.rows("firm"), 3);
    const json::value score =
        desk.call(Method::get, "/api/scores", {}).at("items").as_array().at(0);
    EXPECT_EQ(number(score, "rows"), 3);
    EXPECT_EQ(number(score, "validity"), 7500);
    EXPECT_EQ(number(score, "completeness"), 10000);
    EXPECT_EQ(number(score, "timeliness"), 10000);
    EXPECT_EQ(number(score, "score"), 9250);
    desk.city.clock.advance_us(4LL * 86'400'000'000);
    EXPECT_EQ(number(desk.call(Method::get, "/api/scores", {}).at("items").at(0), "timeliness"),
              5000)
        << "promised daily, two days allowed, four passed";
  }
}

TEST(Quality, ScoresAreKeptByDayAndReadOldestFirst) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    Desk desk(url, stores.dir(), "series" + std::to_string(n++));
    Room room;
    City& city = desk.city;
    add_score_series(room, *city.db, *city.catalog, *city.rail, city.clock);
    desk.table.push_back(room.routes.at(0));
    const auto keep = [&room] { return room.jobs.at(0).run({}).value(); };
    const auto points = [&](const char* last) {
      return desk.call(Method::get, "/api/resources/{code}/scores",
                       {{"code", "firm"}, {"points", last}});
    };
    EXPECT_TRUE(points("90").at("points").as_array().empty()) << "nothing arrived yet";
    desk.arrive("a.csv", firm(1, "330203") + firm(2, "999999"));
    desk.city.rows("firm");
    ASSERT_FALSE(keep());
    desk.arrive("b.csv", firm(3, "330203") + firm(4, "330203"));
    desk.city.rows("firm");
    ASSERT_FALSE(keep());
    ASSERT_EQ(points("90").at("points").as_array().size(), 1u) << "a day has one point";
    EXPECT_EQ(number(points("90").at("points").at(0), "rows"), 3);
    EXPECT_EQ(number(points("90").at("points").at(0), "validity"), 7500);
    desk.city.clock.advance_us(4LL * 86'400'000'000);
    ASSERT_FALSE(keep());
    const json::value two = points("90");
    ASSERT_EQ(two.at("points").as_array().size(), 2u);
    EXPECT_EQ(number(two.at("points").at(0), "timeliness"), 10000);
    EXPECT_EQ(number(two.at("points").at(1), "timeliness"), 5000);
    EXPECT_EQ(points("1").at("points").at(0), two.at("points").at(1)) << "the last of them";
    desk.city.clock.advance_us(1'200LL * 86'400'000'000);
    ASSERT_FALSE(keep());
    EXPECT_EQ(points("90").at("points").as_array().size(), 1u) << "three years are kept";
    EXPECT_EQ(desk.call(Method::get, "/api/resources/{code}/scores", {{"code", "gone"}}),
              json::value("not_found"));
  }
}

}  // namespace
}  // namespace citybrain::rail
