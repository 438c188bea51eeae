// Returns over both stores: standing orders, and deliveries that really are files of the district's
// own rows, masked, digested, on record.
#include "catalog/returns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/csv.h"
#include "base/ids.h"
#include "city_test.h"
#include "guard/testing.h"
#include "sql/outbox.h"

namespace citybrain::catalog {
namespace {

Principal person(const char* department, std::vector<std::string> roles) {
  Principal who;
  who.kind = Principal::Kind::staff;
  who.id = std::string("u-") + department;
  who.department = department;
  who.roles = std::move(roles);
  return who;
}

const Principal bureau = person("dsj", {"steward"});
const Principal haishu = person("330203", {"district_officer"});
const Principal yinzhou = person("330212", {"district_officer"});

// A city with rows of two districts.
struct Desk {
  Desk(const std::string& url, const std::string& dir) : lake(url, dir), files(dir + "/returns") {
    CB_CHECK(sql::migrate(lake.db(), "catalog", migrations()).has_value());
    CB_CHECK(lake.guard()
                 .identity()
                 .load_roles("role,right\nsteward,catalog.coordinate\n"
                             "steward,catalog.read_all\ndistrict_officer,catalog.returned\n")
                 .has_value());
    lake.clock.set(*parse_timestamp("2020-11-24T12:00:00+08:00"));
    catalog = std::make_unique<Catalog>(lake.db(), &lake.guard(), lake.clock);
    CB_CHECK(catalog->load(write_city(dir)).has_value());
    lake.define(*lake.guard().grades_of("ent_registry"));
    land("91330203MA28XNQ83K", "甲公司", "330203");
    land("91330212MA2AF3QH6N", "乙公司", "330212");
    returns = std::make_unique<Returns>(lake.db(), *catalog, &lake.guard(), lake.clock, files);
  }
  void land(const char* uscc, const char* name, const char* division) {
    Batch batch(*catalog->schema_of("ent_registry"));
    batch.append_row({std::string(uscc), std::string(name), std::string("330203199001011233"),
                      Decimal64{100'00, 2}, *parse_date("2015-01-02"), Cell(),
                      std::string(division), std::string("13800138000"), std::int64_t{12}, true});
    lake.land("ent_registry", batch);
    CB_CHECK(catalog->record_quality({"ent_registry", name, 1, 1, 0}).has_value());
  }
  static Return wanted() {
    Return one;
    one.resource = "ent_registry";
    one.division = "330203";
    one.purpose = "基层治理";
    one.items = {"name", "legal_id", "division"};
    one.update_cycle = "每日";
    return one;
  }
  std::string text_of(std::int64_t id, std::int64_t number) {
    const auto path = returns->take(id, number, haishu);
    return path ? *read_file(*path) : path.error().message;
  }
  guard::TestGuard lake;
  std::string files;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<Returns> returns;
};

TEST(Returns, AreOneADivisionAndResource) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Desk desk(url, stores.dir());
    Returns& returns = *desk.returns;
    const auto one = returns.subscribe(Desk::wanted(), bureau);
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->state, "active");
    EXPECT_EQ(returns.subscribe(Desk::wanted(), bureau).error().code, Code::conflict);
    EXPECT_EQ(returns.change(one->id, "resume", "").error().code, Code::conflict);
    ASSERT_TRUE(returns.change(one->id, "pause", "系统升级"));
    ASSERT_TRUE(returns.change(one->id, "end", "不再需要"));
    ASSERT_TRUE(returns.subscribe(Desk::wanted(), bureau));
    Return bad = Desk::wanted();
    bad.division = "330212";
    bad.items = {"nothing"};
    EXPECT_EQ(returns.subscribe(bad, bureau).error().code, Code::invalid);
    bad.items = {};
    bad.division = "999999";
    EXPECT_EQ(returns.subscribe(bad, bureau).error().code, Code::invalid);
    bad.division = "330212";
    bad.resource = "ent_tax";  // no item tells its district
    EXPECT_EQ(returns.subscribe(bad, bureau).error().code, Code::conflict);
  }
}

