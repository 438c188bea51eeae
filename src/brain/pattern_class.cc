// Classes of characters in patterns: \d, \p{L}, [a-z-[aeiou]].
#include <algorithm>
#include <optional>
#include <string>

#include "pattern_read.h"

namespace citybrain::brain {

constexpr int pattern_depth_max = 100;

namespace {

using Ranges = std::vector<std::pair<char32_t, char32_t>>;

// Letters without case: Hebrew, Arabic, Devanagari, kana, Han, Hangul and the rest of Latin.
const Ranges other_letters = {{0x100, 0x24f},   {0x5d0, 0x5ea},    {0x620, 0x64a},
                              {0x904, 0x939},   {0x3041, 0x30ff},  {0x3400, 0x9fff},
                              {0xac00, 0xd7a3}, {0x20000, 0x323af}};

// The characters of a category or block, as far as the city's texts need them.
std::optional<Ranges> ranges_of(std::string_view name) {
  const Ranges upper = {{'A', 'Z'}, {0xc0, 0xd6}, {0xd8, 0xde}, {0x391, 0x3a9}, {0x410, 0x42f}};
  const Ranges lower = {{'a', 'z'}, {0xdf, 0xf6}, {0xf8, 0xff}, {0x3b1, 0x3c9}, {0x430, 0x44f}};
  const std::pair<std::string_view, Ranges> known[] = {
      {"Lu", upper},
      {"Ll", lower},
      {"Lo", other_letters},
      {"Nd", {{'0', '9'}, {0x660, 0x669}, {0xff10, 0xff19}}},
      {"N",
       {{'0', '9'},
        {0xb2, 0xb3},
        {0xb9, 0xb9},
        {0xbc, 0xbe},
        {0x660, 0x669},
        {0x2160, 0x2188},
        {0xff10, 0xff19}}},
      {"P",
       {{'!', '#'},
        {'%', '*'},
        {',', '/'},
        {':', ';'},
        {'?', '@'},
        {'[', ']'},
        {'_', '_'},
        {'{', '{'},
        {'}', '}'},
        {0xa1, 0xa1},
        {0xab, 0xab},
        {0xb7, 0xb7},
        {0xbb, 0xbb},
        {0xbf, 0xbf},
        {0x2010, 0x2027},
        {0x3001, 0x3003},
        {0x3008, 0x3011},
        {0xff01, 0xff03},
        {0xff0c, 0xff0f}}},
      {"S",
       {{'$', '$'},
        {'+', '+'},
        {'<', '>'},
        {'^', '^'},
        {'`', '`'},
        {'|', '|'},
        {'~', '~'},
        {0x20a0, 0x20bf}}},
      {"Sc", {{'$', '$'}, {0xa2, 0xa5}, {0x20a0, 0x20bf}}},
      {"Z", {{' ', ' '}, {0xa0, 0xa0}, {0x2000, 0x200a}, {0x3000, 0x3000}}},
      {"Zs", {{' ', ' '}, {0xa0, 0xa0}, {0x2000, 0x200a}, {0x3000, 0x3000}}},
      {"C", {{0, 0x1f}, {0x7f, 0x9f}}},
      {"Cc", {{0, 0x1f}, {0x7f, 0x9f}}},
      {"IsBasicLatin", {{0, 0x7f}}},
      {"IsLatin-1Supplement", {{0x80, 0xff}}},
      {"IsGreek", {{0x370, 0x3ff}}},
      {"IsCyrillic", {{0x400, 0x4ff}}},
      {"IsCJKUnifiedIdeographs", {{0x4e00, 0x9fff}}},
      {"IsHiragana", {{0x3040, 0x309f}}},
      {"IsKatakana", {{0x30a0, 0x30ff}}}};
  if (name == "L") {
    Ranges letters;
    for (const Ranges* part : {&upper, &lower, &other_letters}) {
      letters.insert(letters.end(), part->begin(), part->end());
    }
    return letters;
  }
  for (const auto& [text, ranges] : known) {
    if (text != name) continue;
    return ranges;
  }
  return std::nullopt;
}

}  // namespace

bool PatternReader::class_escape(char32_t c, Pattern::Set& set) {
  const Ranges digits = {{'0', '9'}, {0x660, 0x669}, {0x966, 0x96f}, {0xff10, 0xff19}};
  const Ranges spaces = {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}};
  const Ranges initial = {{':', ':'},      {'A', 'Z'},      {'_', '_'},    {'a', 'z'},
                          {0xc0, 0xd6},    {0xd8, 0xf6},    {0xf8, 0x2ff}, {0x370, 0x37d},
                          {0x37f, 0x1fff}, {0x3001, 0xd7ff}};
  switch (c) {
    case 'd':
    case 'D': set.ranges = digits; break;
    case 's':
    case 'S': set.ranges = spaces; break;
    case 'w':
    case 'W':  // all but punctuation, separators and others
      set.ranges = {{'$', '$'},       {'+', '+'},       {'0', '9'},       {'<', '>'},
                    {'A', 'Z'},       {'^', '^'},       {'`', 'z'},       {'|', '|'},
                    {'~', '~'},       {0xa2, 0xa6},     {0xa8, 0xaa},     {0xac, 0xac},
                    {0xae, 0xb5},     {0xb8, 0xba},     {0xbc, 0xbe},     {0xc0, 0x1fff},
                    {0x2c00, 0x2dff}, {0x3004, 0x3007}, {0x3021, 0xd7ff}, {0xf900, 0xfaff},
                    {0xff10, 0xff19}, {0xff21, 0xff3a}, {0xff41, 0xff5a}, {0x10000, 0x10ffff}};
      break;
    case 'i':
    case 'I': set.ranges = initial; break;
    case 'c':
    case 'C':
      set.ranges = initial;
      set.ranges.insert(set.ranges.end(), {{'-', '.'}, {'0', '9'}, {0xb7, 0xb7}});
      break;
    case 'p':
    case 'P': return category(c == 'P', set);
    default: return false;
  }
  set.negated = c < 'a';
  return true;
}

