// Optional metadata: a list of kind, length, value; each value lists something of those columns
// that have it, in their order. See mariadb_metadata.h.
#include "mariadb_metadata.h"

#include "mariadb_bytes.h"

namespace citybrain::capture {
namespace {

enum class Kind : std::uint8_t {
  signs = 1,
  default_charset = 2,
  charsets = 3,
  names = 4,
  set_labels = 5,
  enum_labels = 6,
  geometry_types = 7,
  key = 8,
  key_with_prefixes = 9,
  label_default_charset = 10,
  label_charsets = 11,
};

bool has_labels(ColumnType type) {
  return type == ColumnType::enumeration || type == ColumnType::set;
}

template <class Has>
std::vector<BinlogColumn*> columns_of(TableMap& map, Has has) {
  std::vector<BinlogColumn*> out;
  for (BinlogColumn& column : map.columns) {
    if (has(column.type)) out.push_back(&column);
  }
  return out;
}

std::vector<BinlogColumn*> with_charset(TableMap& map) {
  return columns_of(map, map.mariadb ? is_character_of_mariadb : is_character);
}

// One bit a numeric column, highest bit first.
void read_signs(MariadbBytes& value, TableMap& map) {
  const std::string_view bits = value.rest();
  std::size_t index = 0;
  for (BinlogColumn* column : columns_of(map, is_numeric)) {
    if (index / 8 >= bits.size()) break;
    column->is_unsigned = (static_cast<std::uint8_t>(bits[index / 8]) & (0x80 >> (index % 8))) != 0;
    ++index;
  }
  map.has_signs = true;
}

// The most frequent collation, then pairs (which of these columns, its own).
void read_default_charset(MariadbBytes& value, const std::vector<BinlogColumn*>& columns) {
  const auto collation = static_cast<std::uint32_t>(value.packed());
  for (BinlogColumn* column : columns) column->collation = collation;
  while (value.left() > 0) {
    const std::uint64_t index = value.packed();
    const auto own = static_cast<std::uint32_t>(value.packed());
    if (index < columns.size()) columns[index]->collation = own;
  }
}

void read_charsets(MariadbBytes& value, const std::vector<BinlogColumn*>& columns) {
  for (BinlogColumn* column : columns) {
    column->collation = static_cast<std::uint32_t>(value.packed());
  }
}

Result<void> read_labels(MariadbBytes& value, const std::vector<BinlogColumn*>& columns) {
  for (BinlogColumn* column : columns) {
    const std::uint64_t count = value.packed();
    if (count > labels_max) {
      return exhausted("column " + column->name + " has " + std::to_string(count) +
                       " labels, at most " + std::to_string(labels_max));
    }
    column->labels.clear();
    for (std::uint64_t i = 0; i < count && !value.failed(); ++i) {
      column->labels.emplace_back(value.packed_text());
    }
  }
  return ok();
}

// Primary key by positions, each with the length of its prefix where there are any.
void read_key(MariadbBytes& value, bool prefixes, TableMap& map) {
  map.key.clear();
  while (value.left() > 0) {
    const std::uint64_t index = value.packed();
    if (prefixes) value.packed();
    if (index < map.columns.size()) map.key.push_back(index);
  }
}

Result<void> read_field(Kind kind, MariadbBytes& value, TableMap& map) {
  switch (kind) {
    case Kind::signs: read_signs(value, map); break;
    case Kind::default_charset:
      map.has_charsets = true;
      read_default_charset(value, with_charset(map));
      break;
    case Kind::charsets:
      map.has_charsets = true;
      read_charsets(value, with_charset(map));
      break;
    case Kind::names:
      for (BinlogColumn& column : map.columns) column.name = std::string(value.packed_text());
      map.has_names = true;
      break;
    case Kind::set_labels:
      map.has_labels = true;
      return read_labels(value,
                         columns_of(map, [](ColumnType type) { return type == ColumnType::set; }));
    case Kind::enum_labels:
      map.has_labels = true;
      return read_labels(
          value, columns_of(map, [](ColumnType type) { return type == ColumnType::enumeration; }));
    case Kind::key:
    case Kind::key_with_prefixes: read_key(value, kind == Kind::key_with_prefixes, map); break;
    case Kind::label_default_charset:
      read_default_charset(value, columns_of(map, has_labels));
      break;
    case Kind::label_charsets: read_charsets(value, columns_of(map, has_labels)); break;
    case Kind::geometry_types: break;  // the value itself says what it is
  }
  return ok();
}

}  // namespace

Result<void> read_metadata(std::string_view fields, TableMap& map) {
  MariadbBytes bytes(fields);
  while (bytes.left() > 0) {
    const auto kind = static_cast<Kind>(bytes.u8());
    MariadbBytes value(bytes.packed_text());
    if (bytes.failed()) return corrupt("a table map that ends in its optional metadata");
    CB_DO(read_field(kind, value, map));
    if (value.failed()) {
      return corrupt("table " + map.database + "." + map.table + ": optional metadata of kind " +
                     std::to_string(static_cast<int>(kind)) + " ends too early");
    }
  }
  return ok();
}

}  // namespace citybrain::capture
