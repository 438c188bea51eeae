// Plan: see plan.h.
#include "plan.h"

#include <utility>

#include "base/text.h"

namespace citybrain::rail {
namespace {

using Kind = catalog::Check::Kind;

Result<ColumnPlan> compile_item(const catalog::Catalog& catalog, const catalog::Resource& resource,
                                const catalog::Item& item, Timestamp now) {
  ColumnPlan column;
  column.field = item.field;
  column.name = item.name;
  column.required = item.required;
  column.clear = item.grade == 1;
  column.grade = item.grade;
  column.length_max = static_cast<std::size_t>(item.length_max);
  column.read = reader_of(item.field.type);
  column.latest = item.field.type == Type::date ? city_date(now).days : now.us;
  for (const catalog::Check& check : item.checks) {
    CheckPlan plan{check, nullptr, 0};
    switch (check.kind) {
      case Kind::pattern: {
        CB_TRY(catalog::Pattern pattern, catalog::Pattern::compile(check.argument));
        plan.pattern = std::make_shared<const catalog::Pattern>(std::move(pattern));
        column.checks.push_back(std::move(plan));
        break;
      }
      case Kind::after: {
        const auto other = resource.schema().find(check.argument);
        if (!other) return invalid("'" + check.text() + "' names no item of " + resource.code);
        plan.other = *other;
        column.after_checks.push_back(std::move(plan));
        break;
      }
      case Kind::ref: {
        CB_TRY(const Schema schema, catalog.schema_of(check.argument));
        if (schema.key.size() != 1 ||
            schema.fields[*schema.find(schema.key[0])].type != item.field.type) {
          return invalid("'" + check.text() + "' needs a resource with one key item of type " +
                         name_of(item.field.type));
        }
        column.ref_checks.push_back(check);
        break;
      }
      default: column.checks.push_back(std::move(plan));
    }
  }
  return column;
}

}  // namespace

Result<Plan> Plan::compile(const catalog::Catalog& catalog, std::string_view resource,
                           Timestamp now) {
  Plan plan;
  CB_TRY(plan.resource, catalog.resource(resource));
  plan.schema = plan.resource->schema();
  for (const catalog::Item& item : plan.resource->items) {
    auto column = compile_item(catalog, *plan.resource, item, now);
    if (!column) return column.error().in(plan.resource->code + "." + item.code);
    if (item.key) plan.key.push_back(plan.columns.size());
    plan.has_refs = plan.has_refs || !column->ref_checks.empty();
    plan.columns.push_back(std::move(*column));
  }
  if (plan.resource->keeping == catalog::Keeping::append) plan.schema.key.clear();
  return plan;
}

std::string key_text(const Plan& plan, const Batch& batch, std::size_t row) {
  std::string out;
  for (const std::size_t k : plan.key) {
    if (k != plan.key.front()) out += '|';
    out += to_text(batch.columns[k].cell_at(row));
  }
  return out;
}

std::string key_text(const Plan& plan, const std::vector<std::string_view>& cells) {
  std::string out;
  bool any = false;
  for (const std::size_t k : plan.key) {
    if (k != plan.key.front()) out += '|';
    const auto cell = parse_cell(plan.columns[k].field, cells[k]);
    out += cell ? to_text(*cell) : std::string(trim(cells[k]));
    any = any || !cells[k].empty();
  }
  return any ? out : "";
}

bool Plan::append(const std::vector<std::string_view>& cells, Batch& batch,
                  std::vector<Reason>& reasons) const {
  const std::size_t before = batch.rows;
  bool good = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    good &= columns[i].read(columns[i], cells[i], batch.columns[i], reasons);
  }
  for (std::size_t i = 0; good && i < columns.size(); ++i) {
    for (const CheckPlan& after : columns[i].after_checks) {
      const Column& mine = batch.columns[i];
      const Column& other = batch.columns[after.other];
      if (mine.is_null(before) || other.is_null(before)) continue;
      if (mine.int_at(before) < other.int_at(before)) {
        reasons.push_back({columns[i].field.name, "after", "早于" + columns[after.other].name});
        good = false;
      }
    }
  }
  if (!good) {
    for (Column& column : batch.columns) {
      if (column.size() > before) column.truncate(before);
    }
    return false;
  }
  ++batch.rows;
  return true;
}

}  // namespace citybrain::rail
