// Descriptions from information_schema. See mariadb_schema.h.
#include "mariadb_schema.h"

#include <algorithm>

#include "base/text.h"
#include "mariadb_types.h"

namespace citybrain::capture {
namespace {

// The condition that picks the tables asked for, over columns TABLE_SCHEMA and TABLE_NAME.
std::string chosen(const std::vector<std::string>& tables) {
  if (tables.empty()) {
    return "TABLE_SCHEMA NOT IN ('mysql','sys','information_schema','performance_schema')";
  }
  std::vector<std::string> parts;
  for (const std::string& full : tables) {
    const std::size_t dot = full.find('.');
    parts.push_back("(TABLE_SCHEMA = " + mariadb_literal(full.substr(0, dot)) +
                    " AND TABLE_NAME = " +
                    mariadb_literal(dot == std::string::npos ? "" : full.substr(dot + 1)) + ")");
  }
  return "(" + join(parts, " OR ") + ")";
}

std::string obstacle_of(const std::string& type, const std::string& engine) {
  if (type == "SYSTEM VERSIONED") {
    return "system-versioned: its history is written as rows of its own; capture a table without";
  }
  if (engine != "InnoDB" && engine != "ROCKSDB") {
    return "engine " + engine +
           " has no transactions, so no consistent look at it is possible; "
           "ALTER TABLE … ENGINE=InnoDB";
  }
  return "";
}

using TableIndex = std::map<std::string, std::size_t>;

Result<void> read_columns(const MariadbLink& link, const std::string& where,
                          const TableIndex& index, std::vector<DescribedTable>& out) {
  CB_TRY(const auto rows,
         link.rows("SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, "
                   "IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, "
                   "COLLATION_NAME, COLUMN_COMMENT, EXTRA, COLUMN_DEFAULT "
                   "FROM information_schema.COLUMNS WHERE " +
                   where + " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"));
  CB_TRY(const auto collations, collation_numbers(link));
  for (const MariadbLink::Row& row : rows) {
    const auto at = index.find(*row[0] + "." + *row[1]);
    if (at == index.end()) continue;
    DescribedTable& table = out[at->second];
    DescribedColumn described = describe_column(link.is_mariadb(), row);
    const auto collation = collations.find(row[9].value_or(""));
    if (collation != collations.end()) described.collation = collation->second;
    if (described.computed) {
      table.table.notes.push_back("'" + described.column.name +
                                  "' is computed when read: left out");
    } else {
      table.table.columns.push_back(described.column);
    }
    table.columns.push_back(std::move(described));
  }
  return ok();
}

// The primary key, else the first unique one whose columns are all NOT NULL.
Result<void> read_keys(const MariadbLink& link, const std::string& where, const TableIndex& index,
                       std::vector<DescribedTable>& out) {
  CB_TRY(const auto rows,
         link.rows("SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART "
                   "FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND " +
                   where +
                   " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, "
                   "SEQ_IN_INDEX"));
  struct Key {
    std::string table, name;
    std::vector<std::string> columns;
    bool prefixes = false;
  };
  std::vector<Key> keys;
  for (const MariadbLink::Row& row : rows) {
    const std::string table = *row[0] + "." + *row[1];
    if (keys.empty() || keys.back().table != table || keys.back().name != row[2]) {
      keys.push_back({table, *row[2], {}, false});
    }
    keys.back().columns.push_back(row[3].value_or(""));
    keys.back().prefixes |= row[4].has_value() && keys.back().name != "PRIMARY";
  }
  for (const Key& key : keys) {
    const auto at = index.find(key.table);
    if (at == index.end()) continue;
    ForeignTable& table = out[at->second].table;
    const bool usable = std::ranges::all_of(key.columns, [&](const std::string& name) {
      const auto column = table.find(name);
      return column && table.columns[*column].required;
    });
    if (table.key.empty() && usable && !key.prefixes) table.key = key.columns;
  }
  return ok();
}

}  // namespace

const DescribedColumn* DescribedTable::find(std::string_view name) const {
  for (const DescribedColumn& column : columns) {
    if (column.column.name == name) return &column;
  }
  return nullptr;
}

Result<std::vector<DescribedTable>> describe_tables(const MariadbLink& link,
                                                    const std::vector<std::string>& tables) {
  const std::string where = chosen(tables);
  CB_TRY(const auto rows,
         link.rows("SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COMMENT, "
                   "TABLE_ROWS, DATA_LENGTH FROM information_schema.TABLES "
                   "WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND " +
                   where + " ORDER BY TABLE_SCHEMA, TABLE_NAME"));
  std::vector<DescribedTable> out;
  TableIndex index;
  for (const MariadbLink::Row& row : rows) {
    ForeignTable table;
    table.schema = *row[0];
    table.name = *row[1];
    table.comment = row[4].value_or("");
    table.rows_estimate = parse_int(row[5].value_or("")).value_or(0);
    table.bytes = parse_int(row[6].value_or("")).value_or(0);
    table.obstacle = obstacle_of(row[2].value_or(""), row[3].value_or("of an unknown kind"));
    index[table.full_name()] = out.size();
    out.push_back({std::move(table), {}});
  }
  CB_DO(read_columns(link, where, index, out));
  CB_DO(read_keys(link, where, index, out));
  for (DescribedTable& described : out) {
    if (described.table.key.empty() && described.table.obstacle.empty()) {
      described.table.obstacle =
          "no primary key and no unique key over NOT NULL columns: rows cannot be told apart; add "
          "one";
    }
  }
  return out;
}

Result<void> learn_charsets(const MariadbLink& link, Charsets& charsets) {
  CB_TRY(const auto rows,
         link.rows("SELECT ID, CHARACTER_SET_NAME FROM " + std::string(collation_source(link))));
  for (const MariadbLink::Row& row : rows) {
    const auto id = parse_int(row[0].value_or(""));
    if (id) charsets.learn(static_cast<std::uint32_t>(*id), row[1].value_or(""));
  }
  return ok();
}

std::string shape_digest(const std::vector<DescribedTable>& tables) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;  // FNV-1a
  const auto mix = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1'099'511'628'211ULL;
    hash = (hash ^ 0xff) * 1'099'511'628'211ULL;
  };
  for (const DescribedTable& described : tables) {
    mix(described.table.full_name());
    for (const DescribedColumn& column : described.columns) {
      mix(column.column.name);
      mix(column.column.type);
    }
  }
  return std::to_string(hash);
}

}  // namespace citybrain::capture