TEST(Returns, AreAskedForByTheDistrictAndApprovedByTheBureau) {
  const auto stores = sql::test_stores();
  Desk desk(*stores.begin(), stores.dir());
  Returns& returns = *desk.returns;
  EXPECT_EQ(returns.subscribe(Desk::wanted(), yinzhou).error().code, Code::denied);
  const auto asked = returns.subscribe(Desk::wanted(), haishu);
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->state, "asked");
  EXPECT_FALSE(*returns.deliver());
  EXPECT_EQ(returns.find(asked->id)->delivered, 0);
  EXPECT_EQ(returns.change(asked->id, "refuse", "").error().code, Code::invalid);
  ASSERT_TRUE(returns.change(asked->id, "approve", ""));
  ASSERT_TRUE(returns.deliver());
  EXPECT_EQ(returns.find(asked->id)->delivered, 1);
}

TEST(Returns, DeliverTheDistrictsOwnRowsMasked) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Desk desk(url, stores.dir());
    Returns& returns = *desk.returns;
    const std::int64_t id = returns.subscribe(Desk::wanted(), bureau)->id;
    const auto before = desk.lake.guard().audit_log().head()->size;
    ASSERT_TRUE(returns.deliver());
    EXPECT_EQ(desk.lake.guard().audit_log().head()->size, before + 1);
    const std::string text = desk.text_of(id, 1);
    EXPECT_NE(text.find("企业名称,法人身份证,行政区划"), std::string::npos) << text;
    EXPECT_NE(text.find("甲公司"), std::string::npos);
    EXPECT_EQ(text.find("乙公司"), std::string::npos);
    EXPECT_EQ(text.find("330203199001011233"), std::string::npos);
    EXPECT_EQ(returns.take(id, 1, yinzhou).error().code, Code::not_found);
    const auto sent = returns.deliveries(id, 10);
    ASSERT_EQ(sent->size(), 1u);
    const Delivery& first = sent->front();
    EXPECT_EQ(first.state, "taken");
    EXPECT_EQ(first.rows, 1);
    EXPECT_EQ(first.digest, to_hex(sha256(text)));
    EXPECT_EQ(first.columns.size(), 3u);
    EXPECT_TRUE(first.columns[1].masked);
    EXPECT_EQ(to_iso(returns.find(id)->next_at), "2020-11-25T00:00:00.000+08:00");
    EXPECT_EQ(returns.receive(id, 1, "00", "", haishu).error().code, Code::invalid);
    EXPECT_EQ(returns.receive(id, 1, first.digest, "", yinzhou).error().code, Code::not_found);
    const auto received = returns.receive(id, 1, first.digest, "已入库", haishu);
    ASSERT_TRUE(received) << received.error().message;
    EXPECT_EQ(received->state, "received");
    const auto events = desk.lake.db().read(
        [](sql::Session& session) { return sql::events_after(session, 0, 100, "task.return_"); });
    EXPECT_EQ(events->size(), 2u);  // delivered, received
  }
}

TEST(Returns, DeliverOnceACycleAndKeepOneFileOfWhatIsTheSame) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Desk desk(url, stores.dir());
    Returns& returns = *desk.returns;
    const std::int64_t id = returns.subscribe(Desk::wanted(), bureau)->id;
    ASSERT_TRUE(returns.deliver());
    ASSERT_TRUE(returns.deliver());  // nothing is due
    EXPECT_EQ(returns.find(id)->delivered, 1);
    desk.lake.clock.set(*parse_timestamp("2020-11-28T00:00:01+08:00"));  // days were missed
    ASSERT_TRUE(returns.deliver());
    ASSERT_TRUE(returns.deliver());
    EXPECT_EQ(returns.find(id)->delivered, 2);
    EXPECT_TRUE(returns.deliveries(id, 10)->front().unchanged());
    EXPECT_EQ(desk.text_of(id, 2), desk.text_of(id, 1));
    std::filesystem::remove_all(desk.files);  // a restored backup brings no files
    ASSERT_TRUE(returns.change(id, "now", ""));
    ASSERT_TRUE(returns.deliver());
    EXPECT_NE(desk.text_of(id, 3).find("甲公司"), std::string::npos);
    desk.land("91330203MA2AG7HR2K", "丙公司", "330203");
    ASSERT_TRUE(returns.change(id, "now", ""));
    ASSERT_TRUE(returns.deliver());
    const auto last = returns.deliveries(id, 10)->front();
    EXPECT_FALSE(last.unchanged());
    EXPECT_EQ(last.rows, 2);
  }
}

