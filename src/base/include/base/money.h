// Fen: money as a whole number of fen (1 yuan = 100 fen). No double ever touches money.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain {

// An amount in fen. Range ±9.2e16 yuan; adding beyond it stops the process.
struct Fen {
  std::int64_t fen = 0;

  friend auto operator<=>(Fen, Fen) = default;
  friend Fen operator+(Fen a, Fen b);
  friend Fen operator-(Fen a, Fen b);
  Fen operator-() const;
  Fen& operator+=(Fen other) { return *this = *this + other; }
  Fen& operator-=(Fen other) { return *this = *this - other; }
};

// The share `part`/`whole` of an amount, rounded half up to the fen (whole > 0).
Fen share_of(Fen amount, std::int64_t part, std::int64_t whole);

// "12345.67" (yuan, at most two decimals, optional sign) → fen.
Result<Fen> parse_yuan(std::string_view text);
// fen → "12345.67".
std::string to_yuan(Fen amount);
// fen → "12,345.67".
std::string to_yuan_grouped(Fen amount);

}  // namespace citybrain
