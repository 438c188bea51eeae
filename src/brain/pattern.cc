// XPath regular expressions, run within a budget of steps: see pattern.h.
#include "pattern.h"

#include <algorithm>

#include "pattern_read.h"

namespace citybrain::brain {

std::vector<char32_t> to_code_points(std::string_view s) {
  std::vector<char32_t> out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const std::size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    char32_t code = n == 1 ? c : n == 2 ? c & 0x1f : n == 3 ? c & 0x0f : c & 0x07;
    for (std::size_t k = 1; k < n && i + k < s.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(s[i + k]) & 0x3f);
    }
    out.push_back(code);
    i += n;
  }
  return out;
}

std::string to_utf8(const char32_t* begin, const char32_t* end) {
  std::string out;
  const auto put = [&](char32_t b) { out += static_cast<char>(b); };
  for (; begin != end; ++begin) {
    const char32_t c = *begin;
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
  return out;
}

char32_t to_lower(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if ((c >= 0xc0 && c <= 0xde && c != 0xd7)) return c + 32;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177)) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return (c & 1) != 0 ? c + 1 : c;
  if (c == 0x178) return 0xff;
  if (c == 0x212a) return 'k';  // the Kelvin sign
  if (c == 0x17f) return 's';   // long s
  if (c >= 0x391 && c <= 0x3a9) return c + 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

char32_t to_upper(char32_t c) {
  if (c >= 'a' && c <= 'z') return c - 32;
  if (c >= 0xe0 && c <= 0xfe && c != 0xf7) return c - 32;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177)) return c & ~char32_t{1};
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return (c & 1) == 0 ? c - 1 : c;
  if (c == 0xff) return 0x178;
  if (c == 0x3c2) return 0x3a3;
  if (c >= 0x3b1 && c <= 0x3c9) return c - 32;
  if (c >= 0x430 && c <= 0x44f) return c - 32;
  if (c >= 0x450 && c <= 0x45f) return c - 80;
  return c;
}

bool Pattern::Set::has(char32_t c, bool fold) const {
  const auto listed = [&](char32_t x) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const auto& r) { return x >= r.first && x <= r.second; });
  };
  const bool in = listed(c) || (fold && (listed(to_lower(c)) || listed(to_upper(c))));
  if (in == negated) return false;
  return std::none_of(minus.begin(), minus.end(), [&](const Set& s) { return s.has(c, fold); });
}

namespace {

// One attempt at one start: an explicit stack of what to try next.
struct Attempt {
  std::uint32_t step;
  std::size_t at;
  std::size_t undo;  // size of the undo log to fall back to
};

}  // namespace

Result<bool> Pattern::find(const std::vector<char32_t>& text, std::size_t from,
                           Match& match) const {
  std::int64_t budget = pattern_steps_max;
  const auto folded = [&](char32_t c) { return fold_ ? to_lower(c) : c; };
  std::vector<std::ptrdiff_t> saved(2 * (groups_ + 1) + loops_, -1);
  std::vector<std::pair<std::uint32_t, std::ptrdiff_t>> undo;
  std::vector<Attempt> stack;
  for (std::size_t start = from; start <= text.size(); ++start) {
    std::fill(saved.begin(), saved.end(), -1);
    undo.clear();
    stack.assign(1, {0, start, 0});
    while (!stack.empty()) {
      auto [pc, at, mark] = stack.back();
      stack.pop_back();
      while (undo.size() > mark) {
        saved[undo.back().first] = undo.back().second;
        undo.pop_back();
      }
      bool alive = true;
      while (alive) {
        if (--budget < 0) return exhausted("the pattern takes more than its budget of steps");
        const Step& s = steps_[pc];
        switch (s.op) {
          case Op::character:
            alive = at < text.size() && folded(text[at]) == s.a;
            ++at;
            ++pc;
            break;
          case Op::set:
            alive = at < text.size() && sets_[s.a].has(text[at], fold_);
            ++at;
            ++pc;
            break;
          case Op::any:
            alive = at < text.size() && (dot_all_ || (text[at] != '\n' && text[at] != '\r'));
            ++at;
            ++pc;
            break;
          case Op::split:
            stack.push_back({s.b, at, undo.size()});
            pc = s.a;
            break;
          case Op::jump: pc = s.a; break;
          case Op::save:
            undo.emplace_back(s.a, saved[s.a]);
            saved[s.a] = static_cast<std::ptrdiff_t>(at);
            ++pc;
            break;
          case Op::moved:  // a round that took nothing is not repeated
            alive = saved[s.a] != static_cast<std::ptrdiff_t>(at);
            ++pc;
            break;
          case Op::begin:
            alive = at == 0 || (lines_ && text[at - 1] == '\n');
            ++pc;
            break;
          case Op::end:
            alive = at == text.size() || (lines_ && text[at] == '\n');
            ++pc;
            break;
          case Op::back: {
            const std::ptrdiff_t begin = saved[2 * s.a];
            const std::ptrdiff_t end = saved[2 * s.a + 1];
            if (begin >= 0 && end >= 0) {
              for (std::ptrdiff_t k = begin; k < end && alive; ++k, ++at) {
                alive = at < text.size() &&
                        folded(text[at]) == folded(text[static_cast<std::size_t>(k)]);
              }
            }
            ++pc;
            break;
          }
          case Op::done:
            match.begin = start;
            match.end = at;
            match.groups.clear();
            for (std::size_t g = 1; g <= groups_; ++g) {
              match.groups.emplace_back(saved[2 * g], saved[2 * g + 1]);
            }
            return true;
        }
      }
    }
  }
  return false;
}

}  // namespace citybrain::brain
