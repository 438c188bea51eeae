// Typed columns and cells: see base/schema.h.
#include "base/schema.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain {

const char* name_of(Type type) {
  switch (type) {
    case Type::boolean: return "boolean";
    case Type::integer: return "integer";
    case Type::decimal: return "decimal";
    case Type::text: return "text";
    case Type::date: return "date";
    case Type::timestamp: return "timestamp";
  }
  return "text";
}

Result<Type> type_from(std::string_view name) {
  for (const Type type :
       {Type::boolean, Type::integer, Type::decimal, Type::text, Type::date, Type::timestamp}) {
    if (name == name_of(type)) return type;
  }
  return invalid("'" + std::string(name) +
                 "' is no type; write boolean, integer, decimal, text, date or timestamp");
}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return i;
  }
  return std::nullopt;
}

std::string to_text(const Cell& cell) {
  struct Visitor {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(Decimal64 v) const { return scaled_text(v.value, v.scale); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(Date v) const { return to_iso(v); }
    std::string operator()(Timestamp v) const { return to_iso(v); }
  };
  return std::visit(Visitor{}, cell);
}

Result<Cell> parse_cell(const Field& field, std::string_view text) {
  if (text.empty()) return Cell{};
  const std::string quoted = "'" + std::string(text) + "'";
  switch (field.type) {
    case Type::boolean:
      if (text == "true" || text == "1" || text == "是") return Cell{true};
      if (text == "false" || text == "0" || text == "否") return Cell{false};
      return invalid(quoted + " is no boolean; send true or false");
    case Type::integer:
      if (const auto value = parse_int(text)) return Cell{*value};
      return invalid(quoted + " is no whole number");
    case Type::decimal:
      if (const auto value = parse_scaled(text, field.scale)) {
        return Cell{Decimal64{*value, field.scale}};
      }
      return invalid(quoted + " is no number of at most " + std::to_string(field.scale) +
                     " decimals");
    case Type::text: return Cell{std::string(text)};
    case Type::date: {
      CB_TRY(const Date date, parse_date(text));
      return Cell{date};
    }
    case Type::timestamp: {
      CB_TRY(const Timestamp at, parse_timestamp(text));
      return Cell{at};
    }
  }
  return internal("unknown type");
}

Cell Column::cell_at(std::size_t row) const {
  if (is_null(row)) return {};
  switch (field_.type) {
    case Type::boolean: return ints_[row] != 0;
    case Type::integer: return ints_[row];
    case Type::decimal: return Decimal64{ints_[row], field_.scale};
    case Type::text: return std::string(text_at(row));
    case Type::date: return Date{static_cast<std::int32_t>(ints_[row])};
    case Type::timestamp: return Timestamp{ints_[row]};
  }
  return {};
}

void Column::append_null() {
  valid_.push_back(0);
  if (field_.type == Type::text) {
    ends_.push_back(bytes_.size());
  } else {
    ints_.push_back(0);
  }
}

void Column::append(const Cell& cell) {
  if (citybrain::is_null(cell)) return append_null();
  switch (field_.type) {
    case Type::boolean: return append_int(std::get<bool>(cell) ? 1 : 0);
    case Type::integer: return append_int(std::get<std::int64_t>(cell));
    case Type::decimal: {
      const auto value = std::get<Decimal64>(cell);
      CB_CHECK(value.scale == field_.scale);
      return append_int(value.value);
    }
    case Type::text: return append_text(std::get<std::string>(cell));
    case Type::date: return append_int(std::get<Date>(cell).days);
    case Type::timestamp: return append_int(std::get<Timestamp>(cell).us);
  }
}

void Column::reserve(std::size_t rows) {
  valid_.reserve(rows);
  if (field_.type == Type::text) {
    ends_.reserve(rows);
  } else {
    ints_.reserve(rows);
  }
}

void Column::clear() { truncate(0); }

void Column::truncate(std::size_t rows) {
  CB_CHECK(rows <= valid_.size());
  valid_.resize(rows);
  if (field_.type == Type::text) {
    ends_.resize(rows);
    bytes_.resize(rows == 0 ? 0 : ends_.back());
  } else {
    ints_.resize(rows);
  }
}

Batch::Batch(Schema s) : schema(std::move(s)) {
  columns.reserve(schema.fields.size());
  for (const Field& field : schema.fields) columns.emplace_back(field);
}

const Column& Batch::column(std::string_view name) const {
  const auto at = schema.find(name);
  CB_CHECK(at.has_value());
  return columns[*at];
}

void Batch::append_row(const std::vector<Cell>& cells) {
  CB_CHECK(cells.size() == columns.size());
  for (std::size_t i = 0; i < cells.size(); ++i) columns[i].append(cells[i]);
  ++rows;
}

std::vector<Cell> Batch::row(std::size_t index) const {
  CB_CHECK(index < rows);
  std::vector<Cell> cells;
  cells.reserve(columns.size());
  for (const Column& column : columns) cells.push_back(column.cell_at(index));
  return cells;
}

void Batch::clear() {
  for (Column& column : columns) column.clear();
  rows = 0;
}

}  // namespace citybrain
