// Pattern: recursive descent to a small automaton, subset construction to a table.
#include "catalog/pattern.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"

namespace citybrain::catalog {
namespace {

constexpr std::size_t node_max = 20'000;  // of the automaton
constexpr std::size_t state_max = 4'000;  // of the table
constexpr int repeat_max = 1'000;         // in {n,m}
constexpr int depth_max = 50;             // of groups
constexpr char32_t last_point = 0x10FFFF;

using Ranges = std::vector<std::pair<char32_t, char32_t>>;

// The code point at `at`, which is moved behind it; valid UTF-8 is expected, the rest is taken
// bytewise.
char32_t take_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t extra = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  if (lead < 0x80 || extra == 0 || at + extra >= text.size()) {
    ++at;
    return lead;
  }
  char32_t point = lead & (0x3F >> extra);
  for (std::size_t i = 1; i <= extra; ++i) point = (point << 6) | (byte(at + i) & 0x3F);
  at += extra + 1;
  return point;
}

Ranges complement(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges out;
  char32_t from = 0;
  for (const auto& [low, high] : ranges) {
    if (low > from) out.emplace_back(from, low - 1);
    from = std::max(from, static_cast<char32_t>(high + 1));
  }
  if (from <= last_point) out.emplace_back(from, last_point);
  return out;
}

// A node takes one code point of `set` (set >= 0), or none and goes on at both `a` and `b`.
struct Node {
  int set = -1;
  int a = -1;
  int b = -1;
};

struct Part {
  int begin = 0;
  int end = 0;  // a node without exits yet
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Part> parse() {
    if (text_.starts_with('^')) text_.remove_prefix(1), skipped_ = 1;
    if (text_.ends_with('$') && !text_.ends_with("\\$")) text_.remove_suffix(1);
    CB_TRY(const Part whole, either(0));
    if (at_ < text_.size()) return wrong("')' without '('");
    return whole;
  }

  std::vector<Node> nodes;
  std::vector<Ranges> sets;

 private:
  Error wrong(const std::string& what) const {
    return invalid("pattern, offset " + std::to_string(at_ + skipped_) + ": " + what);
  }
  int node(int set = -1, int a = -1, int b = -1) {
    nodes.push_back({set, a, b});
    return static_cast<int>(nodes.size()) - 1;
  }
  Part empty() {
    const int n = node();
    return {n, n};
  }
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  Part chain(Part first, Part second) {
    nodes[static_cast<std::size_t>(first.end)].a = second.begin;
    return {first.begin, second.end};
  }

  Result<Part> either(int depth) {
    if (depth > depth_max) return wrong("groups nest too deep");
    CB_TRY(Part part, sequence(depth));
    while (at('|')) {
      ++at_;
      CB_TRY(const Part other, sequence(depth));
      const int end = node();
      nodes[static_cast<std::size_t>(part.end)].a = end;
      nodes[static_cast<std::size_t>(other.end)].a = end;
      part = {node(-1, part.begin, other.begin), end};
    }
    return part;
  }

  Result<Part> sequence(int depth) {
    Part part = empty();
    while (at_ < text_.size() && !at('|') && !at(')')) {
      CB_TRY(const Part next, repeated(depth));
      part = chain(part, next);
    }
    return part;
  }

  // An atom and its count. Copies are made by reading the atom's text again.
  Result<Part> repeated(int depth) {
    const std::size_t from = at_;
    CB_TRY(Part one, atom(depth));
    int low = 1;
    int high = 1;
    const std::size_t to = at_;
    if (!count(low, high)) return wrong("expected {n}, {n,} or {n,m} with n ≤ m ≤ 1000");
    if (low == 1 && high == 1) return one;
    const std::size_t after = at_;
    Part all = empty();
    const int end = node();
    for (int i = 0; i < std::max(low, high == -1 ? low + 1 : high); ++i) {
      if (nodes.size() > node_max) return wrong("the expression is too big");
      if (i > 0) {
        at_ = from;
        CB_TRY(one, atom(depth));
        at_ = to;
      }
      if (i >= low) {  // may be left out
        const int split = node(-1, one.begin, end);
        if (high == -1) {
          nodes[static_cast<std::size_t>(one.end)].a = split;
          all = {chain(all, {split, split}).begin, split};
          break;
        }
        all = chain(all, {split, one.end});
      } else {
        all = chain(all, one);
      }
    }
    at_ = after;
    Node& last = nodes[static_cast<std::size_t>(all.end)];
    (last.a == -1 ? last.a : last.b) = end;
    return Part{all.begin, end};
  }

