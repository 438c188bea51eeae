// Binding a table map of the binlog to what information_schema says. See mariadb_schema.h.
#include <algorithm>

#include "mariadb_schema.h"
#include "mariadb_types.h"

namespace citybrain::capture {
namespace {

// What binlog_row_metadata=NO_LOG leaves out, from the description; only where the two are of one
// shape.
Result<void> complete(TableMap& map, const DescribedTable& described) {
  const auto differs = [&] {
    return conflict("rows of " + described.table.full_name() +
                    " in the binlog have another shape than the table has now, and the binlog does "
                    "not tell their names; SET GLOBAL binlog_row_metadata = FULL and take a new "
                    "snapshot");
  };
  if (!map.has_names) {
    if (map.columns.size() != described.columns.size()) return differs();
    for (std::size_t i = 0; i < map.columns.size(); ++i) {
      if (!fits(described.columns[i], map.columns[i])) return differs();
      map.columns[i].name = described.columns[i].column.name;
    }
  }
  for (BinlogColumn& column : map.columns) {
    const DescribedColumn* known = described.find(column.name);
    if (known == nullptr || !fits(*known, column)) continue;
    column.meaning = known->meaning;
    if (!map.has_signs) column.is_unsigned = known->is_unsigned;
    if (!map.has_charsets && is_character(column.type)) {
      column.collation = known->reading == Reading::bytes ? collation_binary : known->collation;
    }
    if (column.labels.empty() && !known->labels.empty()) {
      column.labels = known->labels;  // these are UTF-8 already
      column.collation = 0;
    }
  }
  return ok();
}

}  // namespace

Result<BoundTable> bind_table(TableMap map, const DescribedTable& described) {
  CB_DO(complete(map, described));
  BoundTable bound;
  auto table = std::make_shared<ForeignTable>(described.table);
  table->columns.clear();
  for (const BinlogColumn& column : map.columns) {
    const DescribedColumn* known = described.find(column.name);
    const bool same = known != nullptr && fits(*known, column);
    if (same && known->computed) {
      bound.place.push_back(-1);
      continue;
    }
    bound.place.push_back(static_cast<int>(table->columns.size()));
    table->columns.push_back(same ? known->column : column_of_binlog(column));
    // A column of which nothing is known may have come with a default.
    if (known == nullptr) table->columns.back().defaulted = true;
    same ? bound.defaults.copy(known->default_value, 0) : bound.defaults.add_absent();
  }
  if (!map.key.empty()) {
    table->key.clear();
    for (const std::size_t index : map.key) table->key.push_back(map.columns[index].name);
  }
  for (const std::string& name : table->key) {
    const auto place = table->find(name);
    if (!place) {
      return conflict("table " + table->full_name() + " has no column '" + name +
                      "' of its key any more; take a new snapshot");
    }
    bound.key.push_back(*place);
  }
  for (const int place : bound.place) {
    bound.in_key.push_back(place >= 0 &&
                           std::ranges::find(bound.key, static_cast<std::size_t>(place)) !=
                               bound.key.end());
  }
  bound.map = std::move(map);
  bound.table = std::move(table);
  return bound;
}

}  // namespace citybrain::capture
