// Entries made at run time, over both stores: put, versions, search by rights, lineage and impact,
// drafts, and the way out and back through a workbook.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/draft.h"
#include "catalog/lineage.h"
#include "catalog/transfer.h"
#include "city_test.h"

namespace citybrain::catalog {
namespace {

Resource ledger() {
  Resource entry;
  entry.code = "bridge";
  entry.resource_code = "3010020003/000009";
  entry.name = "桥梁台账";
  entry.department = "dsj";
  entry.category = "部门";
  entry.abstract = "公共桥梁";
  entry.format = "数据库";
  entry.share_type = "不予";
  entry.share_condition = "公路安全保护条例";
  entry.open_type = "不予";
  entry.update_cycle = "每年";
  entry.published_on = *parse_date("2020-05-06");
  entry.related = {"3010020001/000001"};
  for (const char* code : {"bridge_no", "name"}) {
    Item item;
    item.position = static_cast<int>(entry.items.size()) + 1;
    item.code = code;
    item.name = item.position == 1 ? "桥梁编号" : "桥名";
    item.field = {code, Type::text, 0};
    item.key = item.position == 1;
    item.required = item.key;
    item.share_type = "不予";
    item.open_type = "不予";
    entry.items.push_back(item);
  }
  return entry;
}

const Sight everything{.all = true, .staff = true, .department = ""};
const Sight colleague{.all = false, .staff = true, .department = "dsj"};
const Sight other{.all = false, .staff = true, .department = "fhfb"};
const Sight citizen{};

TEST(Put, AddsAnEntryThatOutlivesTheFiles) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    {
      City city(url, stores.dir());
      ASSERT_TRUE(city.catalog->load(city.path));
      const auto stored = city.catalog->put(ledger(), "u1");
      ASSERT_TRUE(stored) << stored.error().message;
      EXPECT_EQ((*stored)->version, 1);
      EXPECT_EQ(city.catalog->search({.words = "qltz"}, everything)->total, 1);
      EXPECT_EQ((*city.catalog->put(ledger(), "u1"))->version, 1);  // nothing changed
      Resource changed = ledger();
      changed.items[1].name = "桥梁名称";
      changed.items[1].grade = 2;
      EXPECT_EQ((*city.catalog->put(changed, "u2"))->version, 2);
      const auto diff = city.catalog->diff("bridge", 1, 2);
      ASSERT_TRUE(diff) << diff.error().message;
      ASSERT_EQ(diff->size(), 2u);
      EXPECT_EQ((*diff)[0].what, "items.name.name");
      EXPECT_EQ((*diff)[0].before, "桥名");
      EXPECT_EQ((*diff)[1].what, "items.name.grade");
      EXPECT_EQ((*diff)[1].after, "2");
      const auto history = city.catalog->history("bridge");
      ASSERT_EQ(history->size(), 2u);
      EXPECT_EQ((*history)[0].changed_by, "u2");
      EXPECT_EQ(city.catalog->at_version("bridge", 1)->items[1].name, "桥名");
      // An entry of the files that was edited here stays as edited.
      Resource firm = **city.catalog->resource("ent_registry");
      firm.abstract = "改过";
      ASSERT_TRUE(city.catalog->put(firm, "u1"));
    }
    City again(url, stores.dir());
    const auto report = again.catalog->load(again.path);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->kept, 1u);
    EXPECT_EQ(report->changed, 0u);
    EXPECT_EQ((*again.catalog->resource("bridge"))->version, 2);
    EXPECT_EQ((*again.catalog->resource("bridge"))->items[1].grade, 2);
    EXPECT_EQ((*again.catalog->resource("ent_registry"))->abstract, "改过");
    ASSERT_TRUE(again.catalog->retire("bridge", "u1"));
    EXPECT_FALSE(again.catalog->resource("bridge"));
    EXPECT_EQ(again.catalog->search({.words = "桥梁"}, everything)->total, 0);
    EXPECT_TRUE((*again.catalog->history("bridge"))[0].retired);
    // Nor do the files bring back what was taken out here.
    ASSERT_TRUE(again.catalog->retire("ent_tax", "u1"));
    ASSERT_TRUE(again.catalog->load(again.path));
    EXPECT_FALSE(again.catalog->resource("ent_tax"));
    EXPECT_TRUE(again.catalog->resource("ent_registry"));
  }
}

