// Values and types of ODBC. See odbc_values.h. Texts are fetched as UTF-16, the one form that every
// driver agrees on.
#include "odbc_values.h"

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <array>
#include <charconv>
#include <cstdio>

#include "mariadb_charset.h"
#include "mariadb_value.h"

namespace citybrain::capture {
namespace {

constexpr SQLULEN precision_max = 18;  // digits that 64 bits hold
constexpr int scale_max = 9;

Error bad(SQLHSTMT statement) {
  std::array<SQLCHAR, 6> state{};
  std::array<SQLCHAR, 512> text{};
  SQLINTEGER native = 0;
  SQLSMALLINT size = 0;
  SQLGetDiagRec(SQL_HANDLE_STMT, statement, 1, state.data(), &native, text.data(),
                static_cast<SQLSMALLINT>(text.size()), &size);
  return unavailable("the driver gives no value: " +
                     std::string(reinterpret_cast<const char*>(text.data())));
}

void append_utf8(std::u16string_view units, std::string& out) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t c = units[i];
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 &&
        units[i + 1] < 0xe000) {
      c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00);
    } else if (c >= 0xd800 && c < 0xe000) {
      c = '?';  // half a pair is no character
    }
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
      out += static_cast<char>(0xf0 | c >> 18);
      out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
      out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
}

// Fetches a value of any length in pieces. `end`: bytes that the driver puts behind each piece.
Result<bool> fetch_bytes(SQLHSTMT statement, SQLUSMALLINT column, SQLSMALLINT as, std::size_t end,
                         std::string& out) {
  std::array<char, 8192> piece{};
  for (;;) {
    SQLLEN told = 0;
    const SQLRETURN got =
        SQLGetData(statement, column, as, piece.data(), static_cast<SQLLEN>(piece.size()), &told);
    if (got == SQL_NO_DATA) return true;
    if (!SQL_SUCCEEDED(got)) return bad(statement);
    if (told == SQL_NULL_DATA) return false;
    const std::size_t room = piece.size() - end;
    const bool more = told == SQL_NO_TOTAL || static_cast<std::size_t>(told) > room;
    out.append(piece.data(), more ? room : static_cast<std::size_t>(told));
    if (out.size() > odbc_value_bytes_max) {
      return exhausted("a value of more than " + std::to_string(odbc_value_bytes_max) + " bytes");
    }
    if (!more) return true;
  }
}

// "0.50" with exactly `scale` digits behind the point; drivers write ".5", "0.5" or "0.500".
std::string scaled(std::string_view text, int scale) {
  std::string out;
  if (text.starts_with('-')) {
    out = "-";
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  while (fraction.size() > static_cast<std::size_t>(scale) && fraction.back() == '0') {
    fraction.pop_back();
  }
  if (fraction.size() < static_cast<std::size_t>(scale)) {
    fraction.resize(static_cast<std::size_t>(scale), '0');
  }
  out += whole.empty() ? "0" : whole;
  return fraction.empty() ? out : out + "." + fraction;
}

Result<void> add_timestamp(SQLHSTMT statement, SQLUSMALLINT column, RowText& row) {
  SQL_TIMESTAMP_STRUCT at{};
  SQLLEN told = 0;
  if (!SQL_SUCCEEDED(SQLGetData(statement, column, SQL_C_TYPE_TIMESTAMP, &at, sizeof(at), &told))) {
    return bad(statement);
  }
  if (told == SQL_NULL_DATA) {
    row.add_null();
    return ok();
  }
  std::array<char, 64> text{};
  int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d", at.year,
                           at.month, at.day, at.hour, at.minute, at.second);
  if (at.fraction != 0) {
    size += std::snprintf(text.data() + size, text.size() - static_cast<std::size_t>(size), ".%06u",
                          static_cast<unsigned>(at.fraction / 1000));
    while (text[static_cast<std::size_t>(size) - 1] == '0') --size;
  }
  row.add({text.data(), static_cast<std::size_t>(size)});
  return ok();
}

