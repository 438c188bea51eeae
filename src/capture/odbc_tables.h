// Tables as an ODBC driver lists them, and the SQL that reads them in the order of their keys.
#pragma once

#include <string>
#include <vector>

#include "capture/capture.h"
#include "odbc_link.h"

namespace citybrain::capture {

struct OdbcTable {
  ForeignTable table;
  std::vector<OdbcType> types;           // by column
  std::vector<std::size_t> key;          // places of the key
  std::optional<std::size_t> watermark;  // place; none: compared as a whole
  std::string from;                      // its name in this database's SQL
  std::string select;                    // "SELECT … FROM …"
};

// The tables of the settings, or all of the schema. Errors: what the driver says.
Result<std::vector<OdbcTable>> describe_odbc(const OdbcLink& link, const Settings& settings);

// A condition with its parameters.
struct OdbcWhere {
  std::string sql;
  std::vector<OdbcParam> params;
};
// Rows behind `values` of the columns at `places`, in the order of these columns.
OdbcWhere odbc_behind(const OdbcLink& link, const OdbcTable& table,
                      const std::vector<std::size_t>& places, const RowText& values);
std::string odbc_order(const OdbcLink& link, const OdbcTable& table,
                       const std::vector<std::size_t>& places);
RowText odbc_key(const OdbcTable& table, const RowText& row);

}  // namespace citybrain::capture
