// Fen arithmetic and text: see base/money.h.
#include "base/money.h"

#include "base/text.h"

namespace citybrain {

Fen operator+(Fen a, Fen b) {
  Fen sum;
  CB_CHECK(!__builtin_add_overflow(a.fen, b.fen, &sum.fen));
  return sum;
}

Fen operator-(Fen a, Fen b) {
  Fen difference;
  CB_CHECK(!__builtin_sub_overflow(a.fen, b.fen, &difference.fen));
  return difference;
}

Fen Fen::operator-() const { return Fen{} - *this; }

Fen share_of(Fen amount, std::int64_t part, std::int64_t whole) {
  CB_CHECK(whole > 0);
  __extension__ using Wide = __int128;
  const Wide twice = static_cast<Wide>(amount.fen) * part * 2;
  const Wide base = static_cast<Wide>(whole) * 2;
  Wide quotient = (twice + whole) / base;
  if ((twice + whole) % base < 0) --quotient;  // floor of (x + 1/2): half up
  CB_CHECK(quotient <= INT64_MAX && quotient >= INT64_MIN);
  return {static_cast<std::int64_t>(quotient)};
}

Result<Fen> parse_yuan(std::string_view text) {
  if (const auto value = parse_scaled(trim(text), 2)) return Fen{*value};
  return invalid("'" + std::string(text) +
                 "' is no amount in yuan; send digits with at most two decimals, such as 1234.50");
}

std::string to_yuan(Fen amount) { return scaled_text(amount.fen, 2); }

std::string to_yuan_grouped(Fen amount) {
  std::string text = to_yuan(amount);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = text.size() - 3; at > first + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

}  // namespace citybrain
