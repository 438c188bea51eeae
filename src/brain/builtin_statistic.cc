// Over lists of numbers, durations and truths: sums, means, extremes. Where a function takes a list
// or the items one by one, items() gives the same either way.
#include <algorithm>
#include <optional>

#include "builtin.h"
#include "machine.h"

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
  c.machine.inexact();
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

constexpr Builtin table[] = {
    {"min", "list:list", "item", min_, "最小值", "the least item", "min([3, 1, 2])", "1"},
    {"min", "n...:any", "first", min_, "最小值", "the least of the arguments", "min(3, 1, 2)", "1"},
    {"max", "list:list", "item", max_, "最大值", "the greatest item", "max([3, 1, 2])", "3"},
    {"max", "n...:any", "first", max_, "最大值", "the greatest of the arguments", "max(3, 1, 2)",
     "3"},
    {"sum", "list:list", "item", sum, "合计（数或时长）", "the sum of the items", "sum([1, 2, 3])",
     "6"},
    {"sum", "n...:any", "first", sum, "合计（数或时长）", "the sum of the arguments",
     "sum(1, 2, 3)", "6"},
    {"mean", "list:list", "item", mean, "平均值", "the arithmetic mean of the items",
     "mean([1, 2, 3])", "2"},
    {"mean", "n...:any", "first", mean, "平均值", "the arithmetic mean of the arguments",
     "mean(1, 2, 3)", "2"},
    {"product", "list:list", "number", product, "连乘", "the product of the items",
     "product([2, 3, 4])", "24"},
    {"product", "n...:any", "number", product, "连乘", "the product of the arguments",
     "product(2, 3, 4)", "24"},
    {"median", "list:list", "number", median, "中位数", "the middle item", "median([8, 2, 5])",
     "5"},
    {"median", "n...:any", "number", median, "中位数", "the middle argument", "median(8, 2, 5, 3)",
     "4"},
    {"stddev", "list:list", "number", stddev, "样本标准差", "the standard deviation of a sample",
     "stddev([2, 4])", "1.414213562373095048801688724209698"},
    {"stddev", "n...:any", "number", stddev, "样本标准差", "the standard deviation of a sample",
     "stddev(1, 2, 3)", "1"},
    {"mode", "list:list", "list<number>", mode, "众数列表", "the most frequent items, in order",
     "mode([6, 3, 9, 6])", "[6]"},
    {"mode", "n...:any", "list<number>", mode, "众数列表", "the most frequent arguments, in order",
     "mode(6, 3, 9, 6, 6)", "[6]"},
    {"all", "list:list", "boolean", all, "是否全部为真", "are all items true", "all([true, false])",
     "false"},
    {"all", "b...:any", "boolean", all, "是否全部为真", "are all arguments true", "all(true, true)",
     "true"},
    {"any", "list:list", "boolean", any, "是否至少一个为真", "is at least one item true",
     "any([true, false])", "true"},
    {"any", "b...:any", "boolean", any, "是否至少一个为真", "is at least one argument true",
     "any(false, false)", "false"},
};

}  // namespace

std::span<const Builtin> statistic_builtins() { return table; }

}  // namespace citybrain::brain
