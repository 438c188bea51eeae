// The rail over both stores: what lands, what is quarantined and why, where it goes on.
#include "rail/rail.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

#include "routes.h"
#include "sql/testing.h"
#include "testing.h"

namespace citybrain::rail {
namespace {

const char* const header = "uscc,name,legal_id,capital,founded,closed,division,phone,active\n";

std::string firm(int n, const std::string& name = "甬城公司") {
  return uscc_of(n) + "," + name +
         ",11010519491231002X,100.50,2001-02-03,,330203,13812345678,true\n";
}

// Lines that are in quarantine, with the first reason's item and check.
std::map<std::int64_t, std::string> quarantined(City& city, const std::string& resource) {
  std::map<std::int64_t, std::string> out;
  QuarantineQuery query;
  query.resource = resource;
  query.size = 200;
  const auto page = city.rail->quarantine(query);
  CB_CHECK(page.has_value());
  for (const Quarantined& row : page->items) {
    out[row.line] = row.reasons[0].item + " " + row.reasons[0].check;
  }
  return out;
}

TEST(Rail, QuarantinesEveryKindOfBadRowWhileGoodOnesLand) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    City city(url, stores.dir(), "columns" + std::to_string(n++));
    std::string text = header;
    const std::string u = uscc_of(900);
    const std::vector<std::pair<std::string, std::string>> bad = {
        {"91330203000000010X,名称,,,,,,,\n", "uscc uscc"},
        {",名称,,,,,,,\n", "uscc required"},
        {u + ",,,,,,,,\n", "name required"},
        {u + ",十一个字的名字太长了吧,,,,,,,\n", "name length"},
        {u + ",甲,,,,,,,\n", "name length"},
        {u + ",名称,110105194912310021,,,,,,\n", "legal_id resident_id"},
        {u + ",名称,,12.345,,,,,\n", "capital type"},
        {u + ",名称,,-1,,,,,\n", "capital range"},
        {u + ",名称,,,2020-02-30,,,,\n", "founded type"},
        {u + ",名称,,,2020-11-25,,,,\n", "founded past"},
        {u + ",名称,,,2001-02-03,2001-02-02,,,\n", "closed after"},
        {u + ",名称,,,,,330204,,\n", "division code"},
        {u + ",名称,,,,,,12812345678,\n", "phone pattern"},
        {u + ",名称,,,,,,,maybe\n", "active type"},
        {u + ",名称,,,\n", " row"},
        {u + ",名称,,,,,,,,\n", " row"},
        {u + ",\"名称,,,,,,,\n", " row"},
        {u + ",名\xFF称,,,,,,,\n", " encoding"},
        {u + "," + std::string(70'000, 'x') + ",,,,,,,\n", " row_bytes"},
        {uscc_of(1) + ",又一次,,,,,,,\n", "uscc key"},
    };
    std::map<std::int64_t, std::string> expected;
    std::int64_t line = 1;
    int good = 0;
    for (const auto& [row, reason] : bad) {
      text += firm(++good);
      text += row;
      expected[line += 2] = reason;
    }
    text += firm(++good);
    put_file(stores.dir() + "/dirty.csv", text);
    const auto report = city.rail->ingest(stores.dir() + "/dirty.csv", "firm");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->complete);
    EXPECT_EQ(report->progress.rows_landed, good);
    EXPECT_EQ(report->progress.rows_quarantined, static_cast<std::int64_t>(bad.size()));
    EXPECT_EQ(quarantined(city, "firm"), expected);
    EXPECT_EQ(city.rows("firm"), good);
    const auto row = city.lake->get("firm", {uscc_of(3)});
    ASSERT_TRUE(row && *row);
    EXPECT_EQ(to_text((**row)[3]), "100.50");
    const auto standing = city.catalog->standing_of("firm");
    EXPECT_EQ(standing->rows_good, good);
    EXPECT_EQ(standing->rows_bad, static_cast<std::int64_t>(bad.size()));
    EXPECT_EQ(standing->rows, good);
  }
}

TEST(Rail, ShowsQuarantinedRowsMaskedOnly) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  put_file(stores.dir() + "/m.csv",
           std::string(header) + uscc_of(1) +
               ",甬城公司,11010519491231002X,987654.00,2001-02-03,,999999,13812345678,true\n" +
               uscc_of(2) + ",甬城公司,11010519491231002X,987654.00,2001-02-03\n");
  ASSERT_TRUE(city.rail->ingest(stores.dir() + "/m.csv", "firm"));
  const auto table = routes(*city.rail);
  Request request;
  request.params = {{"resource", "firm"}};
  const auto reply = table[1].handler(request);
  ASSERT_TRUE(reply);
  for (const char* secret : {"11010519491231002X", "13812345678", "987654", "1101"}) {
    EXPECT_EQ(reply->body.find(secret), std::string::npos) << reply->body;
  }
  EXPECT_NE(reply->body.find(uscc_of(1) + ",甬城公司,1***,***,2001-02-03,,999999,1***,true"),
            std::string::npos)
      << reply->body;
  EXPECT_NE(reply->body.find("不在代码表 divisions 中：'999999'"), std::string::npos)
      << reply->body;
  const auto sources = table[0].handler({});
  ASSERT_TRUE(sources);
  EXPECT_NE(sources->body.find("\"state\":\"complete\""), std::string::npos) << sources->body;
  const Room room = make_room(*city.rail);
  for (const Indicator& indicator : room.indicators) {
    const auto value = indicator.value();
    ASSERT_TRUE(value) << indicator.code;
    EXPECT_EQ(value->value, indicator.code == "rail_quarantined" ? 2 : 0);
    EXPECT_FALSE(value->links.empty());
  }
}

