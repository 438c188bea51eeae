// Constants moved to a column's scale, so that comparing whole numbers is exact: see bulk_ask.h.
#include "bulk_ask.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace citybrain::brain {

namespace {

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

// The bits of 64 values, or of the last few: in low..high.
std::uint64_t inside(const std::int64_t* v, std::size_t n, std::int64_t low, std::int64_t high) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < n; ++i)
    bits |= static_cast<std::uint64_t>(v[i] >= low && v[i] <= high) << i;
  return bits;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) std::uint64_t inside_avx2(const std::int64_t* v, std::int64_t low,
                                                          std::int64_t high) {
  const __m256i least = _mm256_set1_epi64x(low);
  const __m256i most = _mm256_set1_epi64x(high);
  std::uint64_t outside = 0;
  for (int i = 0; i < 64; i += 4) {
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(v + i));
    const __m256i wrong =
        _mm256_or_si256(_mm256_cmpgt_epi64(least, x), _mm256_cmpgt_epi64(x, most));
    outside |= static_cast<std::uint64_t>(_mm256_movemask_pd(_mm256_castsi256_pd(wrong))) << i;
  }
  return ~outside;
}

bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}
#endif

std::uint64_t inside_64(const std::int64_t* v, std::int64_t low, std::int64_t high) {
#if defined(__x86_64__)
  if (has_avx2()) return inside_avx2(v, low, high);
#endif
  return inside(v, 64, low, high);
}

}  // namespace

IntAsk::IntAsk(const Predicate& predicate, int scale)
    : negated(predicate.negated), of_null(answered(predicate.holds({}))) {
  for (const Predicate::Test& t : predicate.tests) intervals.push_back(interval_of(t, scale));
}

bool IntAsk::holds(std::int64_t units) const {
  const bool any = std::any_of(intervals.begin(), intervals.end(), [&](const Interval& i) {
    return !i.nothing && (units >= i.low && units <= i.high) != i.outside;
  });
  return any != negated;
}

void IntAsk::mark(const std::int64_t* values, std::size_t rows, Bits& yes) const {
  for (const Interval& i : intervals) {
    if (i.nothing) continue;
    for (std::size_t at = 0; at < rows; at += 64) {
      const std::size_t n = std::min<std::size_t>(64, rows - at);
      std::uint64_t bits =
          n == 64 ? inside_64(values + at, i.low, i.high) : inside(values + at, n, i.low, i.high);
      if (i.outside) bits = ~bits;
      yes.words[at / 64] |= bits;
    }
  }
  if (negated) yes = Bits::first(rows) - yes;
  if (rows % 64 != 0) yes &= Bits::first(rows);
}

}  // namespace citybrain::brain
