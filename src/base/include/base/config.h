// Config: named settings with defaults, from a file of "name = value" lines and CITYBRAIN_NAME
// variables (the variable wins). Every setting is declared in one table, so unknown names are
// refused and `citybrain config` lists them all.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain {

struct Setting {
  std::string name;     // "listen_port"
  std::string value;    // default
  std::string summary;  // with unit and range
};

// Immutable after load; threads may share it.
class Config {
 public:
  // `text` may be empty. The error names the line and the nearest known name.
  static Result<Config> load(std::string_view text, const std::vector<Setting>& known);
  const std::string& get(std::string_view name) const;
  std::int64_t get_int(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace citybrain
