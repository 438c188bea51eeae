// Supply over both stores: duties, the graph of a demand, limits in working days, reminders,
// coordination and returns.
#include "catalog/supply.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "city_test.h"
#include "demand_state.h"
#include "sql/outbox.h"

namespace citybrain::catalog {
namespace {

const Principal asker = officer("fhfb", {"catalog.demand"});
const Principal provider = officer("dsj", {"catalog.answer"});
const Principal bureau = officer("dsj", {"catalog.coordinate"});

// Tuesday 2020-11-24; a calendar without holidays near.
struct Desk {
  explicit Desk(const std::string& url, const std::string& dir)
      : clock(clock_at_noon().now()), path(write_city(dir)) {
    db = *sql::Db::open(url);
    CB_CHECK(sql::migrate(*db, "catalog", migrations()).has_value());
    catalog = std::make_unique<Catalog>(*db, nullptr, clock);
    CB_CHECK(catalog->load(path).has_value());
    SupplyLimits limits;
    limits.leader = "fhfb";
    supply = std::make_unique<Supply>(*db, *catalog, clock, WorkCalendar(), limits);
  }
  Demand demand() {
    Demand wanted;
    wanted.name = "企业登记信息";
    wanted.items = {"企业名称", "注册资本", "不动产单元号"};
    wanted.purpose = "惠企政策兑付";
    wanted.basis = "兑付办法第三条";
    wanted.update_cycle = "每日";
    wanted.wanted_on = *parse_date("2020-12-31");
    return wanted;
  }
  FixedClock clock;
  std::string path;
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<Supply> supply;
};

TEST(Demand, GoesFromSubmissionToSatisfaction) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Desk desk(url, stores.dir());
    const auto submitted = desk.supply->submit(desk.demand(), asker);
    ASSERT_TRUE(submitted) << submitted.error().message;
    EXPECT_EQ(to_iso(*submitted->due_on), "2020-11-26");  // two working days
    EXPECT_EQ(submitted->waits_for, "dsj");
    const std::int64_t id = submitted->id;
    EXPECT_EQ(desk.supply->step(id, {.action = "accept"}, asker).error().code, Code::denied);
    EXPECT_EQ(desk.supply->step(id, {.action = "grant"}, bureau).error().code, Code::conflict);
    ASSERT_TRUE(desk.supply->step(id, {.action = "accept"}, bureau));
    const auto matched =
        desk.supply->step(id, {.action = "match", .resource = "ent_registry"}, bureau);
    ASSERT_TRUE(matched) << matched.error().message;
    EXPECT_EQ(matched->state, DemandState::matched);
    EXPECT_EQ(matched->provider, "dsj");
    EXPECT_EQ(to_iso(*matched->due_on), "2020-12-01");  // five working days, over a weekend
    EXPECT_EQ(desk.supply->step(id, {.action = "refuse"}, provider).error().code, Code::invalid);
    const auto refused = desk.supply->step(id, {.action = "refuse", .note = "用途不明"}, provider);
    EXPECT_EQ(refused->reason, "用途不明");
    EXPECT_FALSE(refused->due_on);
    ASSERT_TRUE(desk.supply->step(id, {.action = "dispute", .note = "用途已写明"}, asker));
    ASSERT_TRUE(desk.supply->step(id, {.action = "coordinate"}, bureau));
    Coordination meeting{0,
                         Coordination::Kind::meeting,
                         "企业登记信息协调会",
                         *parse_date("2020-11-25"),
                         {"dsj", "fhfb"},
                         {id},
                         "同意共享",
                         *parse_date("2020-12-02"),
                         false,
                         {},
                         ""};
    const auto held = desk.supply->coordinate(meeting, bureau);
    ASSERT_TRUE(held) << held.error().message;
    EXPECT_EQ(desk.supply->coordination_of(id)->size(), 1u);
    ASSERT_TRUE(desk.supply->step(id, {.action = "grant"}, provider));
    const auto satisfied = desk.supply->step(id, {.action = "satisfy"}, asker);
    ASSERT_TRUE(satisfied) << satisfied.error().message;
    EXPECT_EQ(desk.supply->events_of(id)->size(), 8u);
    EXPECT_TRUE(desk.supply->next_actions(*satisfied, asker).empty());
    ASSERT_EQ(desk.supply->edges()->size(), 1u);
    EXPECT_EQ((*desk.supply->edges())[0].from, "resource:ent_registry");
    ASSERT_TRUE(desk.supply->finish(held->id, "已提供接口"));
    EXPECT_EQ(desk.supply->finish(held->id, "").error().code, Code::conflict);
  }
}

TEST(Demand, WhatIsSharedUnconditionallyIsGrantedByTheMatch) {
  const auto stores = sql::test_stores();
  Desk desk(*stores.begin(), stores.dir());
  const auto id = desk.supply->submit(desk.demand(), asker)->id;
  ASSERT_TRUE(desk.supply->step(id, {.action = "accept"}, bureau));
  EXPECT_FALSE(desk.supply->step(id, {.action = "match"}, bureau));
  const auto granted = desk.supply->step(id, {.action = "match", .resource = "ent_tax"}, bureau);
  ASSERT_TRUE(granted) << granted.error().message;
  EXPECT_EQ(granted->state, DemandState::granted);
  Demand empty = desk.demand();
  empty.purpose.clear();
  EXPECT_EQ(desk.supply->submit(empty, asker).error().code, Code::invalid);
  EXPECT_EQ(desk.supply->submit(desk.demand(), officer("", {})).error().code, Code::denied);
}

