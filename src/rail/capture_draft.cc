// See capture_draft.h.
#include "capture_draft.h"

#include <algorithm>

namespace citybrain::rail {

catalog::TableShape shape_of(const capture::ForeignTable& table) {
  catalog::TableShape out;
  out.name = table.name;
  out.comment = table.comment;
  for (const capture::ForeignColumn& column : table.columns) {
    catalog::TableShape::Column one;
    one.name = column.name;
    one.type = column.field.type;
    one.scale = column.field.scale;
    one.length_max = static_cast<int>(column.length_max);
    one.key = std::find(table.key.begin(), table.key.end(), column.name) != table.key.end();
    one.required = column.required;
    one.comment = column.comment;
    out.columns.push_back(std::move(one));
  }
  return out;
}

std::string format_of(const std::string& kind) {
  if (kind == "postgres") return "PostgreSQL";
  if (kind == "mariadb") return "MariaDB";
  return "ODBC";
}

}  // namespace citybrain::rail
