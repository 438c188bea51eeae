// The catalogue over both stores: loading, refusing, versions, quality, lineage
// and the routes.
#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "checks.h"
#include "city_test.h"
#include "routes.h"
#include "words.h"

namespace citybrain::catalog {

namespace {

TEST(Catalog, LoadsACityAndKeepsVersions) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    const auto first = city.catalog->load(city.path);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_TRUE(first->refused.empty()) << first->refused[0].message;
    EXPECT_EQ(first->departments, 2u);
    EXPECT_EQ(first->resources, 2u);
    EXPECT_EQ(first->items, 13u);
    EXPECT_EQ(first->changed,
              2u + 1u + 2u + 1u);  // departments, system, resources, code list

    const auto again = city.catalog->load(city.path);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->changed, 0u);

    std::string items = items_csv;
    items.replace(items.find("企业名称"), std::string("企业名称").size(), "企业全称");
    write_city(stores.dir(), items);
    const auto third = city.catalog->load(city.path);
    ASSERT_TRUE(third);
    EXPECT_EQ(third->changed, 1u);
    EXPECT_EQ((*city.catalog->resource("ent_registry"))->version, 2);
    EXPECT_EQ((*city.catalog->resource("ent_tax"))->version, 1);
    write_city(stores.dir());
  }
}

TEST(Catalog, KnowsSchemaChecksAndGrades) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(city.path));
  const auto schema = city.catalog->schema_of("ent_registry");
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->key, std::vector<std::string>{"uscc"});
  EXPECT_EQ(schema->fields[3], (Field{"capital", Type::decimal, 2}));
  EXPECT_TRUE(city.catalog->schema_of("ent_tax")->key.empty());
  const auto checks = city.catalog->checks_of("ent_registry");
  ASSERT_TRUE(checks);
  EXPECT_TRUE((*checks)[0].required);
  EXPECT_EQ((*checks)[7].checks[0].argument, "1[3-9]\\d{9}|0\\d{2}-\\d{8}");
  EXPECT_EQ((*checks)[3].checks[0].high, 100'000'000);
  EXPECT_EQ((*city.catalog->grades_of("ent_registry"))[2].grade, 3);
  const auto unknown = city.catalog->resource("ent_registri");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::not_found);
  EXPECT_NE(unknown.error().message.find("did you mean 'ent_registry'"), std::string::npos);
}

TEST(Catalog, RefusesBadLinesWithFileLineValueAndRemedy) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  std::string items = items_csv;
  items += "ent_registry,11,colour,颜色,colour,,0,0,L1,,,,,\n";
  items += "ent_registry,11,age,年龄,integer,,0,0,L9,,,,,\n";
  items += "nowhere,1,a,甲,text,,0,0,L1,,,,,\n";
  write_city(stores.dir(), items);
  const std::string resources =
      std::string(resources_csv) +
      "bad_share,3010020003/"
      "000003,坏,dsj,,部门,,数据库,随便,,文件,不予,,每日,2020-01-02,keyed\n"
      "bad_code,1010020003/"
      "000004,坏,dsj,,部门,,数据库,无条件,,文件,不予,,每日,2020-01-02,keyed\n"
      "no_law,3010020003/"
      "000005,坏,dsj,,部门,,数据库,不予,,,不予,,每日,2020-01-02,keyed\n"
      "no_day,3010020003/"
      "000006,坏,dsj,,部门,,数据库,无条件,,文件,不予,,每日,2020-13-02,keyed\n"
      "no_dept,3010020003/"
      "000007,坏,xyz,,部门,,数据库,无条件,,文件,不予,,每日,2020-01-02,keyed\n";
  ASSERT_TRUE(write_file(city.path + "/resources.csv", resources));
  const auto report = city.catalog->load(city.path);
  ASSERT_TRUE(report) << report.error().message;
  std::string all;
  for (const Refusal& r : report->refused) {
    all += r.file + ":" + std::to_string(r.line) + ": " + r.message + "\n";
  }
  for (const char* expected :
       {"resources.csv:4: share_type is '随便'; write 无条件, 有条件, 不予",
        "resources.csv:5: resource_code is '1010020003/000004', but category "
        "部门 has class 3",
        "resources.csv:6: share_type is '不予' and share_condition is empty",
        "resources.csv:7: ", "resources.csv:8: department 'xyz' is not in departments.csv",
        "items.csv:15: type is 'colour'; write 字符型",
        "items.csv:16: grade is 'L9'; write L1, L2, L3 or L4",
        "items.csv:17: resource 'nowhere' is not in resources.csv",
        "resource 'ent_registry' is left out"}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
  }
  EXPECT_FALSE(city.catalog->resource("ent_registry"));
}

TEST(Catalog, FindsByWordsInNamesItemsAndAbstract) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    const auto count = [&](const std::string& words) {
      const auto found =
          city.catalog->search({.words = words}, {.all = true, .staff = true, .department = ""});
      EXPECT_TRUE(found) << found.error().message;
      return found->total;
    };
    EXPECT_EQ(count(""), 2);
    EXPECT_EQ(count("信用"), 2);
    EXPECT_EQ(count("信用 流水"), 1);
    EXPECT_EQ(count("LEGAL_ID"), 1);
    EXPECT_EQ(count("nsmx"), 1);  // 纳税明细
    EXPECT_EQ(count("奉化"), 1);  // its department
    EXPECT_EQ(count("无此"), 0);
  }
}

