// Tables by ODBC. See odbc_tables.h.
#include "odbc_tables.h"

#include <algorithm>

#include "base/text.h"
#include "odbc_values.h"

namespace citybrain::capture {
namespace {

constexpr std::string_view system_schemas[] = {"information_schema",
                                               "pg_catalog",
                                               "mysql",
                                               "performance_schema",
                                               "sys",
                                               "SYS",
                                               "SYSTEM",
                                               "INFORMATION_SCHEMA",
                                               "pg_toast",
                                               "SYSAUX",
                                               "CTISYS",
                                               "SYSDBA"};

std::int64_t number_of(const std::optional<std::string>& text) {
  return parse_int(text.value_or("")).value_or(0);
}

// Columns 3, 4, 5, 6, 8, 10, 11 of SQLColumns: name, type, its word, size, digits, nullable,
// remark.
void add_column(const OdbcLink::Cells& cells, OdbcTable& out) {
  OdbcType type;
  type.code = static_cast<short>(number_of(cells[4]));
  type.size = static_cast<std::size_t>(std::max<std::int64_t>(number_of(cells[6]), 0));
  type.scale = static_cast<short>(number_of(cells[8]));
  type.name = cells[5].value_or("");
  ForeignColumn column;
  column.name = cells[3].value_or("");
  column.type = type.name;
  column.field = odbc_field(column.name, type);
  column.required = number_of(cells[10]) == 0;
  column.comment = cells[11].value_or("");
  column.defaulted = column.required || (cells.size() > 12 && cells[12].has_value());
  out.types.push_back(type);
  out.table.columns.push_back(std::move(column));
}

Result<void> read_table(const OdbcLink& link, const OdbcLink::Cells& cells,
                        const std::string& watermark, OdbcTable& out) {
  CB_TRY(const auto columns, link.catalog_columns(cells));
  for (const OdbcLink::Cells& column : columns) add_column(column, out);
  CB_TRY(auto keys, link.catalog_keys(cells));
  std::ranges::sort(keys, {}, [](const OdbcLink::Cells& key) { return number_of(key[4]); });
  for (const OdbcLink::Cells& key : keys) {
    const auto place = out.table.find(key[3].value_or(""));
    if (!place) continue;
    out.key.push_back(*place);
    out.table.key.push_back(out.table.columns[*place].name);
  }
  if (out.key.empty()) out.table.obstacle = "no primary key: rows cannot be told apart; add one";
  std::vector<std::string> names;
  for (const ForeignColumn& column : out.table.columns) names.push_back(link.quoted(column.name));
  out.from = link.quoted(out.table.schema) + "." + link.quoted(out.table.name);
  if (out.table.schema.empty()) out.from = link.quoted(out.table.name);
  out.select = "SELECT " + join(names, ", ") + " FROM " + out.from;
  const auto place = out.table.find(watermark);
  if (place && odbc_can_watermark(out.types[*place])) {
    out.watermark = place;
    out.table.notes.push_back("follows '" + watermark +
                              "': rows removed over there are found by reconciling");
  } else {
    out.table.notes.push_back((watermark.empty() ? "no watermark"
                               : place           ? "'" + watermark + "' is neither time nor number"
                                                 : "has no '" + watermark + "'") +
                              std::string(": compared as a whole"));
  }
  return ok();
}

}  // namespace

Result<std::vector<OdbcTable>> describe_odbc(const OdbcLink& link, const Settings& settings) {
  CB_TRY(const OdbcAddress address, parse_odbc_address(settings.address));
  CB_TRY(const auto tables, link.catalog_tables(address.schema));
  std::vector<OdbcTable> out;
  for (const OdbcLink::Cells& cells : tables) {
    OdbcTable table;
    // MariaDB's databases are "catalogs" to its driver, others' schemas are schemas.
    table.table.schema = cells[1] && !cells[1]->empty() ? *cells[1] : cells[0].value_or("");
    table.table.name = cells[2].value_or("");
    table.table.comment = cells.size() > 4 ? cells[4].value_or("") : "";
    const std::string name = table.table.full_name();
    const bool wanted =
        settings.tables.empty()
            ? std::ranges::find(system_schemas, table.table.schema) == std::end(system_schemas)
            : std::ranges::find(settings.tables, name) != settings.tables.end();
    if (!wanted) continue;
    CB_DO(read_table(link, cells, settings.watermark, table));
    out.push_back(std::move(table));
  }
  return out;
}

OdbcWhere odbc_behind(const OdbcLink& link, const OdbcTable& table,
                      const std::vector<std::size_t>& places, const RowText& values) {
  OdbcWhere out;
  const auto compare = [&](std::size_t i, const char* how) {
    out.params.push_back({table.types[places[i]], std::string(values.text(i))});
    return link.quoted(table.table.columns[places[i]].name) + how + "?";
  };
  out.sql = compare(0, " >= ") + " AND (";  // alone first, so that an index is used
  for (std::size_t i = 0; i < places.size(); ++i) {
    out.sql += i > 0 ? " OR (" : "(";
    for (std::size_t j = 0; j < i; ++j) out.sql += compare(j, " = ") + " AND ";
    out.sql += compare(i, " > ") + ")";
  }
  out.sql += ")";
  return out;
}

std::string odbc_order(const OdbcLink& link, const OdbcTable& table,
                       const std::vector<std::size_t>& places) {
  std::vector<std::string> names;
  for (const std::size_t place : places) {
    names.push_back(link.quoted(table.table.columns[place].name));
  }
  return " ORDER BY " + join(names, ", ");
}

RowText odbc_key(const OdbcTable& table, const RowText& row) {
  RowText key;
  for (const std::size_t place : table.key) key.copy(row, place);
  return key;
}

}  // namespace citybrain::capture
