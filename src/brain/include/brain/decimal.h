// Decimal: FEEL's number, IEEE 754-2008 decimal128 with 34 significant digits, rounding half to
// even (DMN 1.5 §10.3.2.3.1). The only place that knows Intel's decimal library is decimal.cc.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace citybrain::brain {

enum class Rounding : std::uint8_t { half_even, half_up, half_down, up, down, floor, ceiling };

// A plain value of 16 bytes. Arithmetic never throws: overflow and division by zero give a value
// that is not finite, which the evaluator turns into null with a diagnostic.
class Decimal {
 public:
  Decimal() : Decimal(0) {}
  explicit Decimal(std::int64_t whole);
  // units × 10^-scale: scaled(1250, 2) is 12.50.
  static Decimal scaled(std::int64_t units, int scale);
  // "12.50", "-.5", "1e3"; nothing else around it.
  static std::optional<Decimal> parse(std::string_view text);
  static Decimal from_double(double value);

  bool is_finite() const;
  bool is_zero() const;
  bool is_whole() const;
  bool is_negative() const;

  // As FEEL writes numbers: "12.5", "0.0001", "100"; trailing zeros are dropped.
  std::string text() const;
  double to_double() const;
  // The whole number, if it is one and fits.
  std::optional<std::int64_t> to_int() const;
  // Units of 10^-scale, if the value is exactly that and fits: 12.5 with scale 2 is 1250.
  std::optional<std::int64_t> to_scaled(int scale) const;

  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b);
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  friend Decimal operator/(const Decimal& a, const Decimal& b);
  Decimal operator-() const;
  // Numeric comparison: 1.0 equals 1.00. Numbers that are not finite compare unordered.
  friend std::partial_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b);

  // a - b × floor(a/b), the sign of the divisor (DMN 1.5 table 75).
  static Decimal modulo(const Decimal& a, const Decimal& b);
  static Decimal power(const Decimal& base, const Decimal& exponent);
  // To `scale` digits after the point (may be negative).
  Decimal rounded(int scale, Rounding mode) const;
  Decimal abs() const;
  Decimal sqrt() const;
  Decimal exp() const;
  Decimal log() const;
  // Equal numbers hash alike.
  std::size_t hash() const;

 private:
  std::uint64_t low_ = 0;  // the two words of a BID decimal128
  std::uint64_t high_ = 0;
  friend struct DecimalBits;
};

}  // namespace citybrain::brain
