// Scans and aggregates as SQL. What differs between column engines is a Dialect; which columns
// there are, what may be compared and what a figure is called is decided here, once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lake/lake.h"

namespace citybrain::lake {

struct Select {
  std::string sql;
  std::vector<Cell> params;
  Schema schema;  // of the answer
};

// An engine's way of writing. Stateless; threads may share it.
class Dialect {
 public:
  virtual ~Dialect() = default;
  // What follows FROM for a resource: each current row once.
  virtual std::string rows_of(const Resource& resource) const = 0;
  // A condition that holds for every current row, or "".
  virtual std::string only_current(const Resource& resource) const = 0;
  // A field of the resource by name.
  virtual std::string column(const Resource& resource, const std::string& name) const = 0;
  // The name by which the answer's column `index` may be ordered.
  virtual std::string result_name(const Schema& answer, std::size_t index) const = 0;
  // The value's text in the statement, bound where the engine binds. The cell fits the field.
  virtual std::string value(const Field& field, const Cell& cell, Select& select) const = 0;
  virtual std::string starts_with(const std::string& column, const std::string& value) const = 0;
  // The measure of a column; a sum is exact, and one beyond 64 bits is an error, here or when the
  // answer is read. min and max of nothing are null.
  virtual std::string measure(Measure::Kind kind, const std::string& column,
                              const Field& result) const = 0;
};

// Invalid where a column is unknown, or a value is not of its column's type.
Result<Select> select_of(const Dialect& dialect, const Resource& resource, const ScanSpec& spec);
Result<Select> select_of(const Dialect& dialect, const Resource& resource,
                         const AggregateSpec& spec);

// DuckDB's: double quotes, values bound to $1, $2 …
const Dialect& duckdb_dialect();
// The same, but every resource is one of which nothing has landed.
const Dialect& duckdb_nothing();
// The table of a resource in DuckDB, quoted.
std::string table_of(const Resource& resource);

}  // namespace citybrain::lake
