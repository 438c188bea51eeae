// Filling of ordinary resources: see demo_ordinary.h. A key that is a serial number or a plate is
// unique by itself; other keys are counted through, like the digits of a number, so that no two
// rows have the same.
#include "demo_ordinary.h"

#include <algorithm>

#include "base/text.h"
#include "demo_words.h"

namespace citybrain::cli {
namespace {

constexpr std::int64_t rows_min = 12;
constexpr Date first_day{18262};  // 2020-01-01
constexpr int days_max = 320;

std::string number(std::int64_t value, int width) {
  std::string digits = std::to_string(value);
  if (static_cast<int>(digits.size()) < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

// An item's way of being filled: the word before the first ':' and its arguments.
struct Recipe {
  std::string word;
  std::vector<std::string> args;
  const std::vector<std::string>* codes = nullptr;  // of a code list
  std::size_t other = 0;                            // of after:ITEM
  bool counted = false;                             // a key that is counted through
  std::int64_t values = 1;                          // how many it can be
};

Result<Recipe> recipe_of(const DemoWorld& world, const DemoResource& resource,
                         const DemoItem& item) {
  Recipe r;
  const auto parts = split(item.demo, ':');
  if (!parts.empty()) r.word = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) r.args.emplace_back(parts[i]);
  if (const auto* list = item.check("code"); list != nullptr && item.demo.empty()) {
    r.word = "code";
    r.codes = &world.city->codes.at(*list);
  } else if (item.demo.empty() && item.check("uscc") != nullptr) {
    r.word = "uscc";
  } else if (item.demo.empty() && item.check("resident_id") != nullptr) {
    r.word = "person";
  } else if (item.demo.empty()) {
    return Error{Code::invalid, resource.code + "." + item.code + " has no demo recipe"};
  }
  if (r.word == "pick") {
    r.args.clear();
    for (const auto word : split(parts[1], '/')) r.args.emplace_back(word);
  }
  if (r.word == "after") {
    for (std::size_t i = 0; i < resource.items.size(); ++i) {
      if (resource.items[i].code == r.args[0]) r.other = i;
    }
  }
  r.values = r.word == "pick"      ? static_cast<std::int64_t>(r.args.size())
             : r.word == "code"    ? static_cast<std::int64_t>(r.codes->size())
             : r.word == "month"   ? 10
             : r.word == "day"     ? days_max
             : r.word == "quarter" ? 7
             : r.word == "uscc"    ? static_cast<std::int64_t>(world.firms.size())
                                   : 0;
  r.counted = item.key && r.values > 0;
  if (item.key && !r.counted && r.word != "seq" && r.word != "plate") {
    return Error{Code::invalid, resource.code + "." + item.code + ": a key cannot be " + r.word};
  }
  return r;
}

std::pair<std::int64_t, std::int64_t> range_of(std::string_view text) {
  const auto dots = text.find("..");
  return {parse_int(text.substr(0, dots)).value_or(0),
          parse_int(text.substr(dots + 2)).value_or(1)};
}

// One row's common ground: the place that its texts agree about.
struct Row {
  const DemoWorld& world;
  const DemoResource& resource;
  std::int64_t index;
  Dice dice;
  std::uint8_t division = 0;
  std::uint16_t street = 0;
  std::vector<std::string> cells = {};

  std::string_view street_code() const { return world.street_of(division, street); }
  std::string_view street_name() const {
    return world.city->street_names.at(std::string(street_code()));
  }
};

std::string plate(std::int64_t index) {
  static constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  std::string text = "浙BT";
  text += number(index / 24 % 1000, 3);
  return text += letters[static_cast<std::size_t>(index % 24)];
}

std::string place_text(Row& row, const Recipe& r) {
  const auto& kinds = r.args[0];
  const auto words = split(kinds, '/');
  std::string text(row.street_name());
  if (row.dice.chance(0.6)) text.append("第").append(std::to_string(row.dice.between(1, 99)));
  return text.append(
      words[static_cast<std::size_t>(row.dice.below(static_cast<std::int64_t>(words.size())))]);
}

std::string text_of(Row& row, const Recipe& r) {
  auto& d = row.dice;
  const auto& w = row.world;
  if (r.word == "place") return place_text(row, r);
  if (r.word == "address") {
    return street_address(d, division_names[row.division], row.street_name());
  }
  if (r.word == "person") {
    return w.resident_id(
        static_cast<std::size_t>(d.below(static_cast<std::int64_t>(w.people.size()))));
  }
  if (r.word == "pname") return person_name(d);
  if (r.word == "phone") return phone_number(d);
  if (r.word == "landline") return "0574-" + std::to_string(d.between(10'000'000, 19'999'999));
  if (r.word == "plate") return plate(row.index);
  if (r.word == "route") return std::to_string(d.between(1, 990)) + "路";
  if (r.word == "lawfirm")
    return "浙江拟" + std::string(d.chance(0.5) ? "正" : "衡") + "律师事务所";
  if (r.word == "clock") {
    const auto [low, high] = range_of(r.args[0]);
    return number(d.between(low, high), 2) + ":" + number(d.below(12) * 5, 2);
  }
  if (r.word == "lng") return "12" + number(d.between(1'000'000, 1'999'999), 7).insert(1, ".");
  if (r.word == "lat") return "29." + number(d.between(100'000, 999'999), 6);
  if (r.word == "bool") return d.below(100) < parse_int(r.args[0]).value_or(50) ? "true" : "false";
  if (r.word == "ts") {
    return to_iso(first_day + static_cast<int>(d.below(days_max))) + " " + number(d.below(24), 2) +
           ":" + number(d.below(60), 2) + ":" + number(d.below(60), 2);
  }
  return "";
}

std::string date_text(Row& row, const Recipe& r) {
  const auto dots = r.args[0].find("..");
  const auto from = parse_date(std::string_view(r.args[0]).substr(0, dots));
  const auto to = parse_date(std::string_view(r.args[0]).substr(dots + 2));
  if (!from || !to) return "";
  return to_iso(*from + static_cast<int>(row.dice.below(*to - *from + 1)));
}

// A value among few: `at` is its place, drawn or counted through.
std::string listed_text(Row& row, const Recipe& r, std::int64_t at) {
  if (r.word == "pick") return r.args[static_cast<std::size_t>(at)];
  if (r.word == "code") return (*r.codes)[static_cast<std::size_t>(at)];
  if (r.word == "month") return "2020-" + number(at + 1, 2);
  if (r.word == "day") return to_iso(first_day + static_cast<int>(at));
  if (r.word == "quarter") return std::to_string(2019 + at / 4) + "Q" + std::to_string(at % 4 + 1);
  return std::string(row.world.firms[static_cast<std::size_t>(at)].uscc());
}

std::string cell_of(Row& row, const Recipe& r, const DemoItem& item, std::int64_t& left) {
  auto& d = row.dice;
  if (r.counted) {
    const std::int64_t at = left % r.values;
    left /= r.values;
    return listed_text(row, r, at);
  }
  if (r.word == "code" && item.check("code") != nullptr) {
    if (*item.check("code") == "divisions") return std::string(division_codes[row.division]);
    if (*item.check("code") == "streets") return std::string(row.street_code());
  }
  if (r.values > 0) return listed_text(row, r, d.below(r.values));
  if (r.word == "seq") {
    return r.args[0] + number(row.index, static_cast<int>(parse_int(r.args[1]).value_or(6)));
  }
  if (r.word == "int" || r.word == "dec") {
    const auto [low, high] = range_of(r.args[0]);
    if (r.word == "int") return std::to_string(d.between(low, high));
    std::int64_t unit = 1;
    for (int i = 0; i < item.field.scale; ++i) unit *= 10;
    return scaled_text(d.between(low * unit, high * unit), item.field.scale);
  }
  if (r.word == "date") return date_text(row, r);
  if (r.word == "after") {
    const auto [low, high] = range_of(r.args[1]);
    const auto before = parse_date(row.cells[r.other]);
    return before ? to_iso(*before + static_cast<int>(d.between(low, high))) : "";
  }
  return text_of(row, r);
}

}  // namespace

std::int64_t ordinary_rows(const DemoWorld& world, const DemoResource& resource) {
  const auto firms = static_cast<std::int64_t>(world.firms.size());
  return std::max(rows_min, parse_int(resource.rows).value_or(1) * firms / 1000);
}

Result<void> write_ordinary(const DemoWorld& world, const DemoResource& resource, DemoFile& out) {
  std::vector<Recipe> recipes;
  std::int64_t possible = 1;
  bool unique = false;
  for (const auto& item : resource.items) {
    CB_TRY(auto recipe, recipe_of(world, resource, item));
    if (recipe.counted) possible = std::min<std::int64_t>(possible * recipe.values, 1LL << 40);
    unique = unique || (item.key && !recipe.counted);
    recipes.push_back(std::move(recipe));
  }
  std::int64_t rows = ordinary_rows(world, resource);
  if (resource.keyed && !unique) rows = std::min(rows, possible);
  for (std::int64_t i = 0; i < rows; ++i) {
    Row row{world, resource, i, world.dice(resource.code, static_cast<std::uint64_t>(i))};
    row.division = static_cast<std::uint8_t>(row.dice.below(10));
    const auto& streets = world.city->streets.at(std::string(division_codes[row.division]));
    row.street =
        static_cast<std::uint16_t>(row.dice.below(static_cast<std::int64_t>(streets.size())));
    std::int64_t left = i;
    out.begin();
    for (std::size_t c = 0; c < recipes.size(); ++c) {
      row.cells.push_back(cell_of(row, recipes[c], resource.items[c], left));
      out.append(std::string_view(row.cells.back()));
    }
    out.end();
  }
  return ok();
}

}  // namespace citybrain::cli
