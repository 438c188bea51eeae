// TwinCity: a city of the real definition with a few made rows in every resource, for the test of
// non-interference. Two of them from one `shown` seed show the same under every mask; what the
// masks hide is drawn from a seed of each city's own. Only tests name it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "base/csv.h"
#include "base/idcheck.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "demo_world.h"
#include "guard/guard.h"
#include "lake/lake.h"
#include "rail/rail.h"
#include "rooms.h"

namespace citybrain::cli {

// A cell: `shown` decides what any mask lets through, `hidden` the rest. Both draw the same number
// of times whatever the grade, so that two cities stay in step.
class Cells {
 public:
  Cells(const std::string& home, std::uint64_t shown, std::uint64_t hidden,
        guard::Grade hidden_from)
      : home_(home), shown_(shown), hidden_(hidden), hidden_from_(hidden_from) {}

  Cell draw(const Field& field, const guard::ItemGrade& item, int row) {
    const bool secret = item.grade >= hidden_from_;
    Random& rest = secret ? static_cast<Random&>(hidden_) : shown_;
    if (item.grade == guard::Grade::L4 && rest.below(3) == 0) return {};
    switch (field.type) {
      case Type::boolean: return rest.below(2) == 0;
      case Type::integer: return number(item, rest);
      case Type::decimal: {
        std::int64_t unit = 1;
        for (int i = 0; i < field.scale; ++i) unit *= 10;
        return Decimal64{number(item, rest) * unit, field.scale};
      }
      case Type::date: {
        const int year = 2010 + static_cast<int>(shown_.below(8));
        return Date{date_of({year, 1, 1}).days + static_cast<std::int32_t>(rest.below(360))};
      }
      case Type::timestamp:
        return Timestamp{1'500'000'000'000'000 +
                         static_cast<std::int64_t>(rest.below(1000)) * 1'000'000};
      case Type::text: return text(item, rest, row);
    }
    return {};
  }

 private:
  // Two digits: one decade, and within what most range checks allow.
  static std::int64_t number(const guard::ItemGrade& item, Random& rest) {
    if (const auto at = item.check.find("range:"); at != std::string::npos) {
      const auto low = parse_int(item.check.substr(at + 6, item.check.find("..", at) - at - 6));
      if (low && *low > 99) return *low + static_cast<std::int64_t>(rest.below(5));
    }
    return 10 + static_cast<std::int64_t>(rest.below(80));
  }

  std::string text(const guard::ItemGrade& item, Random& rest, int row) {
    const bool key_of_firm = item.check.find("uscc") != std::string::npos;
    if (key_of_firm) return demo_uscc("91", 500 + static_cast<std::uint64_t>(row));
    if (item.check.find("resident_id") != std::string::npos) return person(rest);
    if (const auto at = item.check.find("code:"); at != std::string::npos) {
      const auto& list = codes(item.check.substr(at + 5, item.check.find('|', at) - at - 5));
      if (!list.empty()) return list[rest.below(list.size())];
    }
    if (item.check.find("1[3-9]") != std::string::npos) return "138" + digits(rest, 4) + "5678";
    if (item.check.find("16,19") != std::string::npos) return digits(rest, 12) + "1234";
    if (item.name.find("址") != std::string::npos || item.name.find("住所") != std::string::npos) {
      return "宁波市鄞州区首南街道" + std::to_string(1 + rest.below(900)) + "号";
    }
    if (item.check.find("length:18") != std::string::npos) return "33029919" + digits(rest, 10);
    return std::string("张") + (rest.below(2) == 0 ? "三" : "小明") + digits(rest, 2);
  }

  static std::string person(Random& rest) {
    for (;;) {
      const Date born{date_of({1950, 1, 1}).days + static_cast<std::int32_t>(rest.below(18000))};
      std::string id = demo_resident_id(born, static_cast<int>(rest.below(900)) + 1);
      if (id.back() == '7') return id;  // the last character shows
    }
  }
  static std::string digits(Random& rest, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += static_cast<char>('0' + rest.below(10));
    return out;
  }
  const std::vector<std::string>& codes(const std::string& name) {
    auto [at, fresh] = codes_.try_emplace(name);
    if (fresh) {
      const auto table = read_csv(home_ + "/city/codes/" + name + ".csv", {"code"});
      for (std::size_t i = 0; table && i < table->rows.size(); ++i) {
        at->second.push_back(table->at(i, "code"));
      }
    }
    return at->second;
  }

