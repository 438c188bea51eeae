// Codec: how a row and a key are written as bytes in the change log.
//
// Row:  varint n of fields; n/8 (rounded up) bytes of bits, 1 = null; then each value that is not
// null:
//       numbers as zigzag varint (decimal in units, date in days, timestamp in µs, boolean 0/1),
//       text as varint length and its UTF-8. Fields added to a schema later read as null in older
//       rows.
// Key:  each cell in turn, so that bytes sort as the cells do and a prefix of cells is a prefix of
//       bytes: numbers as 8 bytes, big-endian, sign flipped; text with 0x00 as 00 FF, and 00 00
//       after.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"

namespace citybrain::lake {

// Appends row `row` of a batch.
void encode_row(const Batch& batch, std::size_t row, std::string& out);
// Corrupt where the bytes are not such a row.
Result<std::vector<Cell>> decode_row(const Schema& schema, std::string_view bytes);
// Decodes as one more row of `out`.
Result<void> decode_row_into(std::string_view bytes, Batch& out);

// Positions of the key's fields in the schema.
std::vector<std::size_t> key_fields(const Schema& schema);
// Appends the key of a row. Invalid where a cell of it is null.
Result<void> encode_key(const Batch& batch, const std::vector<std::size_t>& fields, std::size_t row,
                        std::string& out);
// The key of cells, or of the first few of them; invalid where one is null or of another type.
Result<std::string> encode_key(const Schema& schema, const std::vector<Cell>& cells);
// The first bytes after everything that starts with `prefix`.
std::string after_prefix(std::string_view prefix);

// A cell as the number that columns hold. The cell must be of a number's type.
std::int64_t number_of(const Cell& cell);
// Is a cell a value of this field (null is)?
bool fits(const Cell& cell, const Field& field);

}  // namespace citybrain::lake