TEST(Put, RefusesWhatIsWrongAndWritesNothing) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(city.path));
  const auto refused = [&](auto&& spoil) {
    Resource entry = ledger();
    spoil(entry);
    const auto put = city.catalog->put(entry, "u1");
    EXPECT_FALSE(put);
    return put ? "" : put.error().message;
  };
  EXPECT_EQ(refused([](Resource& e) { e.share_type = "随便"; }),
            "bridge: share_type is '随便'; write 无条件, 有条件, 不予");
  EXPECT_EQ(
      refused([](Resource& e) { e.share_condition.clear(); }),
      "bridge: share_type is '不予' and share_condition is empty; write the condition, or for "
      "不予 the law");
  EXPECT_NE(refused([](Resource& e) { e.department = "nobody"; }).find("'nobody'"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) { e.items.clear(); }).find("has no items"), std::string::npos);
  EXPECT_NE(refused([](Resource& e) { e.items[0].key = false; }).find("no key item"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) {
              e.items[1].code = e.items[1].field.name = "bridge_no";
            }).find("there twice"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) {
              e.resource_code = "3010020001/000001";
            }).find("is that of 'ent_registry'"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) { e.related = {"x"}; }).find("related: resource_code is 'x'"),
            std::string::npos);
  EXPECT_EQ(city.catalog->resources().size(), 2u);
  EXPECT_FALSE(city.catalog->history("bridge"));
}

// Entries outside a caller's sight are in no list, total, facet, neighbour, graph or error of his:
// all he gets is the same as if they were not there.
TEST(Sight, WhatACallerMayNotSeeDoesNotExistForHim) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    const std::vector<std::string> questions = {"",   "桥梁",      "公共", "企业",
                                                "ql", "信用 登记", "dsj"};
    const auto told = [&](const Sight& sight) {
      std::string all;
      for (const std::string& words : questions) {
        const auto found = city.catalog->search({.words = words}, sight);
        all += words + ":" + std::to_string(found->total);
        for (const auto& resource : found->resources) all += " " + resource->code;
        for (const auto& [name, counts] : found->facets) {
          for (const auto& count : counts) {
            all += " " + name + "=" + count.value + ":" + std::to_string(count.resources);
          }
        }
        all += "\n";
      }
      const auto named = city.catalog->resource("bridge", sight);
      return all + (named ? "there" : named.error().message);
    };
    const std::string before = told(other);
    const std::string before_citizen = told(citizen);
    ASSERT_TRUE(city.catalog->put(ledger(), "u1"));
    EXPECT_EQ(told(other), before);
    EXPECT_EQ(told(citizen), before_citizen);
    EXPECT_NE(told(colleague).find("there"), std::string::npos);
    EXPECT_EQ(city.catalog->search({.words = "桥梁"}, colleague)->total, 1);
    EXPECT_EQ(city.catalog->search({}, citizen)->total, 1);  // ent_tax alone is open
    const NodeFilter sees =
        visible_nodes(*city.catalog, other, [](std::string_view) { return false; });
    EXPECT_FALSE(sees("resource:bridge"));
    EXPECT_FALSE(sees("item:bridge.name"));
    EXPECT_FALSE(sees("model:x"));
    EXPECT_TRUE(sees("item:ent_tax.paid"));
  }
}

TEST(Search, FindsEveryEntryByEveryTwoCharactersOfItsName) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(CB_SOURCE_DIR "/city"));
  for (const auto& resource : city.catalog->resources()) {
    std::vector<std::string> points;
    for (std::size_t at = 0; at < resource->name.size();) {
      const std::size_t length =
          first_code_points(std::string_view(resource->name).substr(at), 1).size();
      points.push_back(resource->name.substr(at, length));
      at += length;
    }
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      const auto found =
          city.catalog->search({.words = points[i] + points[i + 1], .size = 200}, everything);
      ASSERT_TRUE(found) << found.error().message;
      const bool there = std::any_of(found->resources.begin(), found->resources.end(),
                                     [&](const auto& one) { return one->code == resource->code; });
      EXPECT_TRUE(there) << points[i] << points[i + 1] << " of " << resource->name;
    }
  }
}

