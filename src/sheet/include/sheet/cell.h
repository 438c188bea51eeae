// Cell: what one cell of a sheet holds, read as text that base's parse_cell understands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace citybrain::sheet {

// What a cell is by its type and style. A formula is its value as the program that saved it last
// computed it; nothing is computed here.
enum class Kind : std::uint8_t { blank, text, number, boolean, date, timestamp, time, error };

const char* name_of(Kind kind);

// One cell. `text` is as CSV would hold it: numbers with at most 15 significant digits, as Excel
// itself shows them, never in powers of ten ("12.1"); "true"/"false"; "2020-06-01"; "2020-06-01
// 08:00:00" (local time, no offset); "08:00:00"; an error's name ("#N/A"); "" where blank.
struct Cell {
  Kind kind = Kind::blank;
  std::string text;

  static Cell of(std::string text) { return {text.empty() ? Kind::blank : Kind::text, text}; }
  static Cell number(std::string decimal) { return {Kind::number, std::move(decimal)}; }
  static Cell boolean(bool value) { return {Kind::boolean, value ? "true" : "false"}; }
  static Cell date(std::string iso) { return {Kind::date, std::move(iso)}; }
  static Cell timestamp(std::string local) { return {Kind::timestamp, std::move(local)}; }
  friend bool operator==(const Cell&, const Cell&) = default;
};

// A row of a sheet; cells that trail blank are left away, blank rows are not given at all.
struct Row {
  std::int64_t number = 0;  // from 1, as the program shows it
  std::vector<Cell> cells;

  // The text of a column (from 0), "" where the row ends before it.
  const std::string& at(std::size_t column) const;
};

// A block of merged cells, all bounds inclusive; rows from 1, columns from 0.
struct Merge {
  std::int64_t row_first = 0;
  std::int64_t row_last = 0;
  std::size_t column_first = 0;
  std::size_t column_last = 0;
  friend bool operator==(const Merge&, const Merge&) = default;
};

}  // namespace citybrain::sheet
