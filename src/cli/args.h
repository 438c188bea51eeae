// Args: `--name value` options and the words between them, of one command line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::cli {

// An option a command knows. `flag` options take no value.
struct Option {
  std::string name;   // without the dashes
  std::string value;  // default
  std::string help;
  bool flag = false;
};

// Immutable after parse.
class Args {
 public:
  // Refuses unknown options with the nearest known name, and a missing value.
  static Result<Args> parse(const std::vector<std::string>& words,
                            const std::vector<Option>& options);
  const std::string& get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name) == "1"; }
  Result<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max) const;
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> words_;
};

// One line an option, for help.
std::string options_help(const std::vector<Option>& options);

}  // namespace citybrain::cli
