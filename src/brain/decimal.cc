// Decimal over Intel's library. BID decimal128: sign bit, 14 bits of exponent (bias 6176), 113 bits
// of coefficient; the rare second form (coefficient beyond 2^113) is never canonical and counts as
// zero.
#include "brain/decimal.h"

#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
extern "C" {
#include <bid_conf.h>
#include <bid_functions.h>
}
#pragma GCC diagnostic pop

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace citybrain::brain {

__extension__ typedef unsigned __int128 Wide;

constexpr std::uint64_t sign_bit = 1ULL << 63;
constexpr int bias = 6176;
constexpr std::uint64_t high_mask = (1ULL << 49) - 1;
constexpr int plain_digits_max = 60;  // beyond it text() writes an exponent

struct DecimalBits {
  static BID_UINT128 bits(const Decimal& d) {
    BID_UINT128 b;
    b.w[0] = d.low_;
    b.w[1] = d.high_;
    return b;
  }
  static Decimal of(const BID_UINT128& b) { return of(b.w[0], b.w[1]); }
  static Decimal of(std::uint64_t low, std::uint64_t high) {
    Decimal d;
    d.low_ = low;
    d.high_ = high;
    return d;
  }
  static bool special(const Decimal& d) { return (d.high_ & (3ULL << 61)) == (3ULL << 61); }
  static int exponent(const Decimal& d) {
    return static_cast<int>((d.high_ >> 49) & 0x3fff) - bias;
  }
  static Wide coefficient(const Decimal& d) {
    if (special(d)) return 0;
    return (static_cast<Wide>(d.high_ & high_mask) << 64) | d.low_;
  }
  static bool negative(const Decimal& d) { return (d.high_ & sign_bit) != 0; }
  // Same exponent and both coefficients in one word: the common case, done without the library.
  static bool aligned(const Decimal& a, const Decimal& b) {
    return ((a.high_ ^ b.high_) & ~sign_bit) == 0 && (a.high_ & high_mask) == 0 && !special(a) &&
           ((a.low_ | b.low_) >> 62) == 0;
  }
  static std::int64_t signed_low(const Decimal& d) {
    const auto v = static_cast<std::int64_t>(d.low_);
    return negative(d) ? -v : v;
  }
  static Decimal with_exponent_of(const Decimal& a, std::int64_t value) {
    const std::uint64_t exponent_bits = a.high_ & ~sign_bit;
    return value < 0 ? of(static_cast<std::uint64_t>(-value), exponent_bits | sign_bit)
                     : of(static_cast<std::uint64_t>(value), exponent_bits);
  }
};
using Bits = DecimalBits;

Decimal::Decimal(std::int64_t whole) {
  const auto exponent = static_cast<std::uint64_t>(bias) << 49;
  low_ = whole < 0 ? 0 - static_cast<std::uint64_t>(whole) : static_cast<std::uint64_t>(whole);
  high_ = exponent | (whole < 0 ? sign_bit : 0);
}

Decimal Decimal::scaled(std::int64_t units, int scale) {
  Decimal d(units);
  d.high_ = (static_cast<std::uint64_t>(bias - scale) << 49) | (units < 0 ? sign_bit : 0);
  return d;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - from;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  std::size_t n = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    const std::size_t fraction = digits();
    if (fraction == 0) return std::nullopt;
    n += fraction;
  }
  if (n == 0) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    const std::size_t exponent = digits();
    if (exponent == 0 || exponent > 9) return std::nullopt;
  }
  if (i != text.size()) return std::nullopt;
  std::string copy(text);
  unsigned flags = 0;
  return Bits::of(bid128_from_string(copy.data(), 0, &flags));
}

Decimal Decimal::from_double(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return parse(std::string_view(buffer, static_cast<std::size_t>(end - buffer)))
      .value_or(Decimal(1) / Decimal(0));
}

bool Decimal::is_finite() const { return (high_ & (0xfULL << 59)) != (0xfULL << 59); }
bool Decimal::is_zero() const { return is_finite() && Bits::coefficient(*this) == 0; }
bool Decimal::is_negative() const { return Bits::negative(*this) && !is_zero(); }

