// Facts through guard, on both stores: all subjects at once say what one at a time say; what
// changed touches whom it should; the audit log knows.
#include <gtest/gtest.h>

#include <map>

#include "facts/facts.h"
#include "guard/testing.h"
#include "sql/testing.h"

namespace citybrain::facts {
namespace {

constexpr const char* declared_facts =
    "fact,subject,type,resource,item,subject_item,aggregate,filter,unit,description,owner\n"
    "名称,enterprise,text,ent_registry,name,uscc,value,,,,\n"
    "成立日期,enterprise,date,ent_registry,founded,uscc,value,,,,\n"
    "规模以上,enterprise,boolean,ent_registry,large,uscc,value,,,,\n"
    "上年税额,enterprise,decimal:2,ent_tax,total,uscc,value,year=2019,元,,\n"
    "税额合计,enterprise,decimal:2,ent_tax,total,uscc,sum,,元,,\n"
    "年均税额,enterprise,decimal:2,ent_tax,total,uscc,avg,,元,,\n"
    "最高税额,enterprise,decimal:2,ent_tax,total,uscc,max,,元,,\n"
    "荣誉,enterprise,text,ent_honours,title,uscc,value,,,,\n"
    "首个荣誉,enterprise,text,ent_honours,title,uscc,min,,,,\n"
    "荣誉数,enterprise,integer,ent_honours,no,uscc,count,,,,\n"
    "本年小巨人,enterprise,boolean,ent_honours,no,uscc,exists,title=小巨人&year=2020,,,\n"
    "巡查次数,enterprise,integer,ent_visits,place,uscc,count,,,,\n"
    "姓名,person,text,person,name,person_id,value,,,,\n";

guard::ResourceGrades resource(const std::string& code, Schema schema) {
  guard::ResourceGrades grades;
  grades.resource = code;
  grades.schema = std::move(schema);
  return grades;
}

struct City : guard::TestGuard {
  std::unique_ptr<Facts> facts;
  std::map<std::string, Schema> schemas;

  City(const std::string& url, const std::string& folder) : TestGuard(url, folder) {
    add("ent_registry",
        {{{"uscc"}, {"name"}, {"founded", Type::date}, {"large", Type::boolean}}, {"uscc"}});
    add("ent_tax",
        {{{"uscc"}, {"year", Type::integer}, {"total", Type::decimal, 2}}, {"uscc", "year"}});
    add("ent_honours", {{{"uscc"}, {"no"}, {"title"}, {"year", Type::integer}}, {"uscc", "no"}});
    add("ent_visits", {{{"uscc"}, {"place"}}, {}});
    add("person", {{{"person_id"}, {"name"}}, {"person_id"}});
    facts = Facts::load(guard(), declared_facts).value();
  }
  void add(const std::string& code, Schema schema) {
    define(resource(code, schema), !schema.key.empty());
    schemas[code] = std::move(schema);
  }
  Batch rows(const std::string& code, const std::vector<std::vector<Cell>>& cells) {
    Batch batch(schemas.at(code));
    for (const auto& row : cells) batch.append_row(row);
    return batch;
  }
};

std::string firm(std::uint64_t n) { return "91330200MA0000000" + std::to_string(n); }

// A random city: some firms have rows here and there, some rows have no values, some firms are not
// registered.
void fill(City& city, Random& random) {
  const auto maybe = [&](Cell cell) { return random.below(4) == 0 ? Cell() : std::move(cell); };
  const std::vector<std::string> titles = {"小巨人", "隐形冠军"};
  std::vector<std::vector<Cell>> registry, tax, honours, visits;
  for (std::uint64_t n = 0; n < 60; ++n) {
    if (n < 50) {
      registry.push_back({firm(n), maybe("企业" + std::to_string(n)),
                          maybe(Date{static_cast<std::int32_t>(random.below(20000))}),
                          maybe(random.below(2) == 0)});
    }
    for (std::int64_t year = 2017; year < 2021; ++year) {
      if (random.below(2) == 0) continue;
      tax.push_back(
          {firm(n), year, maybe(Decimal64{static_cast<std::int64_t>(random.below(99999)), 2})});
    }
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      honours.push_back({firm(n), "no" + std::to_string(i), maybe(titles[random.below(2)]),
                         maybe(static_cast<std::int64_t>(2019 + random.below(2)))});
    }
    for (std::uint64_t i = random.below(3); i > 0; --i) {
      visits.push_back({firm(n), std::string("鄞州")});
    }
  }
  city.land("ent_registry", city.rows("ent_registry", registry));
  city.land("ent_tax", city.rows("ent_tax", tax));
  city.land("ent_honours", city.rows("ent_honours", honours));
  city.land("ent_visits", city.rows("ent_visits", visits));
}

template <class Test>
void on_both_stores(const Test& test) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    test(city);
  }
}

const guard::InternalPurpose matching = {.code = "benefit.match", .basis = "试验"};

