// Lists: parts of them, order and membership. What is counted over them is in builtin_statistic.cc.
#include <algorithm>

#include "builtin.h"
#include "function.h"
#include "machine.h"
#include "temporal.h"

namespace citybrain::brain {
namespace {

using Items = std::vector<Value>;

Value number_of(std::size_t n) { return Value::number(static_cast<std::int64_t>(n)); }
bool equal(const Value& a, const Value& b) { return equals(a, b).is_true(); }

Value list_contains(const Call& c) {
  const auto& list = c[0].as_list();
  return Value::boolean(
      std::any_of(list.begin(), list.end(), [&](const Value& v) { return equal(v, c[1]); }));
}

Value count(const Call& c) { return number_of(c[0].as_list().size()); }

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

bool flatten_into(const Value& v, Items& out, int depth) {
  constexpr int flatten_depth_max = 200;
  if (out.size() > list_items_max || depth > flatten_depth_max) return false;
  if (!v.is(Kind::list)) {
    out.push_back(v);
    return true;
  }
  const auto& items = v.as_list();
  return std::all_of(items.begin(), items.end(),
                     [&](const Value& item) { return flatten_into(item, out, depth + 1); });
}
Value flatten(const Call& c) {
  Items out;
  if (!flatten_into(c[0], out, 0)) return c.fail("the list is too long, or nested too deep");
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
    {"list contains", "list:list, element:any", "boolean", list_contains, "列表是否含有该值",
     "is the value in the list", "list contains([1, 2, 3], 2)", "true"},
    {"count", "list:list", "number", count, "列表项数", "how many items the list has",
     "count([1, 2, 3])", "3"},
    {"sublist", "list:list, start position:number, length?:number!", "first", sublist,
     "取子列表，位置从 1 起，负数从末尾数",
     "a part of the list; positions from 1, or from the end when negative",
     "sublist([4, 5, 6], 1, 2)", "[4, 5]"},
    {"append", "list:list, item...:any", "list<Any>", append, "在末尾添加项",
     "the list with the items at its end", "append([1], 2, 3)", "[1, 2, 3]"},
    {"concatenate", "list...:list", "list<Any>", concatenate, "连接多个列表",
     "the lists one after the other", "concatenate([1, 2], [3])", "[1, 2, 3]"},
    {"insert before", "list:list, position:number, newItem:any", "list<Any>", insert_before,
     "在位置之前插入", "the list with an item put in before the position",
     "insert before([1, 3], 1, 2)", "[2, 1, 3]"},
    {"remove", "list:list, position:number", "first", remove, "去掉该位置的项",
     "the list without the item at the position", "remove([1, 2, 3], 2)", "[1, 3]"},
    {"list replace", "list:list, position:any, newItem:any", "list<Any>", list_replace,
     "替换该位置的项", "the list with another item at the position",
     "list replace([2, 4, 7], 3, 6)", "[2, 4, 6]"},
    {"list replace", "list:list, match:any, newItem:any", "list<Any>", list_replace,
     "替换函数选中的项", "the list with the items that the function picks replaced",
     "list replace([2, 4, 7], function(item, newItem) item < newItem, 5)", "[5, 5, 7]"},
    {"reverse", "list:list", "first", reverse, "倒序", "the list backwards", "reverse([1, 2, 3])",
     "[3, 2, 1]"},
    {"index of", "list:list, match:any", "list<number>", index_of, "该值出现的位置",
     "the positions at which the value stands", "index of([1, 2, 3, 2], 2)", "[2, 4]"},
    {"union", "list...:list", "list<Any>", union_, "合并并去重",
     "the lists joined, without duplicates", "union([1, 2], [2, 3])", "[1, 2, 3]"},
    {"distinct values", "list:list", "first", distinct_values, "去重",
     "the list without duplicates", "distinct values([1, 2, 3, 2, 1])", "[1, 2, 3]"},
    {"flatten", "list:list", "list<Any>", flatten, "展开嵌套列表", "nested lists laid flat",
     "flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]"},
    {"sort", "list:list, precedes?:function", "first", sort_, "排序，可给出比较函数",
     "the list in order, by the function where one is given",
     "sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]"},
};

}  // namespace

std::span<const Builtin> list_builtins() { return table; }

}  // namespace citybrain::brain