TEST(Returns, FollowWhatComesWhereTheyAreRealTime) {
  const auto stores = sql::test_stores();
  Desk desk(*stores.begin(), stores.dir());
  Returns& returns = *desk.returns;
  Return live = Desk::wanted();
  live.update_cycle = "实时";
  const std::int64_t id = returns.subscribe(live, bureau)->id;
  ASSERT_TRUE(returns.deliver());
  const auto later = [&] { desk.lake.clock.advance_us(Returns::realtime_minutes * 60'000'000); };
  later();
  ASSERT_TRUE(returns.deliver());
  EXPECT_EQ(returns.find(id)->delivered, 1);  // nothing came
  desk.land("91330203MA2AG7HR2K", "丙公司", "330203");
  later();
  ASSERT_TRUE(returns.deliver());
  EXPECT_EQ(returns.find(id)->delivered, 2);
}

TEST(Returns, TellWhyNothingIsDeliveredAndTryAgain) {
  const auto stores = sql::test_stores();
  Desk desk(*stores.begin(), stores.dir());
  Returns& returns = *desk.returns;
  const std::int64_t id = returns.subscribe(Desk::wanted(), bureau)->id;
  Resource entry = **desk.catalog->resource("ent_registry");
  for (Item& item : entry.items) {
    if (item.code == "legal_id") item.grade = 4;
  }
  ASSERT_TRUE(desk.catalog->put(entry, "u-dsj"));
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(returns.deliver());
    desk.lake.clock.advance_us(Returns::retry_minutes * 60'000'000);
  }
  EXPECT_NE(returns.find(id)->error.find("'legal_id' is L4"), std::string::npos);
  const auto told = desk.lake.db().read([](sql::Session& session) {
    return sql::events_after(session, 0, 100, "task.return_failed");
  });
  EXPECT_EQ(told->size(), 1u);
  for (Item& item : entry.items) {
    if (item.code == "legal_id") item.grade = 3;
  }
  ASSERT_TRUE(desk.catalog->put(entry, "u-dsj"));
  ASSERT_TRUE(returns.deliver());
  EXPECT_EQ(returns.find(id)->error, "");
  EXPECT_EQ(returns.find(id)->delivered, 1);
}

TEST(Returns, OverwriteWhatADeadProcessLeftAndDropOldFiles) {
  const auto stores = sql::test_stores();
  Desk desk(*stores.begin(), stores.dir());
  Returns& returns = *desk.returns;
  const std::int64_t id = returns.subscribe(Desk::wanted(), bureau)->id;
  const std::string folder = desk.files + "/" + std::to_string(id);
  std::filesystem::create_directories(folder);
  ASSERT_TRUE(write_file(folder + "/1.csv", "half of a file that nobody has on record"));
  ASSERT_TRUE(returns.deliver());
  EXPECT_NE(desk.text_of(id, 1).find("甲公司"), std::string::npos);
  for (int day = 1; day <= Returns::files_kept + 2; ++day) {
    const std::string uscc = "91330203MA2AG7HR" + std::to_string(10 + day);
    desk.land(uscc.c_str(), ("公司" + std::to_string(day)).c_str(), "330203");
    ASSERT_TRUE(returns.change(id, "now", ""));
    ASSERT_TRUE(returns.deliver());
  }
  EXPECT_EQ(returns.take(id, 1, haishu).error().code, Code::not_found);
  EXPECT_TRUE(returns.take(id, Returns::files_kept + 3, haishu));
  const auto files = std::distance(std::filesystem::directory_iterator(folder), {});
  EXPECT_EQ(files, Returns::files_kept);
}

TEST(NextDelivery, IsTheNextPeriodOfTheCycle) {
  const auto next = [](const char* cycle, const char* last) {
    return to_iso(next_delivery(cycle, *parse_timestamp(last))).substr(0, 16);
  };
  EXPECT_EQ(next("每日", "2020-12-31T23:59:00+08:00"), "2021-01-01T00:00");
  EXPECT_EQ(next("每周", "2020-11-24T12:00:00+08:00"), "2020-11-30T00:00");
  EXPECT_EQ(next("每周", "2020-11-30T00:00:00+08:00"), "2020-12-07T00:00");
  EXPECT_EQ(next("每月", "2020-12-05T12:00:00+08:00"), "2021-01-01T00:00");
  EXPECT_EQ(next("每季", "2020-11-24T12:00:00+08:00"), "2021-01-01T00:00");
  EXPECT_EQ(next("每年", "2020-01-01T00:00:00+08:00"), "2021-01-01T00:00");
  EXPECT_EQ(next("实时", "2020-11-24T12:00:00+08:00"), "2020-11-24T12:05");
}

}  // namespace
}  // namespace citybrain::catalog
