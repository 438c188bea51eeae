// Settings from file and environment: see base/config.h.
#include "base/config.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace citybrain {

Result<Config> Config::load(std::string_view text, const std::vector<Setting>& known) {
  Config config;
  std::vector<std::string> names;
  for (const Setting& setting : known) {
    config.values_[setting.name] = setting.value;
    names.push_back(setting.name);
  }
  int number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw.substr(0, raw.find('#')));
    if (line.empty()) continue;
    const std::string where = "line " + std::to_string(number) + ": ";
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return invalid(where + "write 'name = value'");
    const std::string name(trim(line.substr(0, equals)));
    const auto found = config.values_.find(name);
    if (found == config.values_.end()) {
      const auto near = nearest(name, names);
      return invalid(where + "no setting '" + name + "'" +
                     (near ? "; did you mean '" + *near + "'?" : ""));
    }
    found->second = std::string(trim(line.substr(equals + 1)));
  }
  for (auto& [name, value] : config.values_) {
    std::string variable = "CITYBRAIN_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    });
    if (const char* set = std::getenv(variable.c_str())) value = set;
  }
  return config;
}

const std::string& Config::get(std::string_view name) const {
  const auto found = values_.find(name);
  CB_CHECK(found != values_.end());
  return found->second;
}

std::int64_t Config::get_int(std::string_view name) const {
  const auto value = parse_int(get(name));
  CB_CHECK(value.has_value());
  return *value;
}

}  // namespace citybrain
