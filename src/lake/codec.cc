// Rows and keys as bytes. See codec.h.
#include "codec.h"

namespace citybrain::lake {
namespace {

void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

// Reads forward; `good` goes false at the first byte that is not there.
struct Reader {
  std::string_view bytes;
  std::size_t at = 0;
  bool good = true;

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= bytes.size()) break;
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    good = false;
    return 0;
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes.size() - at) {
      good = false;
      return {};
    }
    const auto part = bytes.substr(at, size);
    at += size;
    return part;
  }
};

// Calls sink.null(i), sink.number(i, v) or sink.text(i, v) for each field of the schema.
template <class Sink>
Result<void> decode(const Schema& schema, std::string_view bytes, Sink& sink) {
  Reader reader{bytes};
  const std::uint64_t stored = reader.varint();
  if (!reader.good || stored > schema.fields.size()) {
    return corrupt("a row of the change log has more fields than its resource");
  }
  const std::string_view nulls = reader.take((stored + 7) / 8);
  for (std::size_t i = 0; i < schema.fields.size() && reader.good; ++i) {
    if (i >= stored || (static_cast<unsigned char>(nulls[i / 8]) >> (i % 8) & 1) != 0) {
      sink.null(i);
    } else if (schema.fields[i].type == Type::text) {
      const std::uint64_t size = reader.varint();
      sink.text(i, reader.take(size));
    } else {
      sink.number(i, unzigzag(reader.varint()));
    }
  }
  if (!reader.good || reader.at != bytes.size()) {
    return corrupt("a row of the change log is cut or too long");
  }
  return ok();
}

Cell cell_of(const Field& field, std::int64_t value) {
  switch (field.type) {
    case Type::boolean: return value != 0;
    case Type::integer: return value;
    case Type::decimal: return Decimal64{value, field.scale};
    case Type::date: return Date{static_cast<std::int32_t>(value)};
    case Type::timestamp: return Timestamp{value};
    case Type::text: break;
  }
  CB_CHECK(false);
}

struct CellSink {
  const Schema& schema;
  std::vector<Cell>& cells;
  void null(std::size_t) { cells.emplace_back(); }
  void number(std::size_t i, std::int64_t v) { cells.push_back(cell_of(schema.fields[i], v)); }
  void text(std::size_t, std::string_view v) { cells.emplace_back(std::string(v)); }
};

struct BatchSink {
  Batch& batch;
  void null(std::size_t i) { batch.columns[i].append_null(); }
  void number(std::size_t i, std::int64_t v) { batch.columns[i].append_int(v); }
  void text(std::size_t i, std::string_view v) { batch.columns[i].append_text(v); }
};

void key_number(std::int64_t value, std::string& out) {
  const std::uint64_t flipped = static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(flipped >> shift));
}

void key_text(std::string_view value, std::string& out) {
  if (value.find('\0') == std::string_view::npos) {
    out.append(value);
  } else {
    for (const char c : value) {
      out.push_back(c);
      if (c == '\0') out.push_back('\xff');
    }
  }
  out.append(2, '\0');
}

}  // namespace

void encode_row(const Batch& batch, std::size_t row, std::string& out) {
  const std::size_t n = batch.columns.size();
  put_varint(n, out);
  const std::size_t nulls = out.size();
  out.append((n + 7) / 8, '\0');
  for (std::size_t i = 0; i < n; ++i) {
    const Column& column = batch.columns[i];
    if (column.is_null(row)) {
      out[nulls + i / 8] = static_cast<char>(out[nulls + i / 8] | (1 << (i % 8)));
    } else if (column.type() == Type::text) {
      const std::string_view text = column.text_at(row);
      put_varint(text.size(), out);
      out.append(text);
    } else {
      put_varint(zigzag(column.int_at(row)), out);
    }
  }
}

Result<std::vector<Cell>> decode_row(const Schema& schema, std::string_view bytes) {
  std::vector<Cell> cells;
  cells.reserve(schema.fields.size());
  CellSink sink{schema, cells};
  CB_DO(decode(schema, bytes, sink));
  return cells;
}

Result<void> decode_row_into(std::string_view bytes, Batch& out) {
  BatchSink sink{out};
  CB_DO(decode(out.schema, bytes, sink));
  ++out.rows;
  return ok();
}

std::vector<std::size_t> key_fields(const Schema& schema) {
  std::vector<std::size_t> fields;
  for (const std::string& name : schema.key) {
    const auto at = schema.find(name);
    CB_CHECK(at.has_value());
    fields.push_back(*at);
  }
  return fields;
}

Result<void> encode_key(const Batch& batch, const std::vector<std::size_t>& fields, std::size_t row,
                        std::string& out) {
  for (const std::size_t field : fields) {
    const Column& column = batch.columns[field];
    if (column.is_null(row)) {
      return invalid("row " + std::to_string(row + 1) + " of the batch has no '" +
                     column.field().name + "', which is part of the key");
    }
    if (column.type() == Type::text) {
      key_text(column.text_at(row), out);
    } else {
      key_number(column.int_at(row), out);
    }
  }
  return ok();
}

Result<std::string> encode_key(const Schema& schema, const std::vector<Cell>& cells) {
  if (cells.size() > schema.key.size()) {
    return invalid("a key of " + std::to_string(cells.size()) + " cells; send at most " +
                   std::to_string(schema.key.size()));
  }
  const std::vector<std::size_t> fields = key_fields(schema);
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Field& field = schema.fields[fields[i]];
    if (is_null(cells[i]) || !fits(cells[i], field)) {
      return invalid("key cell '" + field.name + "' is null or not of type " + name_of(field.type));
    }
    if (field.type == Type::text) {
      key_text(std::get<std::string>(cells[i]), out);
    } else {
      key_number(number_of(cells[i]), out);
    }
  }
  return out;
}

std::string after_prefix(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && next.back() == '\xff') next.pop_back();
  if (next.empty()) return std::string(64, '\xff');  // no key starts so
  next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
  return next;
}

std::int64_t number_of(const Cell& cell) {
  struct Visit {
    std::int64_t operator()(bool v) const { return v ? 1 : 0; }
    std::int64_t operator()(std::int64_t v) const { return v; }
    std::int64_t operator()(const Decimal64& v) const { return v.value; }
    std::int64_t operator()(Date v) const { return v.days; }
    std::int64_t operator()(Timestamp v) const { return v.us; }
    std::int64_t operator()(std::monostate) const { CB_CHECK(false); }
    std::int64_t operator()(const std::string&) const { CB_CHECK(false); }
  };
  return std::visit(Visit{}, cell);
}

bool fits(const Cell& cell, const Field& field) {
  if (is_null(cell)) return true;
  switch (field.type) {
    case Type::boolean: return std::holds_alternative<bool>(cell);
    case Type::integer: return std::holds_alternative<std::int64_t>(cell);
    case Type::decimal: {
      const auto* decimal = std::get_if<Decimal64>(&cell);
      return decimal && decimal->scale == field.scale;
    }
    case Type::text: return std::holds_alternative<std::string>(cell);
    case Type::date: return std::holds_alternative<Date>(cell);
    case Type::timestamp: return std::holds_alternative<Timestamp>(cell);
  }
  CB_CHECK(false);
}

}  // namespace citybrain::lake