TEST(Demand, EveryStateIsReachedAndEveryEdgeLeadsOn) {
  for (int i = 0; i <= static_cast<int>(DemandState::withdrawn); ++i) {
    const auto state = static_cast<DemandState>(i);
    EXPECT_EQ(*demand_state(name_of(state)), state);
    const bool reached = state == DemandState::submitted ||
                         std::any_of(std::begin(demand_edges), std::end(demand_edges),
                                     [&](const DemandEdge& edge) { return edge.to == state; });
    const bool ends = state == DemandState::satisfied || state == DemandState::withdrawn;
    const bool leaves = std::any_of(std::begin(demand_edges), std::end(demand_edges),
                                    [&](const DemandEdge& edge) { return edge.from == state; });
    EXPECT_TRUE(reached) << name_of(state);
    EXPECT_NE(ends, leaves) << name_of(state);
  }
}

TEST(Demand, SuggestionsCountWhatIsCovered) {
  const auto stores = sql::test_stores();
  Desk desk(*stores.begin(), stores.dir());
  const auto suggested =
      desk.supply->suggest(desk.demand(), {.all = true, .staff = true, .department = ""});
  ASSERT_TRUE(suggested) << suggested.error().message;
  ASSERT_FALSE(suggested->empty());
  const Suggestion& best = (*suggested)[0];
  EXPECT_EQ(best.resource->code, "ent_registry");
  EXPECT_EQ(best.covers, (std::vector<std::string>{"企业名称", "注册资本"}));
  EXPECT_EQ(best.missing, std::vector<std::string>{"不动产单元号"});
}

TEST(Reminders, ComeOnceALevelAndEscalate) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Desk desk(url, stores.dir());
    const auto id = desk.supply->submit(desk.demand(), asker)->id;
    const auto levels = [&] {
      EXPECT_TRUE(desk.supply->remind());
      std::string all;
      for (const Reminder& one : *desk.supply->reminders("", 100)) {
        EXPECT_EQ(one.id, std::to_string(id));
        all.insert(0, std::to_string(one.level) + one.department + " ");
      }
      return all;
    };
    const auto on = [&](const char* day) {
      desk.clock.set(*parse_timestamp(std::string(day) + "T09:00:00+08:00"));
    };
    EXPECT_EQ(levels(), "");  // due on Thursday, it is Tuesday
    on("2020-11-25");
    EXPECT_EQ(levels(), "1dsj ");
    EXPECT_EQ(levels(), "1dsj ");
    on("2020-11-28");  // a Saturday: nobody is reminded
    EXPECT_EQ(levels(), "1dsj ");
    on("2020-11-30");
    EXPECT_EQ(levels(), "1dsj 2dsj ");
    on("2020-12-07");
    EXPECT_EQ(levels(), "1dsj 2dsj 3dsj ");
    on("2020-12-14");
    EXPECT_EQ(levels(), "1dsj 2dsj 3dsj 4fhfb ");
    const auto board = desk.supply->board();
    ASSERT_TRUE(board) << board.error().message;
    EXPECT_EQ(board->overdue, 1);
    EXPECT_EQ(board->departments[0].department, "dsj");
    const auto events = desk.db->read(
        [](sql::Session& session) { return sql::events_after(session, 0, 100, "task.remind"); });
    EXPECT_EQ(events->size(), 4u);
  }
}

TEST(Duties, AreTakenOverAndSupplied) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Desk desk(url, stores.dir());
    const std::string duties =
        "code,name,department,resource,basis,update_cycle,due_on\n"
        "Z001,企业登记,dsj,ent_registry,责任清单,每日,2020-11-01\n"
        "Z002,纳税,fhfb,,责任清单,每月,2020-12-31\n";
    const std::string items =
        "duty,position,name,item,supplied\n"
        "Z001,1,企业名称,name,1\nZ001,2,注册资本,capital,0\nZ002,1,税额,,0\n";
    for (int round = 0; round < 2; ++round) {
      const auto taken = desk.supply->import_duties(duties, items);
      ASSERT_TRUE(taken) << taken.error().message;
      EXPECT_EQ(*taken, 2);
    }
    EXPECT_EQ(desk.supply->duties({.done = false})->total, 2);
    EXPECT_EQ(desk.supply->supply_items("Z001", {2}, asker).error().code, Code::denied);
    EXPECT_EQ(desk.supply->supply_items("Z001", {7}, provider).error().code, Code::not_found);
    ASSERT_TRUE(desk.supply->supply_items("Z001", {2}, provider));
    EXPECT_TRUE(desk.supply->duty("Z001")->done());
    EXPECT_EQ(desk.supply->board()->duty_items_supplied, 2);
    const auto bad = desk.supply->import_duties(
        "code,name,department,resource,basis,update_cycle,due_on\nZ003,x,nobody,,y,每日,2020-11-"
        "01\n",
        "duty,position,name,item,supplied\n");
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message.find("duties.csv:2: department is 'nobody'"), std::string::npos);
  }
}

TEST(SupplyLimits, AreParameters) {
  const auto limits = SupplyLimits::parse("name,value,basis\nanswer_days,7,x\nbureau,fgw,x\n");
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->answer_days, 7);
  EXPECT_EQ(limits->bureau, "fgw");
  EXPECT_FALSE(SupplyLimits::parse("name,value\nanswer_days,0\n"));
  EXPECT_FALSE(SupplyLimits::parse("name,value\nanswers,1\n"));
}

}  // namespace
}  // namespace citybrain::catalog
