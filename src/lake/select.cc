// Scans and aggregates as SQL. See select.h.
#include "select.h"

#include <functional>

#include "base/text.h"
#include "codec.h"

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

// What the statement is built of.
struct Writing {
  const Dialect& dialect;
  const Resource& resource;
  Select& select;
};

// The value as the statement names it.
Result<std::string> bound(const Writing& to, const Field& field, const Cell& value) {
  if (is_null(value) || !fits(value, field)) {
    return invalid("a value compared with '" + field.name + "' is null or not of type " +
                   name_of(field.type));
  }
  return to.dialect.value(field, value, to.select);
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

Result<std::string> condition(const Writing& to, const Comparison& comparison) {
  CB_TRY(const Field field, field_of(to.resource, comparison.column));
  const std::string column = to.dialect.column(to.resource, field.name);
  if (comparison.op == Comparison::Op::is_null) return column + " IS NULL";
  if (comparison.op == Comparison::Op::not_null) return column + " IS NOT NULL";
  const std::size_t n = comparison.values.size();
  if (comparison.op == Comparison::Op::one_of) {
    if (n > values_max) return invalid(std::to_string(n) + " values; send at most 10000");
    if (n == 0) return std::string("1 = 0");
    std::vector<std::string> list;
    for (const Cell& value : comparison.values) {
      CB_TRY(list.emplace_back(), bound(to, field, value));
    }
    return column + " IN (" + join(list, ", ") + ")";
  }
  if (n != 1) return invalid("a comparison of '" + field.name + "' takes one value");
  CB_TRY(const std::string value, bound(to, field, comparison.values[0]));
  if (comparison.op == Comparison::Op::starts_with) {
    if (field.type != Type::text) return invalid("'" + field.name + "' is no text");
    return to.dialect.starts_with(column, value);
  }
  return column + sign_of(comparison.op) + value;
}

Result<void> add_where(const Writing& to, const std::vector<Comparison>& comparisons) {
  std::vector<std::string> conditions;
  const std::string current = to.dialect.only_current(to.resource);
  if (!current.empty()) conditions.push_back(current);
  for (const Comparison& comparison : comparisons) {
    CB_TRY(conditions.emplace_back(), condition(to, comparison));
  }
  if (!conditions.empty()) to.select.sql += " WHERE " + join(conditions, " AND ");
  return ok();
}

// `name` gives the text of a column that is known.
void add_order(const std::vector<Order>& order,
               const std::function<std::string(const Order&)>& name, Select& select) {
  std::vector<std::string> terms;
  for (const Order& by : order) {
    terms.push_back(name(by) + (by.descending ? " DESC" : " ASC") + " NULLS LAST");
  }
  if (!terms.empty()) select.sql += " ORDER BY " + join(terms, ", ");
}

Result<void> check_order(const std::vector<Order>& order, const Schema& known) {
  for (const Order& by : order) {
    if (!known.find(by.column)) return invalid("cannot order by '" + by.column + "'");
  }
  return ok();
}

void add_limit(std::int64_t limit, std::int64_t offset, Select& select) {
  if (limit <= 0 && offset <= 0) return;
  select.sql += " LIMIT " + std::to_string(limit > 0 ? limit : INT64_MAX);
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

// The expression of a measure; adds its field to the answer.
Result<std::string> measure_sql(const Writing& to, const Measure& measure) {
  const std::string name =
      !measure.name.empty()
          ? measure.name
          : kind_name(measure.kind) + (measure.column.empty() ? "" : "_" + measure.column);
  Field result{name, Type::integer, 0};
  Schema& out = to.select.schema;
  if (measure.column.empty()) {
    if (measure.kind != Measure::Kind::count) {
      return invalid(std::string(kind_name(measure.kind)) + " wants a column");
    }
    out.fields.push_back(result);
    return std::string("count(*)");
  }
  CB_TRY(const Field field, field_of(to.resource, measure.column));
  switch (measure.kind) {
    case Measure::Kind::count:
    case Measure::Kind::count_distinct: break;
    case Measure::Kind::min:
    case Measure::Kind::max: result = {name, field.type, field.scale}; break;
    case Measure::Kind::sum:
      if (field.type == Type::decimal) {
        result = {name, Type::decimal, field.scale};
      } else if (field.type != Type::integer && field.type != Type::boolean) {
        return invalid("'" + field.name + "' is a " + name_of(field.type) + "; it has no sum");
      }
  }
  out.fields.push_back(result);
  return to.dialect.measure(measure.kind, to.dialect.column(to.resource, field.name), result);
}

}  // namespace

Result<Select> select_of(const Dialect& dialect, const Resource& resource, const ScanSpec& spec) {
  Select select;
  const Writing to{dialect, resource, select};
  if (spec.columns.empty()) {
    select.schema.fields = resource.schema.fields;
    select.schema.key = resource.schema.key;
  } else {
    for (const std::string& name : spec.columns) {
      CB_TRY(select.schema.fields.emplace_back(), field_of(resource, name));
    }
  }
  std::vector<std::string> columns;
  for (const Field& field : select.schema.fields) {
    columns.push_back(dialect.column(resource, field.name));
  }
  select.sql = "SELECT " + join(columns, ", ") + " FROM " + dialect.rows_of(resource);
  CB_DO(add_where(to, spec.comparisons));
  CB_DO(check_order(spec.order, resource.schema));
  add_order(
      spec.order, [&](const Order& by) { return dialect.column(resource, by.column); }, select);
  add_limit(spec.limit, spec.offset, select);
  return select;
}

Result<Select> select_of(const Dialect& dialect, const Resource& resource,
                         const AggregateSpec& spec) {
  Select select;
  const Writing to{dialect, resource, select};
  std::vector<std::string> group;
  for (const std::string& name : spec.group) {
    CB_TRY(select.schema.fields.emplace_back(), field_of(resource, name));
    group.push_back(dialect.column(resource, name));
  }
  std::vector<std::string> columns = group;
  for (const Measure& measure : spec.measures) {
    CB_TRY(columns.emplace_back(), measure_sql(to, measure));
  }
  if (columns.empty()) return invalid("an aggregate without group and measures");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i] += " AS " + dialect.result_name(select.schema, i);
  }
  select.sql = "SELECT " + join(columns, ", ") + " FROM " + dialect.rows_of(resource);
  CB_DO(add_where(to, spec.comparisons));
  if (!group.empty()) select.sql += " GROUP BY " + join(group, ", ");
  std::vector<Order> order = spec.order;
  if (order.empty()) {
    for (const std::string& name : spec.group) order.push_back({name});
  }
  CB_DO(check_order(order, select.schema));
  add_order(
      order,
      [&](const Order& by) {
        return dialect.result_name(select.schema, *select.schema.find(by.column));
      },
      select);
  add_limit(spec.limit, 0, select);
  return select;
}

}  // namespace citybrain::lake