Result<void> add_double(SQLHSTMT statement, SQLUSMALLINT column, bool single, RowText& row) {
  double value = 0;
  SQLLEN told = 0;
  if (!SQL_SUCCEEDED(SQLGetData(statement, column, SQL_C_DOUBLE, &value, sizeof(value), &told))) {
    return bad(statement);
  }
  if (told == SQL_NULL_DATA) {
    row.add_null();
    return ok();
  }
  single ? append_float(static_cast<float>(value), row.buffer())
         : append_double(value, row.buffer());
  row.end_text();
  return ok();
}

Result<void> add_flag(SQLHSTMT statement, SQLUSMALLINT column, RowText& row) {
  unsigned char value = 0;
  SQLLEN told = 0;
  if (!SQL_SUCCEEDED(SQLGetData(statement, column, SQL_C_BIT, &value, sizeof(value), &told))) {
    return bad(statement);
  }
  if (told == SQL_NULL_DATA) {
    row.add_null();
  } else {
    row.add(value != 0 ? "true" : "false");
  }
  return ok();
}

bool is_bytes(short code) {
  return code == SQL_BINARY || code == SQL_VARBINARY || code == SQL_LONGVARBINARY;
}

}  // namespace

Result<bool> odbc_append_text(void* statement, int column, std::string& out) {
  std::string wide;
  CB_TRY(const bool there, fetch_bytes(statement, static_cast<SQLUSMALLINT>(column), SQL_C_WCHAR,
                                       sizeof(SQLWCHAR), wide));
  std::u16string units(wide.size() / 2, u'\0');
  wide.copy(reinterpret_cast<char*>(units.data()), units.size() * 2);
  append_utf8(units, out);
  return there;
}

Result<void> odbc_add_value(void* statement, unsigned short column, const OdbcType& type,
                            RowText& row) {
  switch (type.code) {
    case SQL_TYPE_TIMESTAMP: return add_timestamp(statement, column, row);
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE: return add_double(statement, column, type.code == SQL_REAL, row);
    case SQL_BIT: return add_flag(statement, column, row);
    default: break;
  }
  std::string text;
  if (is_bytes(type.code)) {
    CB_TRY(const bool there, fetch_bytes(statement, column, SQL_C_BINARY, 0, text));
    if (!there) {
      row.add_null();
      return ok();
    }
    append_bytes(text, row.buffer());
    row.end_text();
    return ok();
  }
  CB_TRY(const bool there, odbc_append_text(statement, column, text));
  if (!there) {
    row.add_null();
    return ok();
  }
  const Field field = odbc_field("", type);
  if (field.type == Type::decimal || field.type == Type::integer) {
    row.add(scaled(text, field.scale));
  } else if (type.code == SQL_CHAR || type.code == SQL_WCHAR) {
    // Fixed lengths are filled up with blanks that mean nothing.
    row.add(std::string_view(text).substr(0, text.find_last_not_of(' ') + 1));
  } else {
    row.add(text);
  }
  return ok();
}

Field odbc_field(const std::string& name, const OdbcType& type) {
  switch (type.code) {
    case SQL_BIT: return {name, Type::boolean};
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT: return {name, Type::integer};
    case SQL_TYPE_DATE: return {name, Type::date};
    case SQL_TYPE_TIMESTAMP: return {name, Type::timestamp};
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      if (type.size == 0 || type.size > precision_max || type.scale > scale_max || type.scale < 0) {
        return {name, Type::text};
      }
      return type.scale == 0 ? Field{name, Type::integer} : Field{name, Type::decimal, type.scale};
    default: return {name, Type::text};
  }
}

short odbc_param_type(short code) {
  switch (code) {
    case SQL_WCHAR:
    case SQL_WVARCHAR:
    case SQL_WLONGVARCHAR:
    case SQL_LONGVARCHAR: return SQL_VARCHAR;
    default: return code;
  }
}

bool odbc_is_time(const OdbcType& type) { return type.code == SQL_TYPE_TIMESTAMP; }

bool odbc_can_watermark(const OdbcType& type) {
  if (odbc_is_time(type)) return true;
  return odbc_field("", type).type == Type::integer;
}

}  // namespace citybrain::capture
