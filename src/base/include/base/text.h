// Text: UTF-8, GB18030, splitting and numbers. Everything inside the house is UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain {

bool is_utf8(std::string_view bytes);
// Number of code points of valid UTF-8.
std::size_t code_points(std::string_view utf8);
// The first `n` code points.
std::string_view first_code_points(std::string_view utf8, std::size_t n);
// GB18030 → UTF-8; the error names the offset of the first byte that is not GB18030.
Result<std::string> from_gb18030(std::string_view bytes);

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
bool starts_with_word(std::string_view text, std::string_view word);
std::string lower_ascii(std::string_view text);
// A whole decimal integer, nothing else around it.
std::optional<std::int64_t> parse_int(std::string_view text);
// "12.50" with scale 2 → 1250; more decimals than the scale, or overflow, is none.
std::optional<std::int64_t> parse_scaled(std::string_view text, int scale);
// 1250 with scale 2 → "12.50".
std::string scaled_text(std::int64_t value, int scale);
// The word nearest to `word` among `words` (edit distance at most a third of its length), for
// "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace citybrain
