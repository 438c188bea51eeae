// Characters: see unicode.h. The generated text is read once into sorted tables.
#include "unicode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/text.h"
#include "unicode_data.h"

namespace citybrain::brain {
namespace {

constexpr std::array<std::string_view, 30> kinds = {
    "Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl",
    "No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs"};

std::uint32_t number_at(const char*& at, int base) {
  std::uint32_t v = 0;
  at = std::from_chars(at, at + 8, v, base).ptr;
  return v;
}

// "b32D": runs of categories. Each kind with its ranges.
const std::map<std::string_view, CharRanges>& categories() {
  static const auto* all = [] {
    auto* out = new std::map<std::string_view, CharRanges>;
    char32_t from = 0;
    for (const char* at = unicode_categories; *at != '\0';) {
      const std::size_t kind = *at >= 'a' ? static_cast<std::size_t>(*at - 'a')
                                          : static_cast<std::size_t>(*at - 'A') + 26;
      ++at;
      const std::uint32_t n = *at >= '0' && *at <= '9' ? number_at(at, 10) : 1;
      (*out)[kinds[kind]].emplace_back(from, from + n - 1);
      from += n;
    }
    for (const std::string_view kind : kinds) {  // "L" is all of "Ll", "Lu", …
      CharRanges& whole = (*out)[kind.substr(0, 1)];
      const CharRanges& part = (*out)[kind];
      whole.insert(whole.end(), part.begin(), part.end());
    }
    for (auto& [name, ranges] : *out) ranges = normal(std::move(ranges));
    return out;
  }();
  return *all;
}

struct CaseRun {
  char32_t from = 0, count = 0, step = 1;
  std::int32_t shift = 0;
};

// "61+26*1>-32 ": runs of characters with the same distance to their partner.
std::vector<CaseRun> read_case(const char* at) {
  std::vector<CaseRun> out;
  while (*at != '\0') {
    CaseRun run;
    run.from = number_at(at, 16);
    ++at;
    run.count = number_at(at, 10);
    ++at;
    run.step = number_at(at, 10);
    ++at;
    const bool negative = *at == '-';
    if (negative) ++at;
    run.shift = static_cast<std::int32_t>(number_at(at, 10)) * (negative ? -1 : 1);
    ++at;
    out.push_back(run);
  }
  return out;
}

char32_t mapped(const std::vector<CaseRun>& runs, char32_t c) {
  // Runs of step 2 may lie between each other: a few before the last that begins at c or before it.
  constexpr int interleaved_max = 5;
  auto it = std::upper_bound(runs.begin(), runs.end(), c,
                             [](char32_t x, const CaseRun& run) { return x < run.from; });
  for (int back = 0; back < interleaved_max && it != runs.begin(); ++back) {
    --it;
    const char32_t distance = c - it->from;
    if (distance % it->step == 0 && distance / it->step < it->count) {
      return static_cast<char32_t>(static_cast<std::int32_t>(c) + it->shift);
    }
  }
  return c;
}

// "df=0053 0053;": one character to several.
std::map<char32_t, std::u32string> read_special(const char* at) {
  std::map<char32_t, std::u32string> out;
  while (*at != '\0') {
    const char32_t c = number_at(at, 16);
    std::u32string& to = out[c];
    while (*at++ != ';') to += number_at(at, 16);
  }
  return out;
}

bool is_cased(char32_t c) { return to_lower(c) != c || to_upper(c) != c; }
bool is_ignorable(char32_t c) {
  static const CharRanges ignorable = [] {
    CharRanges out{{'\'', '\''}, {'.', '.'}, {':', ':'}, {0xb7, 0xb7}, {0x2019, 0x2019}};
    for (const char* kind : {"Mn", "Me", "Cf", "Lm", "Sk"}) {
      const CharRanges part = *ranges_named(kind);
      out.insert(out.end(), part.begin(), part.end());
    }
    return normal(std::move(out));
  }();
  return is_in(ignorable, c);
}

// Σ at the end of a word is ς: a letter stands before it, and none after.
bool is_final(const std::vector<char32_t>& text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && is_ignorable(text[after])) ++after;
  return after >= text.size() || !is_cased(text[after]);
}

std::optional<CharRanges> block_named(std::string_view name) {
  for (std::string_view part : split(unicode_blocks, ';')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || part.substr(equals + 1) != name) continue;
    const char* at = part.data();
    const char32_t first = number_at(at, 16);
    ++at;
    return CharRanges{{first, number_at(at, 16)}};
  }
  return std::nullopt;
}

}  // namespace

