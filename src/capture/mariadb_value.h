// Values of binlog rows: how many bytes a column's value takes, and what they mean as RowText has
// it.
#pragma once

#include <string>
#include <string_view>

#include "mariadb_bytes.h"
#include "mariadb_charset.h"
#include "mariadb_table.h"

namespace citybrain::capture {

// The bytes of the next value, without the length that may stand before them.
Result<std::string_view> take_value(const BinlogColumn& column, MariadbBytes& bytes);

// Appends the value's text to `out`. Errors: corrupt (with the column's name).
Result<void> append_value(const BinlogColumn& column, std::string_view value, Charsets& charsets,
                          std::string& out);

// Parts that have tests, and that reading by SQL shares.
Result<void> append_decimal(std::string_view value, int precision, int scale, std::string& out);
void append_hex(std::string_view bytes, std::string& out);
void append_bytes(std::string_view bytes, std::string& out);  // "\x" and hex
// The servers' geometry (reference system, then WKB) as WKB in hex; where the reference system is
// not 0, as EWKB with it.
Result<void> append_geometry(std::string_view value, std::string& out);
// Shortest text that reads back as the same number.
void append_float(float value, std::string& out);
void append_double(double value, std::string& out);

}  // namespace citybrain::capture
