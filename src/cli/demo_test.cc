// The generator of the demo city: the same bytes each time, valid numbers, and every kind of dirt.
#include "demo.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <set>

#include "base/csv.h"
#include "base/idcheck.h"
#include "base/json.h"
#include "base/text.h"
#include "demo_world.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;

const std::string city_dir = std::string(CB_SOURCE_DIR) + "/city";
constexpr double tiny = 0.001;

// A folder that is gone after the test.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(fs::temp_directory_path() / (name + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string inflate(const std::string& path) {
  std::string text;
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return text;
  char buffer[1 << 14];
  for (int n = 0; (n = gzread(file, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  gzclose(file);
  return text;
}

json::object manifest_of(const std::string& folder) {
  const auto text = read_file(folder + "/manifest.json");
  EXPECT_TRUE(text);
  return text ? json::parse(*text).as_object() : json::object{};
}

TEST(Demo, GivesTheSameBytesForTheSameSeed) {
  const Folder one("demo_one");
  const Folder two("demo_two");
  const auto first = generate_demo(one.path(), tiny, 7, city_dir);
  const auto second = generate_demo(two.path(), tiny, 7, city_dir);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second);
  EXPECT_EQ(first->rows, second->rows);
  std::size_t compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(one.path())) {
    if (!entry.is_regular_file()) continue;
    const auto other = two.path() / fs::relative(entry.path(), one.path());
    EXPECT_EQ(inflate(entry.path().string()), inflate(other.string())) << entry.path();
    ++compared;
  }
  EXPECT_GE(compared, 120U);
}

TEST(Demo, AnotherSeedGivesAnotherCityWithTheSameDemoFirms) {
  const auto city = DemoDefinition::load(city_dir);
  ASSERT_TRUE(city) << city.error().message;
  const auto one = DemoWorld::make(*city, tiny, 1);
  const auto two = DemoWorld::make(*city, tiny * 2, 2);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(one.firms[i].uscc(), two.firms[i].uscc());
    EXPECT_EQ(one.firms[i].insured, two.firms[i].insured);
  }
  EXPECT_EQ(one.resident_id(0), two.resident_id(0));
  EXPECT_EQ(one.resident_id(1), two.resident_id(1));
  EXPECT_NE(one.firms[9].revenue, two.firms[9].revenue);
}

TEST(Demo, NumbersAreValidUniqueAndOfRangesNeverIssued) {
  const auto city = DemoDefinition::load(city_dir);
  ASSERT_TRUE(city);
  const auto world = DemoWorld::make(*city, 0.004, 2020);
  std::set<std::string> seen;
  for (const auto& firm : world.firms) {
    EXPECT_TRUE(check_uscc(firm.uscc())) << firm.uscc();
    EXPECT_EQ(firm.uscc().substr(8, 2), "QY");
    EXPECT_TRUE(seen.emplace(firm.uscc()).second);
  }
  for (std::size_t i = 0; i < world.people.size(); ++i) {
    const auto id = world.resident_id(i);
    EXPECT_TRUE(check_resident_id(id)) << id;
    EXPECT_EQ(id.substr(0, 6), "330299");
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(Demo, AccountsAreBoundToFirmsAndCitizensThatThereAre) {
  const auto city = DemoDefinition::load(city_dir);
  ASSERT_TRUE(city);
  const auto world = DemoWorld::make(*city, tiny, 2020);
  const auto accounts = read_csv(city_dir + "/accounts.csv", {"kind", "subject"});
  ASSERT_TRUE(accounts);
  std::set<std::string> subjects = {world.resident_id(0), world.resident_id(1)};
  for (std::size_t i = 0; i < 5; ++i) subjects.emplace(world.firms[i].uscc());
  std::size_t bound = 0;
  for (std::size_t r = 0; r < accounts->rows.size(); ++r) {
    if (accounts->at(r, "kind") == "staff") continue;
    EXPECT_TRUE(subjects.contains(accounts->at(r, "subject"))) << accounts->at(r, "subject");
    ++bound;
  }
  EXPECT_EQ(bound, 7U);
}

TEST(Demo, PlantsEveryKindOfDirtAndCountsIt) {
  const Folder folder("demo_dirt");
  const auto stats = generate_demo(folder.path(), 0.004, 2020, city_dir);
  ASSERT_TRUE(stats) << stats.error().message;
  const auto manifest = manifest_of(folder.path());
  std::set<std::string> kinds;
  std::int64_t planted = 0;
  for (const auto& [code, entry] : manifest.at("resources").as_object()) {
    for (const auto& [kind, count] : entry.at("dirty").as_object()) {
      kinds.emplace(kind);
      planted += count.as_int64();
    }
  }
  EXPECT_EQ(planted, stats->dirty);
  for (const char* kind :
       {"required", "type", "range", "length", "code", "pattern", "resident_id", "uscc", "past",
        "after", "ref", "columns", "duplicate", "encoding", "long_row"}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
}

TEST(Demo, WritesEveryFormOfFile) {
  const Folder folder("demo_forms");
  ASSERT_TRUE(generate_demo(folder.path(), tiny, 2020, city_dir));
  const std::string in = folder.path();
  const auto plain = read_file(in + "/ent_registry/2020-11.csv");
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->starts_with("uscc,name,ent_type,"));
  const auto packed = inflate(in + "/person_registry/2020-11.csv.gz");
  EXPECT_NE(packed.find("330299193506080013,示例长者,1,1935-06-08"), std::string::npos);
  const auto chinese = read_file(in + "/ent_resume/2020-11.gb18030.csv");
  ASSERT_TRUE(chinese);
  EXPECT_FALSE(is_utf8(*chinese));
  const auto first_line =
      from_gb18030(std::string_view(*chinese).substr(0, chinese->find('\n', 70)));
  ASSERT_TRUE(first_line);
  const auto lines = read_file(in + "/weather_warnings/2020-11.ndjson");
  ASSERT_TRUE(lines);
  const auto object = json::parse(lines->substr(0, lines->find('\n')));
  EXPECT_TRUE(object.as_object().contains("warning_no"));
}

TEST(Demo, RefusesAScaleOutsideItsBounds) {
  const Folder folder("demo_scale");
  const auto stats = generate_demo(folder.path(), 0, 1, city_dir);
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().code, Code::invalid);
}

}  // namespace
}  // namespace citybrain::cli