char32_t next_code_point(std::string_view s, std::size_t& i) {
  const auto c = static_cast<unsigned char>(s[i++]);
  if (c < 0x80) return c;
  const std::size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
  char32_t code = more == 3 ? c & 0x07 : more == 2 ? c & 0x0f : c & 0x1f;
  if (more == 0 || i + more > s.size()) return 0xfffd;
  for (std::size_t k = 0; k < more; ++k) {
    code = code << 6 | (static_cast<unsigned char>(s[i++]) & 0x3f);
  }
  return code > last_character ? 0xfffd : code;
}

std::vector<char32_t> to_code_points(std::string_view s) {
  std::vector<char32_t> out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) out.push_back(next_code_point(s, i));
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::string to_utf8(const char32_t* begin, const char32_t* end) {
  std::string out;
  for (; begin != end; ++begin) append_utf8(out, *begin);
  return out;
}

char32_t to_lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  static const auto runs = read_case(unicode_lower);
  return mapped(runs, c);
}

char32_t to_upper(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  static const auto runs = read_case(unicode_upper);
  return mapped(runs, c);
}

char32_t fold_case(char32_t c) { return c < 0x80 ? to_lower(c) : to_lower(to_upper(c)); }

std::string upper_case(std::string_view utf8) {
  static const auto special = read_special(unicode_upper_full);
  std::string out;
  for (const char32_t c : to_code_points(utf8)) {
    const auto it = c < 0x80 ? special.end() : special.find(c);
    if (it == special.end()) {
      append_utf8(out, to_upper(c));
    } else {
      for (const char32_t each : it->second) append_utf8(out, each);
    }
  }
  return out;
}

std::string lower_case(std::string_view utf8) {
  constexpr char32_t sigma = 0x3a3, final_sigma = 0x3c2, dotted_i = 0x130, dot_above = 0x307;
  std::string out;
  const auto text = to_code_points(utf8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool last = text[i] == sigma && is_final(text, i);
    append_utf8(out, last ? final_sigma : to_lower(text[i]));
    if (text[i] == dotted_i) append_utf8(out, dot_above);  // the one full mapping to small letters
  }
  return out;
}

std::optional<CharRanges> ranges_named(std::string_view name) {
  if (name.starts_with("Is")) {
    // Blocks that XML Schema knows by an older name.
    constexpr std::pair<std::string_view, std::string_view> older[] = {
        {"Greek", "GreekandCoptic"},
        {"CombiningMarksforSymbols", "CombiningDiacriticalMarksforSymbols"},
        {"PrivateUse", "PrivateUseArea"}};
    const std::string_view block = name.substr(2);
    for (const auto& [old, present] : older) {
      if (old == block) return block_named(present);
    }
    return block_named(block);
  }
  const auto it = categories().find(name);
  if (it == categories().end()) return std::nullopt;
  return it->second;
}

bool is_in(const CharRanges& ranges, char32_t c) {
  const auto it = std::upper_bound(ranges.begin(), ranges.end(), c,
                                   [](char32_t x, const auto& range) { return x < range.first; });
  return it != ranges.begin() && c <= std::prev(it)->second;
}

CharRanges normal(CharRanges ranges) {
  std::sort(ranges.begin(), ranges.end());
  CharRanges out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.first <= out.back().second + 1) {
      out.back().second = std::max(out.back().second, range.second);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

CharRanges all_but(const CharRanges& ranges) {
  CharRanges out;
  char32_t from = 0;
  for (const auto& [first, last] : ranges) {
    if (first > from) out.emplace_back(from, first - 1);
    from = last + 1;
  }
  if (from <= last_character) out.emplace_back(from, last_character);
  return out;
}

bool begins_name(char32_t c) {
  static const CharRanges ranges = {
      {'A', 'Z'},       {'_', '_'},       {'a', 'z'},       {0xc0, 0xd6},     {0xd8, 0xf6},
      {0xf8, 0x2ff},    {0x370, 0x37d},   {0x37f, 0x1fff},  {0x200c, 0x200d}, {0x2070, 0x218f},
      {0x2c00, 0x2fef}, {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};
  if (c < 0x80) return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return c != 0xfeff && is_in(ranges, c);
}

bool continues_name(char32_t c) {
  return begins_name(c) || (c >= '0' && c <= '9') || c == 0xb7 || (c >= 0x300 && c <= 0x36f) ||
         c == 0x203f || c == 0x2040;
}

}  // namespace citybrain::brain
