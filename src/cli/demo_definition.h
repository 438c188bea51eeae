// What the generator needs of city/*.csv: resources with their items, code lists, streets.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/schema.h"

namespace citybrain::cli {

struct DemoItem {
  std::string code;
  Field field;
  bool key = false;
  bool required = false;
  std::vector<std::pair<std::string, std::string>> checks;  // (name, argument)
  std::string demo;                                         // how an ordinary resource fills it

  // The argument of that check; null where the item has no such check.
  const std::string* check(std::string_view name) const;
};

struct DemoResource {
  std::string code;
  bool keyed = true;
  std::string rows;  // how many a thousand firms, or "core", or "file"
  std::string form;  // csv | csv.gz | csv.gb18030 | ndjson | ndjson.gz
  std::vector<DemoItem> items;
};

struct DemoDefinition {
  std::vector<DemoResource> resources;
  std::map<std::string, std::vector<std::string>> codes;    // list → codes
  std::map<std::string, std::vector<std::string>> streets;  // division → street codes
  std::map<std::string, std::string> street_names;

  const DemoResource* find(std::string_view code) const;
  static Result<DemoDefinition> load(const std::string& city_dir);
};

}  // namespace citybrain::cli
