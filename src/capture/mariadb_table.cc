// TABLE_MAP: the columns' types and what each type's metadata bytes mean. See mariadb_table.h.
#include "mariadb_table.h"

#include "mariadb_bytes.h"
#include "mariadb_metadata.h"

namespace citybrain::capture {
namespace {

// CHAR, ENUM and SET share one type: the real one stands in the first byte, with two bits of a
// length above 255 folded into it, inverted (MySQL's Field_string::do_save_field_metadata).
void read_string_meta(MariadbBytes& meta, BinlogColumn& column) {
  const std::uint8_t first = meta.u8();
  const std::uint8_t second = meta.u8();
  if ((first & 0x30) != 0x30) {
    column.type = static_cast<ColumnType>(first | 0x30);
    column.meta = second | static_cast<std::uint32_t>((first & 0x30) ^ 0x30) << 4;
  } else {
    column.type = static_cast<ColumnType>(first);
    column.meta = second;
  }
}

Result<void> read_meta(MariadbBytes& meta, BinlogColumn& column) {
  switch (column.type) {
    case ColumnType::float4:
    case ColumnType::float8:
    case ColumnType::tiny_blob:
    case ColumnType::medium_blob:
    case ColumnType::long_blob:
    case ColumnType::blob:
    case ColumnType::blob_compressed:
    case ColumnType::geometry:
    case ColumnType::json:
    case ColumnType::vector:
    case ColumnType::time:
    case ColumnType::datetime:
    case ColumnType::timestamp: column.meta = meta.u8(); return ok();
    case ColumnType::varchar:
    case ColumnType::varchar_compressed:
    case ColumnType::var_string: column.meta = meta.u16(); return ok();
    case ColumnType::bit: {
      const std::uint8_t bits = meta.u8();
      column.meta = bits + 8u * meta.u8();
      return ok();
    }
    case ColumnType::decimal: column.meta = static_cast<std::uint32_t>(meta.big(2)); return ok();
    case ColumnType::string:
    case ColumnType::enumeration:
    case ColumnType::set: read_string_meta(meta, column); return ok();
    case ColumnType::decimal_old:
    case ColumnType::tiny:
    case ColumnType::small:
    case ColumnType::integer:
    case ColumnType::null:
    case ColumnType::timestamp_old:
    case ColumnType::bigint:
    case ColumnType::medium:
    case ColumnType::date_old:
    case ColumnType::time_old:
    case ColumnType::datetime_old:
    case ColumnType::year:
    case ColumnType::date: return ok();
  }
  return corrupt("a column of type " + std::to_string(static_cast<int>(column.type)) +
                 ", which no known server has");
}

}  // namespace

bool is_numeric(ColumnType type) {
  switch (type) {
    case ColumnType::tiny:
    case ColumnType::small:
    case ColumnType::medium:
    case ColumnType::integer:
    case ColumnType::bigint:
    case ColumnType::decimal:
    case ColumnType::decimal_old:
    case ColumnType::float4:
    case ColumnType::float8:
    case ColumnType::year: return true;
    default: return false;
  }
}

bool is_character(ColumnType type) {
  switch (type) {
    case ColumnType::string:
    case ColumnType::var_string:
    case ColumnType::varchar:
    case ColumnType::varchar_compressed:
    case ColumnType::blob:
    case ColumnType::blob_compressed: return true;
    default: return false;
  }
}

bool is_character_of_mariadb(ColumnType type) {
  return is_character(type) || type == ColumnType::geometry;
}

Result<TableMap> read_table_map(std::string_view body, std::size_t id_bytes, bool mariadb) {
  MariadbBytes bytes(body);
  TableMap map;
  map.mariadb = mariadb;
  map.id = bytes.little(id_bytes);
  bytes.skip(2);  // flags
  map.database = std::string(bytes.short_text());
  bytes.skip(1);
  map.table = std::string(bytes.short_text());
  bytes.skip(1);
  const std::uint64_t count = bytes.packed();
  if (count > columns_max) {
    return exhausted("table " + map.database + "." + map.table + " has " + std::to_string(count) +
                     " columns, at most " + std::to_string(columns_max));
  }
  const std::string_view types = bytes.take(count);
  MariadbBytes meta(bytes.packed_text());
  const std::string_view nullable = bytes.take((count + 7) / 8);
  if (bytes.failed()) return corrupt("a table map that ends in its columns");
  map.columns.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    BinlogColumn& column = map.columns[i];
    column.type = static_cast<ColumnType>(types[i]);
    column.nullable = bit_at(nullable, i);
    CB_DO(read_meta(meta, column));
  }
  if (meta.failed()) return corrupt("a table map that ends in its types' metadata");
  CB_DO(read_metadata(bytes.rest(), map));
  return map;
}

}  // namespace citybrain::capture
