// Non-interference: a masked caller can't tell apart two datasets that differ only in what the
// masks hide, whatever he asks through the read door or its route: rows, their order, which rows a
// limit leaves, filters, sorts, look-ups, error texts.
#include <algorithm>

#include "base/idcheck.h"
#include "door_test.h"
#include "routes.h"

namespace citybrain::guard {
namespace {

ResourceGrades secret_grades() {
  ResourceGrades grades;
  grades.resource = "secret";
  grades.title = "试验";
  grades.schema = {{{"person_id", Type::text},
                    {"name", Type::text},
                    {"phone", Type::text},
                    {"born", Type::date},
                    {"income", Type::integer},
                    {"pay", Type::decimal, 2},
                    {"note", Type::text},
                    {"flag", Type::boolean},
                    {"district", Type::text},
                    {"sort", Type::integer}},
                   {"person_id"}};
  grades.items = {{"person_id", "公民身份号码", Grade::L3, "resident_id"},
                  {"name", "姓名", Grade::L3},
                  {"phone", "手机", Grade::L3},
                  {"born", "出生日期", Grade::L2},
                  {"income", "年收入", Grade::L2},
                  {"pay", "月薪", Grade::L3},
                  {"note", "备注", Grade::L4},
                  {"flag", "标记", Grade::L3},
                  {"district", "区划", Grade::L1},
                  {"sort", "类别", Grade::L1}};
  return grades;
}

std::string digits(Random& random, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += static_cast<char>('0' + random.below(10));
  return text;
}

// What the masks show of a row, drawn once; both datasets show it.
struct ShownRow {
  std::string first, last, surname, phone_head, phone_tail, district;
  bool phone_null = false, born_null = false;
  int year = 0;
  std::int64_t decade = 1, sort = 0;
};

ShownRow draw_shown(Random& random) {
  const std::vector<std::string> surnames = {"张", "王", "李"};
  const std::vector<std::string> districts = {"330203", "330212"};
  ShownRow s;
  s.first = std::string(1, static_cast<char>('1' + random.below(3)));
  s.last = std::string(1, static_cast<char>('0' + random.below(10)));
  s.surname = surnames[random.below(surnames.size())];
  s.phone_head = "13" + digits(random, 1);
  s.phone_tail = digits(random, 4);
  s.phone_null = random.below(5) == 0;
  s.born_null = random.below(5) == 0;
  s.year = 1950 + static_cast<int>(random.below(60));
  s.decade = random.below(2) == 0 ? 10 : 1000;
  s.district = districts[random.below(districts.size())];
  s.sort = static_cast<std::int64_t>(random.below(3));
  return s;
}

// A row that shows `s`; everything hidden is drawn anew.
std::vector<Cell> draw_row(const ShownRow& s, Random& random) {
  const auto maybe = [&](Cell cell) { return random.below(4) == 0 ? Cell() : std::move(cell); };
  const Date born{date_of({s.year, 1, 1}).days + static_cast<std::int32_t>(random.below(365))};
  return {s.first + digits(random, 16) + s.last,
          s.surname + (random.below(2) == 0 ? "三" : "小明"),
          s.phone_null ? Cell() : Cell(s.phone_head + digits(random, 4) + s.phone_tail),
          s.born_null ? Cell() : Cell(born),
          static_cast<std::int64_t>(s.decade + static_cast<std::int64_t>(random.below(
                                                   static_cast<std::uint64_t>(9 * s.decade)))),
          maybe(Decimal64{static_cast<std::int64_t>(random.below(1000000)), 2}),
          maybe("秘密" + digits(random, 3)),
          maybe(random.below(2) == 0),
          s.district,
          s.sort};
}

struct World : Door {
  std::vector<Route> routes;
  World(const std::string& url, const std::string& folder, const std::vector<ShownRow>& shown,
        std::uint64_t seed)
      : Door(url, folder) {
    const ResourceGrades grades = secret_grades();
    define(grades);
    SeededRandom draws(seed);
    Batch batch(grades.schema);
    for (const ShownRow& s : shown) batch.append_row(draw_row(s, draws));
    land("secret", batch);
    routes = record_routes(guard());
  }

  // All that the caller gets to see of one call of the route.
  std::string answer(const Principal& who, const std::map<std::string, std::string>& params) {
    Request request;
    request.path = "/api/resources/secret/records";
    request.params = {{"code", "secret"}};
    request.params.insert(params.begin(), params.end());
    request.principal = who;
    const auto reply = routes.front().handler(request);
    if (!reply)
      return std::string(citybrain::name_of(reply.error().code)) + ": " + reply.error().message;
    // The salt of the answer's digest is drawn anew for each call, whatever the data.
    std::string body = reply->body;
    const std::string mark = "\"salt\":\"";
    if (const auto at = body.find(mark); at != std::string::npos) {
      body.erase(at + mark.size(), 32);
    }
    return body;
  }
};

std::map<std::string, std::string> draw_question(Random& random) {
  const std::vector<std::string> columns = {"person_id", "name", "phone", "born",     "income",
                                            "pay",       "note", "flag",  "district", "sort"};
  const std::vector<std::string> values = {"330203", "330212", "1",          "0", "张三",
                                           "true",   "50.00",  "1980-01-01", "x", "13800000000"};
  const std::vector<std::string> signs = {"=", "!=", "<", "<=", ">", ">="};
  const auto any = [&](const std::vector<std::string>& list) {
    return list[random.below(list.size())];
  };
  std::map<std::string, std::string> params = {{"purpose", "quality"}};
  params["limit"] = std::to_string(1 + random.below(random.below(2) == 0 ? 8 : 60));
  if (random.below(2) == 0) {
    const bool fair = random.below(2) == 0;  // a question that will be answered
    params["filter"] = fair ? (random.below(2) == 0 ? "district=330203"
                                                    : "sort>=" + std::to_string(random.below(3)))
                            : any(columns) + any(signs) + any(values);
  }
  if (random.below(3) == 0) params["sort"] = random.below(2) == 0 ? "sort" : any(columns);
  if (random.below(8) == 0) params["key"] = "1" + digits(random, 17);
  return params;
}

TEST(NonInterference, AMaskedCallerCannotTellTwoDatasetsApart) {
  const auto* given = std::getenv("CITYBRAIN_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20201124;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 4; ++round) {
    std::vector<ShownRow> shown;
    const std::size_t rows = 1 + random.below(80);
    for (std::size_t i = 0; i < rows; ++i) shown.push_back(draw_shown(random));
    const auto stores_a = sql::test_stores();
    const auto stores_b = sql::test_stores();
    auto b_url = stores_b.begin();
    for (const auto& a_url : stores_a) {
      World a(a_url, stores_a.dir(), shown, 1000 + static_cast<std::uint64_t>(round));
      World b(*b_url++, stores_b.dir(), shown, 2000 + static_cast<std::uint64_t>(round));
      int answered = 0;
      bool told_apart = false;
      for (int i = 0; i < 80; ++i) {
        const auto question = draw_question(random);
        const std::string of_a = a.answer(Door::staff("steward"), question);
        EXPECT_EQ(of_a, b.answer(Door::staff("steward"), question));
        if (of_a.starts_with("{")) ++answered;
        told_apart |=
            a.answer(Door::staff("head"), question) != b.answer(Door::staff("head"), question);
      }
      EXPECT_GT(answered, 20) << "the questions were worth asking";
      EXPECT_TRUE(told_apart) << "the datasets do differ: who sees them clear tells them apart";
    }
  }
}

}  // namespace
}  // namespace citybrain::guard
