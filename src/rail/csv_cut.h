// CsvCutter: finds where a CSV row and its cells end (RFC 4180), sixteen bytes at a time, without
// copying. Works on UTF-8 and on GB18030 alike: no byte of either's Chinese is a comma, a quote or
// a line end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace citybrain::rail {

enum class Cut : std::uint8_t {
  row,     // cells() and raw() are a row
  blank,   // an empty line
  more,    // the row goes on behind the bytes given
  broken,  // the line at the beginning is no row: problem() says why, raw() is the line
};

// One a reader; not shared. Views it returns live until the next cut or until the bytes move.
class CsvCutter {
 public:
  // Bytes that must be readable (not meaningful) behind `end`.
  static constexpr std::size_t padding = 64;

  // Cuts one row at `begin`. `last`: nothing comes behind `end`, so a row without line end is
  // whole. `row_bytes_max` bounds how far a quote may stay open; a broken row ends at its first
  // line end, so that one stray quote costs one line. `cells_expected` > 0: a row of several lines
  // with another number of cells is broken too.
  Cut cut(const char* begin, const char* end, bool last, std::size_t row_bytes_max,
          std::size_t cells_expected);

  const std::vector<std::string_view>& cells() const { return cells_; }
  std::string_view raw() const { return raw_; }
  std::size_t used() const { return used_; }        // bytes, with the line end
  std::int64_t lines() const { return lines_; }     // line ends passed
  bool ascii() const { return ascii_; }             // false = maybe not
  const char* problem() const { return problem_; }  // in Chinese, for the department

 private:
  Cut cut_quoted(const char* begin, const char* end, bool last, std::size_t row_bytes_max,
                 std::size_t cells_expected);
  const char* quoted_cell(const char* p, const char* end);
  Cut row(const char* begin, const char* end_of_row, const char* behind, bool plain);
  Cut broken(const char* begin, const char* end, bool last, const char* why);

  std::vector<std::string_view> cells_;
  std::vector<std::string> unescaped_;  // of cells with doubled quotes
  std::size_t unescaped_used_ = 0;
  std::string_view raw_;
  std::size_t used_ = 0;
  std::int64_t lines_ = 0;
  bool ascii_ = true;
  const char* problem_ = "";
};

}  // namespace citybrain::rail