TEST(Rail, ReadsGb18030ByItselfAndChineseHeaders) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  // 企业名称,统一社会信用代码,无关 / 宁波公司 in GB18030
  const std::string names =
      "\xC6\xF3\xD2\xB5\xC3\xFB\xB3\xC6,"
      "\xCD\xB3\xD2\xBB\xC9\xE7\xBB\xE1\xD0\xC5\xD3\xC3\xB4\xFA\xC2\xEB,"
      "\xCE\xDE\xB9\xD8\n";
  put_file(stores.dir() + "/gb.csv", names + "\xC4\xFE\xB2\xA8\xB9\xAB\xCB\xBE," + uscc_of(7) +
                                         ",x\n\"\xC4\xFE\xB2\xA8,\xB9\xAB\xCB\xBE\"," + uscc_of(8) +
                                         ",x\n\xC4\xFE\xFF\xFF," + uscc_of(9) + ",x\n");
  const auto report = city.rail->ingest(stores.dir() + "/gb.csv", "firm");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->progress.rows_landed, 2);
  EXPECT_EQ(report->unknown_columns, std::vector<std::string>{"无关"});
  EXPECT_EQ(to_text((**city.lake->get("firm", {uscc_of(7)}))[1]), "宁波公司");
  EXPECT_EQ(to_text((**city.lake->get("firm", {uscc_of(8)}))[1]), "宁波,公司");
  EXPECT_EQ(quarantined(city, "firm"), (std::map<std::int64_t, std::string>{{4, " encoding"}}));
}

