// Workbook: an .xlsx file (ECMA-376 / ISO 29500) read row by row, in bounded memory. Whatever the
// bytes are, reading ends with rows or with an error: sizes, nesting and inflation are bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sheet/cell.h"

namespace citybrain::sheet {

// What a workbook may cost. Each is refused with Code::exhausted, naming the limit.
struct Limits {
  std::int64_t file_bytes_max = 1LL << 30;     // of the file as it lies there
  std::int64_t part_bytes_max = 8LL << 30;     // of one part, inflated (zip bombs)
  std::int64_t ratio_max = 400;                // inflated : deflated, once over 16 MiB came out
  std::int64_t parts_max = 10'000;             // files in the zip
  std::int64_t strings_bytes_max = 512 << 20;  // of the shared strings, held in memory
  std::int64_t rows_max = 1'048'576;           // of a sheet: what Excel itself allows
  std::int64_t columns_max = 16'384;           // likewise
  std::int64_t cell_bytes_max = 32'767 * 4;    // likewise, in UTF-8
  int sheets_max = 255;
  int depth_max = 64;  // of XML elements in each other
};

struct SheetInfo {
  std::string name;
  bool hidden = false;
};

// Gives the rows of one sheet in order. One thread; must not outlive its workbook.
class RowReader {
 public:
  virtual ~RowReader() = default;
  // The next row that is not blank into `row` (its cells are used again); false at the end.
  // Errors: corrupt (damaged zip or XML, with the sheet and the row reached), exhausted.
  virtual Result<bool> next(Row& row) = 0;
};

// Where the columns of a table in a sheet are.
struct Header {
  std::vector<std::string> names;  // one a column from A; "" = no name
  std::int64_t row = 0;            // of the names; the records begin behind it
};

// An open workbook: sheet names, styles and shared strings in memory, rows on disk. Owner: whoever
// opened it; one thread. Never writes, never computes formulas, never follows links out of the
// file.
class Workbook {
 public:
  // Errors: not_found; invalid for what is no .xlsx (an .xls of Excel 97, a workbook with a
  // password, another zip), with what to do; corrupt; exhausted.
  static Result<std::unique_ptr<Workbook>> open(const std::string& path, const Limits& limits = {});
  // The same over bytes, which it keeps: for uploads.
  static Result<std::unique_ptr<Workbook>> open_bytes(std::string bytes, const Limits& limits = {});
  virtual ~Workbook() = default;

  // In the workbook's order.
  virtual const std::vector<SheetInfo>& sheets() const = 0;
  // Of that name, or not_found naming the sheets there are.
  Result<std::size_t> find(std::string_view name) const;
  // Reads from the sheet's beginning.
  virtual Result<std::unique_ptr<RowReader>> rows(std::size_t sheet) = 0;
  // The merged blocks: a pass over the whole sheet, since they stand at its end.
  virtual Result<std::vector<Merge>> merges(std::size_t sheet) = 0;

  // All rows but blank ones, at most `rows_max` of them: for small sheets, such as a template that
  // was filled in. exhausted where there are more.
  Result<std::vector<Row>> read_all(std::size_t sheet, std::int64_t rows_max);

  // Finds the header among the sheet's first 30 rows: the row in which `knows` takes most cells (at
  // least one), so titles and remarks above it are passed over. Under merged group headings the
  // names are those of the lower row; a heading merged downwards counts for its last row.
  // Error invalid: no such row.
  Result<Header> header(std::size_t sheet, const std::function<bool(std::string_view name)>& knows);
};

// Does a file begin as a workbook does (a zip)? Its first 4 bytes are enough.
bool looks_like_xlsx(std::string_view head);

}  // namespace citybrain::sheet
