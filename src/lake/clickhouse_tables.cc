// Tables and statements of the ClickHouse column store. See clickhouse_tables.h.
#include "clickhouse_tables.h"

#include <algorithm>

#include "base/text.h"
#include "codec.h"

namespace citybrain::lake {
namespace {

bool is_keyed(const Resource& resource) { return resource.keeping == Keeping::keyed; }

std::string declared(const Resource& resource, const Field& field) {
  return ch_column(resource, field.name) + " " +
         clickhouse_type(field, holds_null(resource, field.name));
}

}  // namespace

bool holds_null(const Resource& resource, const std::string& field) {
  if (!is_keyed(resource)) return true;
  const auto& key = resource.schema.key;
  return std::find(key.begin(), key.end(), field) == key.end();
}

std::string ch_column(const Resource& resource, const std::string& field) {
  // A column is a file, in whose name each byte that is not a letter or digit takes three; 255 is
  // the most, and endings want some.
  constexpr std::size_t file_name_max = 200;
  std::size_t bytes = 0;
  for (const char c : field) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    bytes += plain ? 1 : 3;
  }
  if (bytes <= file_name_max && !field.starts_with("citybrain_")) return clickhouse_name(field);
  return clickhouse_name("field_" + std::to_string(*resource.schema.find(field)));
}

std::string ClickhouseDialect::table(const std::string& name) const {
  return clickhouse_name(address_.database) + "." + clickhouse_name(name);
}

std::string ClickhouseDialect::own_table(const Resource& resource) const {
  return table("r_" + resource.code);
}

std::string ClickhouseDialect::rows_of(const Resource& resource) const {
  return (is_alone() ? own_table(resource) : table("d_" + resource.code)) +
         (is_keyed(resource) ? " FINAL" : "");
}

std::string ClickhouseDialect::only_current(const Resource& resource) const {
  return is_keyed(resource) ? std::string(ch_removed) + " = 0" : "";
}

std::string ClickhouseDialect::column(const Resource& resource, const std::string& name) const {
  return ch_column(resource, name);
}

// Not the caller's name: an alias that is a column's name too would replace it in conditions.
std::string ClickhouseDialect::result_name(const Schema& /*answer*/, std::size_t index) const {
  return "citybrain_result_" + std::to_string(index);
}

std::string ClickhouseDialect::value(const Field& field, const Cell& cell,
                                     Select& /*select*/) const {
  if (field.type == Type::text) return clickhouse_text(std::get<std::string>(cell));
  return "toInt64(" + std::to_string(number_of(cell)) + ")";
}

std::string ClickhouseDialect::starts_with(const std::string& column,
                                           const std::string& value) const {
  return "startsWith(" + column + ", " + value + ")";
}

std::string ClickhouseDialect::measure(Measure::Kind kind, const std::string& column,
                                       const Field& /*result*/) const {
  switch (kind) {
    case Measure::Kind::count: return "count(" + column + ")";
    case Measure::Kind::count_distinct: return "toUInt64(ifNull(uniqExact(" + column + "), 0))";
    case Measure::Kind::min: return "min(toNullable(" + column + "))";
    case Measure::Kind::max: return "max(toNullable(" + column + "))";
    case Measure::Kind::sum: break;
  }
  // A sum of Int64 wraps silently; one of Decimal128 does not, and the reader checks that it fits.
  return "ifNull(sum(toDecimal128(" + column + ", 0)), toDecimal128(0, 0))";
}

std::vector<Wire> ClickhouseDialect::wires_of(const Resource& resource,
                                              const ScanSpec& spec) const {
  std::vector<Wire> wires;
  for (const Field& field : resource.schema.fields) {
    if (spec.columns.empty()) wires.push_back(wire_of(field, holds_null(resource, field.name)));
  }
  for (const std::string& name : spec.columns) {
    const Field& field = resource.schema.fields[*resource.schema.find(name)];
    wires.push_back(wire_of(field, holds_null(resource, name)));
  }
  return wires;
}

std::vector<Wire> ClickhouseDialect::wires_of(const Resource& resource, const AggregateSpec& spec,
                                              const Schema& answer) const {
  std::vector<Wire> wires;
  for (const std::string& name : spec.group) {
    wires.push_back(wire_of(answer.fields[wires.size()], holds_null(resource, name)));
  }
  for (const Measure& measure : spec.measures) {
    switch (measure.kind) {
      case Measure::Kind::count:
      case Measure::Kind::count_distinct: wires.push_back({Wire::As::i64, false}); break;
      case Measure::Kind::sum: wires.push_back({Wire::As::i128, false}); break;
      case Measure::Kind::min:
      case Measure::Kind::max: wires.push_back(wire_of(answer.fields[wires.size()], true)); break;
    }
  }
  return wires;
}

std::vector<std::string> ClickhouseDialect::make_tables(const Resource& resource) const {
  std::vector<std::string> columns;
  for (const Field& field : resource.schema.fields) columns.push_back(declared(resource, field));
  std::string engine;
  if (is_keyed(resource)) {
    columns.push_back(std::string(ch_version) + " UInt64");
    columns.push_back(std::string(ch_removed) + " UInt8");
    std::vector<std::string> key;
    for (const std::string& name : resource.schema.key) key.push_back(ch_column(resource, name));
    engine =
        "ReplacingMergeTree(" + std::string(ch_version) + ") ORDER BY (" + join(key, ", ") + ")";
  } else {
    columns.push_back(std::string(ch_batch) + " UInt64");
    engine = "MergeTree ORDER BY " + std::string(ch_batch);
  }
  const std::string list = " (" + join(columns, ", ") + ") ENGINE = ";
  std::vector<std::string> out{"CREATE TABLE IF NOT EXISTS " + own_table(resource) + list + engine};
  if (!is_alone()) {
    out.push_back("CREATE TABLE IF NOT EXISTS " + table("d_" + resource.code) + list +
                  "Distributed(" + clickhouse_name(address_.cluster) + ", " +
                  clickhouse_name(address_.database) + ", " +
                  clickhouse_name("r_" + resource.code) + ")");
  }
  return out;
}

std::string ClickhouseDialect::add_column(const Resource& resource, std::size_t field,
                                          bool distributed) const {
  return "ALTER TABLE " + (distributed ? table("d_" + resource.code) : own_table(resource)) +
         " ADD COLUMN " + declared(resource, resource.schema.fields[field]) +
         (field == 0 ? ""
                     : " AFTER " + ch_column(resource, resource.schema.fields[field - 1].name));
}

std::string ClickhouseDialect::columns_there(const Resource& resource, bool distributed) const {
  return "SELECT count() FROM system.columns WHERE database = " +
         clickhouse_text(address_.database) +
         " AND table = " + clickhouse_text((distributed ? "d_" : "r_") + resource.code) +
         " AND NOT startsWith(name, 'citybrain_')";
}

std::string ClickhouseDialect::insert_into(const Resource& resource) const {
  std::vector<std::string> columns;
  for (const Field& field : resource.schema.fields) {
    columns.push_back(ch_column(resource, field.name));
  }
  if (is_keyed(resource)) {
    columns.emplace_back(ch_version);
    columns.emplace_back(ch_removed);
  } else {
    columns.emplace_back(ch_batch);
  }
  return "INSERT INTO " + own_table(resource) + " (" + join(columns, ", ") + ") FORMAT RowBinary";
}

}  // namespace citybrain::lake
