// Command lines: see args.h.
#include "args.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::cli {

Result<Args> Args::parse(const std::vector<std::string>& words,
                         const std::vector<Option>& options) {
  Args args;
  std::vector<std::string> names;
  for (const Option& option : options) {
    args.values_[option.name] = option.value;
    names.push_back(option.name);
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with("--")) {
      args.words_.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const Option& o) { return o.name == name; });
    if (found == options.end()) {
      const auto near = nearest(name, names);
      return invalid("no option --" + name + (near ? "; did you mean --" + *near + "?" : ""));
    }
    if (found->flag) {
      args.values_[name] = "1";
    } else if (equals != std::string::npos) {
      args.values_[name] = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      args.values_[name] = words[++i];
    } else {
      return invalid("--" + name + " needs a value");
    }
  }
  return args;
}

const std::string& Args::get(std::string_view name) const {
  const auto found = values_.find(name);
  CB_CHECK(found != values_.end());
  return found->second;
}

Result<std::int64_t> Args::integer(std::string_view name, std::int64_t min,
                                   std::int64_t max) const {
  const auto value = parse_int(get(name));
  if (value && *value >= min && *value <= max) return *value;
  return invalid("--" + std::string(name) + " is '" + get(name) + "'; give " + std::to_string(min) +
                 ".." + std::to_string(max));
}

std::string options_help(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    std::string line = "  --" + option.name + (option.flag ? "" : " VALUE");
    line.resize(std::max<std::size_t>(line.size() + 2, 24), ' ');
    text += line + option.help;
    if (!option.flag && !option.value.empty()) text += " (" + option.value + ")";
    text += '\n';
  }
  return text;
}

}  // namespace citybrain::cli