  std::string home_;
  SeededRandom shown_, hidden_;
  guard::Grade hidden_from_;
  std::map<std::string, std::vector<std::string>, std::less<>> codes_;
};

class TwinCity {
 public:
  static constexpr int rows_a_resource = 12;

  // What is graded `hidden_from` and above is drawn from `hidden`, all else is the same.
  TwinCity(const std::string& name, std::uint64_t hidden, guard::Grade hidden_from)
      : folder_(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    CityOptions options;
    options.data_dir = folder_.string();
    options.home = CB_SOURCE_DIR;
    options.clock = clock;
    options.random = std::make_shared<SeededRandom>(7);
    city_ = City::open(options).value();
    Cells cells(options.home, 11, hidden, hidden_from);
    for (const auto& entry : city_->catalog().resources()) fill(entry->code, cells);
    while (city_->lake().feed().value().lag > 0) {
    }
  }
  ~TwinCity() {
    city_.reset();
    std::filesystem::remove_all(folder_);
  }
  TwinCity(const TwinCity&) = delete;
  TwinCity& operator=(const TwinCity&) = delete;

  City& city() { return *city_; }
  const std::vector<std::string>& resources() const { return resources_; }
  std::shared_ptr<FixedClock> clock =
      std::make_shared<FixedClock>(Timestamp{1'606'200'000'000'000});

 private:
  void fill(const std::string& code, Cells& cells) {
    const auto grades = city_->guard().grades_of(code);
    if (!grades || !city_->lake().resource(code)) return;
    resources_.push_back(code);
    Batch batch(grades->schema);
    for (int row = 0; row < rows_a_resource; ++row) {
      std::vector<Cell> values;
      for (std::size_t i = 0; i < grades->schema.fields.size(); ++i) {
        const Field& field = grades->schema.fields[i];
        values.push_back(cells.draw(field, item_of(*grades, field.name), row));
      }
      batch.append_row(values);
    }
    lake::Landing landing;
    landing.resource = code;
    landing.source = "twin:" + code;
    landing.position = "1";
    const auto landed = city_->lake().land(landing, batch);
    EXPECT_TRUE(landed) << code << ": " << landed.error().message;
    push_bad(code, *grades, batch);
  }

  // One row that fails its checks by clear items, so that the quarantine has something to hide. How
  // many rows fail is no secret, so it must not hang on what is hidden.
  void push_bad(const std::string& code, const guard::ResourceGrades& grades, const Batch& batch) {
    json::object row;
    bool broken = false;
    for (std::size_t i = 0; i < grades.schema.fields.size(); ++i) {
      const Field& field = grades.schema.fields[i];
      const guard::ItemGrade item = item_of(grades, field.name);
      const Cell cell = batch.columns[i].cell_at(0);
      row[field.name] = to_text(cell);
      if (item.grade >= guard::Grade::L3 && !is_null(cell)) secrets.push_back(to_text(cell));
      if (item.grade == guard::Grade::L1 && item.check.find("code:") != std::string::npos) {
        row[field.name] = "没有";
        broken = true;
      }
    }
    if (!broken) return;
    const auto pushed =
        city_->rail().push(code, "bad-" + code, json::serialize(row) + "\n", "acc-test");
    if (pushed) quarantined += pushed->quarantined;
  }

  static guard::ItemGrade item_of(const guard::ResourceGrades& grades, const std::string& code) {
    for (const guard::ItemGrade& item : grades.items) {
      if (item.code == code) return item;
    }
    return {code, code};
  }

  std::filesystem::path folder_;
  std::unique_ptr<City> city_;
  std::vector<std::string> resources_;

 public:
  std::int64_t quarantined = 0;
  std::vector<std::string> secrets;  // hidden cells of quarantined rows, for somebody who guesses
};

}  // namespace citybrain::cli
