// Characters: UTF-8 and code points, letter case, and the categories and blocks that patterns name.
// What needs to read text by the character, in brain, does it here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace citybrain::brain {

// First and last of each run, in order, none touching the next.
using CharRanges = std::vector<std::pair<char32_t, char32_t>>;

constexpr char32_t last_character = 0x10ffff;

std::vector<char32_t> to_code_points(std::string_view utf8);
std::string to_utf8(const char32_t* begin, const char32_t* end);
void append_utf8(std::string& out, char32_t c);
// The code point at `at`, which moves past it; U+FFFD where the bytes are none.
char32_t next_code_point(std::string_view utf8, std::size_t& at);

// One character to one.
char32_t to_lower(char32_t c);
char32_t to_upper(char32_t c);
// The same for all characters that differ in case alone (XPath flag i).
char32_t fold_case(char32_t c);
// Full mappings of Unicode, without a language's own rules: "ß" → "SS", a final Σ → "ς".
std::string upper_case(std::string_view utf8);
std::string lower_case(std::string_view utf8);

// "Lu", "L", "Nd", …; of a block "IsBasicLatin", "IsCJKUnifiedIdeographs", …
std::optional<CharRanges> ranges_named(std::string_view name);
bool is_in(const CharRanges& ranges, char32_t c);
CharRanges all_but(const CharRanges& ranges);
// In order and joined.
CharRanges normal(CharRanges ranges);

// May begin, or stand in, a word of a FEEL name (DMN 1.5 grammar rules 28 and 29, without `?`).
bool begins_name(char32_t c);
bool continues_name(char32_t c);

}  // namespace citybrain::brain
