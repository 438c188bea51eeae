// PostgreSQL's types: see postgres_types.h. The numbers are those of pg_type.dat.
#include "postgres_types.h"

namespace citybrain::capture {
namespace {

constexpr std::uint32_t oid_bool = 16, oid_int8 = 20, oid_int2 = 21, oid_int4 = 23, oid_oid = 26,
                        oid_bpchar = 1042, oid_varchar = 1043, oid_date = 1082,
                        oid_timestamp = 1114, oid_timestamptz = 1184, oid_numeric = 1700;

constexpr std::int32_t header = 4;  // modifiers are counted with the length of a header
constexpr int precision_max = 18;   // digits that 64 bits hold
constexpr int scale_max = 9;

struct Name {
  std::uint32_t oid;
  const char* name;
};
constexpr Name names[] = {
    {16, "boolean"},
    {17, "bytea"},
    {18, "\"char\""},
    {19, "name"},
    {20, "bigint"},
    {21, "smallint"},
    {23, "integer"},
    {25, "text"},
    {26, "oid"},
    {114, "json"},
    {142, "xml"},
    {700, "real"},
    {701, "double precision"},
    {790, "money"},
    {869, "inet"},
    {1042, "character"},
    {1043, "character varying"},
    {1082, "date"},
    {1083, "time without time zone"},
    {1114, "timestamp without time zone"},
    {1184, "timestamp with time zone"},
    {1186, "interval"},
    {1266, "time with time zone"},
    {1560, "bit"},
    {1562, "bit varying"},
    {1700, "numeric"},
    {2950, "uuid"},
    {3802, "jsonb"},
};

struct Digits {
  int precision = 0;
  int scale = 0;
};
Digits digits_of(std::int32_t modifier) {
  const std::int32_t packed = modifier - header;
  // Eleven bits of scale, which may be negative since version 15.
  return {packed >> 16 & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024};
}

}  // namespace

Field pg_field(const std::string& name, PgType type) {
  switch (type.oid) {
    case oid_bool: return {name, Type::boolean};
    case oid_int2:
    case oid_int4:
    case oid_int8:
    case oid_oid: return {name, Type::integer};
    case oid_date: return {name, Type::date};
    case oid_timestamp:
    case oid_timestamptz: return {name, Type::timestamp};
    case oid_numeric: {
      if (type.modifier < header) return {name, Type::text};
      const auto [precision, scale] = digits_of(type.modifier);
      if (precision > precision_max || scale < 0 || scale > scale_max) return {name, Type::text};
      return scale == 0 ? Field{name, Type::integer} : Field{name, Type::decimal, scale};
    }
    default: return {name, Type::text};
  }
}

std::int64_t pg_length_max(PgType type) {
  const bool sized = type.oid == oid_varchar || type.oid == oid_bpchar;
  return sized && type.modifier > header ? type.modifier - header : 0;
}

std::string pg_type_name(PgType type) {
  for (const Name& one : names) {
    if (one.oid != type.oid) continue;
    if (type.modifier < header) return one.name;
    if (type.oid == oid_numeric) {
      const auto [precision, scale] = digits_of(type.modifier);
      return "numeric(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
    }
    const std::int64_t length = pg_length_max(type);
    return length > 0 ? std::string(one.name) + "(" + std::to_string(length) + ")" : one.name;
  }
  return "type " + std::to_string(type.oid);
}

void add_canonical(PgType type, std::string_view text, RowText& row) {
  switch (type.oid) {
    case oid_bool: return row.add(text == "t" ? "true" : text == "f" ? "false" : text);
    case oid_timestamptz:
      // The session's zone is UTC. "infinity" and years before Christ end otherwise.
      if (text.ends_with("+00")) {
        row.buffer().append(text.substr(0, text.size() - 3));
        row.buffer() += 'Z';
        return row.end_text();
      }
      return row.add(text);
    case oid_bpchar: {
      // char(n) is filled up with blanks that mean nothing.
      const std::size_t last = text.find_last_not_of(' ');
      return row.add(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
    }
    default: return row.add(text);
  }
}

}  // namespace citybrain::capture
