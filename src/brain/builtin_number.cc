// Numbers and booleans.
#include <cmath>

#include "base/text.h"
#include "builtin.h"
#include "machine.h"
#include "temporal.h"

namespace citybrain::brain {
namespace {

Value finite(const Call& call, const Decimal& d) {
  return d.is_finite() ? Value::number(d) : call.fail("the result is no number");
}

// Of what has no end of digits.
Value rooted(const Call& call, const Decimal& d) {
  call.machine.inexact();
  return finite(call, d);
}

// floor(n), floor(n, scale) and their kin: scale 0 where left out.
Value rounded(const Call& call, Rounding mode) {
  constexpr std::int64_t scale_least = -6111;
  constexpr std::int64_t scale_most = 6176;
  std::int64_t scale = 0;
  if (call.given > 1) {
    if (call[1].is_null()) return call.fail("the scale is null");
    // A scale that is not whole counts without its fraction.
    const auto whole = call[1].as_number().rounded(0, Rounding::down).to_int();
    if (!whole || *whole < scale_least || *whole > scale_most) {
      return call.fail("the scale must be a whole number in -6111..6176", call[1]);
    }
    scale = *whole;
  }
  return finite(call, call[0].as_number().rounded(static_cast<int>(scale), mode));
}

Value decimal_(const Call& c) { return rounded(c, Rounding::half_even); }
Value floor_(const Call& c) { return rounded(c, Rounding::floor); }
Value ceiling(const Call& c) { return rounded(c, Rounding::ceiling); }
Value round_up(const Call& c) { return rounded(c, Rounding::up); }
Value round_down(const Call& c) { return rounded(c, Rounding::down); }
Value round_half_up(const Call& c) { return rounded(c, Rounding::half_up); }
Value round_half_down(const Call& c) { return rounded(c, Rounding::half_down); }

Value abs_(const Call& c) {
  Value v = c[0];
  if (v.is(Kind::list) && v.as_list().size() == 1) v = Value(v.as_list()[0]);
  if (v.is(Kind::number)) return Value::number(v.as_number().abs());
  if (v.is(Kind::months)) return Value::months(std::abs(v.whole()));
  if (v.is(Kind::duration)) {
    if (v.whole() >= 0) return v;
    return v.ns() == 0
               ? Value::duration(-v.whole(), 0)
               : Value::duration(-v.whole() - 1, static_cast<std::int32_t>(ns_per_second - v.ns()));
  }
  return c.fail("abs wants a number or a duration", v);
}

Value modulo(const Call& c) {
  if (c[1].as_number().is_zero()) return c.fail("the divisor is 0");
  return finite(c, Decimal::modulo(c[0].as_number(), c[1].as_number()));
}

Value sqrt_(const Call& c) {
  if (c[0].as_number().is_negative()) return c.fail("no square root of a negative number", c[0]);
  return rooted(c, c[0].as_number().sqrt());
}
Value log_(const Call& c) {
  if (c[0].as_number() <= Decimal(0)) return c.fail("log wants a positive number", c[0]);
  return rooted(c, c[0].as_number().log());
}
Value exp_(const Call& c) { return rooted(c, c[0].as_number().exp()); }

Value odd(const Call& c) {
  if (!c[0].as_number().is_whole()) return Value::boolean(false);
  return Value::boolean(!Decimal::modulo(c[0].as_number(), Decimal(2)).is_zero());
}
Value even(const Call& c) {
  return Value::boolean(Decimal::modulo(c[0].as_number(), Decimal(2)).is_zero());
}

// number(from, grouping separator, decimal separator).
Value number_(const Call& c) {
  if (c.given == 1 && c[0].is(Kind::number)) return c[0];
  if (!c[0].is(Kind::text)) return c.fail("number wants a string", c[0]);
  std::string text = c[0].as_text();
  const auto separator = [&](std::size_t i) -> std::string {
    return c.given > i && c[i].is(Kind::text) ? c[i].as_text() : "";
  };
  for (std::size_t i = 1; i < c.given; ++i) {
    if (!c[i].is_null() && !c[i].is(Kind::text)) return c.fail("a separator is a string", c[i]);
  }
  const std::string group = separator(1);
  const std::string point = separator(2);
  if (c.given > 1) {
    if (!group.empty() && group != " " && group != "," && group != ".") {
      return c.fail("the grouping separator is a space, a comma or a period", c[1]);
    }
    if (!point.empty() && point != "," && point != ".") {
      return c.fail("the decimal separator is a comma or a period", c[2]);
    }
    if (!group.empty() && group == point) return c.fail("the separators are the same", c[1]);
    std::string plain;
    for (const char ch : text) {
      if (!group.empty() && ch == group[0]) continue;
      plain += !point.empty() && ch == point[0] ? '.' : ch;
    }
    text = plain;
  }
  const auto value = Decimal::parse(text);
  if (!value || !value->is_finite()) return c.fail("this is no number", c[0]);
  return Value::number(*value);
}

Value not_(const Call& c) {
  if (c[0].is(Kind::boolean)) return Value::boolean(!c[0].as_boolean());
  return c.fail("not wants true or false", c[0]);
}

constexpr Builtin table[] = {
    {"decimal", "n:number, scale:number", "number", decimal_, "按银行家舍入法保留小数位",
     "n rounded half to even, with scale digits after the point", "decimal(1/3, 2)", "0.33"},
    {"floor", "n:number, scale?:number", "number", floor_, "向下取整，可指定小数位",
     "the greatest number of that scale that is not above n", "floor(-1.5)", "-2"},
    {"ceiling", "n:number, scale?:number", "number", ceiling, "向上取整，可指定小数位",
     "the least number of that scale that is not below n", "ceiling(1.234, 2)", "1.24"},
    {"round up", "n:number, scale:number", "number", round_up, "远离零舍入",
     "n rounded away from zero", "round up(5.01, 0)", "6"},
    {"round down", "n:number, scale:number", "number", round_down, "向零舍入（截尾）",
     "n rounded towards zero", "round down(-5.9, 0)", "-5"},
    {"round half up", "n:number, scale:number", "number", round_half_up, "四舍五入",
     "n rounded to the nearest, a half away from zero", "round half up(2.5, 0)", "3"},
    {"round half down", "n:number, scale:number", "number", round_half_down, "五舍六入",
     "n rounded to the nearest, a half towards zero", "round half down(2.5, 0)", "2"},
    {"abs", "n:any", "first", abs_, "绝对值（数或时长）", "a number or duration without its sign",
     "abs(-7)", "7"},
    {"modulo", "dividend:number, divisor:number", "number", modulo, "取余，符号随除数",
     "what is left of a division, with the divisor's sign", "modulo(-12, 5)", "3"},
    {"sqrt", "number:number", "number", sqrt_, "平方根", "the square root", "sqrt(16)", "4"},
    {"log", "number:number", "number", log_, "自然对数", "the natural logarithm", "log(1)", "0"},
    {"exp", "number:number", "number", exp_, "e 的 n 次幂", "e to that power", "exp(0)", "1"},
    {"odd", "number:number", "boolean", odd, "是否奇数", "is the number odd", "odd(5)", "true"},
    {"even", "number:number", "boolean", even, "是否偶数", "is the number even", "even(5)",
     "false"},
    {"number", "from:any", "number", number_, "把文字读成数", "the number that a string says",
     "number(\"1000.5\")", "1000.5"},
    {"number", "from:any, grouping separator:any, decimal separator:any", "number", number_,
     "按给定的千分号和小数点读数", "the number that a string says with these separators",
     "number(\"1 000,5\", \" \", \",\")", "1000.5"},
    {"not", "negand:any", "boolean", not_, "否定；未知仍为未知",
     "true for false and false for true", "not(true)", "false"},
};

}  // namespace

std::span<const Builtin> number_builtins() { return table; }

}  // namespace citybrain::brain