TEST(Catalog, CountsTheSameLookAtQualityOnce) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    const Quality first{"ent_registry", "ent_registry/a.csv", 100, 90, 10};
    ASSERT_TRUE(city.catalog->record_quality(first));
    ASSERT_TRUE(city.catalog->record_quality(first));
    ASSERT_TRUE(city.catalog->record_quality({"ent_registry", "ent_registry/b.csv", 50, 50, 0}));
    ASSERT_TRUE(city.catalog->record_rows("ent_registry", 120));
    const auto standing = city.catalog->standing_of("ent_registry");
    ASSERT_TRUE(standing);
    EXPECT_EQ(standing->rows, 120);
    EXPECT_EQ(standing->rows_good, 140);
    EXPECT_EQ(standing->rows_bad, 10);
    EXPECT_EQ(standing->score, 9333);
    EXPECT_EQ(city.catalog->quality_of("ent_registry", 10)->size(), 2u);
    EXPECT_EQ(city.catalog->standing_of("ent_tax")->score, -1);
  }
}

TEST(Catalog, LineageLeadsFromFileToItem) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    ASSERT_TRUE(city.catalog->record_lineage(
        {{"file:ent_registry/a.csv", "resource:ent_registry", "landed", 5},
         {"item:ent_registry.capital", "fact:注册资本", "derived", 0},
         {"item:ent_tax.paid", "fact:纳税额", "derived", 0}}));
    ASSERT_TRUE(city.catalog->record_lineage(
        {{"file:ent_registry/a.csv", "resource:ent_registry", "landed", 9}}));
    const auto edges = city.catalog->lineage_of("ent_registry");
    ASSERT_TRUE(edges);
    ASSERT_EQ(edges->size(), 3u);  // with the system's
    for (const Lineage& edge : *edges) {
      if (edge.kind == "landed") {
        EXPECT_EQ(edge.rows, 9);
      }
    }
  }
}

// The city's own definition, as it is delivered.
TEST(Catalog, RefusesNothingOfTheCityItself) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  const auto report = city.catalog->load(CB_SOURCE_DIR "/city");
  ASSERT_TRUE(report) << report.error().message;
  for (const Refusal& r : report->refused) {
    ADD_FAILURE() << r.file << ":" << r.line << ": " << r.message;
  }
  EXPECT_EQ(report->departments, 65u);
  EXPECT_GE(report->resources, 120u);
}

TEST(CatalogRoutes, ShowListAndDetail) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(city.path));
  ASSERT_TRUE(city.catalog->record_quality({"ent_registry", "ent_registry/a.csv", 100, 90, 10}));
  const auto table = entry_routes(*city.catalog);
  Request request;
  request.principal.roles = {"catalog.read_all"};
  request.params = {{"query", "企业"}, {"department", "dsj"}};
  const auto list = table[1].handler(request);
  ASSERT_TRUE(list);
  const auto body = json::parse(list->body).as_object();
  EXPECT_EQ(body.at("total").as_int64(), 1);
  const auto& item = body.at("items").at(0).as_object();
  EXPECT_EQ(item.at("code"), "ent_registry");
  EXPECT_EQ(item.at("department_name"), "大数据局");
  EXPECT_DOUBLE_EQ(item.at("quality").as_double(), 90);
  EXPECT_EQ(item.at("quarantined").as_int64(), 10);
  request.params = {{"code", "ent_registry"}};
  const auto detail = table[2].handler(request);
  ASSERT_TRUE(detail);
  const auto entry = json::parse(detail->body).as_object();
  EXPECT_EQ(entry.at("item_list").as_array().size(), 10u);
  EXPECT_EQ(entry.at("quality_history").as_array().size(), 1u);
  const Room room = make_room(*city.catalog);
  EXPECT_EQ(room.indicators[0].value()->value, 2);
  EXPECT_EQ(room.indicators[1].value()->value, 900);  // 90.0 %
  EXPECT_EQ(room.indicators[1].value()->links.at(0).href, "/console/resources/ent_registry");
  request.params = {{"code", "none"}};
  EXPECT_EQ(table[2].handler(request).error().code, Code::not_found);
}

TEST(Checks, AreReadOrRefused) {
  const Field number{"n", Type::integer, 0};
  const Field text{"t", Type::text, 0};
  const FindCodes none = [](std::string_view) { return nullptr; };
  EXPECT_EQ(parse_checks("range:0..100", number, none)->at(0).high, 100);
  EXPECT_EQ(parse_checks("range:..5", number, none)->at(0).low, INT64_MIN);
  EXPECT_EQ(parse_checks("pattern:a|b|length:1..2", text, none)->size(), 2u);
  for (const auto& [checks, field] :
       std::initializer_list<std::pair<const char*, Field>>{{"range:5..1", number},
                                                            {"range:x..1", number},
                                                            {"range:0..1", text},
                                                            {"uscc", number},
                                                            {"past", text},
                                                            {"code:none", text},
                                                            {"lenght:1..2", text},
                                                            {"pattern:[", text},
                                                            {"uscc:1", text}}) {
    EXPECT_FALSE(parse_checks(checks, field, none)) << checks;
  }
}

TEST(Words, KnowNumbersAndAliases) {
  EXPECT_EQ(*official(Word::share_type, "受限共享"), "有条件");
  EXPECT_EQ(*official(Word::open_type, "禁止开放"), "不予");
  EXPECT_EQ(*official(Word::update_cycle, "2"), "每日");
  EXPECT_FALSE(official(Word::format, "纸"));
}

}  // namespace
}  // namespace citybrain::catalog
