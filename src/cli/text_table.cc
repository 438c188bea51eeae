// Tables for a terminal: see text_table.h.
#include "text_table.h"

#include <algorithm>
#include <cstdint>

namespace citybrain::cli {
namespace {

// The next code point, and how many bytes it takes.
std::pair<char32_t, std::size_t> next(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > text.size() || lead < 0x80) return {lead, 1};
  char32_t point = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return {point, size};
}

// East Asian wide and full-width characters (UAX #11), as terminals draw them.
std::size_t width_of(char32_t c) {
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd);
  return wide ? 2 : 1;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789,.-+%") == std::string_view::npos;
}

}  // namespace

std::size_t width_of(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const auto [point, size] = next(utf8);
    width += width_of(point);
    utf8.remove_prefix(size);
  }
  return width;
}

std::string fit(std::string_view utf8, std::size_t width, bool right) {
  std::string out;
  const std::size_t full = width_of(utf8);
  if (full <= width) {
    const std::string blanks(width - full, ' ');
    return right ? blanks + std::string(utf8) : std::string(utf8) + blanks;
  }
  std::size_t used = 0;
  while (!utf8.empty()) {
    const auto [point, size] = next(utf8);
    if (used + width_of(point) + 1 > width) break;
    used += width_of(point);
    out += utf8.substr(0, size);
    utf8.remove_prefix(size);
  }
  out += "…";
  out.append(width - used - 1, ' ');
  return out;
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  std::vector<bool> numbers;
  for (std::size_t c = 0; c < heads_.size(); ++c) {
    std::size_t width = width_of(heads_[c]);
    bool number = !rows_.empty();
    for (const auto& row : rows_) {
      if (c >= row.size()) continue;
      width = std::max(width, width_of(row[c]));
      number = number && (row[c].empty() || is_number(row[c]));
    }
    widths.push_back(std::min(width, column_width_max));
    numbers.push_back(number);
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      if (c > 0) text += "  ";
      text += fit(c < cells.size() ? cells[c] : "", widths[c], numbers[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  };
  line(heads_);
  for (std::size_t c = 0; c < widths.size(); ++c) {
    if (c > 0) out += "  ";
    for (std::size_t i = 0; i < widths[c]; ++i) out += "─";
  }
  out += '\n';
  for (const auto& row : rows_) line(row);
  return out;
}

std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n < 0 ? -n : n);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return n < 0 ? "-" + digits : digits;
}

std::string yuan_text(std::int64_t fen) {
  const std::int64_t rest = fen < 0 ? -(fen % 100) : fen % 100;
  std::string out = grouped(fen / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
  return fen < 0 && fen > -100 ? "-" + out : out;
}

}  // namespace citybrain::cli
