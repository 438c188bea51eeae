// Schema, Column, Batch: tables as plain data, so that rail, lake, guard, facts and brain can hand
// rows to each other without knowing each other's stores.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/result.h"

namespace citybrain {

// decimal: an int64 of units 10^-scale. date: days. timestamp: microseconds. Chinese names beside
// the types are the official 数据类型 of the catalogue.
enum class Type : std::uint8_t { boolean, integer, decimal, text, date, timestamp };

const char* name_of(Type type);
Result<Type> type_from(std::string_view name);

struct Field {
  std::string name;
  Type type = Type::text;
  int scale = 0;  // of decimal, 0..9
  friend bool operator==(const Field&, const Field&) = default;
};

// Fields in order, and the names of those that make the key (empty: no key).
struct Schema {
  std::vector<Field> fields;
  std::vector<std::string> key;

  // Position of a field, or none.
  std::optional<std::size_t> find(std::string_view name) const;
  friend bool operator==(const Schema&, const Schema&) = default;
};

struct Decimal64 {
  std::int64_t value = 0;
  int scale = 0;
  friend bool operator==(const Decimal64&, const Decimal64&) = default;
};

// One value of a row; monostate is null.
using Cell =
    std::variant<std::monostate, bool, std::int64_t, Decimal64, std::string, Date, Timestamp>;

inline bool is_null(const Cell& cell) { return cell.index() == 0; }
// Text as it stands in CSV and JSON strings: "true", "12.50", "2020-06-01"; null is "".
std::string to_text(const Cell& cell);
// Reads text as a value of the field's type; the error says what was expected. "" is null.
Result<Cell> parse_cell(const Field& field, std::string_view text);

// One column of a batch: a validity byte a row, and either int64s (boolean, integer, decimal, date,
// timestamp) or text bytes with their ends. Rows are appended in order. Not shared while written.
class Column {
 public:
  Column() = default;
  explicit Column(Field field) : field_(std::move(field)) {}

  const Field& field() const { return field_; }
  Type type() const { return field_.type; }
  std::size_t size() const { return valid_.size(); }
  bool is_null(std::size_t row) const { return valid_[row] == 0; }

  std::int64_t int_at(std::size_t row) const { return ints_[row]; }
  std::string_view text_at(std::size_t row) const {
    const std::size_t from = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(from, ends_[row] - from);
  }
  Cell cell_at(std::size_t row) const;

  void append_null();
  void append_int(std::int64_t value) {
    valid_.push_back(1);
    ints_.push_back(value);
  }
  void append_text(std::string_view value) {
    valid_.push_back(1);
    bytes_.append(value);
    ends_.push_back(bytes_.size());
  }
  // The cell must be null or of this column's type (CB_CHECK).
  void append(const Cell& cell);
  void reserve(std::size_t rows);
  void clear();
  // Drops the last rows down to `rows`: a row that failed its checks half way is taken back so.
  void truncate(std::size_t rows);

  const std::vector<std::uint8_t>& valid() const { return valid_; }
  const std::vector<std::int64_t>& ints() const { return ints_; }

 private:
  Field field_;
  std::vector<std::uint8_t> valid_;
  std::vector<std::int64_t> ints_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

// Rows of one schema, by column.
struct Batch {
  Schema schema;
  std::vector<Column> columns;
  std::size_t rows = 0;

  Batch() = default;
  explicit Batch(Schema s);
  // The column of that name; a name that is not there is a programmer's mistake.
  const Column& column(std::string_view name) const;
  // Appends one row; as many cells as fields.
  void append_row(const std::vector<Cell>& cells);
  std::vector<Cell> row(std::size_t index) const;
  void clear();
};

}  // namespace citybrain