bool PatternReader::category(bool negated, Pattern::Set& set) {
  if (!eat('{')) return false;
  std::string name;
  while (more() && peek() != '}') name += static_cast<char>(pattern_[at_++]);
  if (!eat('}')) fail("`\\p{` wants `}`");
  set.negated = negated;
  if (const auto ranges = ranges_of(name)) {
    set.ranges = *ranges;
    return true;
  }
  fail("an unknown category of characters");
  return true;
}

Pattern::Set PatternReader::bracket() {
  Pattern::Set set;
  if (++depth_ > pattern_depth_max) fail("the pattern is nested too deep");
  set.negated = eat('^');
  bool first = true;
  Ranges negative;  // \D, \S… inside: kept as what they leave out
  while (more() && peek() != ']') {
    char32_t c = pattern_[at_++];
    if (c == '-' && peek() == '[' && !first) {
      ++at_;
      set.minus.push_back(bracket());
      if (peek() != ']') fail("a subtraction ends its bracket");
      break;
    }
    first = false;
    if (c == '[') fail("`[` inside brackets wants a backslash");
    if (c == '\\') {
      if (!more()) break;
      c = pattern_[at_++];
      Pattern::Set inner;
      if (class_escape(c, inner)) {
        if (!inner.negated) {
          set.ranges.insert(set.ranges.end(), inner.ranges.begin(), inner.ranges.end());
        } else {
          std::sort(inner.ranges.begin(), inner.ranges.end());
          char32_t from = 0;
          for (const auto& [low, high] : inner.ranges) {
            if (low > from) set.ranges.emplace_back(from, low - 1);
            from = high + 1;
          }
          set.ranges.emplace_back(from, 0x10ffff);
        }
        continue;
      }
      if (c == 'n')
        c = '\n';
      else if (c == 'r')
        c = '\r';
      else if (c == 't')
        c = '\t';
      else if (std::u32string_view(U"\\|.?*+(){}-[]^$").find(c) == std::u32string_view::npos)
        fail("an unknown escape");
    }
    char32_t high = c;
    if (peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']' &&
        pattern_[at_ + 1] != '[') {
      ++at_;
      high = pattern_[at_++];
      if (high == '\\' && more()) high = pattern_[at_++];
      if (high < c) fail("a range is the wrong way round");
    }
    set.ranges.emplace_back(c, high);
  }
  if (set.ranges.empty() && set.minus.empty()) fail("empty brackets");
  if (!eat(']')) fail("a `[` has no `]`");
  --depth_;
  return set;
}

}  // namespace citybrain::brain
