// SheetRows: a worksheet part as rows. Cells are kept sparse until a row is asked for, so that a
// row of one far cell costs no memory.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "shared_strings.h"
#include "sheet/reader.h"
#include "styles.h"
#include "xml.h"

namespace citybrain::sheet {

// What cells of all sheets of a workbook refer to.
struct Shared {
  Limits limits;
  Styles styles;
  SharedStrings strings;
  bool date1904 = false;
};

// Collects the rows of one worksheet part as its XML goes by.
class SheetEvents final : public XmlEvents {
 public:
  explicit SheetEvents(const Shared& shared) : shared_(shared) {}

  Result<void> start(std::string_view name, const Attributes& attributes) override;
  Result<void> end(std::string_view name) override;
  Result<void> text(std::string_view piece) override;

  struct SparseRow {
    std::int64_t number = 0;
    std::vector<std::pair<std::size_t, Cell>> cells;
  };
  std::deque<SparseRow> ready;
  std::vector<Merge> merges;
  std::int64_t row_reached = 0;

 private:
  Result<void> start_row(const Attributes& attributes);
  Result<void> start_cell(const Attributes& attributes);
  Result<void> start_merge(const Attributes& attributes);
  Result<void> end_cell();

  const Shared& shared_;
  SparseRow row_;
  std::int64_t column_next_ = 0;
  std::size_t column_ = 0;
  std::string type_;
  std::size_t style_ = 0;
  std::string value_;   // of <v>
  std::string inline_;  // of <is>
  bool in_row_ = false;
  bool in_cell_ = false;
  bool in_value_ = false;
  bool in_inline_ = false;
  int phonetic_ = 0;
};

// "BC12" → column 54 (from 0), row 12; false where it is no such name.
bool parse_reference(std::string_view text, std::size_t& column, std::int64_t& row);
// 54 → "BC".
std::string column_name(std::size_t column);

class SheetRows final : public RowReader {
 public:
  SheetRows(const Shared& shared, std::string name, PartReader part)
      : name_(std::move(name)),
        part_(std::move(part)),
        events_(shared),
        xml_(events_, shared.limits.depth_max) {}
  Result<bool> next(Row& row) override;

 private:
  Result<void> feed();

  std::string name_;
  PartReader part_;
  SheetEvents events_;
  Xml xml_;
  bool ended_ = false;
};

}  // namespace citybrain::sheet
