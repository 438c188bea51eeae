// Conditions over a whole column as two bit planes, true and false: see bulk_predicate.h.
#include "bulk_predicate.h"

#include <algorithm>

#include "machine.h"

namespace citybrain::brain {

Kind kind_of(citybrain::Type type) {
  switch (type) {
    case citybrain::Type::boolean: return Kind::boolean;
    case citybrain::Type::integer:
    case citybrain::Type::decimal: return Kind::number;
    case citybrain::Type::text: return Kind::text;
    case citybrain::Type::date: return Kind::date;
    case citybrain::Type::timestamp: return Kind::date_time;
  }
  return Kind::null;
}

namespace {

Value compare(Op op, const Value& value, const Value& constant) {
  if (op == Op::equal || op == Op::unequal) {
    const Value e = equals(value, constant);
    if (e.is_null()) return e;
    return Value::boolean(e.is_true() == (op == Op::equal));
  }
  const auto order = order_of(value, constant);
  if (!order) return {};
  switch (op) {
    case Op::less: return Value::boolean(*order < 0);
    case Op::less_equal: return Value::boolean(*order <= 0);
    case Op::greater: return Value::boolean(*order > 0);
    default: return Value::boolean(*order >= 0);
  }
}

bool plain(Kind k) {
  return k == Kind::boolean || k == Kind::number || k == Kind::text || k == Kind::date;
}

// Adds `value op constant`; false where the constants are not all of one plain kind.
bool add(Predicate& p, Op op, const Value& constant) {
  if (!plain(constant.kind()) || (p.kind != Kind::null && p.kind != constant.kind())) return false;
  if (constant.is(Kind::boolean) && op != Op::equal && op != Op::unequal) return false;
  p.kind = constant.kind();
  p.tests.push_back({op, constant, {}});
  return true;
}

bool add_range(Predicate& p, const Range& r) {
  for (const Value* end :
       {r.low_unbounded ? nullptr : &r.low, r.high_unbounded ? nullptr : &r.high}) {
    if (end == nullptr) continue;
    if (!plain(end->kind()) || end->is(Kind::boolean) ||
        (p.kind != Kind::null && p.kind != end->kind()))
      return false;
    p.kind = end->kind();
  }
  p.tests.push_back({Op::range, {}, r});
  return true;
}

// What a test's value stands for: itself, a range, or a list of these.
bool add_value(Predicate& p, const Value& v) {
  if (v.is(Kind::range)) return add_range(p, v.as_range());
  if (v.is(Kind::list)) {
    return std::all_of(v.as_list().begin(), v.as_list().end(), [&](const Value& item) {
      return item.is(Kind::range) ? add_range(p, item.as_range()) : add(p, Op::equal, item);
    });
  }
  return add(p, Op::equal, v);
}

void finish(Predicate& p) {
  p.key = p.negated ? "not" : "";
  for (const Predicate::Test& t : p.tests) {
    p.key += '|';
    if (t.op == Op::range) {
      p.key += to_text(Value::list({Value::range(t.range)}));
    } else {
      p.key += static_cast<char>('a' + static_cast<int>(t.op) - static_cast<int>(Op::equal));
      p.key += to_text(Value::list({t.value}));  // quoted, so that no text reads as two tests
    }
  }
  p.key += '|';
  p.key += name_of(p.kind);
}

}  // namespace

Value Predicate::holds(const Value& value) const {
  bool unknown = false;
  for (const Test& t : tests) {
    const Value v = t.op == Op::range ? in_range(value, t.range) : compare(t.op, value, t.value);
    if (v.is_true()) return Value::boolean(!negated);
    unknown = unknown || v.is_null();
  }
  if (unknown) return {};
  return Value::boolean(negated);
}

std::optional<Predicate> predicate_of_tests(const Code& code, NodeId id, const Fold& fold) {
  const Node& root = code.nodes[id];
  if (root.op != Op::tests && root.op != Op::in) return std::nullopt;
  Predicate p;
  p.negated = root.op == Op::tests && root.aux != 0;
  for (std::uint32_t i = 0; i < root.count; ++i) {
    const Node& n = code.nodes[code.kids[root.first + i]];
    const std::size_t before = p.tests.size();
    if (n.op == Op::test_compare) {
      const auto value = fold(code, n.a);
      if (!value || !add(p, static_cast<Op>(n.aux), *value)) return std::nullopt;
    } else if (n.op == Op::test_value && n.aux == 0) {
      const auto value = fold(code, n.a);
      if (!value || !add_value(p, *value)) return std::nullopt;
    } else {
      return std::nullopt;
    }
    bool unknown = false;
    bool yes = false;
    for (std::size_t k = before; k < p.tests.size(); ++k) {
      Predicate one;
      one.tests = {p.tests[k]};
      const Value v = one.holds({});
      unknown = unknown || v.is_null();
      yes = yes || v.is_true();
    }
    if (yes) return std::nullopt;  // null passes: the notes of later tests can't be counted here
    if (unknown) ++p.unknown_of_null;
  }
  if (p.tests.empty()) return std::nullopt;
  finish(p);
  return p;
}

std::optional<Predicate> predicate_of_comparison(const Code& code, NodeId id, bool left,
                                                 const Fold& fold) {
  const Node& n = code.nodes[id];
  if (n.op < Op::equal || n.op > Op::greater_equal) return std::nullopt;
  const auto value = fold(code, left ? n.a : n.b);
  if (!value) return std::nullopt;
  Op op = n.op;
  if (left) {  // 3 < x is x > 3
    switch (op) {
      case Op::less: op = Op::greater; break;
      case Op::less_equal: op = Op::greater_equal; break;
      case Op::greater: op = Op::less; break;
      case Op::greater_equal: op = Op::less_equal; break;
      default: break;
    }
  }
  Predicate p;
  if (!add(p, op, *value)) return std::nullopt;
  p.unknown_of_null = op == Op::equal || op == Op::unequal ? 0 : 1;
  finish(p);
  return p;
}

namespace {

// The whole numbers that pass a test, of a column in units of 10^-scale: low..high, or all but
// them.
struct Interval {
  std::int64_t low = INT64_MIN;
  std::int64_t high = INT64_MAX;
  bool outside = false;
  bool nothing = false;
};

// constant × 10^scale rounded down (or up); none beyond int64, where `over` says on which side.
std::optional<std::int64_t> units(const Value& v, int scale, bool up, bool& exact, int& over) {
  if (!v.is(Kind::number)) {
    exact = true;
    return v.whole();
  }
  const Decimal& d = v.as_number();
  const Decimal r = d.rounded(scale, up ? Rounding::ceiling : Rounding::floor);
  exact = r == d;
  const auto whole = r.to_scaled(scale);
  if (!whole) over = d.is_negative() ? -1 : 1;
  return whole;
}

Interval interval_of(Op op, const Value& constant, int scale) {
  Interval out;
  bool exact = false;
  int over = 0;
  const bool up = op == Op::less || op == Op::greater_equal;
  const auto u = units(constant, scale, up, exact, over);
  if (!u) {  // the constant is beyond all the column can hold
    const bool all = ((op == Op::less || op == Op::less_equal) && over > 0) ||
                     ((op == Op::greater || op == Op::greater_equal) && over < 0) ||
                     op == Op::unequal;
    out.nothing = !all;
    return out;
  }
  switch (op) {
    case Op::equal:
    case Op::unequal:
      out.outside = op == Op::unequal;
      if (!exact) {
        out.nothing = op == Op::equal;
        if (op == Op::unequal) out.outside = false;
        return out;
      }
      out.low = out.high = *u;
      return out;
    case Op::less:  // x < c: x ≤ ceil(c) - 1
      if (*u == INT64_MIN)
        out.nothing = true;
      else
        out.high = *u - 1;
      return out;
    case Op::less_equal: out.high = *u; return out;
    case Op::greater:
      if (*u == INT64_MAX)
        out.nothing = true;
      else
        out.low = *u + 1;
      return out;
    default: out.low = *u; return out;
  }
}

Interval interval_of(const Predicate::Test& t, int scale) {
  if (t.op != Op::range) return interval_of(t.op, t.value, scale);
  Interval out;
  if (!t.range.low_unbounded) {
    out = interval_of(t.range.low_closed ? Op::greater_equal : Op::greater, t.range.low, scale);
  }
  if (!t.range.high_unbounded && !out.nothing) {
    const Interval high =
        interval_of(t.range.high_closed ? Op::less_equal : Op::less, t.range.high, scale);
    out.high = high.high;
    out.nothing = high.nothing;
  }
  return out;
}

void mark_inside(const std::vector<std::int64_t>& ints, const Interval& interval, Bits& yes) {
  if (interval.nothing) return;
  const std::size_t rows = ints.size();
  const std::int64_t* v = ints.data();
  for (std::size_t w = 0; w < yes.words().size(); ++w) {
    const std::size_t base = w * 64;
    const std::size_t n = std::min<std::size_t>(64, rows - base);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const bool in = v[base + i] >= interval.low && v[base + i] <= interval.high;
      bits |= static_cast<std::uint64_t>(in != interval.outside) << i;
    }
    yes.words()[w] |= bits;
  }
}

}  // namespace

