// The board: figures with definitions, a stream that continues, a live list that survives.
#include "board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routes.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::cockpit {
std::vector<Migration> migrations();
namespace {

constexpr const char* indicators_csv =
    "code,name,unit,definition,owner,period,source,format\n"
    "paid,累计兑付金额,亿元,支付成功的累计金额,czj,日,benefit,yi_yuan\n"
    "open,可兑付政策,项,当日在申报期内,jxj,日,benefit,integer\n"
    "nobody,无人给出,项,没有房间给出,jxj,日,none,integer\n";
constexpr const char* divisions_csv =
    "code,name,kind\n330200,宁波市,municipality\n330203,海曙区,district\n3302Z1,高新区,zone\n";

struct Stand {
  explicit Stand(const std::string& url) {
    auto opened = sql::Db::open(url);
    CB_CHECK(opened.has_value());
    db = std::move(*opened);
    EXPECT_TRUE(sql::migrate(*db, "cockpit", migrations()).has_value());
    restart();
  }
  void restart() {
    const auto paid_now = [this]() -> Result<IndicatorValue> {
      if (broken) return unavailable("down");
      IndicatorValue v;
      v.value = paid;
      v.scale = 2;
      v.as_of = clock.now();
      v.by_district = {{"330203", paid}};
      v.trend = {{"2020-11-23", 1}, {"2020-11-24", paid}};
      v.links = {{"支付清单", "/api/payments"}};
      return v;
    };
    const auto open_now = []() -> Result<IndicatorValue> {
      IndicatorValue v;
      v.value = 565;
      return v;
    };
    Parts parts{*db,
                clock,
                indicators_csv,
                divisions_csv,
                {{"paid", paid_now}, {"open", open_now}, {"undeclared", open_now}},
                [] { return std::int64_t{41}; }};
    Options options;
    options.refresh_ms = 0;
    board = std::make_shared<Board>(std::move(parts), options, *parse_indicators(indicators_csv),
                                    *parse_divisions(divisions_csv));
    EXPECT_TRUE(board->open().has_value());
  }
  void event(std::int64_t sequence, const std::string& text) {
    EXPECT_TRUE(
        board
            ->hear({sequence,
                    "benefit.paid",
                    "e1",
                    {{"live", "pay"}, {"text", text}, {"amount_fen", 100}, {"division", "330203"}},
                    clock.now()})
            .has_value());
  }

  FixedClock clock{{1606190400000000}};
  std::unique_ptr<sql::Db> db;
  std::int64_t paid = 1000;
  bool broken = false;
  std::shared_ptr<Board> board;
};

template <class Fn>
void on_stands(Fn&& fn) {
  for (const auto& stores = sql::test_stores(); const auto& url : stores) {
    SCOPED_TRACE(url.substr(0, 8));
    Stand stand(url);
    fn(stand);
  }
}

TEST(Board, ShowsDeclaredFiguresInTheirUnit) {
  on_stands([](Stand& s) {
    const json::object board = s.board->board();
    ASSERT_EQ(board.at("indicators").as_array().size(), 2u);
    const json::object& paid = board.at("indicators").at(0).as_object();
    EXPECT_EQ(paid.at("unit").as_string(), "亿元");
    EXPECT_EQ(paid.at("value").as_int64(), 1000);
    EXPECT_EQ(paid.at("scale").as_int64(), 10);  // fen shown in 亿元
    EXPECT_TRUE(paid.at("change").is_null());
    EXPECT_EQ(board.at("divisions").as_array().size(), 2u);  // the city itself is not on its map
    EXPECT_EQ(board.at("divisions").at(0).at("value").as_int64(), 1000);
    EXPECT_EQ(board.at("divisions").at(1).at("value").as_int64(), 0);
    EXPECT_EQ(board.at("panels").as_array().size(), 1u);
    for (const Route& route : routes_of(s.board)) {
      if (route.path != "/api/board") continue;
      const auto shaped = conforms(json::value(board), route.reply);
      EXPECT_TRUE(shaped.has_value()) << shaped.error().message;
    }
  });
}

TEST(Board, OneFigureLeadsDownToItsRecords) {
  on_stands([](Stand& s) {
    const auto figure = s.board->indicator("paid");
    ASSERT_TRUE(figure.has_value()) << figure.error().message;
    EXPECT_EQ(figure->at("definition").as_string(), "支付成功的累计金额");
    EXPECT_EQ(figure->at("by_district").at(0).at("name").as_string(), "海曙区");
    EXPECT_EQ(figure->at("links").at(0).at("href").as_string(), "/api/payments");
    EXPECT_EQ(figure->at("audit").at("index").as_int64(), 41);
    const auto unknown = s.board->indicator("payd");
    ASSERT_FALSE(unknown.has_value());
    EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("did you mean 'paid'"));
    EXPECT_FALSE(s.board->indicator("undeclared").has_value());
  });
}