  // Reads ? * + or {…}; high -1 = any number.
  bool count(int& low, int& high) {
    if (at('?')) return low = 0, ++at_, true;
    if (at('*')) return low = 0, high = -1, ++at_, true;
    if (at('+')) return high = -1, ++at_, true;
    if (!at('{')) return true;
    const std::size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) return false;
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    const std::size_t comma = inside.find(',');
    const auto first = parse_int(inside.substr(0, comma));
    if (!first || *first < 0 || *first > repeat_max) return false;
    low = high = static_cast<int>(*first);
    if (comma != std::string_view::npos) {
      high = -1;
      if (comma + 1 < inside.size()) {
        const auto second = parse_int(inside.substr(comma + 1));
        if (!second || *second < low || *second > repeat_max) return false;
        high = static_cast<int>(*second);
      }
    }
    at_ = close + 1;
    return true;
  }

  Part one_of(Ranges ranges) {
    sets.push_back(std::move(ranges));
    const int end = node();
    return {node(static_cast<int>(sets.size()) - 1, end), end};
  }

  Result<Part> atom(int depth) {
    if (at('(')) {
      ++at_;
      if (text_.substr(at_).starts_with("?:")) at_ += 2;
      CB_TRY(const Part inside, either(depth + 1));
      if (!at(')')) return wrong("expected ')'");
      ++at_;
      return inside;
    }
    if (at('[')) return bracket();
    if (at('.')) return ++at_, one_of({{0, last_point}});
    if (at('*') || at('+') || at('?') || at('{')) return wrong("nothing to repeat");
    if (at('^') || at('$')) return wrong("'^' and '$' may stand at the ends only");
    Ranges ranges;
    if (at('\\')) {
      CB_DO(escape(ranges));
    } else {
      const char32_t point = take_point(text_, at_);
      ranges.emplace_back(point, point);
    }
    return one_of(std::move(ranges));
  }

