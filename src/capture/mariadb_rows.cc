// Row events. See mariadb_rows.h. Layout: MySQL's Rows_event; MariaDB adds compression of all that
// stands behind the bitmaps.
#include "mariadb_rows.h"

#include <algorithm>

namespace citybrain::capture {
namespace {

bool is_compressed(EventType type) {
  return type >= EventType::write_rows_compressed_v1 && type <= EventType::delete_rows_compressed;
}

bool is_version_2(EventType type) {
  return (type >= EventType::write_rows_v2 && type <= EventType::delete_rows_v2) ||
         type >= EventType::write_rows_compressed;
}

// Of the types of is_rows: write, update, remove follow each other in each version.
Change::Kind kind_of(EventType type) {
  int first = static_cast<int>(EventType::write_rows_v0);
  if (type >= EventType::write_rows_v2) first = static_cast<int>(EventType::write_rows_v2);
  if (is_compressed(type)) first = static_cast<int>(EventType::write_rows_compressed_v1);
  const int index = (static_cast<int>(type) - first) % 3;
  return index == 0   ? Change::Kind::insert
         : index == 1 ? Change::Kind::update
                      : Change::Kind::remove;
}

}  // namespace

bool is_rows(EventType type) {
  return (type >= EventType::write_rows_v0 && type <= EventType::delete_rows_v1) ||
         (type >= EventType::write_rows_v2 && type <= EventType::delete_rows_v2) ||
         is_compressed(type);
}

Result<RowsEvent> read_rows(const BinlogEvent& event, const BinlogFormat& format) {
  MariadbBytes bytes(event.body);
  RowsEvent rows;
  rows.kind = kind_of(event.type);
  rows.table_id = bytes.little(format.post_header_of(event.type) == 6 ? 4 : 6);
  bytes.skip(2);  // flags
  if (is_version_2(event.type)) {
    const std::uint16_t extra = bytes.u16();  // counts itself
    bytes.skip(extra < 2 ? 0 : extra - 2u);
  }
  rows.columns = bytes.packed();
  if (rows.columns > columns_max) {
    return exhausted("rows of " + std::to_string(rows.columns) + " columns, at most " +
                     std::to_string(columns_max));
  }
  const std::size_t bitmap = (rows.columns + 7) / 8;
  if (rows.kind != Change::Kind::insert) rows.before = bytes.take(bitmap);
  if (rows.kind != Change::Kind::remove) rows.after = bytes.take(bitmap);
  if (bytes.failed()) return corrupt("a row event that ends before its rows");
  rows.images = bytes.rest();
  if (is_compressed(event.type)) {
    CB_TRY(std::string inflated, inflate_event(rows.images));
    rows.inflated = std::make_shared<const std::string>(std::move(inflated));
    rows.images = *rows.inflated;
  }
  return rows;
}

Result<RowImages> RowImages::open(const RowsEvent& event, const BoundTable& table) {
  if (event.columns != table.map.columns.size()) {
    return corrupt("rows of " + std::to_string(event.columns) + " columns for table " +
                   table.map.database + "." + table.map.table + ", which has " +
                   std::to_string(table.map.columns.size()));
  }
  return RowImages(event, table);
}

Result<void> RowImages::image(std::string_view present, bool key_only, const RowText* otherwise,
                              Charsets& charsets, RowText& out) {
  const std::vector<BinlogColumn>& columns = table_->map.columns;
  std::size_t count = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) count += bit_at(present, i) ? 1 : 0;
  const std::string_view nulls = bytes_.take((count + 7) / 8);
  if (bytes_.failed()) return corrupt("a row that ends in its nulls");
  std::size_t index = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int place = table_->place[i];
    const bool wanted = place >= 0 && (!key_only || table_->in_key[i]);
    if (!bit_at(present, i)) {
      if (place < 0) continue;
      wanted&& otherwise ? out.copy(*otherwise, static_cast<std::size_t>(place)) : out.add_absent();
      continue;
    }
    if (bit_at(nulls, index++)) {
      if (place >= 0) wanted ? out.add_null() : out.add_absent();
      continue;
    }
    CB_TRY(const std::string_view value, take_value(columns[i], bytes_));
    if (wanted) {
      CB_DO(append_value(columns[i], value, charsets, out.buffer()));
      out.end_text();
    } else if (place >= 0) {
      out.add_absent();
    }
  }
  return ok();
}

Result<void> RowImages::need_key(const RowText& row) const {
  for (const std::size_t place : table_->key) {
    if (!row.is_absent(place)) continue;
    return invalid("a changed row of " + table_->table->full_name() + " came without '" +
                   table_->table->columns[place].name +
                   "' of its key; set binlog_row_image = FULL, or give the table a primary key");
  }
  return ok();
}

Result<void> RowImages::next(Charsets& charsets, Change& change) {
  const std::size_t left = bytes_.left();
  CB_DO(take(charsets, change));
  if (bytes_.left() == left) return corrupt("a row without any column");
  return ok();
}

Result<void> RowImages::take(Charsets& charsets, Change& change) {
  change.kind = event_->kind;
  change.table = table_->table;
  const std::size_t columns = table_->table->columns.size();
  const std::size_t guess = bytes_.left() < 4096 ? bytes_.left() : 256;
  switch (event_->kind) {
    case Change::Kind::insert:
      change.row.reserve(columns, guess);
      CB_DO(image(event_->after, false, &table_->defaults, charsets, change.row));
      return need_key(change.row);
    case Change::Kind::remove:
      change.old.reserve(columns, 32);
      CB_DO(image(event_->before, true, nullptr, charsets, change.old));
      return need_key(change.old);
    default: break;
  }
  change.old.reserve(columns, 32);
  CB_DO(image(event_->before, true, nullptr, charsets, change.old));
  CB_DO(need_key(change.old));
  change.row.reserve(columns, guess);
  CB_DO(image(event_->after, false, &change.old, charsets, change.row));
  const bool same = std::ranges::all_of(table_->key, [&](std::size_t place) {
    return change.old.text(place) == change.row.text(place) &&
           change.old.is_null(place) == change.row.is_null(place);
  });
  if (same) change.old.clear();
  return ok();
}

}  // namespace citybrain::capture
