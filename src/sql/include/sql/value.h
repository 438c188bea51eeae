// Param, Row, Rows: what goes into a statement and what comes out. Portable over both stores: null,
// 64-bit integer, text, bytes. Booleans are 0/1, times are µs, dates are days, money is fen.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"

namespace citybrain::sql {

struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

// One bound value; owns its bytes. Made from null, any integer or bool, text, Blob, or an optional
// of these.
class Param {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string, Blob>;

  Param() = default;
  Param(std::nullptr_t) {}
  template <std::integral T>
  Param(T value) : value_(static_cast<std::int64_t>(value)) {}
  Param(std::string value) : value_(std::move(value)) {}
  Param(std::string_view value) : value_(std::string(value)) {}
  Param(const char* value) : value_(std::string(value)) {}
  Param(Blob value) : value_(std::move(value)) {}
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param()) {}

  const Value& value() const { return value_; }

 private:
  Value value_;
};

using Params = std::vector<Param>;

// One row of an answer. Columns count from 0. Reading a column as another type than it has stops
// the process; null reads as 0 and "". Where an engine gives a fraction (AVG), it is text.
class Row {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string>;

  std::size_t size() const { return values_.size(); }
  bool is_null(std::size_t column) const { return at(column).index() == 0; }
  std::int64_t integer(std::size_t column) const {
    const Value& value = at(column);
    CB_CHECK(value.index() != 2);
    return value.index() == 0 ? 0 : std::get<1>(value);
  }
  bool boolean(std::size_t column) const { return integer(column) != 0; }
  const std::string& text(std::size_t column) const;
  // Bytes of a BYTEA column.
  const std::string& bytes(std::size_t column) const { return text(column); }
  std::optional<std::int64_t> maybe_integer(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  std::optional<std::string> maybe_text(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }

  // The engines fill rows; nobody else writes them.
  std::vector<Value>& values() { return values_; }

 private:
  const Value& at(std::size_t column) const {
    CB_CHECK(column < values_.size());
    return values_[column];
  }
  std::vector<Value> values_;
};

// A whole answer: iterate, index, or take the first.
using Rows = std::vector<Row>;

}  // namespace citybrain::sql