std::string gzip_of(const std::string& text) {
  const std::string path = std::filesystem::temp_directory_path() / "citybrain_rail_test.gz";
  gzFile out = ::gzopen(path.c_str(), "wb");
  CB_CHECK(::gzwrite(out, text.data(), static_cast<unsigned>(text.size())) ==
           static_cast<int>(text.size()));
  ::gzclose(out);
  std::string bytes = *read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

TEST(Rail, TakesByteOrderMarksAndWindowsLineEnds) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  put_file(stores.dir() + "/bom.csv",
           "\xEF\xBB\xBFuscc,name\r\n" + uscc_of(1) + ",甬城\r\n\r\n" + uscc_of(2) + ",\"甬城\"");
  put_file(stores.dir() + "/bom.ndjson",
           "\xEF\xBB\xBF{\"uscc\":\"" + uscc_of(3) + "\",\"name\":\"甬城\"}\r\n");
  EXPECT_EQ(city.rail->ingest(stores.dir() + "/bom.csv", "firm")->progress.rows_landed, 2);
  EXPECT_EQ(city.rail->ingest(stores.dir() + "/bom.ndjson", "firm")->progress.rows_landed, 1);
  for (int n = 1; n <= 3; ++n)
    EXPECT_EQ(to_text((**city.lake->get("firm", {uscc_of(n)}))[1]), "甬城");
}

TEST(Rail, ReadsNdjsonAndGzip) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  const std::string path = stores.dir() + "/x.ndjson.gz";
  put_file(path, gzip_of("{\"uscc\":\"" + uscc_of(1) +
                         "\",\"企业名称\":\"甬城\",\"capital\":12.10}\n"
                         "{\"uscc\":\"" +
                         uscc_of(2) +
                         "\",\"name\":\"甬城\",\"capital\":{}}\nnot json\n"
                         "{\"uscc\":\"" +
                         uscc_of(3) + "\",\"name\":\"甬城\",\"extra\":1}\n"));
  const auto report = city.rail->ingest(path, "firm");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->progress.rows_landed, 2);
  EXPECT_EQ(report->unknown_columns, std::vector<std::string>{"extra"});
  EXPECT_EQ(to_text((**city.lake->get("firm", {uscc_of(1)}))[3]), "12.10");
  EXPECT_EQ(quarantined(city, "firm"),
            (std::map<std::int64_t, std::string>{{2, " row"}, {3, " row"}}));
}

TEST(Rail, RefusesAFileThatCannotBeTheResource) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  const auto check = [&](const char* name, const std::string& text, const char* expected) {
    put_file(stores.dir() + "/" + name, text);
    const auto report = city.rail->ingest(stores.dir() + "/" + name, "firm");
    ASSERT_FALSE(report) << name;
    EXPECT_NE(report.error().message.find(expected), std::string::npos) << report.error().message;
  };
  check("none.csv", "uscc,capital\n", "lacks required columns: name (企业名称)");
  check("twice.csv", "uscc,name,企业名称\n", "names 'name' twice");
  check("empty.csv", "", "is empty");
  check("half.csv", "\"uscc,name\n", "does not begin with a header");
  check("wrong.csv.gz", "uscc,name\n", "is no gzip");
  check("cut.csv.gz", gzip_of(header + firm(1)).substr(0, 60), "damaged gzip");
  EXPECT_EQ(city.rail->ingest("/nowhere.csv", "firm").error().code, Code::not_found);
  EXPECT_EQ(city.rail->ingest(stores.dir() + "/none.csv", "frim").error().code, Code::not_found);
  const auto sources = city.rail->sources();
  for (const Source& source : *sources) EXPECT_EQ(source.state, "refused");
}

TEST(Rail, ChecksReferencesAndKeysOfAppendResources) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  put_file(stores.dir() + "/firms.csv", header + firm(1) + firm(2));
  ASSERT_TRUE(city.rail->ingest(stores.dir() + "/firms.csv", "firm"));
  put_file(stores.dir() + "/tax.csv", "serial,uscc,paid,paid_at\n1," + uscc_of(1) +
                                          ",10.00,2020-01-01 08:00:00\n2," + uscc_of(3) +
                                          ",10.00,\n3," + uscc_of(2) + ",10.00,\n3," + uscc_of(2) +
                                          ",11.00,\n4," + uscc_of(2) + ",-1,2020-11-25 00:00:00\n");
  const auto report = city.rail->ingest(stores.dir() + "/tax.csv", "tax");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->progress.rows_landed, 2);
  EXPECT_EQ(quarantined(city, "tax"), (std::map<std::int64_t, std::string>{
                                          {3, "uscc ref"}, {5, "serial key"}, {6, "paid range"}}));
  EXPECT_EQ(city.rows("tax"), 2);
}

