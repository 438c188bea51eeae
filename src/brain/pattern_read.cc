// Reading an XPath regular expression with its flags: see pattern_read.h.
#include "pattern_read.h"

#include <algorithm>
#include <string>

namespace citybrain::brain {

constexpr int pattern_depth_max = 100;
constexpr std::size_t repeat_max = 1000;
constexpr std::size_t unbounded = SIZE_MAX;
// Places of loops count from here until the number of groups is known.
constexpr std::uint32_t loop_place = 1U << 20;

Result<Pattern> Pattern::compile(std::string_view pattern, std::string_view flags) {
  Pattern r;
  bool literal = false;
  bool spaced = false;
  for (const char f : flags) {
    switch (f) {
      case 's': r.dot_all_ = true; break;
      case 'm': r.lines_ = true; break;
      case 'i': r.fold_ = true; break;
      case 'x': spaced = true; break;
      case 'q': literal = true; break;
      default: return invalid(std::string("the flags are s, m, i, x and q, not `") + f + "`");
    }
  }
  CB_DO(PatternReader(r, pattern, literal, spaced && !literal).read());
  return r;
}

PatternReader::PatternReader(Pattern& compiled, std::string_view pattern, bool literal, bool spaced)
    : compiled_(compiled), pattern_(to_code_points(pattern)), literal_(literal) {
  if (!spaced) return;
  int brackets = 0;
  bool before_escaped = false;
  std::vector<char32_t> kept;
  for (std::size_t i = 0; i < pattern_.size(); ++i) {
    const char32_t c = pattern_[i];
    const bool escaped = !kept.empty() && kept.back() == '\\' && !before_escaped;
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (space && brackets == 0) continue;  // also between a backslash and what it escapes
    if (c == '[' && !escaped) ++brackets;
    if (c == ']' && !escaped) --brackets;
    before_escaped = escaped;
    kept.push_back(c);
  }
  pattern_ = std::move(kept);
}

Result<void> PatternReader::read() {
  Steps steps;
  if (literal_) {
    for (const char32_t c : pattern_) {
      steps.push_back({Pattern::Op::character, compiled_.fold_ ? fold_case(c) : c, 0});
    }
  } else {
    steps = alternatives();
    if (error_.empty() && at_ < pattern_.size()) fail("a `)` has no `(`");
  }
  if (!error_.empty()) return invalid(error_);
  steps.push_back({Pattern::Op::done, 0, 0});
  if (steps.size() > pattern_program_max) return exhausted("the pattern is too large");
  for (Pattern::Step& s : steps) {
    if ((s.op == Pattern::Op::save || s.op == Pattern::Op::moved) && s.a >= loop_place) {
      s.a = s.a - loop_place + static_cast<std::uint32_t>(2 * (compiled_.groups_ + 1));
    }
  }
  compiled_.steps_ = std::move(steps);
  return {};
}

namespace {

// Steps moved to begin at `base`: their targets are relative until then.
void append(std::vector<Pattern::Step>& to, const std::vector<Pattern::Step>& from) {
  const auto base = static_cast<std::uint32_t>(to.size());
  for (Pattern::Step s : from) {
    if (s.op == Pattern::Op::split) {
      s.a += base;
      s.b += base;
    } else if (s.op == Pattern::Op::jump) {
      s.a += base;
    }
    to.push_back(s);
  }
}

}  // namespace

PatternReader::Steps PatternReader::alternatives() {
  if (++depth_ > pattern_depth_max) fail("the pattern is nested too deep");
  Steps left = branch();
  while (more() && eat('|')) {
    const Steps right = branch();
    Steps both;
    const auto n = static_cast<std::uint32_t>(left.size());
    both.push_back({Pattern::Op::split, 1, n + 2});
    append(both, left);
    both.push_back({Pattern::Op::jump, n + 2 + static_cast<std::uint32_t>(right.size()), 0});
    append(both, right);
    left = std::move(both);
  }
  --depth_;
  return left;
}

PatternReader::Steps PatternReader::branch() {
  Steps out;
  while (more() && peek() != '|' && peek() != ')') {
    const bool anchor = peek() == '^' || peek() == '$';
    Steps one = atom();
    std::size_t least = 1;
    std::size_t most = 1;
    bool counted = true;
    if (eat('*')) {
      least = 0;
      most = unbounded;
    } else if (eat('+')) {
      most = unbounded;
    } else if (eat('?')) {
      least = 0;
    } else if (peek() == '{') {
      ++at_;
      const auto digits = [&]() -> std::size_t {
        std::size_t v = 0;
        if (peek() < '0' || peek() > '9') fail("a quantifier wants a number");
        while (peek() >= '0' && peek() <= '9')
          v = std::min(v * 10 + (pattern_[at_++] - '0'), repeat_max + 1);
        return v;
      };
      least = most = digits();
      if (eat(',')) most = peek() == '}' ? unbounded : digits();
      if (!eat('}')) fail("a quantifier wants `}`");
      if (most < least) fail("a quantifier's numbers are the wrong way round");
      if (least > repeat_max || (most != unbounded && most > repeat_max))
        fail("a quantifier beyond 1000");
    } else {
      counted = false;
    }
    if (counted) {
      if (anchor) fail("nothing to repeat");
      const bool lazy = eat('?');
      if (more() && (peek() == '*' || peek() == '+' || peek() == '?'))
        fail("a quantifier after a quantifier");
      one = repeat(one, least, most, lazy);
    }
    append(out, one);
    written_ = out.size();
    if (written_ > pattern_program_max) fail("the pattern is too large");
  }
  return out;
}

PatternReader::Steps PatternReader::repeat(const Steps& inner, std::size_t least, std::size_t most,
                                           bool lazy) {
  Steps out;
  const auto n = static_cast<std::uint32_t>(inner.size());
  if (n * std::max(least, most == unbounded ? 1 : most) > pattern_program_max) {
    fail("the pattern is too large");
    return out;
  }
  const auto split = [&](std::uint32_t into, std::uint32_t past) {
    return lazy ? Pattern::Step{Pattern::Op::split, past, into}
                : Pattern::Step{Pattern::Op::split, into, past};
  };
  for (std::size_t i = 0; i < least; ++i) append(out, inner);
  if (most == unbounded) {
    const auto place = static_cast<std::uint32_t>(loop_place + compiled_.loops_++);
    Steps loop{split(1, n + 4), {Pattern::Op::save, place, 0}};
    append(loop, inner);
    loop.push_back({Pattern::Op::moved, place, 0});
    loop.push_back({Pattern::Op::jump, 0, 0});
    append(out, loop);
    return out;
  }
  for (std::size_t i = least; i < most; ++i) {
    Steps maybe{split(1, n + 1)};
    append(maybe, inner);
    append(out, maybe);
  }
  return out;
}

PatternReader::Steps PatternReader::set_of(Pattern::Set set) {
  compiled_.sets_.push_back(std::move(set));
  return {{Pattern::Op::set, static_cast<std::uint32_t>(compiled_.sets_.size() - 1), 0}};
}

PatternReader::Steps PatternReader::atom() {
  const char32_t c = pattern_[at_++];
  switch (c) {
    case '^': return {{Pattern::Op::begin, 0, 0}};
    case '$': return {{Pattern::Op::end, 0, 0}};
    case '.': return {{Pattern::Op::any, 0, 0}};
    case '[': return set_of(bracket());
    case '\\': return escape();
    case '*':
    case '+':
    case '?':
    case '{': fail("nothing to repeat"); return {};
    case '}':
    case ']': fail("a bracket without its partner"); return {};
    case '(': {
      bool captures = true;
      if (peek() == '?') {
        ++at_;
        captures = false;
        if (!eat(':')) fail("`(?` wants `:`");
      }
      std::uint32_t group = 0;
      if (captures) {
        group = static_cast<std::uint32_t>(++compiled_.groups_);
        closed_.resize(group + 1);
      }
      Steps inner = alternatives();
      if (!eat(')')) fail("a `(` has no `)`");
      if (!captures) return inner;
      closed_[group] = true;
      Steps out{{Pattern::Op::save, 2 * group, 0}};
      append(out, inner);
      out.push_back({Pattern::Op::save, 2 * group + 1, 0});
      return out;
    }
    default: return {{Pattern::Op::character, compiled_.fold_ ? fold_case(c) : c, 0}};
  }
}

PatternReader::Steps PatternReader::escape() {
  if (!more()) {
    fail("the pattern ends in a backslash");
    return {};
  }
  const char32_t c = pattern_[at_++];
  if (c >= '1' && c <= '9') {
    std::uint32_t group = c - '0';
    while (peek() >= '0' && peek() <= '9' && group * 10 + (peek() - '0') <= compiled_.groups_) {
      group = group * 10 + (pattern_[at_++] - '0');
    }
    if (group >= closed_.size() || !closed_[group])
      fail("a back-reference to a group that is not complete");
    return {{Pattern::Op::back, group, 0}};
  }
  Pattern::Set set;
  if (class_escape(c, set)) return set_of(std::move(set));
  const std::u32string_view plain = U"\\|.?*+(){}-[]^$";
  if (plain.find(c) != std::u32string_view::npos) return {{Pattern::Op::character, c, 0}};
  if (c == 'n') return {{Pattern::Op::character, '\n', 0}};
  if (c == 'r') return {{Pattern::Op::character, '\r', 0}};
  if (c == 't') return {{Pattern::Op::character, '\t', 0}};
  fail("an unknown escape");
  return {};
}

}  // namespace citybrain::brain
