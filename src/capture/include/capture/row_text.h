// RowText: the values of one row as text, side by side in one buffer, so that a row costs two
// allocations however many columns it has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace citybrain::capture {

// One value a column of its table, in the table's order. A value is text, null, or absent: not sent
// (a large value that an update left alone; all but the key of a removed row). Text is canonical,
// whatever database it comes from:
//   boolean    "true" | "false"
//   integer    digits, with '-' where negative
//   decimal    digits with exactly the field's scale behind the point
//   date       "2020-06-01"
//   timestamp  "2020-06-01 08:00:00[.ffffff]", with "Z" behind where the database knows the instant
//   text       as it is, UTF-8; bytes as "\x" and lower-case hex; arrays, json, … as the database
//              writes them
// What a database can hold and these forms cannot ("infinity", "NaN", year 12000) is passed on as
// the database writes it: the checks behind will refuse it with its value.
class RowText {
 public:
  std::size_t size() const { return cells_.size(); }
  bool empty() const { return cells_.empty(); }
  bool is_null(std::size_t column) const { return at(column).kind == Kind::null; }
  bool is_absent(std::size_t column) const { return at(column).kind == Kind::absent; }
  bool has_text(std::size_t column) const { return at(column).kind == Kind::text; }
  // "" where there is no text.
  std::string_view text(std::size_t column) const {
    const std::size_t from = column == 0 ? 0 : at(column - 1).end;
    return std::string_view(bytes_).substr(from, at(column).end - from);
  }
  std::size_t bytes() const { return bytes_.size(); }

  void add_null() { cells_.push_back({bytes_.size(), Kind::null}); }
  void add_absent() { cells_.push_back({bytes_.size(), Kind::absent}); }
  void add(std::string_view value) {
    bytes_.append(value);
    cells_.push_back({bytes_.size(), Kind::text});
  }
  // For writers that make the text in place: append to buffer(), then end_text().
  std::string& buffer() { return bytes_; }
  void end_text() { cells_.push_back({bytes_.size(), Kind::text}); }
  void copy(const RowText& from, std::size_t column) {
    if (from.has_text(column)) return add(from.text(column));
    from.is_null(column) ? add_null() : add_absent();
  }
  void clear() {
    bytes_.clear();
    cells_.clear();
  }
  void reserve(std::size_t columns, std::size_t bytes) {
    cells_.reserve(columns);
    bytes_.reserve(bytes);
  }

  friend bool operator==(const RowText&, const RowText&) = default;

 private:
  enum class Kind : std::uint8_t { null, absent, text };
  struct Cell {
    std::size_t end = 0;
    Kind kind = Kind::null;
    friend bool operator==(const Cell&, const Cell&) = default;
  };
  const Cell& at(std::size_t column) const {
    CB_CHECK(column < cells_.size());
    return cells_[column];
  }

  std::string bytes_;
  std::vector<Cell> cells_;
};

}  // namespace citybrain::capture
