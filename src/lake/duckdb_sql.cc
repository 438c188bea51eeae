// Scans and aggregates as DuckDB's SQL. See duckdb_sql.h.
#include "duckdb_sql.h"

#include "base/text.h"
#include "codec.h"
#include "duck.h"

namespace citybrain::lake {
namespace {

constexpr std::size_t values_max = 10'000;  // of one comparison

Result<Field> field_of(const Resource& resource, const std::string& name) {
  if (const auto at = resource.schema.find(name)) return resource.schema.fields[*at];
  std::vector<std::string> names;
  for (const Field& field : resource.schema.fields) names.push_back(field.name);
  const auto near = nearest(name, names);
  return invalid("resource '" + resource.code + "' has no column '" + name + "'" +
                 (near ? "; did you mean '" + *near + "'?" : ""));
}

// Adds the value and gives its placeholder.
Result<std::string> bound(const Field& field, const Cell& value, Select& select) {
  if (is_null(value) || !fits(value, field)) {
    return invalid("a value compared with '" + field.name + "' is null or not of type " +
                   name_of(field.type));
  }
  select.params.push_back(value);
  const std::string placeholder = "$" + std::to_string(select.params.size());
  return field.type == Type::decimal ? "CAST(" + placeholder + " AS " + duck_type(field) + ")"
                                     : placeholder;
}

const char* sign_of(Comparison::Op op) {
  switch (op) {
    case Comparison::Op::eq: return " = ";
    case Comparison::Op::ne: return " <> ";
    case Comparison::Op::lt: return " < ";
    case Comparison::Op::le: return " <= ";
    case Comparison::Op::gt: return " > ";
    case Comparison::Op::ge: return " >= ";
    case Comparison::Op::one_of:
    case Comparison::Op::starts_with:
    case Comparison::Op::is_null:
    case Comparison::Op::not_null: break;
  }
  CB_CHECK(false);
}

Result<std::string> condition(const Resource& resource, const Comparison& comparison,
                              Select& select) {
  CB_TRY(const Field field, field_of(resource, comparison.column));
  const std::string column = quoted(field.name);
  if (comparison.op == Comparison::Op::is_null) return column + " IS NULL";
  if (comparison.op == Comparison::Op::not_null) return column + " IS NOT NULL";
  const std::size_t n = comparison.values.size();
  if (comparison.op == Comparison::Op::one_of) {
    if (n > values_max) return invalid(std::to_string(n) + " values; send at most 10000");
    if (n == 0) return std::string("FALSE");
    std::vector<std::string> list;
    for (const Cell& value : comparison.values) {
      CB_TRY(list.emplace_back(), bound(field, value, select));
    }
    return column + " IN (" + join(list, ", ") + ")";
  }
  if (n != 1) return invalid("a comparison of '" + field.name + "' takes one value");
  CB_TRY(const std::string value, bound(field, comparison.values[0], select));
  if (comparison.op == Comparison::Op::starts_with) {
    if (field.type != Type::text) return invalid("'" + field.name + "' is no text");
    return "starts_with(" + column + ", " + value + ")";
  }
  return column + sign_of(comparison.op) + value;
}

Result<void> add_where(const Resource& resource, const std::vector<Comparison>& comparisons,
                       Select& select) {
  std::vector<std::string> conditions;
  for (const Comparison& comparison : comparisons) {
    CB_TRY(conditions.emplace_back(), condition(resource, comparison, select));
  }
  if (!conditions.empty()) select.sql += " WHERE " + join(conditions, " AND ");
  return ok();
}

Result<void> add_order(const std::vector<Order>& order, const Schema& known, Select& select) {
  std::vector<std::string> terms;
  for (const Order& by : order) {
    if (!known.find(by.column)) return invalid("cannot order by '" + by.column + "'");
    terms.push_back(quoted(by.column) + (by.descending ? " DESC" : " ASC") + " NULLS LAST");
  }
  if (!terms.empty()) select.sql += " ORDER BY " + join(terms, ", ");
  return ok();
}

void add_limit(std::int64_t limit, std::int64_t offset, Select& select) {
  if (limit > 0) select.sql += " LIMIT " + std::to_string(limit);
  if (offset > 0) select.sql += " OFFSET " + std::to_string(offset);
}

const char* kind_name(Measure::Kind kind) {
  switch (kind) {
    case Measure::Kind::count: return "count";
    case Measure::Kind::count_distinct: return "count_distinct";
    case Measure::Kind::sum: return "sum";
    case Measure::Kind::min: return "min";
    case Measure::Kind::max: return "max";
  }
  CB_CHECK(false);
}

// The expression of a measure, and its field in the answer. Sums are cast back to 64 bits, where an
// overflow is an error.
Result<std::string> measure_sql(const Resource& resource, const Measure& measure, Schema& out) {
  const std::string name =
      !measure.name.empty()
          ? measure.name
          : kind_name(measure.kind) + (measure.column.empty() ? "" : "_" + measure.column);
  Field result{name, Type::integer, 0};
  if (measure.column.empty()) {
    if (measure.kind != Measure::Kind::count) {
      return invalid(std::string(kind_name(measure.kind)) + " wants a column");
    }
    out.fields.push_back(result);
    return "count(*) AS " + quoted(name);
  }
  CB_TRY(const Field field, field_of(resource, measure.column));
  const std::string column = quoted(field.name);
  std::string expression;
  switch (measure.kind) {
    case Measure::Kind::count: expression = "count(" + column + ")"; break;
    case Measure::Kind::count_distinct: expression = "count(DISTINCT " + column + ")"; break;
    case Measure::Kind::min:
    case Measure::Kind::max:
      expression = std::string(kind_name(measure.kind)) + "(" + column + ")";
      result = {name, field.type, field.scale};
      break;
    case Measure::Kind::sum: {
      if (field.type == Type::decimal) {
        result = {name, Type::decimal, field.scale};
      } else if (field.type != Type::integer && field.type != Type::boolean) {
        return invalid("'" + field.name + "' is a " + name_of(field.type) + "; it has no sum");
      }
      expression = "CAST(coalesce(sum(" + column + "), 0) AS " + duck_type(result) + ")";
    }
  }
  out.fields.push_back(result);
  return expression + " AS " + quoted(name);
}

}  // namespace

std::string table_of(const Resource& resource) { return quoted("r_" + resource.code); }

Result<Select> select_of(const Resource& resource, const ScanSpec& spec) {
  Select select;
  std::vector<std::string> columns;
  if (spec.columns.empty()) {
    select.schema = resource.schema;
  } else {
    for (const std::string& name : spec.columns) {
      CB_TRY(select.schema.fields.emplace_back(), field_of(resource, name));
    }
  }
  for (const Field& field : select.schema.fields) columns.push_back(quoted(field.name));
  select.sql = "SELECT " + join(columns, ", ") + " FROM " + table_of(resource);
  CB_DO(add_where(resource, spec.comparisons, select));
  CB_DO(add_order(spec.order, resource.schema, select));
  add_limit(spec.limit, spec.offset, select);
  return select;
}

Result<Select> select_of(const Resource& resource, const AggregateSpec& spec) {
  Select select;
  std::vector<std::string> group;
  std::vector<std::string> columns;
  for (const std::string& name : spec.group) {
    CB_TRY(const Field field, field_of(resource, name));
    select.schema.fields.push_back(field);
    group.push_back(quoted(name));
  }
  columns = group;
  for (const Measure& measure : spec.measures) {
    CB_TRY(columns.emplace_back(), measure_sql(resource, measure, select.schema));
  }
  if (columns.empty()) return invalid("an aggregate without group and measures");
  select.sql = "SELECT " + join(columns, ", ") + " FROM " + table_of(resource);
  CB_DO(add_where(resource, spec.comparisons, select));
  if (!group.empty()) select.sql += " GROUP BY " + join(group, ", ");
  std::vector<Order> order = spec.order;
  if (order.empty()) {
    for (const std::string& name : spec.group) order.push_back({name});
  }
  CB_DO(add_order(order, select.schema, select));
  add_limit(spec.limit, 0, select);
  return select;
}

}  // namespace citybrain::lake
