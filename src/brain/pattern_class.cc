// Classes of characters in patterns: \d, \p{L}, [a-z-[aeiou]].
#include <algorithm>
#include <string>

#include "pattern_read.h"

namespace citybrain::brain {

constexpr int pattern_depth_max = 100;

bool PatternReader::class_escape(char32_t c, Pattern::Set& set) {
  // What XML's names begin with and are made of (XML 1.0 §2.3).
  const CharRanges initial = {
      {':', ':'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
      {0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},
      {0x37f, 0x1fff},  {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},
      {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};
  switch (c) {
    case 'd':
    case 'D': set.ranges = *ranges_named("Nd"); break;
    case 's':
    case 'S': set.ranges = {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}}; break;
    case 'w':
    case 'W': {  // all but punctuation, separators and others
      CharRanges rest;
      for (const char* kind : {"P", "Z", "C"}) {
        const CharRanges part = *ranges_named(kind);
        rest.insert(rest.end(), part.begin(), part.end());
      }
      set.ranges = all_but(normal(std::move(rest)));
      break;
    }
    case 'i':
    case 'I': set.ranges = initial; break;
    case 'c':
    case 'C': {
      CharRanges all = initial;
      all.insert(all.end(),
                 {{'-', '.'}, {'0', '9'}, {0xb7, 0xb7}, {0x300, 0x36f}, {0x203f, 0x2040}});
      set.ranges = normal(std::move(all));
      break;
    }
    case 'p':
    case 'P': return category(c == 'P', set);
    default: return false;
  }
  set.negated = c < 'a';
  return true;
}

bool PatternReader::category(bool negated, Pattern::Set& set) {
  if (!eat('{')) {
    fail("`\\p` wants `{`, as in `\\p{L}`");
    return true;
  }
  std::string name;
  while (more() && peek() != '}') append_utf8(name, pattern_[at_++]);
  if (!eat('}')) fail("`\\p{` wants `}`");
  set.negated = negated;
  if (auto ranges = ranges_named(name)) {
    set.ranges = *std::move(ranges);
  } else {
    fail("an unknown category or block of characters; write `\\p{L}` or `\\p{IsBasicLatin}`");
  }
  return true;
}

Pattern::Set PatternReader::bracket() {
  Pattern::Set set;
  if (++depth_ > pattern_depth_max) fail("the pattern is nested too deep");
  set.negated = eat('^');
  bool first = true;
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
        const CharRanges part = inner.negated ? all_but(inner.ranges) : inner.ranges;
        set.ranges.insert(set.ranges.end(), part.begin(), part.end());
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
  set.ranges = normal(std::move(set.ranges));
  --depth_;
  return set;
}

}  // namespace citybrain::brain