TEST(Rail, StopsAndGoesOnAtThePosition) {
  const auto stores = sql::test_stores();
  int n = 0;
  for (const auto& url : stores) {
    City city(url, stores.dir(), "columns" + std::to_string(n++));
    std::string firms = header;
    std::string taxes = "serial,uscc,paid,paid_at\n";
    for (int i = 1; i <= 100; ++i) {
      firms += firm(i);
      taxes += std::to_string(i) + "," + uscc_of(i) + (i % 10 == 0 ? ",x,\n" : ",1.00,\n");
    }
    put_file(stores.dir() + "/f.csv", firms);
    put_file(stores.dir() + "/t.csv", taxes);
    for (const auto& [file, resource, good] :
         {std::tuple{"/f.csv", "firm", 100}, {"/t.csv", "tax", 90}}) {
      int runs = 0;
      for (bool complete = false; !complete; ++runs) {
        IngestOptions options;
        options.rows_per_batch_max = 7 + runs;  // cut differently each time
        const auto report = city.rail->ingest(stores.dir() + file, resource, options,
                                              [](const Progress&) { return false; });
        ASSERT_TRUE(report) << report.error().message;
        complete = report->complete;
        if (complete) {
          EXPECT_EQ(report->progress.rows_landed, good);
        }
      }
      EXPECT_GT(runs, 5);
      EXPECT_EQ(city.rows(resource), good);
      EXPECT_EQ(city.catalog->standing_of(resource)->rows_good, good);
    }
  }
}

TEST(Rail, KnowsAFileThatGrewFromOneThatIsAnother) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  const std::string path = stores.dir() + "/g.csv";
  put_file(path, header + firm(1));
  ASSERT_TRUE(city.rail->ingest(path, "firm"));
  auto report = city.rail->ingest(path, "firm");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->progress.rows_landed, 1);  // nothing new
  put_file(path, header + firm(1) + firm(2));
  report = city.rail->ingest(path, "firm");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->source, "firm/g.csv");
  EXPECT_GT(report->resumed_at, 0);
  EXPECT_EQ(report->progress.rows_landed, 2);
  put_file(path, header + firm(3));
  report = city.rail->ingest(path, "firm");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->source, "firm/g.csv#2");
  EXPECT_EQ(city.rows("firm"), 3);
  EXPECT_EQ(city.rail->sources()->size(), 2u);
}

TEST(Rail, WatchesAFolder) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  const std::string inbox = stores.dir() + "/inbox";
  put_file(inbox + "/tax/a.csv", "serial,uscc,paid\n1," + uscc_of(1) + ",5.00\n");
  put_file(inbox + "/firm/b.csv", header + firm(1));  // what tax refers to is read first
  put_file(inbox + "/firm/c.csv.part", header + firm(2));
  put_file(inbox + "/firm/d.csv", "nonsense\n");
  put_file(inbox + "/unknown/e.csv", "nonsense\n");
  while (true) {
    const auto more = city.rail->watch_step({});
    ASSERT_TRUE(more) << more.error().message;
    if (!*more) break;
  }
  EXPECT_EQ(city.rows("firm"), 1);
  EXPECT_EQ(city.rows("tax"), 1);
  std::map<std::string, std::string> states;
  const auto sources = city.rail->sources();
  for (const Source& source : *sources) states[source.name] = source.state;
  EXPECT_EQ(states,
            (std::map<std::string, std::string>{
                {"firm/b.csv", "complete"}, {"firm/d.csv", "refused"}, {"tax/a.csv", "complete"}}));
  EXPECT_TRUE(std::filesystem::exists(inbox + "/firm/b.csv"));  // neither moved nor renamed
}

}  // namespace
}  // namespace citybrain::rail