namespace {
// Coefficient and exponent without trailing zeros.
struct Parts {
  Wide coefficient = 0;
  int exponent = 0;
};
Parts parts_of(const Decimal& d) {
  Parts p{Bits::coefficient(d), Bits::exponent(d)};
  if (p.coefficient == 0) return {};
  while ((p.coefficient >> 64) != 0 && p.coefficient % 10 == 0) {
    p.coefficient /= 10;
    ++p.exponent;
  }
  if ((p.coefficient >> 64) == 0) {
    auto low = static_cast<std::uint64_t>(p.coefficient);
    while (low % 10 == 0) {
      low /= 10;
      ++p.exponent;
    }
    p.coefficient = low;
  }
  return p;
}
}  // namespace

bool Decimal::is_whole() const {
  if (!is_finite()) return false;
  return Bits::exponent(*this) >= 0 || parts_of(*this).exponent >= 0;
}

std::string Decimal::text() const {
  if (!is_finite()) return "null";
  Parts p = parts_of(*this);
  if (p.coefficient == 0) return "0";
  std::string digits;
  while (p.coefficient != 0) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(p.coefficient % 10)));
    p.coefficient /= 10;
  }
  const auto length = static_cast<int>(digits.size());
  std::string out;
  if (p.exponent > plain_digits_max || p.exponent < -plain_digits_max - length) {
    out = digits.substr(0, 1);
    if (length > 1) out += "." + digits.substr(1);
    const int exponent = p.exponent + length - 1;
    out += (exponent < 0 ? "E" : "E+") + std::to_string(exponent);
  } else if (p.exponent >= 0) {
    out = digits + std::string(static_cast<std::size_t>(p.exponent), '0');
  } else if (-p.exponent < length) {
    out = digits.substr(0, static_cast<std::size_t>(length + p.exponent)) + "." +
          digits.substr(static_cast<std::size_t>(length + p.exponent));
  } else {
    out = "0." + std::string(static_cast<std::size_t>(-p.exponent - length), '0') + digits;
  }
  return (Bits::negative(*this) ? "-" : "") + out;
}

double Decimal::to_double() const {
  unsigned flags = 0;
  return bid128_to_binary64(Bits::bits(*this), 0, &flags);
}

std::optional<std::int64_t> Decimal::to_int() const { return to_scaled(0); }

std::optional<std::int64_t> Decimal::to_scaled(int scale) const {
  if (!is_finite()) return std::nullopt;
  Wide c = Bits::coefficient(*this);
  int shift = Bits::exponent(*this) + scale;
  if (c == 0) return 0;
  for (; shift < 0; ++shift) {
    if (c % 10 != 0) return std::nullopt;
    c /= 10;
  }
  for (; shift > 0; --shift) {
    if (c > static_cast<Wide>(INT64_MAX)) return std::nullopt;
    c *= 10;
  }
  if (c > static_cast<Wide>(INT64_MAX)) return std::nullopt;
  const auto value = static_cast<std::int64_t>(c);
  return Bits::negative(*this) ? -value : value;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  if (Bits::aligned(a, b)) {
    return Bits::with_exponent_of(a, Bits::signed_low(a) + Bits::signed_low(b));
  }
  unsigned flags = 0;
  return Bits::of(bid128_add(Bits::bits(a), Bits::bits(b), 0, &flags));
}

Decimal operator-(const Decimal& a, const Decimal& b) {
  if (Bits::aligned(a, b)) {
    return Bits::with_exponent_of(a, Bits::signed_low(a) - Bits::signed_low(b));
  }
  unsigned flags = 0;
  return Bits::of(bid128_sub(Bits::bits(a), Bits::bits(b), 0, &flags));
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  unsigned flags = 0;
  return Bits::of(bid128_mul(Bits::bits(a), Bits::bits(b), 0, &flags));
}

Decimal operator/(const Decimal& a, const Decimal& b) {
  unsigned flags = 0;
  return Bits::of(bid128_div(Bits::bits(a), Bits::bits(b), 0, &flags));
}

