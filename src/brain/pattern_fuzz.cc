// Any text as a pattern, its flags and what it is looked for in: a line each.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "pattern.h"

using namespace citybrain::brain;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t bytes_max = 512;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > bytes_max || !citybrain::is_utf8(text)) return 0;
  const auto first = text.find('\n');
  const auto second = first == std::string_view::npos ? first : text.find('\n', first + 1);
  if (second == std::string_view::npos) return 0;
  const auto compiled =
      Pattern::compile(text.substr(0, first), text.substr(first + 1, second - first - 1));
  if (!compiled) return 0;
  Pattern::Match match;
  std::int64_t budget = pattern_steps_max;
  (void)compiled->find(to_code_points(text.substr(second + 1)), 0, match, budget);
  (void)lower_case(text).size();
  (void)upper_case(text).size();
  return 0;
}