  Result<void> escape(Ranges& into) {
    if (++at_ >= text_.size()) return wrong("'\\' at the end");
    const char c = text_[at_++];
    if (c == 'd') return into.emplace_back('0', '9'), ok();
    if (c == 'w') {
      into.insert(into.end(), {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
      return ok();
    }
    if (c == 's') return into.insert(into.end(), {{'\t', '\r'}, {' ', ' '}}), ok();
    if (c == 'u') {
      char32_t point = 0;
      for (int i = 0; i < 4; ++i, ++at_) {
        const char h = at_ < text_.size() ? text_[at_] : '?';
        const int digit = h >= '0' && h <= '9'   ? h - '0'
                          : h >= 'a' && h <= 'f' ? h - 'a' + 10
                          : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                                 : -1;
        if (digit < 0) return wrong("expected four hex digits after \\u");
        point = point * 16 + static_cast<char32_t>(digit);
      }
      return into.emplace_back(point, point), ok();
    }
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      return wrong(std::string("unknown escape '\\") + c + "'");
    }
    const auto point = static_cast<char32_t>(static_cast<unsigned char>(c));
    return into.emplace_back(point, point), ok();
  }

  Result<Part> bracket() {
    ++at_;
    const bool inverted = at('^');
    if (inverted) ++at_;
    Ranges ranges;
    for (bool first = true; first || !at(']'); first = false) {
      if (at_ >= text_.size()) return wrong("expected ']'");
      CB_DO(bracket_piece(ranges));
    }
    ++at_;
    return one_of(inverted ? complement(std::move(ranges)) : std::move(ranges));
  }

  Result<void> bracket_piece(Ranges& ranges) {
    const auto point = [&](Ranges& into) -> Result<void> {
      if (at('\\')) return escape(into);
      const char32_t p = take_point(text_, at_);
      return into.emplace_back(p, p), ok();
    };
    Ranges low;
    CB_DO(point(low));
    const bool single = low.size() == 1 && low[0].first == low[0].second;
    if (single && at('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
      ++at_;
      Ranges high;
      CB_DO(point(high));
      if (high.size() != 1 || high[0].first < low[0].first) return wrong("a range runs backwards");
      low[0].second = high[0].first;
    }
    ranges.insert(ranges.end(), low.begin(), low.end());
    return ok();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t skipped_ = 0;
};

// All nodes reached without taking a character, in order.
std::vector<int> closure(const std::vector<Node>& nodes, std::vector<int> from) {
  std::set<int> seen(from.begin(), from.end());
  while (!from.empty()) {
    const Node& node = nodes[static_cast<std::size_t>(from.back())];
    from.pop_back();
    if (node.set >= 0) continue;
    for (const int next : {node.a, node.b}) {
      if (next >= 0 && seen.insert(next).second) from.push_back(next);
    }
  }
  return {seen.begin(), seen.end()};
}

}  // namespace

std::uint16_t Pattern::class_of(char32_t point) const {
  if (point < 128) return ascii_[point];
  return static_cast<std::uint16_t>(std::upper_bound(bounds_.begin(), bounds_.end(), point) -
                                    bounds_.begin() - 1);
}

Result<Pattern> Pattern::compile(std::string_view expression) {
  Parser parser(expression);
  CB_TRY(const Part whole, parser.parse());
  if (parser.nodes.size() > node_max) return invalid("pattern: the expression is too big");

  Pattern out;
  std::set<char32_t> bounds = {0};
  for (const Ranges& ranges : parser.sets) {
    for (const auto& [low, high] : ranges) {
      bounds.insert(low);
      if (high < last_point) bounds.insert(high + 1);
    }
  }
  out.bounds_.assign(bounds.begin(), bounds.end());
  out.classes_ = out.bounds_.size();
  for (char32_t c = 0; c < 128; ++c) {
    out.ascii_[c] = static_cast<std::uint16_t>(
        std::upper_bound(out.bounds_.begin(), out.bounds_.end(), c) - out.bounds_.begin() - 1);
  }

  const auto takes = [&](int set, std::size_t cls) {
    for (const auto& [low, high] : parser.sets[static_cast<std::size_t>(set)]) {
      if (low <= out.bounds_[cls] && out.bounds_[cls] <= high) return true;
    }
    return false;
  };
  std::map<std::vector<int>, std::int32_t> known;
  std::vector<std::vector<int>> states = {closure(parser.nodes, {whole.begin})};
  known[states[0]] = 0;
  for (std::size_t s = 0; s < states.size(); ++s) {
    if (states.size() > state_max) return invalid("pattern: the expression is too big");
    const std::vector<int> state = states[s];
    out.accepts_.push_back(std::find(state.begin(), state.end(), whole.end) != state.end());
    for (std::size_t cls = 0; cls < out.classes_; ++cls) {
      std::vector<int> reached;
      for (const int n : state) {
        const Node& node = parser.nodes[static_cast<std::size_t>(n)];
        if (node.set >= 0 && takes(node.set, cls)) reached.push_back(node.a);
      }
      if (reached.empty()) {
        out.next_.push_back(-1);
        continue;
      }
      const auto [at, added] = known.try_emplace(closure(parser.nodes, std::move(reached)),
                                                 static_cast<std::int32_t>(states.size()));
      if (added) states.push_back(at->first);
      out.next_.push_back(at->second);
    }
  }
  return out;
}

bool Pattern::matches(std::string_view utf8) const {
  std::int32_t state = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto byte = static_cast<unsigned char>(utf8[at]);
    std::uint16_t cls = 0;
    if (byte < 128) {
      cls = ascii_[byte];
      ++at;
    } else {
      cls = class_of(take_point(utf8, at));
    }
    state = next_[static_cast<std::size_t>(state) * classes_ + cls];
    if (state < 0) return false;
  }
  return accepts_[static_cast<std::size_t>(state)];
}

}  // namespace citybrain::catalog
