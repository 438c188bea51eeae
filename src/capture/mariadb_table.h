// A table as the binlog describes it before its rows: TABLE_MAP with its types, and the optional
// metadata (names, signs, character sets, labels, key) that binlog_row_metadata=FULL gives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::capture {

inline constexpr std::size_t columns_max = 4096;   // InnoDB allows 1017, other engines 4096
inline constexpr std::size_t labels_max = 65'535;  // of an enum; a set has 64

// enum_field_types as they stand in TABLE_MAP.
enum class ColumnType : std::uint8_t {
  decimal_old = 0,
  tiny = 1,
  small = 2,
  integer = 3,
  float4 = 4,
  float8 = 5,
  null = 6,
  timestamp_old = 7,
  bigint = 8,
  medium = 9,
  date_old = 10,
  time_old = 11,
  datetime_old = 12,
  year = 13,
  date = 14,
  varchar = 15,
  bit = 16,
  timestamp = 17,
  datetime = 18,
  time = 19,
  blob_compressed = 140,
  varchar_compressed = 141,
  vector = 242,
  json = 245,
  decimal = 246,
  enumeration = 247,
  set = 248,
  tiny_blob = 249,
  medium_blob = 250,
  long_blob = 251,
  blob = 252,
  var_string = 253,
  string = 254,
  geometry = 255,
};

inline constexpr std::uint32_t collation_binary = 63;

// What a column means beyond its bytes, where the wire does not tell (from information_schema).
enum class Meaning : std::uint8_t { plain, uuid, inet4, inet6, json };

struct BinlogColumn {
  ColumnType type{};
  // By type: length in bytes (strings), bytes of the length (blobs, float), precision << 8 | scale
  // (decimal), bits (bit), fraction digits (time types), bytes of the number (enum, set).
  std::uint32_t meta = 0;
  bool nullable = false;
  bool is_unsigned = false;
  std::uint32_t collation = 0;  // 0 = not told
  Meaning meaning = Meaning::plain;
  std::string name;                 // "" = not told
  std::vector<std::string> labels;  // of enum and set, bytes in their character set
};

struct TableMap {
  std::uint64_t id = 0;
  std::string database;
  std::string table;
  std::vector<BinlogColumn> columns;
  std::vector<std::size_t> key;  // primary key by position; empty: none, or not told
  bool mariadb = false;          // else MySQL
  bool has_names = false;
  bool has_signs = false;
  bool has_labels = false;
  bool has_charsets = false;
};

// `id_bytes`: 6, or 4 where the format says so. Errors: corrupt, exhausted (limits above).
Result<TableMap> read_table_map(std::string_view body, std::size_t id_bytes, bool mariadb);

// The kinds of columns that metadata lists speak of, in order of columns.
bool is_numeric(ColumnType type);
bool is_character(ColumnType type);
// MariaDB counts geometries among those that have a character set.
bool is_character_of_mariadb(ColumnType type);

}  // namespace citybrain::capture
