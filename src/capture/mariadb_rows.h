// Row events: which rows of a table were written, changed, removed, as RowText.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/capture.h"
#include "mariadb_event.h"
#include "mariadb_value.h"

namespace citybrain::capture {

// A table map together with what its rows become.
struct BoundTable {
  TableMap map;
  std::shared_ptr<const ForeignTable> table;  // null: not captured, its rows are passed over
  std::vector<int> place;                     // by column of the map: its place in `table`, or -1
  std::vector<bool> in_key;                   // by column of the map
  std::vector<std::size_t> key;               // places of the key in `table`
  // What a written row has where its image lacks a column (binlog_row_image=MINIMAL): the declared
  // defaults; absent = not known. As long as `table` has columns.
  RowText defaults;
};

// One row event, inflated where it was compressed. Views into the packet or into `inflated`.
struct RowsEvent {
  Change::Kind kind{};
  std::uint64_t table_id = 0;
  std::uint64_t columns = 0;
  std::string_view before;  // bitmap of columns in the image before; of an insert: none
  std::string_view after;   // bitmap of columns in the image after; of a remove: none
  std::string_view images;
  std::shared_ptr<const std::string> inflated;
};

bool is_rows(EventType type);
// Errors: corrupt, exhausted (columns_max, event_bytes_max).
Result<RowsEvent> read_rows(const BinlogEvent& event, const BinlogFormat& format);

// Takes the rows of an event one by one. Used once; the event and the table stay alive meanwhile.
class RowImages {
 public:
  // Errors: corrupt where the event does not fit the table.
  static Result<RowImages> open(const RowsEvent& event, const BoundTable& table);

  bool done() const { return bytes_.left() == 0; }
  // Fills in `row` and `old` of a change of the event's kind. Errors: corrupt; invalid where the
  // images lack the key.
  Result<void> next(Charsets& charsets, Change& change);

 private:
  RowImages(const RowsEvent& event, const BoundTable& table)
      : event_(&event), table_(&table), bytes_(event.images) {}
  Result<void> take(Charsets& charsets, Change& change);
  Result<void> image(std::string_view present, bool key_only, const RowText* otherwise,
                     Charsets& charsets, RowText& out);
  Result<void> need_key(const RowText& row) const;

  const RowsEvent* event_;
  const BoundTable* table_;
  MariadbBytes bytes_;
};

}  // namespace citybrain::capture
