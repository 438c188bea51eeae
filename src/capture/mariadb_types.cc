// The servers' column types in our words. See mariadb_types.h.
#include "mariadb_types.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace citybrain::capture {
namespace {

constexpr std::int64_t precision_max = 18;  // digits that 64 bits hold
constexpr std::int64_t scale_max = 9;

// Of a data type: our type (decimals apart), how SQL reads it, and what the binlog calls it.
struct Known {
  std::string_view name;
  Type type;
  Reading reading;
  std::array<ColumnType, 2> wire;
};
constexpr Known known_types[] = {
    {"tinyint", Type::integer, Reading::plain, {ColumnType::tiny, ColumnType::tiny}},
    {"smallint", Type::integer, Reading::plain, {ColumnType::small, ColumnType::small}},
    {"mediumint", Type::integer, Reading::plain, {ColumnType::medium, ColumnType::medium}},
    {"int", Type::integer, Reading::plain, {ColumnType::integer, ColumnType::integer}},
    {"bigint", Type::integer, Reading::plain, {ColumnType::bigint, ColumnType::bigint}},
    {"year", Type::integer, Reading::plain, {ColumnType::year, ColumnType::year}},
    {"bit", Type::integer, Reading::number, {ColumnType::bit, ColumnType::bit}},
    {"decimal", Type::decimal, Reading::plain, {ColumnType::decimal, ColumnType::decimal}},
    {"float", Type::text, Reading::float4, {ColumnType::float4, ColumnType::float4}},
    {"double", Type::text, Reading::float8, {ColumnType::float8, ColumnType::float8}},
    {"date", Type::date, Reading::plain, {ColumnType::date, ColumnType::date_old}},
    {"time", Type::text, Reading::plain, {ColumnType::time, ColumnType::time_old}},
    {"datetime", Type::timestamp, Reading::plain, {ColumnType::datetime, ColumnType::datetime_old}},
    {"timestamp",
     Type::timestamp,
     Reading::instant,
     {ColumnType::timestamp, ColumnType::timestamp_old}},
    {"char", Type::text, Reading::plain, {ColumnType::string, ColumnType::string}},
    {"varchar", Type::text, Reading::plain, {ColumnType::varchar, ColumnType::varchar_compressed}},
    {"binary", Type::text, Reading::bytes, {ColumnType::string, ColumnType::string}},
    {"varbinary",
     Type::text,
     Reading::bytes,
     {ColumnType::varchar, ColumnType::varchar_compressed}},
    {"tinytext", Type::text, Reading::plain, {ColumnType::blob, ColumnType::blob_compressed}},
    {"text", Type::text, Reading::plain, {ColumnType::blob, ColumnType::blob_compressed}},
    {"mediumtext", Type::text, Reading::plain, {ColumnType::blob, ColumnType::blob_compressed}},
    {"longtext", Type::text, Reading::plain, {ColumnType::blob, ColumnType::blob_compressed}},
    {"tinyblob", Type::text, Reading::bytes, {ColumnType::blob, ColumnType::blob_compressed}},
    {"blob", Type::text, Reading::bytes, {ColumnType::blob, ColumnType::blob_compressed}},
    {"mediumblob", Type::text, Reading::bytes, {ColumnType::blob, ColumnType::blob_compressed}},
    {"longblob", Type::text, Reading::bytes, {ColumnType::blob, ColumnType::blob_compressed}},
    {"enum", Type::text, Reading::plain, {ColumnType::enumeration, ColumnType::enumeration}},
    {"set", Type::text, Reading::plain, {ColumnType::set, ColumnType::set}},
    {"json", Type::text, Reading::plain, {ColumnType::json, ColumnType::json}},
    {"vector", Type::text, Reading::bytes, {ColumnType::vector, ColumnType::varchar}},
    {"uuid", Type::text, Reading::plain, {ColumnType::string, ColumnType::string}},
    {"inet6", Type::text, Reading::plain, {ColumnType::string, ColumnType::string}},
    {"inet4", Type::text, Reading::plain, {ColumnType::string, ColumnType::string}},
};
constexpr Known geometry_type = {
    "geometry", Type::text, Reading::geometry, {ColumnType::geometry, ColumnType::geometry}};

// What has no name above is one of the spatial types.
const Known& known(std::string_view data_type) {
  for (const Known& one : known_types) {
    if (one.name == data_type) return one;
  }
  return geometry_type;
}

Field decimal_field(const std::string& name, std::int64_t precision, std::int64_t scale) {
  if (precision > precision_max || scale > scale_max) return {name, Type::text};
  return scale == 0 ? Field{name, Type::integer}
                    : Field{name, Type::decimal, static_cast<int>(scale)};
}

Meaning meaning_of(std::string_view data_type) {
  if (data_type == "uuid") return Meaning::uuid;
  if (data_type == "inet6") return Meaning::inet6;
  return data_type == "inet4" ? Meaning::inet4 : Meaning::plain;
}

// Texts in 'quotes' with '' for a quote, from `at` on; moves `at` behind it.
std::string quoted_at(std::string_view text, std::size_t& at) {
  std::string out;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\'') {
      if (at + 1 >= text.size() || text[at + 1] != '\'') break;
      ++at;
    }
    out += text[at];
  }
  ++at;
  return out;
}

