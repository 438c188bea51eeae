// MySQL's binary JSON. Layout: MySQL's sql-common/json_binary.h.
#include "mariadb_json.h"

#include <sodium.h>

#include <bit>

#include "mariadb_bytes.h"
#include "mariadb_temporal.h"
#include "mariadb_value.h"

namespace citybrain::capture {
namespace {

enum class Json : std::uint8_t {
  small_object,
  large_object,
  small_array,
  large_array,
  literal,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  real,
  text,
  opaque = 15,
};

void append_quoted(std::string_view text, std::string& out) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<std::uint8_t>(c) < 0x20) {
          out += "\\u00";
          out += digits[c >> 4];
          out += digits[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// A length in groups of seven bits, lowest first.
std::size_t take_length(MariadbBytes& bytes) {
  std::size_t length = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const std::uint8_t byte = bytes.u8();
    length |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  return length;
}

void append_real(double value, std::string& out) {
  const std::size_t from = out.size();
  append_double(value, out);
  if (out.find_first_of(".e", from) == std::string::npos) out += ".0";
}

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out), end_(out.size() + json_text_bytes_max) {}

  Result<void> write(Json type, std::string_view value, int depth) {
    if (depth > json_depth_max) return exhausted("a JSON value deeper than 100 levels");
    if (out_.size() > end_) return exhausted("a JSON value of more than 256 MiB of text");
    MariadbBytes bytes(value);
    switch (type) {
      case Json::small_object: return container(value, 2, true, depth);
      case Json::large_object: return container(value, 4, true, depth);
      case Json::small_array: return container(value, 2, false, depth);
      case Json::large_array: return container(value, 4, false, depth);
      case Json::literal: {
        const std::uint8_t which = bytes.u8();
        out_ += which == 0 ? "null" : which == 1 ? "true" : "false";
        break;
      }
      case Json::int16: out_ += std::to_string(signed_of(bytes.little(2), 2)); break;
      case Json::uint16: out_ += std::to_string(bytes.little(2)); break;
      case Json::int32: out_ += std::to_string(signed_of(bytes.little(4), 4)); break;
      case Json::uint32: out_ += std::to_string(bytes.little(4)); break;
      case Json::int64: out_ += std::to_string(signed_of(bytes.little(8), 8)); break;
      case Json::uint64: out_ += std::to_string(bytes.little(8)); break;
      case Json::real: append_real(std::bit_cast<double>(bytes.u64()), out_); break;
      case Json::text: append_quoted(bytes.take(take_length(bytes)), out_); break;
      case Json::opaque: CB_DO(opaque(bytes)); break;
      default: return corrupt("a JSON value of type " + std::to_string(static_cast<int>(type)));
    }
    return bytes.failed() ? Result<void>(corrupt("a JSON value that ends too early")) : ok();
  }

 private:
  // Offsets count from the container's beginning and are as wide as its numbers.
  Result<void> container(std::string_view value, std::size_t width, bool object, int depth) {
    MariadbBytes head(value);
    const std::uint64_t count = head.little(width);
    head.skip(width);  // its bytes
    const std::size_t entry = 1 + width;
    if (count > value.size() / entry) return corrupt("a JSON value with more members than bytes");
    MariadbBytes keys(head.take(object ? count * (width + 2) : 0));
    MariadbBytes values(head.take(count * entry));
    if (head.failed()) return corrupt("a JSON value that ends in its members");
    out_ += object ? '{' : '[';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) out_ += ", ";
      if (object) {
        const std::uint64_t at = keys.little(width);
        const std::size_t size = keys.u16();
        if (at > value.size() || size > value.size() - at) return corrupt("a JSON key outside");
        append_quoted(value.substr(at, size), out_);
        out_ += ": ";
      }
      const auto type = static_cast<Json>(values.u8());
      const std::string_view place = values.take(width);
      if (inlined(type, width)) {
        CB_DO(write(type, place, depth + 1));
        continue;
      }
      const std::uint64_t at = MariadbBytes(place).little(width);
      if (at > value.size()) return corrupt("a JSON value outside");
      CB_DO(write(type, value.substr(at), depth + 1));
    }
    out_ += object ? '}' : ']';
    return ok();
  }

  static bool inlined(Json type, std::size_t width) {
    if (type == Json::literal || type == Json::int16 || type == Json::uint16) return true;
    return width == 4 && (type == Json::int32 || type == Json::uint32);
  }

  // A value of an SQL type: decimals and times as their text, all else in base64.
  Result<void> opaque(MariadbBytes& bytes) {
    const auto type = static_cast<ColumnType>(bytes.u8());
    const std::string_view data = bytes.take(take_length(bytes));
    if (bytes.failed()) return ok();  // told by the caller
    if (type == ColumnType::decimal && data.size() > 2) {
      BinlogColumn column;
      column.type = type;
      column.meta = static_cast<std::uint32_t>(MariadbBytes(data).big(2));
      MariadbBytes digits(data.substr(2));
      CB_TRY(const std::string_view value, take_value(column, digits));
      return append_decimal(value, static_cast<int>(column.meta >> 8),
                            static_cast<int>(column.meta & 0xff), out_);
    }
    const bool time = type == ColumnType::time_old || type == ColumnType::time;
    const bool date = type == ColumnType::date_old || type == ColumnType::date;
    const bool moment = type == ColumnType::datetime_old || type == ColumnType::timestamp_old ||
                        type == ColumnType::datetime || type == ColumnType::timestamp;
    if ((time || date || moment) && data.size() == 8) return packed_time(data, time, date);
    std::string text(sodium_base64_ENCODED_LEN(data.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(data.data()),
                      data.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();
    out_ += "\"base64:type" + std::to_string(static_cast<int>(type)) + ":" + text + '"';
    return ok();
  }

  // The in-memory form: seconds' part << 24 | microseconds. Turned into the wire's form.
  Result<void> packed_time(std::string_view data, bool time, bool date) {
    const std::uint64_t packed = MariadbBytes(data).u64();
    BinlogColumn column;
    column.type = time ? ColumnType::time : ColumnType::datetime;
    column.meta = 6;
    const std::uint64_t whole =
        time ? packed + (std::uint64_t{1} << 47) : packed + (std::uint64_t{1} << 63);
    std::string wire;
    for (int i = time ? 5 : 7; i >= 0; --i) wire += static_cast<char>(whole >> (8 * i));
    out_ += '"';
    std::string text;
    CB_DO(append_temporal(column, wire, text));
    out_ += date ? text.substr(0, 10) : text;
    out_ += '"';
    return ok();
  }

  std::string& out_;
  std::size_t end_;
};

}  // namespace

Result<void> append_mysql_json(std::string_view value, std::string& out) {
  if (value.empty()) {  // what a server writes for null that it had to convert
    out += "null";
    return ok();
  }
  return JsonWriter(out).write(static_cast<Json>(value[0]), value.substr(1), 0);
}

}  // namespace citybrain::capture
