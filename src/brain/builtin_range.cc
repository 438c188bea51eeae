// Relations between points and ranges (DMN 1.5 table 78), and range("[1..3]").
#include <optional>

#include "builtin.h"
#include "machine.h"
#include "parse.h"

namespace citybrain::brain {
namespace {

// An argument as a range: a point is [p..p].
struct Span2 {
  Range range;
  bool point = false;
  bool good = false;
};

Span2 span_of(const Value& v) {
  Span2 s;
  if (v.is(Kind::range)) {
    s.range = v.as_range();
    s.good = !s.range.low_unbounded && !s.range.high_unbounded;
  } else if (order_of(v, v)) {
    s.point = true;
    s.range = {v, v, true, true, false, false};
    s.good = true;
  }
  return s;
}

// Order of two ends, none where there is none.
using Order = std::optional<int>;

struct Pair {
  Span2 a, b;
  Order low_low, low_high, high_low, high_high;  // a's end against b's end
  bool good = false;
};

Pair pair_of(const Call& c) {
  Pair p{span_of(c[0]), span_of(c[1]), {}, {}, {}, {}, false};
  if (!p.a.good || !p.b.good) return p;
  const Range& a = p.a.range;
  const Range& b = p.b.range;
  p.low_low = order_of(a.low, b.low);
  p.low_high = order_of(a.low, b.high);
  p.high_low = order_of(a.high, b.low);
  p.high_high = order_of(a.high, b.high);
  p.good = p.low_low && p.low_high && p.high_low && p.high_high;
  return p;
}

template <typename Relation>
Value relate(const Call& c, Relation relation) {
  const Pair p = pair_of(c);
  if (!p.good) return c.fail("the two have no common order", c[1]);
  return Value::boolean(relation(p, p.a.range, p.b.range));
}

bool is_before(const Pair& p, const Range& a, const Range& b) {
  return *p.high_low < 0 || (*p.high_low == 0 && (!a.high_closed || !b.low_closed));
}
bool is_after(const Pair& p, const Range& a, const Range& b) {
  return *p.low_high > 0 || (*p.low_high == 0 && (!a.low_closed || !b.high_closed));
}
// a's low end is at or inside b's low end.
bool low_inside(const Pair& p, const Range& a, const Range& b) {
  return *p.low_low > 0 || (*p.low_low == 0 && (b.low_closed || !a.low_closed));
}
bool high_inside(const Pair& p, const Range& a, const Range& b) {
  return *p.high_high < 0 || (*p.high_high == 0 && (b.high_closed || !a.high_closed));
}
bool is_during(const Pair& p, const Range& a, const Range& b) {
  return low_inside(p, a, b) && high_inside(p, a, b);
}
bool includes_it(const Pair& p, const Range& a, const Range& b) {
  const bool low = *p.low_low < 0 || (*p.low_low == 0 && (a.low_closed || !b.low_closed));
  const bool high = *p.high_high > 0 || (*p.high_high == 0 && (a.high_closed || !b.high_closed));
  return low && high;
}
bool overlap(const Pair& p, const Range& a, const Range& b) {
  return !is_before(p, a, b) && !is_after(p, a, b);
}
bool starts_it(const Pair& p, const Range& a, const Range& b) {
  if (p.a.point) return *p.low_low == 0 && b.low_closed;
  return *p.low_low == 0 && a.low_closed == b.low_closed && high_inside(p, a, b);
}
bool started_by_it(const Pair& p, const Range& a, const Range& b) {
  if (p.b.point) return *p.low_low == 0 && a.low_closed;
  const bool high = *p.high_high > 0 || (*p.high_high == 0 && (a.high_closed || !b.high_closed));
  return *p.low_low == 0 && a.low_closed == b.low_closed && high;
}
bool finishes_it(const Pair& p, const Range& a, const Range& b) {
  if (p.a.point) return *p.high_high == 0 && b.high_closed;
  return *p.high_high == 0 && a.high_closed == b.high_closed && low_inside(p, a, b);
}
bool finished_by_it(const Pair& p, const Range& a, const Range& b) {
  if (p.b.point) return *p.high_high == 0 && a.high_closed;
  const bool low = *p.low_low < 0 || (*p.low_low == 0 && (a.low_closed || !b.low_closed));
  return *p.high_high == 0 && a.high_closed == b.high_closed && low;
}
bool overlaps_before_it(const Pair& p, const Range& a, const Range& b) {
  const bool begins_first = *p.low_low < 0 || (*p.low_low == 0 && a.low_closed && !b.low_closed);
  const bool reaches = *p.high_low > 0 || (*p.high_low == 0 && a.high_closed && b.low_closed);
  const bool ends_first =
      *p.high_high < 0 || (*p.high_high == 0 && (!a.high_closed || b.high_closed));
  return begins_first && reaches && ends_first;
}
bool overlaps_after_it(const Pair& p, const Range& a, const Range& b) {
  const bool begins_later = *p.low_low > 0 || (*p.low_low == 0 && b.low_closed && !a.low_closed);
  const bool reached = *p.low_high < 0 || (*p.low_high == 0 && a.low_closed && b.high_closed);
  const bool ends_later =
      *p.high_high > 0 || (*p.high_high == 0 && (a.high_closed || !b.high_closed));
  // As the standard words it, ends that are both open count as later only when the value is.
  return begins_later && reached && ends_later;
}

Value before(const Call& c) { return relate(c, is_before); }
Value after(const Call& c) { return relate(c, is_after); }
Value meets(const Call& c) {
  return relate(c, [](const Pair& p, const Range& a, const Range& b) {
    return a.high_closed && b.low_closed && *p.high_low == 0;
  });
}
Value met_by(const Call& c) {
  return relate(c, [](const Pair& p, const Range& a, const Range& b) {
    return a.low_closed && b.high_closed && *p.low_high == 0;
  });
}
Value overlaps(const Call& c) { return relate(c, overlap); }
Value overlaps_before(const Call& c) { return relate(c, overlaps_before_it); }
Value overlaps_after(const Call& c) { return relate(c, overlaps_after_it); }
Value finishes(const Call& c) { return relate(c, finishes_it); }
Value finished_by(const Call& c) { return relate(c, finished_by_it); }
Value includes(const Call& c) { return relate(c, includes_it); }
Value during(const Call& c) { return relate(c, is_during); }
Value starts(const Call& c) { return relate(c, starts_it); }
Value started_by(const Call& c) { return relate(c, started_by_it); }
Value coincides(const Call& c) {
  return relate(c, [](const Pair& p, const Range& a, const Range& b) {
    return *p.low_low == 0 && *p.high_high == 0 && a.low_closed == b.low_closed &&
           a.high_closed == b.high_closed;
  });
}

bool is_literal(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  if (n.op == Op::constant) return true;
  if (n.op == Op::negate) return is_literal(code, n.a);
  if (n.op != Op::call) return false;
  const std::string_view name = builtins()[n.a].builtin->name;
  if (name != "date" && name != "time" && name != "date and time" && name != "duration")
    return false;
  for (std::uint32_t i = 0; i < n.count; ++i) {
    if (!is_literal(code, code.kids[n.first + i])) return false;
  }
  return true;
}

// range("[1..3]"): ends are literals of one kind, and none is missing on both sides.
Value range_(const Call& c) {
  const std::string& text = c[0].as_text();
  std::vector<Diagnostic> diagnostics;
  // "[..5]" and "(1..)" leave an end open; FEEL's own grammar has no such form.
  std::string whole = text;
  bool low_open = false;
  bool high_open = false;
  const auto dots = whole.find("..");
  if (dots != std::string::npos && whole.size() >= 4) {
    low_open = whole.find_first_not_of(' ', 1) == dots;
    high_open = whole.find_last_not_of(' ', whole.size() - 2) == dots + 1;
  }
  if (low_open && high_open) return c.fail("a range wants an end", c[0]);
  if (low_open)
    whole = std::string(whole.back() == ']' ? "(<=" : "(<") +
            whole.substr(dots + 2, whole.size() - dots - 3) + ")";
  if (high_open)
    whole = std::string(whole.front() == '[' ? "(>=" : "(>") + whole.substr(1, dots - 1) + ")";
  const Source source{whole, "range", 1, 1};
  const Parsed parsed = parse(Grammar::expression, source, {}, diagnostics);
  if (parsed.failed) return c.fail("this is no range; write [1..3]", c[0]);
  const Node& root = parsed.code->nodes[parsed.code->root];
  const bool literal =
      root.op == Op::constant ||
      (root.op == Op::range && (root.a == no_node || is_literal(*parsed.code, root.a)) &&
       (root.b == no_node || is_literal(*parsed.code, root.b)));
  if (!literal) return c.fail("the ends of a range in a string are literals", c[0]);
  const Value v = Machine(nullptr, c.machine.now()).run(*parsed.code);
  if (!v.is(Kind::range)) return c.fail("this is no range", c[0]);
  const Range& r = v.as_range();
  if ((!r.low_unbounded && r.low.is_null()) || (!r.high_unbounded && r.high.is_null())) {
    return c.fail("a range's end is null", c[0]);
  }
  return v;
}

constexpr Builtin table[] = {
    {"before", "point1:any, point2:any", "boolean", before, "是否在另一个之前",
     "does the first lie before the second", "before(1, 10)", "true"},
    {"before", "point:any, range:range", "boolean", before, "是否在另一个之前",
     "does the first lie before the second", "before(1, [2..10])", "true"},
    {"before", "range:range, point:any", "boolean", before, "是否在另一个之前",
     "does the first lie before the second", "before([1..5], 10)", "true"},
    {"before", "range1:range, range2:range", "boolean", before, "是否在另一个之前",
     "does the first lie before the second", "before([1..5], [6..9])", "true"},
    {"after", "point1:any, point2:any", "boolean", after, "是否在另一个之后",
     "does the first lie after the second", "after(10, 5)", "true"},
    {"after", "point:any, range:range", "boolean", after, "是否在另一个之后",
     "does the first lie after the second", "after(12, [2..10])", "true"},
    {"after", "range:range, point:any", "boolean", after, "是否在另一个之后",
     "does the first lie after the second", "after([5..10], 4)", "true"},
    {"after", "range1:range, range2:range", "boolean", after, "是否在另一个之后",
     "does the first lie after the second", "after([6..9], [1..5])", "true"},
    {"meets", "range1:range, range2:range", "boolean", meets, "前者的终点是否为后者的起点",
     "does the first end where the second begins", "meets([1..5], [5..10])", "true"},
    {"met by", "range1:range, range2:range", "boolean", met_by, "前者的起点是否为后者的终点",
     "does the first begin where the second ends", "met by([5..10], [1..5])", "true"},
    {"overlaps", "range1:range, range2:range", "boolean", overlaps, "区间是否重叠",
     "do the ranges share a point", "overlaps([1..5], [3..8])", "true"},
    {"overlaps before", "range1:range, range2:range", "boolean", overlaps_before, "是否从前面重叠",
     "does the first begin earlier and reach into the second", "overlaps before([1..5], [3..8])",
     "true"},
    {"overlaps after", "range1:range, range2:range", "boolean", overlaps_after, "是否从后面重叠",
     "does the first begin in the second and end later", "overlaps after([3..8], [1..5])", "true"},
    {"finishes", "point:any, range:range", "boolean", finishes, "是否为区间的结尾",
     "does it end the range", "finishes(10, [1..10])", "true"},
    {"finishes", "range1:range, range2:range", "boolean", finishes, "是否为区间的结尾",
     "does it end the range", "finishes([5..10], [1..10])", "true"},
    {"finished by", "range:range, point:any", "boolean", finished_by, "区间是否以其结尾",
     "does the range end in it", "finished by([1..10], 10)", "true"},
    {"finished by", "range1:range, range2:range", "boolean", finished_by, "区间是否以其结尾",
     "does the range end in it", "finished by([1..10], [5..10])", "true"},
    {"includes", "range:range, point:any", "boolean", includes, "区间是否包含",
     "does the range hold it", "includes([1..10], 5)", "true"},
    {"includes", "range1:range, range2:range", "boolean", includes, "区间是否包含",
     "does the range hold it", "includes([1..10], [4..6])", "true"},
    {"during", "point:any, range:range", "boolean", during, "是否在区间之内",
     "does it lie within the range", "during(5, [1..10])", "true"},
    {"during", "range1:range, range2:range", "boolean", during, "是否在区间之内",
     "does it lie within the range", "during([4..6], [1..10])", "true"},
    {"starts", "point:any, range:range", "boolean", starts, "是否为区间的开头",
     "does it begin the range", "starts(1, [1..10])", "true"},
    {"starts", "range1:range, range2:range", "boolean", starts, "是否为区间的开头",
     "does it begin the range", "starts([1..5], [1..10])", "true"},
    {"started by", "range:range, point:any", "boolean", started_by, "区间是否以其开头",
     "does the range begin with it", "started by([1..10], 1)", "true"},
    {"started by", "range1:range, range2:range", "boolean", started_by, "区间是否以其开头",
     "does the range begin with it", "started by([1..10], [1..5])", "true"},
    {"coincides", "point1:any, point2:any", "boolean", coincides, "是否重合",
     "are the two the same", "coincides(5, 5)", "true"},
    {"coincides", "range1:range, range2:range", "boolean", coincides, "是否重合",
     "are the two the same", "coincides([1..5], [1..5])", "true"},
    {"range", "from:string", "range", range_, "把文字读成区间", "the range that a string says",
     "range(\"[18..60)\")", "[18..60)"},
};

}  // namespace

std::span<const Builtin> range_builtins() { return table; }

}  // namespace citybrain::brain