Decimal Decimal::operator-() const { return is_zero() ? *this : Bits::of(low_, high_ ^ sign_bit); }

std::partial_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (Bits::aligned(a, b)) return Bits::signed_low(a) <=> Bits::signed_low(b);
  unsigned flags = 0;
  const auto x = Bits::bits(a);
  const auto y = Bits::bits(b);
  if (bid128_quiet_less(x, y, &flags)) return std::partial_ordering::less;
  if (bid128_quiet_equal(x, y, &flags)) return std::partial_ordering::equivalent;
  if (bid128_quiet_greater(x, y, &flags)) return std::partial_ordering::greater;
  return std::partial_ordering::unordered;
}

bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

Decimal Decimal::modulo(const Decimal& a, const Decimal& b) {
  if (b.is_zero()) return a / b;
  // fmod is exact where a - b*floor(a/b) would lose digits of the quotient.
  unsigned flags = 0;
  const Decimal r = Bits::of(bid128_fmod(Bits::bits(a), Bits::bits(b), &flags));
  if (r.is_zero()) return Decimal(0);
  return r.is_negative() == b.is_negative() ? r : r + b;
}

Decimal Decimal::power(const Decimal& base, const Decimal& exponent) {
  constexpr std::int64_t exact_max = 100'000;
  const auto n = exponent.to_int();
  if (n && *n >= -exact_max && *n <= exact_max) {
    if (*n == 0) return Decimal(1);
    Decimal result(1);
    Decimal square = base;
    for (std::int64_t k = std::abs(*n); k > 0; k >>= 1) {
      if (k & 1) result = result * square;
      if (k > 1) square = square * square;
    }
    return *n < 0 ? Decimal(1) / result : result;
  }
  unsigned flags = 0;
  return Bits::of(bid128_pow(Bits::bits(base), Bits::bits(exponent), 0, &flags));
}

Decimal Decimal::rounded(int scale, Rounding mode) const {
  if (!is_finite() || Bits::exponent(*this) >= -scale) return *this;
  const auto unit = Bits::bits(scaled(1, scale));
  const auto to = [&](unsigned intel_mode) {
    unsigned flags = 0;
    return Bits::of(bid128_quantize(Bits::bits(*this), unit, intel_mode, &flags));
  };
  constexpr unsigned nearest_even = 0, toward_minus = 1, toward_plus = 2, to_zero = 3, away = 4;
  switch (mode) {
    case Rounding::half_even: return to(nearest_even);
    case Rounding::floor: return to(toward_minus);
    case Rounding::ceiling: return to(toward_plus);
    case Rounding::down: return to(to_zero);
    case Rounding::up: return to(is_negative() ? toward_minus : toward_plus);
    case Rounding::half_up: return to(away);
    case Rounding::half_down: {
      const Decimal towards = to(to_zero);
      return (*this - towards).abs() > scaled(5, scale + 1) ? rounded(scale, Rounding::up)
                                                            : towards;
    }
  }
  return *this;
}

Decimal Decimal::abs() const { return Bits::of(low_, high_ & ~sign_bit); }

Decimal Decimal::sqrt() const {
  unsigned flags = 0;
  return Bits::of(bid128_sqrt(Bits::bits(*this), 0, &flags));
}
Decimal Decimal::exp() const {
  unsigned flags = 0;
  return Bits::of(bid128_exp(Bits::bits(*this), 0, &flags));
}
Decimal Decimal::log() const {
  unsigned flags = 0;
  return Bits::of(bid128_log(Bits::bits(*this), 0, &flags));
}

std::size_t Decimal::hash() const {
  const Parts p = parts_of(*this);
  std::uint64_t h = static_cast<std::uint64_t>(p.coefficient) ^
                    (static_cast<std::uint64_t>(p.coefficient >> 64) * 0x9e3779b97f4a7c15ULL) ^
                    (static_cast<std::uint64_t>(p.exponent) << 32) ^ (is_negative() ? 1 : 0);
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  return h ^ (h >> 33);
}

}  // namespace citybrain::brain
