// TableMap: a foreign table and the resource that it feeds: which column becomes which item,
// whether a new shape of the table still fits, and rows in the items' order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/capture.h"
#include "capture_store.h"
#include "plan.h"

namespace citybrain::rail {

// What a new shape asks for.
struct ShapeVerdict {
  std::string obstacle;            // "" = it fits; else why not, with the remedy
  std::vector<std::string> added;  // columns that no item has
};

// Owned by one feeder; one thread.
class TableMap {
 public:
  TableMap(CaptureTableRow row, Plan plan);

  const CaptureTableRow& row() const { return row_; }
  CaptureTableRow& row() { return row_; }
  const Plan& plan() const { return plan_; }
  const std::string& resource() const { return row_.resource; }
  // The name under which the lake keeps this table's position.
  std::string lake_source() const { return row_.source + "/" + row_.resource; }

  // Would rows of that shape still be rows of the resource? `replayed`: they are from before a
  // place that was passed already, when columns may not have been there yet.
  ShapeVerdict judge(const capture::ForeignTable& shape, bool replayed) const;
  // From here on rows come in that shape. It was judged to fit.
  void take_shape(std::shared_ptr<const capture::ForeignTable> shape);
  const capture::ForeignTable* shape() const { return shape_.get(); }

  // A row of the table as one of the resource, in the items' order; absent stays absent.
  capture::RowText items_of(const capture::RowText& row) const;
  // The key of a row in the items' order, as one text that compares equal where keys are equal. ""
  // = a cell of it is absent or null.
  std::string key_of(const capture::RowText& items) const;
  // Its cells in the order of the resource's key; none where one is no value of its item.
  std::optional<std::vector<Cell>> key_cells(const std::string& key) const;
  // For people: cells joined by '|'. And the cells as a JSON array.
  static std::string shown(const std::string& key);
  static std::string json_of(const std::string& key);
  // A key in the order of the table's own key, for Snapshot; `cells` in the resource's order.
  capture::RowText foreign_key(const std::vector<std::string>& cells) const;
  // The table's own key of a row of the table.
  capture::RowText foreign_key_of(const capture::RowText& row) const;

 private:
  CaptureTableRow row_;
  Plan plan_;
  std::vector<std::size_t> key_;  // items of the key, in the resource's order
  std::shared_ptr<const capture::ForeignTable> shape_;
  std::vector<std::optional<std::size_t>> column_at_;  // of each item
};

// Cells of a key text.
std::vector<std::string> cells_of_key(const std::string& key);
// A text as a cell of a field; "" of text is an empty text, not null.
Result<Cell> cell_of(const Field& field, std::string_view text);
// A cell in the canonical form of RowText.
std::string canonical_text(const Cell& cell);

}  // namespace citybrain::rail
