// FullText over both stores: every run of a name is found, incrementally, ranked, counted, and what
// does not exist for a caller shows in no count.
#include "sql/fulltext.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/clock.h"
#include "sql/testing.h"
#include "text_grams.h"

namespace citybrain::sql {
namespace {

const std::vector<TextField> fields{
    {.weight = 8, .initials = true}, {.weight = 3, .initials = true}, {.weight = 1}};

TextDocument document(std::string key, std::string name, std::string items = "",
                      std::string department = "a", std::string share = "open") {
  return {std::move(key),
          {{0, std::move(name)}, {1, std::move(items)}},
          {{"department", std::move(department)}, {"share", std::move(share)}}};
}

struct Index {
  explicit Index(const std::string& url) : db(*Db::open(url)), text("test", fields) {}
  Result<void> put(const std::vector<TextDocument>& documents) {
    return db->write([&](Tx& tx) { return text.put(tx, documents); });
  }
  TextHits search(const TextQuery& query) {
    auto hits = db->read([&](Session& session) { return text.search(session, query); });
    EXPECT_TRUE(hits) << hits.error().message;
    return hits ? *hits : TextHits{};
  }
  std::vector<std::string> keys(const std::string& words) {
    std::vector<std::string> out;
    for (const auto& hit : search({.words = words, .size = 200}).hits) out.push_back(hit.key);
    return out;
  }
  std::unique_ptr<Db> db;
  FullText text;
};

using Keys = std::vector<std::string>;

TEST(FullText, FindsWordsOfTwoCharactersAndInitials) {
  const auto stores = test_stores();
  for (const auto& url : stores) {
    Index index(url);
    EXPECT_EQ(index.search({.words = "公共"}).total, 0);  // nothing is there yet
    ASSERT_TRUE(index.put({document("bus", "公共汽车线路", "线路编号 起点站"),
                           document("credit", "公共信用信息", "统一社会信用代码"),
                           document("bank", "银行账户", "ＡＢＣ编号")}));
    EXPECT_EQ(index.keys("公共"), (Keys{"bus", "credit"}));
    EXPECT_EQ(index.keys("信用代码"), Keys{"credit"});
    EXPECT_EQ(index.keys("共汽车"), Keys{"bus"});
    EXPECT_EQ(index.keys("行"), Keys{"bank"});
    EXPECT_EQ(index.keys("编号 银行"), Keys{"bank"});
    EXPECT_EQ(index.keys("abc"), Keys{"bank"});
    EXPECT_EQ(index.keys("ggxy"), Keys{"credit"});
    EXPECT_EQ(index.keys("yhzh"), Keys{"bank"});  // 行 is h here, x elsewhere
    EXPECT_EQ(index.keys("yx"), (Keys{"bank", "credit"}));
    EXPECT_EQ(index.keys("tyshxydm"), Keys{"credit"});
    EXPECT_TRUE(index.keys("公车").empty());
    EXPECT_TRUE(index.keys("路线").empty());  // nothing reaches over a blank or into another part
    EXPECT_TRUE(index.keys("路起").empty());
  }
}

TEST(FullText, ReplacesAndRemovesInTheSameTransaction) {
  const auto stores = test_stores();
  for (const auto& url : stores) {
    Index index(url);
    ASSERT_TRUE(index.put({document("a", "企业登记"), document("b", "企业年报")}));
    ASSERT_TRUE(index.put({document("a", "个体登记")}));
    EXPECT_EQ(index.keys("企业"), Keys{"b"});
    EXPECT_EQ(index.keys("登记"), Keys{"a"});
    EXPECT_EQ(index.search({}).total, 2);
    const auto undone = index.db->write([&](Tx& tx) -> Result<void> {
      CB_DO(index.text.put(tx, std::vector{document("c", "企业信用")}));
      CB_TRY(const TextHits inside, index.text.search(tx, {.words = "企业"}));
      EXPECT_EQ(inside.total, 2);
      return conflict("undo");
    });
    EXPECT_FALSE(undone);
    EXPECT_EQ(index.keys("企业"), Keys{"b"});
    ASSERT_TRUE(index.db->write([&](Tx& tx) {
      return index.text.remove(tx, std::vector<std::string>{"b", "none"});
    }));
    EXPECT_TRUE(index.keys("企业").empty());
    EXPECT_EQ(index.search({}).total, 1);
    // Nothing of a removed document is left behind.
    const auto left = index.db->read(
        [](Session& s) { return s.query_one("SELECT COUNT(*) FROM sql_fulltext_document"); });
    EXPECT_EQ((**left).integer(0), 1);
  }
}

TEST(FullText, RanksTheWholeTitleFirstAndShortTitlesBeforeLong) {
  const auto stores = test_stores();
  Index index(*stores.begin());
  ASSERT_TRUE(
      index.put({document("items", "其他", "婚姻登记"), document("long", "婚姻登记历史档案"),
                 document("inner", "补办婚姻登记"), document("whole", "婚姻登记")}));
  EXPECT_EQ(index.keys("婚姻登记"), (Keys{"whole", "long", "inner", "items"}));
}

TEST(FullText, CountsFacetsUnderTheOtherFilters) {
  const auto stores = test_stores();
  for (const auto& url : stores) {
    Index index(url);
    ASSERT_TRUE(index.put(
        {document("1", "企业甲", "", "x", "open"), document("2", "企业乙", "", "x", "closed"),
         document("3", "企业丙", "", "y", "open"), document("4", "个人", "", "y", "open")}));
    const auto hits = index.search(
        {.words = "企业", .filters = {{"department", {"x"}}}, .facets = {"department", "share"}});
    EXPECT_EQ(hits.total, 2);
    ASSERT_EQ(hits.facets.at("department").size(), 2u);
    EXPECT_EQ(hits.facets.at("department")[0].value, "x");
    EXPECT_EQ(hits.facets.at("department")[0].documents, 2);
    EXPECT_EQ(hits.facets.at("department")[1].documents, 1);
    EXPECT_EQ(hits.facets.at("share")[0].documents, 1);
    EXPECT_EQ(index.search({.filters = {{"department", {"x", "y"}}, {"share", {"closed"}}}}).total,
              1);
    EXPECT_EQ(index.search({.filters = {{"nothing", {"x"}}}}).total, 0);
  }
}

// What one caller gets must be the same whether or not there are documents that do not exist for
// him.
TEST(FullText, DocumentsThatDoNotExistForACallerLeaveNoTrace) {
  const auto stores = test_stores();
  for (const auto& url : stores) {
    Index index(url);
    const std::vector<TextDocument> seen{document("1", "企业登记", "", "x", "open"),
                                         document("2", "企业名录", "", "y", "open")};
    ASSERT_TRUE(index.put(seen));
    const auto ask = [&](const std::string& words) {
      return index.search({.words = words,
                           .only = {{"share", "open"}, {"department", "mine"}},
                           .facets = {"department", "share"}});
    };
    std::vector<TextHits> before;
    for (const char* words : {"", "企业", "绝密", "企业 登记", "qy"}) before.push_back(ask(words));
    ASSERT_TRUE(index.put({document("3", "企业绝密", "登记", "x", "closed"),
                           document("4", "绝密", "", "z", "closed")}));
    std::size_t at = 0;
    for (const char* words : {"", "企业", "绝密", "企业 登记", "qy"}) {
      const TextHits after = ask(words);
      EXPECT_EQ(after.total, before[at].total) << words;
      ASSERT_EQ(after.hits.size(), before[at].hits.size()) << words;
      for (std::size_t i = 0; i < after.hits.size(); ++i) {
        EXPECT_EQ(after.hits[i].key, before[at].hits[i].key) << words;
      }
      for (const auto& [name, counts] : before[at].facets) {
        ASSERT_EQ(after.facets.at(name).size(), counts.size()) << words << name;
        for (std::size_t i = 0; i < counts.size(); ++i) {
          EXPECT_EQ(after.facets.at(name)[i].value, counts[i].value);
          EXPECT_EQ(after.facets.at(name)[i].documents, counts[i].documents);
        }
      }
      ++at;
    }
  }
}

// A text of its own alphabet: few characters, so that runs repeat, with letters, digits and blanks.
std::u32string random_text(SeededRandom& random, std::size_t length) {
  static const std::u32string alphabet = U"宁波市企业信用登记abA1（）行重 ";
  std::u32string text;
  while (text.size() < length) text.push_back(alphabet[random.below(alphabet.size())]);
  return text;
}

std::string utf8(std::u32string_view points) {
  std::string out;
  for (const char32_t p : points) {
    if (p < 0x80) {
      out.push_back(static_cast<char>(p));
    } else if (p < 0x800) {
      out += {static_cast<char>(0xC0 | p >> 6), static_cast<char>(0x80 | (p & 0x3F))};
    } else {
      out += {static_cast<char>(0xE0 | p >> 12), static_cast<char>(0x80 | (p >> 6 & 0x3F)),
              static_cast<char>(0x80 | (p & 0x3F))};
    }
  }
  return out;
}

// Against the plain definition: a word occurs in a part, or it does not.
TEST(FullText, FindsExactlyTheDocumentsThatHoldTheWord) {
  const auto stores = test_stores();
  for (const auto& url : stores) {
    Index index(url);
    SeededRandom random(2020);
    std::map<std::string, std::u32string> titles;
    for (int round = 0; round < 40; ++round) {
      std::vector<TextDocument> batch;
      for (int i = 0; i < 40; ++i) {
        // Some are new, some replace what was there.
        const std::string key = std::to_string(random.below(900));
        const std::u32string title = random_text(random, 2 + random.below(12));
        if (std::any_of(batch.begin(), batch.end(), [&](auto& d) { return d.key == key; }))
          continue;
        titles[key] = normal_points(utf8(title));
        batch.push_back({key, {{0, utf8(title)}}, {}});
      }
      ASSERT_TRUE(index.put(batch));
    }
    for (int round = 0; round < 150; ++round) {
      const auto& [from, title] =
          *std::next(titles.begin(), static_cast<std::ptrdiff_t>(random.below(titles.size())));
      const std::size_t length = std::min<std::size_t>(title.size(), 1 + random.below(5));
      const std::u32string word = title.substr(random.below(title.size() - length + 1), length);
      const bool letters =
          std::all_of(word.begin(), word.end(), [](char32_t c) { return c >= U'a' && c <= U'z'; });
      if (word.find(U' ') != std::u32string::npos || letters) continue;
      std::set<std::string> want;
      for (const auto& [key, text] : titles) {
        if (text.find(word) != std::u32string::npos) want.insert(key);
      }
      const TextHits hits = index.search({.words = utf8(word), .size = 200});
      EXPECT_EQ(hits.total, static_cast<std::int64_t>(want.size())) << utf8(word) << " of " << from;
      for (const auto& hit : hits.hits) EXPECT_TRUE(want.contains(hit.key)) << utf8(word);
    }
    for (const auto& [key, title] : titles) {
      for (std::size_t i = 0; i + 1 < title.size(); ++i) {
        const std::u32string pair = title.substr(i, 2);
        const auto hits = index.search({.words = utf8(pair), .size = 0});
        EXPECT_GT(hits.total, 0) << utf8(pair) << " of " << key;
      }
      if (index.db->engine() == Engine::postgres) break;  // the same terms, over a slower wire
    }
  }
}

TEST(FullText, RefusesWhatIsTooLong) {
  const auto stores = test_stores();
  Index index(*stores.begin());
  ASSERT_TRUE(index.put({document("1", "企业")}));
  const auto ask = [&](const TextQuery& query) {
    return index.db->read([&](Session& session) { return index.text.search(session, query); });
  };
  EXPECT_EQ(ask({.words = "a b c d e f g h i"}).error().code, Code::invalid);
  EXPECT_EQ(ask({.words = std::string(65, 'x')}).error().code, Code::invalid);
  EXPECT_EQ(ask({.size = 201}).error().code, Code::invalid);
}

TEST(FullText, BlocksOfAnyBytesEnd) {
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random.below(40), '\0');
    for (char& c : bytes) c = static_cast<char>(random.below(256));
    Postings into;
    const auto read = unpack(bytes, into);
    EXPECT_TRUE(read || read.error().code == Code::corrupt);
  }
}

}  // namespace
}  // namespace citybrain::sql
