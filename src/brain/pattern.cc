// XPath regular expressions, run within a budget of steps: see pattern.h.
#include "pattern.h"

#include <algorithm>

#include "pattern_read.h"

namespace citybrain::brain {

bool Pattern::Set::has(char32_t c, bool fold) const {
  const bool in =
      is_in(ranges, c) || (fold && (is_in(ranges, to_lower(c)) || is_in(ranges, to_upper(c))));
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

Result<bool> Pattern::find(const std::vector<char32_t>& text, std::size_t from, Match& match,
                           std::int64_t& budget) const {
  const auto folded = [&](char32_t c) { return fold_ ? fold_case(c) : c; };
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