TEST(Facts, AllAtOnceSayWhatOneAtATimeSay) {
  for (const std::uint64_t seed : {1U, 2U}) {
    on_both_stores([&](City& city) {
      SeededRandom random(seed);
      fill(city, random);
      const auto names = city.facts->names("enterprise");
      ASSERT_EQ(names.size(), 12U);
      std::map<std::string, std::vector<Cell>> all;
      const auto read = city.facts->batches("enterprise", names, matching, [&](const Batch& batch) {
        EXPECT_EQ(batch.schema.fields.front().name, "subject");
        for (std::size_t row = 0; row < batch.rows; ++row) {
          const auto cells = batch.row(row);
          all[to_text(cells[0])] = cells;
        }
        return ok();
      });
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->subjects, 50);
      ASSERT_EQ(all.size(), 50U);
      std::size_t nth = 0;
      for (const auto& [id, cells] : all) {
        if (nth++ % 2 == seed % 2) continue;
        const auto known = city.facts->one({"enterprise", id}, names, matching);
        ASSERT_TRUE(known) << known.error().message;
        EXPECT_EQ(known->facts.row(0), cells) << "seed " << seed << " firm " << id;
      }
      EXPECT_EQ(city.facts->one({"enterprise", firm(55)}, names, matching).error().code,
                Code::not_found)
          << "not registered, whatever else is known";
    });
  }
}

TEST(Facts, EachReadingIsOneEntryOfTheLog) {
  on_both_stores([](City& city) {
    SeededRandom random(4);
    fill(city, random);
    auto& log = city.guard().audit_log();
    const auto before = log.head()->size;
    bool on_record = false;
    const auto read =
        city.facts->batches("enterprise", {"税额合计", "荣誉数"}, matching, [&](const Batch&) {
          on_record = log.head()->size == before + 1;
          return ok();
        });
    EXPECT_TRUE(on_record) << "before the first batch is handed on";
    const auto record = log.at(read->audit_index).value();
    EXPECT_EQ(record.purpose, "benefit.match");
    EXPECT_EQ(record.details.at("resources").as_array().size(), 3U);
    const auto known = city.facts->one({"enterprise", firm(7)}, {"税额合计"}, matching).value();
    EXPECT_EQ(log.of_subject(firm(7), 1, 10)->records.at(0).index, known.audit_index);
    EXPECT_EQ(log.head()->size, before + 2);
    EXPECT_EQ(city.facts->batches("enterprise", {"税额合记"}, matching, {}).error().message,
              "no fact '税额合记' of enterprise; did you mean '税额合计'?");
  });
}

TEST(Facts, AChangeTouchesItsSubjects) {
  on_both_stores([](City& city) {
    SeededRandom random(5);
    fill(city, random);
    std::int64_t at = 0;
    std::set<std::string> touched;
    for (bool more = true; more;) {
      const auto step = city.facts->touched(at, 7).value();
      for (const Subject& subject : step.subjects) touched.insert(subject.id);
      more = step.more;
      at = step.next;
    }
    EXPECT_EQ(at, city.guard().as_of()->columns_seq);
    EXPECT_GE(touched.size(), 50U);
    EXPECT_TRUE(city.facts->touched(at, 7)->subjects.empty());

    const auto tax = city.rows("ent_tax", {{firm(3), std::int64_t{2019}, Decimal64{1, 2}}});
    city.land_only("ent_tax", tax);
    EXPECT_TRUE(city.facts->touched(at, 7)->subjects.empty()) << "columns do not have it yet";
    city.land("person", city.rows("person", {{std::string("11010519491231002X"), {}}}));
    const auto step = city.facts->touched(at, 7).value();
    EXPECT_EQ(step.subjects,
              (std::vector<Subject>{{"enterprise", firm(3)}, {"person", "11010519491231002X"}}));
    city.remove("ent_tax", tax);
    EXPECT_EQ(city.facts->touched(step.next, 7)->subjects,
              (std::vector<Subject>{{"enterprise", firm(3)}}))
        << "what went away touches too";
  });
}

TEST(Facts, RefusesADeclarationThatWouldMissChanges) {
  on_both_stores([](City& city) {
    const std::string header(declared_facts, std::string(declared_facts).find('\n') + 1);
    const auto refused = [&](const std::string& line) {
      const auto facts = Facts::load(city.guard(), header + line);
      EXPECT_FALSE(facts);
      return facts ? "" : facts.error().message;
    };
    EXPECT_NE(refused("税,enterprise,decimal:2,ent_tax,total,uscc,sum,,,,\n").find("registry"),
              std::string::npos);
    EXPECT_NE(refused("名称,enterprise,text,ent_registry,name,uscc,value,,,,\n"
                      "乙,enterprise,text,ent_registry,uscc,name,value,,,,\n")
                  .find("no part of the key"),
              std::string::npos);
    EXPECT_NE(refused("名称,enterprise,text,nothing,name,uscc,value,,,,\n").find("line 2"),
              std::string::npos);
  });
}

}  // namespace
}  // namespace citybrain::facts
