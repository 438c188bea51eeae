// Facts about base: money, dates, identity numbers, calendar, text.
#include <gtest/gtest.h>

#include <set>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/csv.h"
#include "base/idcheck.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/schema.h"
#include "base/shape.h"
#include "base/text.h"

namespace citybrain {
namespace {

TEST(Money, ReadsAndWritesYuanExactly) {
  for (const auto& [text, fen] : {std::pair{"0", 0L},
                                  {"0.1", 10L},
                                  {"-12.34", -1234L},
                                  {"8610000000.00", 861000000000L},
                                  {"1.10", 110L}}) {
    const auto read = parse_yuan(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->fen, fen) << text;
  }
  EXPECT_EQ(to_yuan({-5}), "-0.05");
  EXPECT_EQ(to_yuan_grouped({861000000001}), "8,610,000,000.01");
  EXPECT_EQ(to_yuan_grouped({99999}), "999.99");
}

TEST(Money, RefusesWhatIsNoAmount) {
  for (const char* text : {"", "1.234", "1,000", "1e3", "12.", ".5", "99999999999999999999"}) {
    EXPECT_FALSE(parse_yuan(text)) << text;
  }
}

TEST(Money, SharesRoundHalfUpAndAddUp) {
  EXPECT_EQ(share_of({101}, 50, 100).fen, 51);
  EXPECT_EQ(share_of({100}, 1, 3).fen, 33);
  EXPECT_EQ(share_of({-101}, 50, 100).fen, -50);
  EXPECT_DEATH((void)(Fen{INT64_MAX} + Fen{1}), "check failed");
}

TEST(Dates, RoundTripAndRefuse) {
  for (const char* text : {"1970-01-01", "2020-02-29", "2099-12-31", "1899-03-01"}) {
    const auto date = parse_date(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(to_iso(*date), text);
  }
  for (const char* text : {"2019-02-29", "2020-13-01", "2020-1-1", "20200230", "", "abcd-ef-gh"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
  EXPECT_EQ(weekday_of(*parse_date("2020-06-01")), 1);
  EXPECT_EQ(years_between(*parse_date("1940-06-02"), *parse_date("2020-06-01")), 79);
}

TEST(Timestamps, ReadOffsetsAndWriteTheCitys) {
  const std::string want = "2020-06-01T08:00:00.250+08:00";
  for (const char* text : {"2020-06-01T08:00:00.25+08:00", "2020-06-01T00:00:00.25Z",
                           "2020-06-01 08:00:00.250", "2020-05-31T19:00:00.25-0500"}) {
    const auto at = parse_timestamp(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(to_iso(*at), want) << text;
  }
  for (const char* text : {"2020-06-01T24:00:00", "2020-06-01T08", "2020-06-01T08:00:00+99:00",
                           "2020-06-01T08:00:00.", "2020-06-01Q08:00:00"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
  EXPECT_EQ(to_iso(city_date(*parse_timestamp("2020-05-31T16:00:00Z"))), "2020-06-01");
}

TEST(ResidentId, KnowsTheStandardsExample) {
  EXPECT_TRUE(check_resident_id("11010519491231002X"));
  EXPECT_EQ(to_iso(*birth_date_of("11010519491231002X")), "1949-12-31");
  for (const char* id :
       {"110105194912310021", "11010519491331002X", "1101051949123100", "", "11010519491231002x"}) {
    EXPECT_FALSE(check_resident_id(id)) << id;
  }
}

TEST(Uscc, KnowsPublishedCodesAndTheirInnerCheck) {
  for (const char* code :
       {"11330283002979996P", "11332500MB1601924J", "113306837320115228", "91350100M000100Y43"}) {
    EXPECT_TRUE(check_uscc(code)) << code;
  }
  EXPECT_FALSE(check_uscc("11330283002979996Q"));
  EXPECT_FALSE(check_uscc("1133028300297999IP"));
  EXPECT_FALSE(check_uscc("11330283002979986P"));
}

TEST(Calendar, CountsAsKnownOnTheDay) {
  const auto calendar = WorkCalendar::parse(
      "date,kind,published,name\n"
      "2020-01-24,off,2019-11-21,春节\n2020-01-27,off,2019-11-21,春节\n"
      "2020-01-31,off,2020-01-27,春节延长\n2020-02-01,work,2019-11-21,补班\n"
      "2020-02-01,off,2020-01-27,取消补班\n");
  ASSERT_TRUE(calendar);
  const Date before = *parse_date("2020-01-01");
  const Date after = *parse_date("2020-02-10");
  const Date make_up = *parse_date("2020-02-01");
  EXPECT_TRUE(calendar->works(make_up, before));
  EXPECT_FALSE(calendar->works(make_up, after));
  EXPECT_EQ(to_iso(calendar->add_working_days(*parse_date("2020-01-30"), 1, before)), "2020-01-31");
  EXPECT_EQ(to_iso(calendar->add_working_days(*parse_date("2020-01-30"), 1, after)), "2020-02-03");
  EXPECT_FALSE(WorkCalendar::parse("date,kind,published,name\n2020-01-24,maybe,2019-11-21,x\n"));
}

TEST(Text, ChecksUtf8AndReadsGb18030) {
  EXPECT_TRUE(is_utf8("宁波城市大脑 city brain"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("abc\xE5\xAE"));
  EXPECT_EQ(*from_gb18030("\xC4\xFE\xB2\xA8"), "宁波");
  EXPECT_FALSE(from_gb18030("\xFF\xFF"));
  EXPECT_EQ(first_code_points("宁波市", 2), "宁波");
  EXPECT_EQ(*nearest("listen_prot", {"listen_port", "city_dir"}), "listen_port");
  EXPECT_FALSE(nearest("zzz", {"listen_port"}));
}

TEST(Scaled, KeepsEveryDigit) {
  EXPECT_EQ(parse_scaled("12.5", 2), 1250);
  EXPECT_EQ(parse_scaled("12.5000", 2), 1250);
  EXPECT_EQ(parse_scaled("12.505", 2), std::nullopt);
  EXPECT_EQ(scaled_text(5, 2), "0.05");
  EXPECT_EQ(scaled_text(-1250, 2), "-12.50");
}

TEST(Batch, TakesBackAHalfWrittenRow) {
  Batch batch(Schema{{{"name", Type::text, 0}, {"amount", Type::decimal, 2}}, {"name"}});
  batch.append_row({std::string("甲"), Decimal64{150, 2}});
  batch.columns[0].append_text("乙");
  batch.columns[0].truncate(1);
  batch.append_row({std::string("丙"), Cell{}});
  EXPECT_EQ(batch.columns[0].text_at(1), "丙");
  EXPECT_TRUE(batch.column("amount").is_null(1));
  EXPECT_EQ(batch.row(0), (std::vector<Cell>{std::string("甲"), Decimal64{150, 2}}));
}

TEST(Shape, NamesPlaceValueAndRemedy) {
  const Shape body = shape::object({shape::need("policy", shape::text("", 20)),
                                    shape::may("limit", shape::integer("", 1, 1000))});
  const auto check = [&](const char* text) { return conforms(*parse_json(text), body); };
  EXPECT_TRUE(check(R"({"policy":"P1","limit":3})"));
  EXPECT_EQ(check(R"({"policy":"P1","limit":0})").error().message, "'/limit' is 0; send 1..1000");
  EXPECT_FALSE(check(R"({"limit":1})"));
  EXPECT_FALSE(check(R"({"policy":"P1","other":1})"));
  EXPECT_FALSE(parse_json(std::string(100, '[')));
  EXPECT_FALSE(parse_json("{\"a\":1} x"));
}

TEST(Config, RefusesUnknownNamesWithTheNearest) {
  const std::vector<Setting> known = {{"listen_port", "8080", ""}};
  EXPECT_EQ(Config::load("listen_port = 9 # here\n", known)->get_int("listen_port"), 9);
  EXPECT_EQ(Config::load("listen_prot = 9", known).error().message,
            "line 1: no setting 'listen_prot'; did you mean 'listen_port'?");
}

TEST(Csv, ReadsQuotesAndNamesTheBadLine) {
  const auto table = parse_csv("a,b\n1,\"x,\"\"y\"\"\nz\"\n2,\n", {"a", "b"});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->at(0, "b"), "x,\"y\"\nz");
  EXPECT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(parse_csv("a,b\n1\n", {"a"}).error().message, "line 2: 1 cells; the header has 2");
}

TEST(Ids, AreUniqueSortedAndDerivable) {
  FixedClock clock({1'600'000'000'000'000});
  SeededRandom random(7);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(new_id(clock, random));
  EXPECT_EQ(seen.size(), 1000U);
  const std::string early = new_id(clock, random);
  clock.advance_us(1000);
  EXPECT_LT(early, new_id(clock, random));
  EXPECT_EQ(derived_id({"a", "bc"}), derived_id({"a", "bc"}));
  EXPECT_NE(derived_id({"a", "bc"}), derived_id({"ab", "c"}));
  EXPECT_EQ(derived_id({"a"}).size(), 26U);
  EXPECT_EQ(to_hex(sha256("abc")).substr(0, 16), "ba7816bf8f01cfea");
}

}  // namespace
}  // namespace citybrain
