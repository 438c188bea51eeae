// How DuckDB writes. See select.h.
#include "duck.h"
#include "select.h"

namespace citybrain::lake {
namespace {

class DuckDialect : public Dialect {
 public:
  std::string rows_of(const Resource& resource) const override { return table_of(resource); }
  std::string only_current(const Resource& /*resource*/) const override { return ""; }
  std::string column(const Resource& /*resource*/, const std::string& name) const override {
    return quoted(name);
  }
  std::string result_name(const Schema& answer, std::size_t index) const override {
    return quoted(answer.fields[index].name);
  }
  std::string value(const Field& field, const Cell& cell, Select& select) const override {
    select.params.push_back(cell);
    const std::string placeholder = "$" + std::to_string(select.params.size());
    return field.type == Type::decimal ? "CAST(" + placeholder + " AS " + duck_type(field) + ")"
                                       : placeholder;
  }
  std::string starts_with(const std::string& column, const std::string& value) const override {
    return "starts_with(" + column + ", " + value + ")";
  }
  std::string measure(Measure::Kind kind, const std::string& column,
                      const Field& result) const override {
    switch (kind) {
      case Measure::Kind::count: return "count(" + column + ")";
      case Measure::Kind::count_distinct: return "count(DISTINCT " + column + ")";
      case Measure::Kind::min: return "min(" + column + ")";
      case Measure::Kind::max: return "max(" + column + ")";
      case Measure::Kind::sum: break;
    }
    // Cast back to 64 bits, where an overflow is an error.
    return "CAST(coalesce(sum(" + column + "), 0) AS " + duck_type(result) + ")";
  }
};

// The same for a resource without a table yet: a shape without rows.
class NothingDialect final : public DuckDialect {
 public:
  std::string rows_of(const Resource& resource) const override {
    std::string columns;
    for (const Field& field : resource.schema.fields) {
      columns += (columns.empty() ? "" : ", ") + ("CAST(NULL AS " + duck_type(field) + ") AS ") +
                 quoted(field.name);
    }
    return "(SELECT " + columns + " WHERE FALSE) AS nothing";
  }
};

}  // namespace

std::string table_of(const Resource& resource) { return quoted("r_" + resource.code); }

const Dialect& duckdb_dialect() {
  static const DuckDialect dialect;
  return dialect;
}

const Dialect& duckdb_nothing() {
  static const NothingDialect dialect;
  return dialect;
}

}  // namespace citybrain::lake