TEST(Lineage, ImpactFollowsWhatTheEnginesSay) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    std::vector<Lineage> known = {{"item:ent_registry.capital", "fact:注册资本", "derived", 0},
                                  {"fact:注册资本", "model:wengang", "decides", 0},
                                  {"model:wengang", "policy:C-1", "applies", 0}};
    city.catalog->know_lineage([&]() -> Result<std::vector<Lineage>> { return known; });
    const NodeFilter all = [](std::string_view) { return true; };
    auto report =
        impact_of(*city.catalog, "ent_registry", {SchemaChange::Kind::removed, "capital", ""}, all);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->impacts.size(), 3u);
    EXPECT_TRUE(report->breaks);
    EXPECT_EQ(report->impacts[2].id, "policy:C-1");
    EXPECT_EQ(report->impacts[2].path.size(), 4u);
    // Right the instant the definition changes.
    known.clear();
    report =
        impact_of(*city.catalog, "ent_registry", {SchemaChange::Kind::removed, "capital", ""}, all);
    EXPECT_TRUE(report->impacts.empty());
    // A key that others refer to.
    report = impact_of(*city.catalog, "ent_registry", {SchemaChange::Kind::retyped, "uscc", "整型"},
                       all);
    ASSERT_TRUE(report);
    EXPECT_TRUE(std::any_of(report->impacts.begin(), report->impacts.end(), [](const Impact& one) {
      return one.id == "item:ent_tax.uscc" && one.effect == "breaks";
    }));
    EXPECT_FALSE(impact_of(*city.catalog, "ent_registry",
                           {SchemaChange::Kind::regraded, "uscc", "L9"}, all));
    EXPECT_FALSE(
        impact_of(*city.catalog, "ent_registry", {SchemaChange::Kind::removed, "none", ""}, all));
    const auto graph = graph_of(*city.catalog, "ent_registry", "", Direction::down, 5, all);
    EXPECT_TRUE(std::any_of(graph->nodes.begin(), graph->nodes.end(), [](const auto& node) {
      return node.label == "纳税明细 · 统一社会信用代码";
    }));
  }
}

TEST(Draft, ProposesNamesGradesAndChecks) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(city.path));
  TableShape table{"public.tb_person", "人员登记（测试）", {}};
  table.columns = {{"ID", Type::integer, 0, 0, true, true, "编号", {}},
                   {"sfzh",
                    Type::text,
                    0,
                    18,
                    false,
                    true,
                    "",
                    {"11010519491231002X", "330299193506080013", "33029919970412001X"}},
                   {"姓名", Type::text, 0, 40, false, false, "", {}},
                   {"wage", Type::decimal, 2, 0, false, false, "月工资，元", {}}};
  const auto draft = draft_entry(*city.catalog, table, {.department = "dsj", .system = "dj"});
  ASSERT_TRUE(draft) << draft.error().message;
  const Resource& entry = draft->entry;
  EXPECT_EQ(entry.code, "tb_person");
  EXPECT_EQ(entry.name, "人员登记");
  EXPECT_EQ(entry.keeping, Keeping::keyed);
  EXPECT_EQ(entry.items[0].code, "id");
  EXPECT_EQ(entry.items[1].checks[0].kind, Check::Kind::resident_id);
  EXPECT_EQ(entry.items[1].grade, 3);
  EXPECT_EQ(entry.items[2].code, "xm");
  EXPECT_EQ(entry.items[2].grade, 3);
  EXPECT_EQ(entry.items[3].name, "月工资");
  EXPECT_EQ(entry.items[3].field.scale, 2);
  ASSERT_TRUE(city.catalog->put(entry, "u1"));
  const auto second = draft_entry(*city.catalog, table, {.department = "dsj", .system = ""});
  EXPECT_EQ(second->entry.code, "tb_person2");
  EXPECT_NE(second->entry.resource_code, entry.resource_code);
  EXPECT_FALSE(draft_entry(*city.catalog, {"t", "", {}}, {.department = "dsj", .system = ""}));
}

TEST(Transfer, WhatWasExportedIsImportedWithoutAChange) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    ASSERT_TRUE(city.catalog->load(city.path));
    ASSERT_TRUE(city.catalog->put(ledger(), "u1"));
    for (const FileFormat format : {FileFormat::xlsx, FileFormat::csv}) {
      for (const char* words : {"national", "zhejiang"}) {
        const auto bytes = export_entries(*city.catalog, city.catalog->resources(), format, words);
        ASSERT_TRUE(bytes) << bytes.error().message;
        const auto report = import_bytes(*city.catalog, *bytes, {"u2", false, ""});
        ASSERT_TRUE(report) << report.error().message;
        for (const auto& one : report->refused) ADD_FAILURE() << one.cell << ": " << one.message;
        EXPECT_EQ(report->put.unchanged, 3u);
        EXPECT_EQ(report->put.items, 15u);
      }
    }
    EXPECT_EQ((*city.catalog->resource("bridge"))->version, 1);
  }
}

