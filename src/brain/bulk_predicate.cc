// Conditions with a constant side, read off the code: see bulk_predicate.h.
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

Answered answered(const Value& value) {
  return value.is_true() ? Answered::yes : value.is_false() ? Answered::no : Answered::unknown;
}

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

Predicate predicate_of_order(Op op, const Value& constant) {
  Predicate p;
  CB_CHECK(add(p, op, constant));
  p.unknown_of_null = op == Op::equal || op == Op::unequal ? 0 : 1;
  finish(p);
  return p;
}

std::optional<Predicate> predicate_of_range(const Value& low, const Value& high) {
  Predicate p;
  Range r;
  r.low = low;
  r.high = high;
  r.low_closed = r.high_closed = true;
  if (!add_range(p, r)) return std::nullopt;
  p.unknown_of_null = 1;
  finish(p);
  return p;
}

}  // namespace citybrain::brain
