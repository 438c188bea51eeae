// Writer: an .xlsx file written sheet by sheet and row by row, in bounded memory. Opens in Excel,
// WPS and LibreOffice.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sheet/cell.h"

namespace citybrain::sheet {

// How a column shows its values, also those that are not filled in yet.
enum class Format : std::uint8_t { general, text, integer, decimal, date, timestamp };

struct ColumnSpec {
  std::string name;                       // its header, bold
  std::string group = {};                 // equal neighbours get one merged heading above
  double width = 0;                       // in characters; 0 = by the header
  Format format = Format::general;        // text keeps leading zeros of codes
  int places = 2;                         // of decimal
  std::vector<std::string> choices = {};  // a drop-down list; others are refused by the program
  std::string prompt = {};                // shown where the cell is selected
};

struct SheetSpec {
  std::string name;        // at most 31 characters, none of []:*?/\ ; unique in the workbook
  std::string title = {};  // one merged row above the header
  std::vector<ColumnSpec> columns;
  // The header stays in sight when scrolling, and so do that many columns from the left.
  int frozen_columns = 0;
  bool filter = false;  // drop-down filters on the header
};

// One workbook being written. Owner: whoever made it; one thread. The file at `path` appears whole
// or not at all: it is written beside it and renamed by finish(). Text that begins with = + - @ is
// text, never a formula.
class Writer {
 public:
  // Errors: unavailable (folder, disk).
  static Result<std::unique_ptr<Writer>> create(const std::string& path);
  // The workbook's bytes come from finish(): for replies and small files.
  static std::unique_ptr<Writer> in_memory();
  virtual ~Writer() = default;

  // Ends the sheet before it and begins another with its title and header. Errors: invalid (name).
  virtual Result<void> add_sheet(const SheetSpec& spec) = 0;
  // A row of the sheet begun last: one cell a column or fewer. A text cell stays a text whatever it
  // looks like. Errors: invalid (no sheet, more cells than columns, text of over 32,767 characters,
  // a number or date that is none), exhausted (rows, disk).
  virtual Result<void> row(const std::vector<Cell>& cells) = 0;
  // Ends the workbook; in memory: its bytes, else "".
  virtual Result<std::string> finish() = 0;
};

}  // namespace citybrain::sheet
