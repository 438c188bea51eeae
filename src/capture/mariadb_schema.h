// The tables of a MariaDB or MySQL server as information_schema describes them, and how a table map
// of the binlog is bound to that description.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "capture/capture.h"
#include "mariadb_charset.h"
#include "mariadb_link.h"
#include "mariadb_rows.h"

namespace citybrain::capture {

// How a column's value is read by SQL into canonical text.
enum class Reading : std::uint8_t { plain, number, float4, float8, instant, bytes, geometry };

// A column of the table, captured or not, in the table's order.
struct DescribedColumn {
  ForeignColumn column;
  std::string data_type;  // "decimal", "varchar", …
  Meaning meaning = Meaning::plain;
  Reading reading = Reading::plain;
  bool is_unsigned = false;
  bool computed = false;  // a virtual column: no bytes of its own, not captured
  std::uint32_t collation = 0;
  std::vector<std::string> labels;
  // The declared default of a column: text, null, or absent (an expression).
  RowText default_value;
};

struct DescribedTable {
  ForeignTable table;
  std::vector<DescribedColumn> columns;
  const DescribedColumn* find(std::string_view name) const;
};

// `tables`: full names; empty = all but the system's. Those that are not there are left out.
Result<std::vector<DescribedTable>> describe_tables(const MariadbLink& link,
                                                    const std::vector<std::string>& tables);
// Which character set each collation's number means on this server.
Result<void> learn_charsets(const MariadbLink& link, Charsets& charsets);

// What rows behind this table map become: names, types and key as the map itself tells them, and
// what it leaves open from the description, which may be of another time. Errors: conflict where
// the two differ and the map does not tell enough (binlog_row_metadata is not FULL).
Result<BoundTable> bind_table(TableMap map, const DescribedTable& described);

// A digest of names and types: what must be the same where the binlog does not tell names.
std::string shape_digest(const std::vector<DescribedTable>& tables);

}  // namespace citybrain::capture