// The default as a value: MariaDB writes an expression ('a', 7, NULL, current_timestamp()), MySQL
// the bare text and "DEFAULT_GENERATED" where it is an expression.
void read_default(bool mariadb, const std::optional<std::string>& text, const std::string& extra,
                  RowText& out) {
  const bool words = extra.find("DEFAULT_GENERATED") != std::string::npos ||
                     (text && text->starts_with("CURRENT_TIMESTAMP"));
  if (!text || (mariadb && *text == "NULL")) return out.add_null();
  if (!mariadb) return words ? out.add_absent() : out.add(*text);
  if (text->starts_with('\'')) {
    std::size_t at = 0;
    const std::string value = quoted_at(*text, at);
    return at == text->size() ? out.add(value) : out.add_absent();
  }
  const bool number = text->find_first_not_of("-0123456789.") == std::string::npos;
  number ? out.add(*text) : out.add_absent();
}

}  // namespace

std::vector<std::string> labels_of(std::string_view column_type) {
  std::vector<std::string> out;
  std::size_t at = column_type.find('\'');
  while (at != std::string_view::npos && at < column_type.size()) {
    out.push_back(quoted_at(column_type, at));
    at = column_type.find('\'', at);
  }
  return out;
}

DescribedColumn describe_column(bool mariadb, const MariadbLink::Row& row) {
  DescribedColumn out;
  out.data_type = lower_ascii(row[4].value_or(""));
  const Known& type = known(out.data_type);
  ForeignColumn& column = out.column;
  column.name = row[2].value_or("");
  column.type = row[3].value_or("");
  column.required = row[5] == "NO";
  column.comment = row[10].value_or("");
  column.field = {column.name, type.type};
  if (type.type == Type::decimal) {
    column.field = decimal_field(column.name, parse_int(row[7].value_or("")).value_or(65),
                                 parse_int(row[8].value_or("")).value_or(30));
  }
  const auto length = parse_int(row[6].value_or("")).value_or(0);
  if (out.data_type == "char" || out.data_type == "varchar") column.length_max = length;
  out.meaning = meaning_of(out.data_type);
  out.reading = type.reading;
  // Filled up with zeros they are not canonical.
  if (column.type.find("zerofill") != std::string::npos && out.reading == Reading::plain) {
    out.reading = Reading::number;
  }
  out.is_unsigned = column.type.find("unsigned") != std::string::npos;
  const std::string extra = row[11].value_or("");
  out.computed = extra.find("VIRTUAL GENERATED") != std::string::npos;
  if (out.data_type == "enum" || out.data_type == "set") out.labels = labels_of(column.type);
  read_default(mariadb, row[12], extra, out.default_value);
  // NOT NULL without a default: rows from before get the type's zero.
  column.defaulted = !out.default_value.is_null(0) || column.required ||
                     extra.find("STORED GENERATED") != std::string::npos;
  return out;
}

bool fits(const DescribedColumn& described, const BinlogColumn& column) {
  const Known& type = known(described.data_type);
  if (column.type != type.wire[0] && column.type != type.wire[1]) return false;
  if (column.type != ColumnType::decimal) return true;
  const Field field = decimal_field("", column.meta >> 8, column.meta & 0xff);
  return field.type == described.column.field.type && field.scale == described.column.field.scale;
}

ForeignColumn column_of_binlog(const BinlogColumn& column) {
  ForeignColumn out;
  out.name = column.name;
  out.required = !column.nullable;
  out.type = "geometry";
  out.field = {column.name, Type::text};
  for (const Known& one : known_types) {
    if (column.type != one.wire[0] && column.type != one.wire[1]) continue;
    out.type = std::string(one.name);
    out.field.type = one.type;
    break;
  }
  if (column.type == ColumnType::decimal) {
    out.field = decimal_field(column.name, column.meta >> 8, column.meta & 0xff);
    out.type +=
        "(" + std::to_string(column.meta >> 8) + "," + std::to_string(column.meta & 0xff) + ")";
  }
  if (column.is_unsigned) out.type += " unsigned";
  return out;
}

const char* collation_source(const MariadbLink& link) {
  // From 10.10 on MariaDB lists collations without their character set's prefix in one table and
  // those of each character set, with numbers, in the other.
  const bool newer = link.is_mariadb() && mysql_get_server_version(link.get()) >= 101'000;
  return newer ? "information_schema.COLLATION_CHARACTER_SET_APPLICABILITY"
               : "information_schema.COLLATIONS";
}

Result<std::map<std::string, std::uint32_t>> collation_numbers(const MariadbLink& link) {
  const std::string source = collation_source(link);
  const char* name = source.ends_with("COLLATIONS") ? "COLLATION_NAME" : "FULL_COLLATION_NAME";
  CB_TRY(const auto rows, link.rows("SELECT " + std::string(name) + ", ID FROM " + source));
  std::map<std::string, std::uint32_t> out;
  for (const MariadbLink::Row& row : rows) {
    const auto id = parse_int(row[1].value_or(""));
    if (id) out[row[0].value_or("")] = static_cast<std::uint32_t>(*id);
  }
  return out;
}

}  // namespace citybrain::capture
