// Lists. Where a function takes a list or the items one by one, items() gives the same either way.
#include <algorithm>

#include "builtin.h"
#include "function.h"
#include "machine.h"
#include "temporal.h"

namespace citybrain::brain {
namespace {

using Items = std::vector<Value>;

Items items(const Call& c) {
  if (c.given == 1) {
    if (c[0].is(Kind::list)) return c[0].as_list();
    return {c[0]};
  }
  return Items(c.args.begin(), c.args.begin() + static_cast<std::ptrdiff_t>(c.given));
}

Value number_of(std::size_t n) { return Value::number(static_cast<std::int64_t>(n)); }
bool equal(const Value& a, const Value& b) { return equals(a, b).is_true(); }

Value list_contains(const Call& c) {
  const auto& list = c[0].as_list();
  return Value::boolean(
      std::any_of(list.begin(), list.end(), [&](const Value& v) { return equal(v, c[1]); }));
}

Value count(const Call& c) { return number_of(c[0].as_list().size()); }

Value extreme(const Call& c, int wanted) {
  const Items list = items(c);
  if (list.empty()) return c.fail("the list is empty");
  Value best = list[0];
  for (const Value& v : list) {
    const auto order = order_of(v, best);
    if (!order) return c.fail("the items have no common order", v);
    if (*order == wanted) best = v;
  }
  return best;
}
Value min_(const Call& c) { return extreme(c, -1); }
Value max_(const Call& c) { return extreme(c, 1); }

// The sum of numbers or of durations of one kind; none where the items are neither.
std::optional<Value> sum_of(const Items& list) {
  std::optional<Value> total;
  for (const Value& v : list) {
    if (!v.is(Kind::number) && !v.is(Kind::months) && !v.is(Kind::duration)) return std::nullopt;
    total = total ? arithmetic(Op::add, *total, v) : v;
    if (!total) return std::nullopt;
  }
  return total;
}

Value sum(const Call& c) {
  const Items list = items(c);
  if (list.empty()) return c.fail("the list is empty");
  auto total = sum_of(list);
  return total ? *total : c.fail("sum wants numbers, or durations of one kind", c[0]);
}
Value mean(const Call& c) {
  const Items list = items(c);
  if (list.empty()) return c.fail("the list is empty");
  const auto total = sum_of(list);
  const auto result = total ? arithmetic(Op::divide, *total, number_of(list.size())) : std::nullopt;
  return result ? *result : c.fail("mean wants numbers, or durations of one kind", c[0]);
}

bool numbers(const Items& list, std::vector<Decimal>& out) {
  for (const Value& v : list) {
    if (!v.is(Kind::number)) return false;
    out.push_back(v.as_number());
  }
  return true;
}

Value product(const Call& c) {
  std::vector<Decimal> n;
  if (!numbers(items(c), n) || n.empty()) return c.fail("product wants numbers", c[0]);
  Decimal total(1);
  for (const Decimal& d : n) total = total * d;
  return total.is_finite() ? Value::number(total) : c.fail("the product is out of range");
}

Value median(const Call& c) {
  std::vector<Decimal> n;
  if (!numbers(items(c), n) || n.empty()) return c.fail("median wants numbers", c[0]);
  std::sort(n.begin(), n.end(), [](const Decimal& a, const Decimal& b) { return a < b; });
  const std::size_t half = n.size() / 2;
  return Value::number(n.size() % 2 == 1 ? n[half] : (n[half - 1] + n[half]) / Decimal(2));
}

// Of a sample: divided by n - 1.
Value stddev(const Call& c) {
  std::vector<Decimal> n;
  if (!numbers(items(c), n) || n.size() < 2)
    return c.fail("stddev wants two numbers or more", c[0]);
  const Decimal size(static_cast<std::int64_t>(n.size()));
  Decimal total(0);
  for (const Decimal& d : n) total = total + d;
  const Decimal middle = total / size;
  Decimal squares(0);
  for (const Decimal& d : n) squares = squares + (d - middle) * (d - middle);
  return Value::number((squares / (size - Decimal(1))).sqrt());
}

Value mode(const Call& c) {
  std::vector<Decimal> n;
  if (!numbers(items(c), n)) return c.fail("mode wants numbers", c[0]);
  std::sort(n.begin(), n.end(), [](const Decimal& a, const Decimal& b) { return a < b; });
  std::size_t most = 0;
  Items out;
  for (std::size_t i = 0; i < n.size();) {
    std::size_t j = i;
    while (j < n.size() && n[j] == n[i]) ++j;
    if (j - i > most) out.clear();
    most = std::max(most, j - i);
    if (j - i == most) out.push_back(Value::number(n[i]));
    i = j;
  }
  return Value::list(std::move(out));
}

// all: false if one is false, true if all are true; any is its dual.
Value quantify(const Call& c, bool deciding) {
  bool strange = false;
  for (const Value& v : items(c)) {
    if (v.is(Kind::boolean) && v.as_boolean() == deciding) return v;
    strange = strange || !v.is(Kind::boolean);
  }
  if (strange) return c.fail("an item is neither true nor false", c[0]);
  return Value::boolean(!deciding);
}
Value all(const Call& c) { return quantify(c, false); }
Value any(const Call& c) { return quantify(c, true); }

// A position from 1, or from the end where negative, as an index; -1 where it is
// outside 1..size+room.
std::ptrdiff_t index_of_position(const Value& position, std::size_t size, std::size_t room) {
  if (!position.is(Kind::number)) return -1;
  const auto p = position.as_number().rounded(0, Rounding::down).to_int();
  const auto n = static_cast<std::int64_t>(size);
  if (!p || *p == 0 || *p > n + static_cast<std::int64_t>(room) || *p < -n) return -1;
  return static_cast<std::ptrdiff_t>(*p > 0 ? *p - 1 : n + *p);
}

Value sublist(const Call& c) {
  const auto& list = c[0].as_list();
  const auto from = index_of_position(c[1], list.size(), 0);
  if (from < 0) return c.fail("the start position is outside the list", c[1]);
  auto length = static_cast<std::int64_t>(list.size()) - from;
  if (c.given > 2 && !c[2].is_null()) {
    const auto n = c[2].as_number().rounded(0, Rounding::down).to_int();
    if (!n || *n < 1 || *n > length) return c.fail("the length goes beyond the list", c[2]);
    length = *n;
  }
  return Value::list(Items(list.begin() + from, list.begin() + from + length));
}

Value append(const Call& c) {
  Items out = c[0].as_list();
  for (std::size_t i = 1; i < c.given; ++i) out.push_back(c[i]);
  return Value::list(std::move(out));
}

Value concatenate(const Call& c) {
  Items out;
  for (std::size_t i = 0; i < c.given; ++i) {
    out.insert(out.end(), c[i].as_list().begin(), c[i].as_list().end());
    if (out.size() > list_items_max) return c.fail("the list is too long");
  }
  return Value::list(std::move(out));
}

Value insert_before(const Call& c) {
  Items out = c[0].as_list();
  const auto at = index_of_position(c[1], out.size(), 0);
  if (at < 0) return c.fail("the position is outside the list", c[1]);
  out.insert(out.begin() + at, c[2]);
  return Value::list(std::move(out));
}

Value remove(const Call& c) {
  Items out = c[0].as_list();
  const auto at = index_of_position(c[1], out.size(), 0);
  if (at < 0) return c.fail("the position is outside the list", c[1]);
  out.erase(out.begin() + at);
  return Value::list(std::move(out));
}

// list replace(list, position, newItem), or with a function (item, newItem) that says which to
// replace.
Value list_replace(const Call& c) {
  Items out = c[0].as_list();
  if (c[1].is(Kind::number)) {
    const auto at = index_of_position(c[1], out.size(), 0);
    if (at < 0) return c.fail("the position is outside the list", c[1]);
    out[static_cast<std::size_t>(at)] = c[2];
    return Value::list(std::move(out));
  }
  if (!c[1].is(Kind::function)) return c.fail("list replace wants a position or a function", c[1]);
  for (Value& item : out) {
    const Value pair[] = {item, c[2]};
    const Value replaces = c.machine.call(*c[1].as_function(), pair);
    if (!replaces.is(Kind::boolean))
      return c.fail("the match function says neither true nor false", replaces);
    if (replaces.is_true()) item = c[2];
  }
  return Value::list(std::move(out));
}

Value reverse(const Call& c) {
  return Value::list(Items(c[0].as_list().rbegin(), c[0].as_list().rend()));
}

Value index_of(const Call& c) {
  Items out;
  const auto& list = c[0].as_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (equal(list[i], c[1])) out.push_back(number_of(i + 1));
  }
  return Value::list(std::move(out));
}

Value distinct(const Call& c, const Items& list) {
  Items out;
  for (const Value& v : list) {
    c.machine.spend(static_cast<std::int64_t>(out.size()));
    if (c.machine.exhausted()) return {};
    if (std::none_of(out.begin(), out.end(), [&](const Value& known) { return equal(v, known); })) {
      out.push_back(v);
    }
  }
  return Value::list(std::move(out));
}
Value distinct_values(const Call& c) { return distinct(c, c[0].as_list()); }
Value union_(const Call& c) {
  Items joined;
  for (std::size_t i = 0; i < c.given; ++i) {
    joined.insert(joined.end(), c[i].as_list().begin(), c[i].as_list().end());
  }
  return distinct(c, joined);
}

void flatten_into(const Value& v, Items& out, int depth) {
  constexpr int flatten_depth_max = 200;
  if (!v.is(Kind::list) || depth > flatten_depth_max) {
    out.push_back(v);
    return;
  }
  for (const Value& item : v.as_list()) flatten_into(item, out, depth + 1);
}
Value flatten(const Call& c) {
  Items out;
  flatten_into(c[0], out, 0);
  return Value::list(std::move(out));
}

// Merge sort by hand: the comparison may be inconsistent, which std::sort does not forgive.
void merge_sort(const Call& c, Items& list, const Function* precedes, bool& wrong) {
  if (list.size() < 2 || wrong) return;
  const auto half = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
  Items left(list.begin(), half);
  Items right(half, list.end());
  merge_sort(c, left, precedes, wrong);
  merge_sort(c, right, precedes, wrong);
  std::size_t i = 0;
  std::size_t j = 0;
  Items out;
  while (i < left.size() && j < right.size() && !wrong) {
    bool right_first = false;
    if (precedes == nullptr) {
      const auto order = order_of(right[j], left[i]);
      wrong = !order;
      right_first = order && *order < 0;
    } else {
      const Value pair[] = {right[j], left[i]};
      const Value v = c.machine.call(*precedes, pair);
      wrong = !v.is(Kind::boolean);
      right_first = v.is_true();
    }
    out.push_back(right_first ? right[j++] : left[i++]);
  }
  out.insert(out.end(), left.begin() + static_cast<std::ptrdiff_t>(i), left.end());
  out.insert(out.end(), right.begin() + static_cast<std::ptrdiff_t>(j), right.end());
  list = std::move(out);
}

Value sort_(const Call& c) {
  Items list = c[0].as_list();
  bool wrong = false;
  merge_sort(c, list, c.has(1) ? c[1].as_function().get() : nullptr, wrong);
  if (wrong) return c.fail("the items can't be put in order", c[0]);
  return Value::list(std::move(list));
}

constexpr Builtin table[] = {
    {"list contains", "list:list, element:any", list_contains},
    {"count", "list:list", count},
    {"min", "list:list", min_},
    {"min", "n...:any", min_},
    {"max", "list:list", max_},
    {"max", "n...:any", max_},
    {"sum", "list:list", sum},
    {"sum", "n...:any", sum},
    {"mean", "list:list", mean},
    {"mean", "n...:any", mean},
    {"product", "list:list", product},
    {"product", "n...:any", product},
    {"median", "list:list", median},
    {"median", "n...:any", median},
    {"stddev", "list:list", stddev},
    {"stddev", "n...:any", stddev},
    {"mode", "list:list", mode},
    {"mode", "n...:any", mode},
    {"all", "list:list", all},
    {"all", "b...:any", all},
    {"any", "list:list", any},
    {"any", "b...:any", any},
    {"sublist", "list:list, start position:number, length?:number!", sublist},
    {"append", "list:list, item...:any", append},
    {"concatenate", "list...:list", concatenate},
    {"insert before", "list:list, position:number, newItem:any", insert_before},
    {"remove", "list:list, position:number", remove},
    {"list replace", "list:list, position:any, newItem:any", list_replace},
    {"list replace", "list:list, match:any, newItem:any", list_replace},
    {"reverse", "list:list", reverse},
    {"index of", "list:list, match:any", index_of},
    {"union", "list...:list", union_},
    {"distinct values", "list:list", distinct_values},
    {"flatten", "list:list", flatten},
    {"sort", "list:list, precedes?:function", sort_},
};

}  // namespace

std::span<const Builtin> list_builtins() { return table; }

}  // namespace citybrain::brain