Planes ask_codes(const Predicate& p, const std::vector<std::uint32_t>& codes,
                 const std::vector<Value>& values) {
  std::vector<std::uint8_t> truth;  // 2 yes, 1 no, 0 unknown
  for (const Value& v : values) {
    const Value holds = p.holds(v);
    truth.push_back(holds.is_true() ? 2 : holds.is_false() ? 1 : 0);
  }
  Planes out{Bits(codes.size()), Bits(codes.size())};
  for (std::size_t w = 0; w < out.yes.words().size(); ++w) {
    const std::size_t base = w * 64;
    const std::size_t n = std::min<std::size_t>(64, codes.size() - base);
    std::uint64_t yes = 0;
    std::uint64_t no = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t t = truth[codes[base + i]];
      yes |= (t >> 1) << i;
      no |= (t & 1) << i;
    }
    out.yes.words()[w] = yes;
    out.no.words()[w] = no;
  }
  return out;
}

Planes ask_column(const Predicate& p, Block::Impl& block, std::size_t column) {
  const Column& c = block.batch.columns[column];
  const std::size_t rows = block.batch.rows;
  if (c.type() == citybrain::Type::text) {
    const Dictionary& d = block.dictionary(column);
    return ask_codes(p, d.codes, d.values);
  }
  Bits any(rows);
  const int scale = c.type() == citybrain::Type::decimal ? c.field().scale : 0;
  for (const Predicate::Test& t : p.tests) mark_inside(c.ints(), interval_of(t, scale), any);
  const Bits all(rows, true);
  Planes out{any, all};
  out.no.minus(any);
  if (p.negated) std::swap(out.yes, out.no);
  const Bits& nulls = block.null_rows(column);
  const Value of_null = p.holds({});
  out.yes.minus(nulls);
  out.no.minus(nulls);
  if (of_null.is_true()) out.yes |= nulls;
  if (of_null.is_false()) out.no |= nulls;
  return out;
}

}  // namespace citybrain::brain
