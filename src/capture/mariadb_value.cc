// Values of binlog rows. See mariadb_value.h. Layouts: MySQL's Field::pack and decimal2bin.
#include "mariadb_value.h"

#include <arpa/inet.h>
#include <zlib.h>

#include <array>
#include <bit>
#include <charconv>

#include "mariadb_json.h"
#include "mariadb_temporal.h"

namespace citybrain::capture {
namespace {

constexpr std::array<std::size_t, 10> bytes_of_digits{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr std::size_t digits_of_word = 9;

std::size_t decimal_bytes(std::size_t precision, std::size_t scale) {
  const std::size_t whole = precision - scale;
  return whole / digits_of_word * 4 + bytes_of_digits[whole % digits_of_word] +
         scale / digits_of_word * 4 + bytes_of_digits[scale % digits_of_word];
}

std::size_t integer_bytes(ColumnType type) {
  switch (type) {
    case ColumnType::tiny:
    case ColumnType::year: return 1;
    case ColumnType::small: return 2;
    case ColumnType::medium: return 3;
    case ColumnType::integer: return 4;
    case ColumnType::bigint: return 8;
    default: return 0;
  }
}

template <class Number>
void append_number(Number value, std::string& out) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

Error bad(const BinlogColumn& column, const std::string& what) {
  return corrupt("column '" + column.name + "' (type " +
                 std::to_string(static_cast<int>(column.type)) + "): " + what);
}

// UUID as MariaDB keeps it from 10.7 on: RFC versions 1 to 5 with their five parts in reverse
// order, so that those of one minute lie together; told by the variant's bit, which stays in place.
void append_uuid(std::string_view b, std::string& out) {
  const bool turned = (static_cast<std::uint8_t>(b[6]) & 0x80) != 0 &&
                      (static_cast<std::uint8_t>(b[8]) & 0x80) == 0;
  std::string plain(b);
  if (turned) {
    plain = std::string(b.substr(12, 4)) + std::string(b.substr(10, 2)) +
            std::string(b.substr(8, 2)) + std::string(b.substr(6, 2)) + std::string(b.substr(0, 6));
  }
  std::string hex;
  append_hex(plain, hex);
  out += hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

// CHAR and BINARY come without the padding at their end; BINARY's belongs to the value.
void append_fixed(const BinlogColumn& column, std::string_view value, Charsets& charsets,
                  std::string& out) {
  std::string padded;
  const bool binary = charsets.is_binary(column.collation) || column.meaning != Meaning::plain;
  if (binary && value.size() < column.meta) {
    padded.assign(value);
    padded.resize(column.meta, '\0');
    value = padded;
  }
  char text[INET6_ADDRSTRLEN];
  if (column.meaning == Meaning::uuid && value.size() == 16) return append_uuid(value, out);
  if (column.meaning == Meaning::inet6 && value.size() == 16) {
    out += ::inet_ntop(AF_INET6, value.data(), text, sizeof(text));
  } else if (column.meaning == Meaning::inet4 && value.size() == 4) {
    out += ::inet_ntop(AF_INET, value.data(), text, sizeof(text));
  } else if (binary) {
    append_bytes(value, out);
  } else {
    charsets.append_utf8(column.collation, value, out);
  }
}

void append_string(const BinlogColumn& column, std::string_view value, Charsets& charsets,
                   std::string& out) {
  if (charsets.is_binary(column.collation)) return append_bytes(value, out);
  charsets.append_utf8(column.collation, value, out);
}

// COMPRESSED columns: a head (0 = as it is; else 0x80, 8 where zlib's wrapper is left out, and the
// bytes of the length),
// the length, big end first, and the deflated bytes. See MariaDB's sql/field_comp.cc.
Result<std::string> inflate_column(const BinlogColumn& column, std::string_view value) {
  if (value.empty()) return std::string();
  MariadbBytes bytes(value);
  const std::uint8_t head = bytes.u8();
  if (head == 0) return std::string(bytes.rest());
  const std::size_t size = bytes.big(head & 7);
  if (bytes.failed() || (head & 0xf0) != 0x80) return bad(column, "a compression not known");
  if (size > 1032 * (bytes.left() + 1)) return bad(column, "claims more than it can hold");
  std::string out(size, '\0');
  z_stream stream{};
  const std::string_view in = bytes.rest();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(size);
  if (::inflateInit2(&stream, (head & 8) != 0 ? -MAX_WBITS : MAX_WBITS) != Z_OK) {
    return internal("zlib refuses to start");
  }
  const int end = ::inflate(&stream, Z_FINISH);
  ::inflateEnd(&stream);
  if (end != Z_STREAM_END || stream.total_out != size) return bad(column, "does not inflate");
  return out;
}

Result<void> append_labels(const BinlogColumn& column, std::string_view value, Charsets& charsets,
                           std::string& out) {
  const std::uint64_t number = MariadbBytes(value).little(value.size());
  if (column.type == ColumnType::enumeration) {
    if (number == 0) return ok();  // "", the servers' mark of a value that was none of the labels
    if (number > column.labels.size()) {
      return bad(column,
                 "label " + std::to_string(number) + " of " + std::to_string(column.labels.size()));
    }
    charsets.append_utf8(column.collation, column.labels[number - 1], out);
    return ok();
  }
  const char* separator = "";
  for (std::size_t i = 0; i < 64; ++i) {
    if ((number >> i & 1) == 0) continue;
    if (i >= column.labels.size()) return bad(column, "label " + std::to_string(i + 1));
    out += separator;
    charsets.append_utf8(column.collation, column.labels[i], out);
    separator = ",";
  }
  return ok();
}

// Bytes of the length before a value; 0 = none, its size is the type's.
std::size_t length_bytes(const BinlogColumn& column) {
  switch (column.type) {
    case ColumnType::varchar:
    case ColumnType::varchar_compressed:
    case ColumnType::var_string:
    case ColumnType::string: return column.meta > 255 ? 2 : 1;
    case ColumnType::tiny_blob: return 1;
    case ColumnType::medium_blob: return 3;
    case ColumnType::long_blob: return 4;
    case ColumnType::blob:
    case ColumnType::blob_compressed:
    case ColumnType::geometry:
    case ColumnType::json:
    case ColumnType::vector: return column.meta;
    default: return 0;
  }
}

}  // namespace

Result<std::string_view> take_value(const BinlogColumn& column, MariadbBytes& bytes) {
  std::size_t size = integer_bytes(column.type);
  if (size == 0) size = temporal_bytes(column);
  if (const std::size_t length = length_bytes(column); length > 0) {
    if (length > 4) return bad(column, "a length of " + std::to_string(length) + " bytes");
    size = bytes.little(length);
  } else if (size == 0) {
    switch (column.type) {
      case ColumnType::float4: size = 4; break;
      case ColumnType::float8: size = 8; break;
      case ColumnType::bit: size = (column.meta + 7) / 8; break;
      case ColumnType::enumeration:
      case ColumnType::set:
        size = column.meta;
        if (size < 1 || size > 8)
          return bad(column, "a number of " + std::to_string(size) + " bytes");
        break;
      case ColumnType::decimal: {
        const std::size_t precision = column.meta >> 8;
        const std::size_t scale = column.meta & 0xff;
        if (precision < 1 || precision > 65 || scale > 38 || scale > precision) {
          return bad(column,
                     "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")");
        }
        size = decimal_bytes(precision, scale);
        break;
      }
      default: return bad(column, "no value of this type can be read; MySQL before 5.0 wrote it");
    }
  }
  const std::string_view value = bytes.take(size);
  if (bytes.failed()) return bad(column, "the row ends before its value");
  return value;
}

Result<void> append_value(const BinlogColumn& column, std::string_view value, Charsets& charsets,
                          std::string& out) {
  switch (column.type) {
    case ColumnType::tiny:
    case ColumnType::small:
    case ColumnType::medium:
    case ColumnType::integer:
    case ColumnType::bigint: {
      const std::uint64_t number = MariadbBytes(value).little(value.size());
      column.is_unsigned ? append_number(number, out)
                         : append_number(signed_of(number, value.size()), out);
      return ok();
    }
    case ColumnType::year:
      if (value[0] == 0)
        out += "0000";
      else
        append_number(1900 + static_cast<std::uint8_t>(value[0]), out);
      return ok();
    case ColumnType::decimal:
      return append_decimal(value, static_cast<int>(column.meta >> 8),
                            static_cast<int>(column.meta & 0xff), out);
    case ColumnType::float4:
      append_float(std::bit_cast<float>(MariadbBytes(value).u32()), out);
      return ok();
    case ColumnType::float8:
      append_double(std::bit_cast<double>(MariadbBytes(value).u64()), out);
      return ok();
    case ColumnType::bit: append_number(MariadbBytes(value).big(value.size()), out); return ok();
    case ColumnType::enumeration:
    case ColumnType::set: return append_labels(column, value, charsets, out);
    case ColumnType::string: append_fixed(column, value, charsets, out); return ok();
    case ColumnType::varchar_compressed:
    case ColumnType::blob_compressed: {
      CB_TRY(const std::string inflated, inflate_column(column, value));
      append_string(column, inflated, charsets, out);
      return ok();
    }
    case ColumnType::geometry: return append_geometry(value, out);
    case ColumnType::json: return append_mysql_json(value, out);
    case ColumnType::vector: append_bytes(value, out); return ok();
    case ColumnType::varchar:
    case ColumnType::var_string:
    case ColumnType::tiny_blob:
    case ColumnType::medium_blob:
    case ColumnType::long_blob:
    case ColumnType::blob: append_string(column, value, charsets, out); return ok();
    default: return append_temporal(column, value, out);
  }
}

Result<void> append_decimal(std::string_view value, int precision, int scale, std::string& out) {
  std::string bytes(value);
  // The highest bit is the sign, inverted so that bytes sort like numbers; a negative one is
  // inverted throughout.
  const bool negative = (static_cast<std::uint8_t>(bytes[0]) & 0x80) == 0;
  bytes[0] = static_cast<char>(bytes[0] ^ 0x80);
  if (negative) {
    for (char& byte : bytes) byte = static_cast<char>(~byte);
  }
  MariadbBytes words(bytes);
  std::string digits;
  const auto word = [&](std::size_t count) {
    std::string text = std::to_string(words.big(bytes_of_digits[count]));
    if (text.size() > count) return false;
    digits.append(count - text.size(), '0').append(text);
    return true;
  };
  const auto whole = static_cast<std::size_t>(precision - scale);
  bool right = whole % digits_of_word == 0 || word(whole % digits_of_word);
  for (std::size_t i = 0; i < whole / digits_of_word; ++i) right = right && word(digits_of_word);
  for (std::size_t i = 0; i < static_cast<std::size_t>(scale) / digits_of_word; ++i) {
    right = right && word(digits_of_word);
  }
  const std::size_t last = static_cast<std::size_t>(scale) % digits_of_word;
  right = right && (last == 0 || word(last));
  if (!right || words.failed()) return corrupt("a decimal with digits above nine");
  const std::size_t first = std::min(digits.find_first_not_of('0'), whole);
  if (negative) out += '-';
  if (first == whole) out += '0';
  out.append(digits, first, whole - first);
  if (scale > 0) out.append(1, '.').append(digits, whole);
  return ok();
}

void append_hex(std::string_view bytes, std::string& out) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char byte : bytes) {
    out += digits[static_cast<std::uint8_t>(byte) >> 4];
    out += digits[static_cast<std::uint8_t>(byte) & 15];
  }
}

void append_bytes(std::string_view bytes, std::string& out) {
  out += "\\x";
  append_hex(bytes, out);
}

Result<void> append_geometry(std::string_view value, std::string& out) {
  MariadbBytes bytes(value);
  const std::uint32_t system = bytes.u32();
  const std::string_view wkb = bytes.rest();
  if (wkb.size() < 5 || wkb[0] != 1) return corrupt("a geometry that is no little-endian WKB");
  if (system == 0) {
    append_hex(wkb, out);
    return ok();
  }
  std::string extended(wkb.substr(0, 5));
  extended[4] = static_cast<char>(extended[4] | 0x20);  // "a reference system follows"
  extended.append(value.substr(0, 4)).append(wkb.substr(5));
  append_hex(extended, out);
  return ok();
}

void append_float(float value, std::string& out) { append_number(value, out); }
void append_double(double value, std::string& out) { append_number(value, out); }

}  // namespace citybrain::capture
