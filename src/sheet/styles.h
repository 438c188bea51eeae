// Styles: which cell styles mean dates and times, and what a number means under them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sheet/cell.h"
#include "zip_in.h"

namespace citybrain::sheet {

// What a number format shows of a number.
enum class Shows : std::uint8_t { number, date, time, date_and_time };

// Of a format's code, such as `yyyy"年"m"月"d"日"` (ISO 29500-1 §18.8.31).
Shows shows_of(std::string_view code);
// Of a built-in format's number (§18.8.30), with those of Chinese Excel.
Shows shows_of_builtin(int id);

// The shows of each cell format, by the s attribute of a cell. Immutable after read.
class Styles {
 public:
  // Reads the part; a workbook without one has numbers only.
  static Result<Styles> read(const ZipIn& zip, const std::string& part, int depth_max);
  Shows of(std::size_t style) const {
    return style < shows_.size() ? shows_[style] : Shows::number;
  }

 private:
  std::vector<Shows> shows_;
};

// A number as XML has it (a double's text) → the cell under that format. An unreadable number is a
// cell of kind error with the text as written.
Cell number_cell(std::string_view text, Shows shows, bool date1904);
// With at most 15 significant digits, as Excel itself shows it, never in powers of ten.
std::string number_text(double value);

}  // namespace citybrain::sheet
