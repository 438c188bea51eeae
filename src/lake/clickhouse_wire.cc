// Rows as ClickHouse's RowBinary. See clickhouse_wire.h.
#include "clickhouse_wire.h"

#include <cstring>
#include <limits>

namespace citybrain::lake {
namespace {

constexpr std::uint64_t text_bytes_max = 64U << 20;

std::size_t bytes_of(Wire::As as) {
  switch (as) {
    case Wire::As::u8: return 1;
    case Wire::As::i32: return 4;
    case Wire::As::i64: return 8;
    case Wire::As::i128: return 16;
    case Wire::As::text: break;
  }
  CB_CHECK(false);
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

// The number of exactly these bytes.
Result<std::int64_t> number_at(std::string_view bytes, Wire::As as) {
  switch (as) {
    case Wire::As::u8:
    case Wire::As::i64: return static_cast<std::int64_t>(little_endian(bytes));
    case Wire::As::i32: return static_cast<std::int32_t>(little_endian(bytes));
    case Wire::As::i128: {
      const auto low = static_cast<std::int64_t>(little_endian(bytes.substr(0, 8)));
      const auto high = static_cast<std::int64_t>(little_endian(bytes.substr(8)));
      if (high != (low < 0 ? -1 : 0)) return exhausted("a sum does not fit 64 bits");
      return low;
    }
    case Wire::As::text: break;
  }
  CB_CHECK(false);
}

enum class Length : std::uint8_t { whole, more, wrong };

// Reads a varint off the front.
Length take_length(std::string_view& rest, std::uint64_t& length) {
  constexpr std::size_t varint_max = 10;
  length = 0;
  for (std::size_t i = 0; i < varint_max; ++i) {
    if (i == rest.size()) return Length::more;
    const auto byte = static_cast<unsigned char>(rest[i]);
    length |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return Length::whole;
    }
  }
  return Length::wrong;
}

}  // namespace

Wire wire_of(const Field& field, bool nullable) {
  switch (field.type) {
    case Type::boolean: return {Wire::As::u8, nullable};
    case Type::date: return {Wire::As::i32, nullable};
    case Type::integer:
    case Type::decimal:
    case Type::timestamp: return {Wire::As::i64, nullable};
    case Type::text: return {Wire::As::text, nullable};
  }
  CB_CHECK(false);
}

std::string clickhouse_type(const Field& field, bool nullable) {
  const char* type = nullptr;
  switch (wire_of(field, nullable).as) {
    case Wire::As::u8: type = "UInt8"; break;
    case Wire::As::i32: type = "Int32"; break;
    case Wire::As::i64: type = "Int64"; break;
    case Wire::As::text: type = "String"; break;
    case Wire::As::i128: CB_CHECK(false);
  }
  return nullable ? "Nullable(" + std::string(type) + ")" : type;
}

void put_number(std::string& out, Wire::As as, std::int64_t value) {
  auto left = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < bytes_of(as); ++i, left >>= 8) {
    out += static_cast<char>(left & 0xff);
  }
}

void put_text(std::string& out, std::string_view text) {
  std::uint64_t length = text.size();
  for (; length >= 0x80; length >>= 7) out += static_cast<char>((length & 0x7f) | 0x80);
  out += static_cast<char>(length);
  out += text;
}

void put_cell(std::string& out, const Column& column, std::size_t row, const Wire& wire) {
  const bool null = column.is_null(row);
  CB_CHECK(wire.nullable || !null);
  if (wire.nullable) out += static_cast<char>(null ? 1 : 0);
  if (null) return;
  if (wire.as == Wire::As::text) {
    put_text(out, column.text_at(row));
  } else {
    put_number(out, wire.as, column.int_at(row));
  }
}

WireReader::WireReader(Schema schema, std::vector<Wire> wires, OnBatch on_batch)
    : wires_(std::move(wires)), on_batch_(std::move(on_batch)), batch_(std::move(schema)) {
  CB_CHECK(wires_.size() == batch_.columns.size());
}

Result<void> WireReader::add(std::string_view bytes) {
  std::string_view rest = bytes;
  if (!kept_.empty()) {
    kept_ += bytes;
    rest = kept_;
  }
  while (!rest.empty()) {
    CB_TRY(const bool whole, next_row(rest));
    if (!whole) break;
    if (batch_.rows == batch_rows) CB_DO(give());
  }
  if (kept_.empty() || rest.size() != kept_.size()) kept_ = std::string(rest);
  return ok();
}

Result<void> WireReader::end() {
  if (!kept_.empty()) return corrupt("an answer of ClickHouse ends within a row");
  return batch_.rows > 0 ? give() : ok();
}

Result<bool> WireReader::next_row(std::string_view& rest) {
  std::string_view at = rest;
  const auto not_whole = [&](std::size_t columns) {
    for (std::size_t i = 0; i < columns; ++i) batch_.columns[i].truncate(batch_.rows);
    return false;
  };
  for (std::size_t i = 0; i < wires_.size(); ++i) {
    if (wires_[i].nullable) {
      if (at.empty()) return not_whole(i);
      const char flag = at[0];
      at.remove_prefix(1);
      if (flag == 1) {
        batch_.columns[i].append_null();
        continue;
      }
      if (flag != 0)
        return corrupt("an answer of ClickHouse has a null flag that is neither 0 nor 1");
    }
    if (wires_[i].as != Wire::As::text) {
      const std::size_t size = bytes_of(wires_[i].as);
      if (at.size() < size) return not_whole(i);
      CB_TRY(const std::int64_t value, number_at(at.substr(0, size), wires_[i].as));
      batch_.columns[i].append_int(value);
      at.remove_prefix(size);
      continue;
    }
    std::uint64_t length = 0;
    const Length read = take_length(at, length);
    if (read == Length::more) return not_whole(i);
    if (read == Length::wrong || length > text_bytes_max) {
      return corrupt("an answer of ClickHouse has a text of impossible length");
    }
    if (at.size() < length) return not_whole(i);
    batch_.columns[i].append_text(at.substr(0, length));
    at.remove_prefix(length);
  }
  ++batch_.rows;
  rest = at;
  return true;
}

Result<void> WireReader::give() {
  CB_DO(on_batch_(batch_));
  batch_.clear();
  return ok();
}

}  // namespace citybrain::lake