TEST(Board, StreamBeginsWithASnapshotAndGoesOnWithWhatIsNew) {
  on_stands([](Stand& s) {
    std::uint64_t cursor = 0;
    auto events = s.board->poll(cursor);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].event, "snapshot");
    EXPECT_TRUE(s.board->poll(cursor).empty());
    s.event(1, "兑付到账：宁波海曙****公司");
    s.event(1, "兑付到账：宁波海曙****公司");  // at least once: the second time is no news
    s.paid = 2000;
    events = s.board->poll(cursor);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].event, "event");
    EXPECT_EQ(parse_json(events[0].data)->at("amount_fen").as_int64(), 100);
    EXPECT_EQ(events[1].event, "kpi");
    EXPECT_EQ(parse_json(events[1].data)->at("indicators").at(0).at("value").as_int64(), 2000);
    EXPECT_TRUE(s.board->poll(cursor).empty());
    std::uint64_t of_another_run = cursor + 1000;
    EXPECT_EQ(s.board->poll(of_another_run).at(0).event, "snapshot");
  });
}

TEST(Board, LiveListIsBoundedAndSurvivesARestart) {
  on_stands([](Stand& s) {
    for (std::int64_t n = 1; n <= 80; ++n) s.event(n, "第" + std::to_string(n) + "条");
    EXPECT_TRUE(s.board->hear({81, "rail.landed", "r", {{"rows", 5}}, s.clock.now()}).has_value());
    ASSERT_TRUE(s.board->keep().has_value());
    s.restart();
    const json::object board = s.board->board();
    ASSERT_EQ(board.at("live").as_array().size(), live_max);
    EXPECT_EQ(board.at("live").at(0).at("text").as_string(), "第80条");
    EXPECT_EQ(board.at("live").at(0).at("division_name").as_string(), "海曙区");
  });
}

TEST(Board, ComparesWithTheDayBeforeAndKeepsATrend) {
  on_stands([](Stand& s) {
    ASSERT_TRUE(s.board->keep().has_value());
    s.clock.advance_us(86'400'000'000);
    s.paid = 1500;
    ASSERT_TRUE(s.board->keep().has_value());
    const json::object board = s.board->board();
    EXPECT_EQ(board.at("indicators").at(0).at("change").at("value").as_int64(), 500);
    const auto open = s.board->indicator("open");  // its room keeps no history
    EXPECT_EQ(open->at("trend").as_array().size(), 2u);
    EXPECT_EQ(open->at("trend").at(0).at("label").as_string(), "2020-11-24");
  });
}

TEST(Board, AFigureThatFailsKeepsItsLastValue) {
  on_stands([](Stand& s) {
    s.board->board();
    s.broken = true;
    EXPECT_EQ(s.board->board().at("indicators").at(0).at("value").as_int64(), 1000);
  });
}

TEST(Declared, RefusesAFigureTwiceAndAnUnknownFormat) {
  const std::string header = "code,name,unit,definition,owner,period,source,format\n";
  EXPECT_FALSE(parse_indicators(header + "a,a,,,,,,integer\na,a,,,,,,integer\n").has_value());
  EXPECT_FALSE(parse_indicators(header + "a,a,,,,,,percent\n").has_value());
  EXPECT_TRUE(parse_indicators(header + "a,a,,,,,,decimal:1\n").has_value());
}

}  // namespace
}  // namespace citybrain::cockpit