TEST(Transfer, RefusesByCellAndTakesTheRest) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(city.path));
  // As a department fills it in: official columns only, item codes and grades left out.
  const std::string csv =
      "类,信息资源名称,信息资源代码,信息资源提供方,格式分类,信息项名称,数据类型,数据长度,共享类型,"
      "共享条件,共享方式,开放类型,更新周期,发布日期\n"
      "部门,公园名录,3010020007/000021,大数据局,电子表格,公园名称,字符型,40,无条件共享,,文件,"
      "无条件开放,每年,2020-06-01\n"
      ",,,,,面积（公顷）,数值型,\"10,2\",,,,,,\n"
      "部门,坏的共享,3010020007/000022,大数据局,电子表格,名称,字符型,40,随便,,文件,不予开放,每年,"
      "2020-06-01\n"
      "部门,坏的信息项,3010020007/000023,大数据局,电子表格,名称,颜色型,40,非共享,某法,,禁止开放,"
      "每年,2020-06-01\n";
  const auto dry = import_bytes(*city.catalog, csv, {"u1", true, ""});
  ASSERT_TRUE(dry) << dry.error().message;
  EXPECT_EQ(dry->refused_total, 2u);
  EXPECT_EQ(city.catalog->resources().size(), 2u);
  const auto report = import_bytes(*city.catalog, csv, {"u1", false, ""});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->entries, 3u);
  EXPECT_EQ(report->put.added, 1u);
  ASSERT_EQ(report->refused.size(), 2u);
  EXPECT_EQ(report->refused[0].cell, "I4");
  EXPECT_EQ(report->refused[0].column, "共享类型");
  EXPECT_EQ(report->refused[1].cell, "G5");
  const auto park = city.catalog->resource("r_3010020007_000021");
  ASSERT_TRUE(park);
  EXPECT_FALSE((*park)->collected);
  EXPECT_EQ((*park)->items[0].code, "gymc");
  EXPECT_EQ((*park)->items[1].field, (Field{"mjgq", Type::decimal, 2}));
  EXPECT_EQ(import_bytes(*city.catalog, csv, {"u1", false, ""})->put.unchanged, 1u);
  const auto foreign = import_bytes(*city.catalog, csv, {"u1", false, "fhfb"});
  ASSERT_TRUE(foreign);
  EXPECT_EQ(foreign->refused.at(2).cell, "D2");  // not his department's
  EXPECT_FALSE(import_bytes(*city.catalog, "a,b\n1,2\n", {"u1", false, ""}));
  EXPECT_FALSE(import_bytes(*city.catalog, "\xff\xfe", {"u1", false, ""}));
}

TEST(Put, WhatHoldsRecordsGrowsAtItsEndOnly) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  ASSERT_TRUE(city.catalog->load(city.path));
  const Resource entry = **city.catalog->resource("ent_registry");
  const auto refused = [&](const auto& change) {
    Resource next = entry;
    change(next);
    for (std::size_t i = 0; i < next.items.size(); ++i) {
      next.items[i].position = static_cast<int>(i) + 1;
    }
    const auto put = city.catalog->put(next, "u");
    return put ? std::string("taken") : put.error().message;
  };
  EXPECT_NE(refused([](Resource& e) { e.items.pop_back(); }).find("keep it at place 10"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) { std::swap(e.items[1], e.items[2]); }).find("place 2"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) { e.items[8].field.type = Type::text; }).find("keep its type"),
            std::string::npos);
  EXPECT_NE(refused([](Resource& e) { e.keeping = Keeping::append; }).find("keeping"),
            std::string::npos);
  EXPECT_EQ(refused([](Resource& e) {
              Item more = e.items[1];
              more.code = more.field.name = "alias";
              more.key = false;
              e.items.push_back(more);
            }),
            "taken");
}

}  // namespace
}  // namespace citybrain::catalog
