// Reads the city's definition for the generator: see demo_definition.h.
#include "demo_definition.h"

#include <filesystem>

#include "base/csv.h"
#include "base/text.h"

namespace citybrain::cli {
namespace {

// "range:0..9|past" → (range, 0..9), (past, ""). A pattern may hold '|': only what begins with a
// check's name begins a new check.
std::vector<std::pair<std::string, std::string>> checks_of(std::string_view text) {
  static constexpr std::string_view names[] = {"range", "length", "code",  "pattern", "resident_id",
                                               "uscc",  "past",   "after", "ref"};
  std::vector<std::pair<std::string, std::string>> checks;
  for (const auto part : split(text, '|')) {
    const auto colon = part.find(':');
    const auto name = part.substr(0, colon);
    bool known = false;
    for (const auto candidate : names) known = known || candidate == name;
    if (known) {
      checks.emplace_back(name, colon == part.npos ? "" : part.substr(colon + 1));
    } else if (!checks.empty()) {
      checks.back().second.append("|").append(part);
    }
  }
  return checks;
}

Result<DemoItem> read_item(const CsvTable& table, std::size_t row) {
  DemoItem item;
  item.code = table.at(row, "code");
  item.field.name = item.code;
  const auto parts = split(table.at(row, "type"), ':');
  CB_TRY(item.field.type, type_from(parts[0]));
  if (parts.size() > 1) {
    item.field.scale = static_cast<int>(parse_int(parts[1]).value_or(0));
  }
  item.key = table.at(row, "key") == "1";
  item.required = table.at(row, "required") == "1";
  item.checks = checks_of(table.at(row, "check"));
  item.demo = table.at(row, "demo");
  return item;
}

}  // namespace

const std::string* DemoItem::check(std::string_view name) const {
  for (const auto& [known, argument] : checks) {
    if (known == name) return &argument;
  }
  return nullptr;
}

const DemoResource* DemoDefinition::find(std::string_view code) const {
  for (const auto& resource : resources) {
    if (resource.code == code) return &resource;
  }
  return nullptr;
}

Result<DemoDefinition> DemoDefinition::load(const std::string& city_dir) {
  DemoDefinition city;
  CB_TRY(const auto resources, read_csv(city_dir + "/resources.csv",
                                        {"code", "keeping", "demo_rows_per_1000", "demo_form"}));
  std::map<std::string, std::size_t> places;
  for (std::size_t r = 0; r < resources.rows.size(); ++r) {
    places[resources.at(r, "code")] = r;
    city.resources.push_back({resources.at(r, "code"),
                              resources.at(r, "keeping") == "keyed",
                              resources.at(r, "demo_rows_per_1000"),
                              resources.at(r, "demo_form"),
                              {}});
  }
  CB_TRY(const auto items, read_csv(city_dir + "/items.csv", {"resource", "code", "type", "key",
                                                              "required", "check", "demo"}));
  for (std::size_t r = 0; r < items.rows.size(); ++r) {
    const auto place = places.find(items.at(r, "resource"));
    if (place == places.end()) {
      return Error{Code::invalid, "items.csv names resource '" + items.at(r, "resource") +
                                      "', which resources.csv has not"};
    }
    CB_TRY(auto item, read_item(items, r));
    city.resources[place->second].items.push_back(std::move(item));
  }
  for (const auto& file : std::filesystem::directory_iterator(city_dir + "/codes")) {
    CB_TRY(const auto table, read_csv(file.path().string(), {"code"}));
    auto& list = city.codes[file.path().stem().string()];
    for (std::size_t r = 0; r < table.rows.size(); ++r) list.push_back(table.at(r, "code"));
  }
  CB_TRY(const auto streets, read_csv(city_dir + "/streets.csv", {"code", "name", "division"}));
  for (std::size_t r = 0; r < streets.rows.size(); ++r) {
    city.streets[streets.at(r, "division")].push_back(streets.at(r, "code"));
    city.street_names[streets.at(r, "code")] = streets.at(r, "name");
  }
  return city;
}

}  // namespace citybrain::cli
