// The declaration of facts: see declare.h.
#include "declare.h"

#include <map>
#include <set>

#include "base/csv.h"
#include "base/text.h"

namespace citybrain::facts {
namespace {

const std::map<std::string, Aggregate, std::less<>> aggregates = {
    {"value", Aggregate::value},  {"count", Aggregate::count}, {"sum", Aggregate::sum},
    {"max", Aggregate::max},      {"min", Aggregate::min},     {"avg", Aggregate::avg},
    {"exists", Aggregate::exists}};

// "decimal:2" → decimal with scale 2.
Result<Field> field_of(const std::string& name, std::string_view type) {
  const auto colon = type.find(':');
  CB_TRY(const Type base, type_from(type.substr(0, colon)));
  Field field{name, base, 0};
  if (colon != std::string_view::npos) {
    const auto scale = parse_int(type.substr(colon + 1));
    if (base != Type::decimal || !scale || *scale < 0 || *scale > 9) {
      return invalid("type '" + std::string(type) + "'; write decimal:0 to decimal:9");
    }
    field.scale = static_cast<int>(*scale);
  }
  return field;
}

Result<const Field*> item_of(const Schema& schema, const std::string& resource,
                             const std::string& item) {
  if (const auto at = schema.find(item)) return &schema.fields[*at];
  std::vector<std::string> names;
  for (const Field& field : schema.fields) names.push_back(field.name);
  const auto near = nearest(item, names);
  return invalid("resource '" + resource + "' has no item '" + item + "'" +
                 (near ? "; did you mean '" + *near + "'?" : ""));
}

// What an aggregate of that item gives.
Result<void> check_type(const Fact& fact, const Field& item) {
  const Field& field = fact.field;
  const bool number = item.type == Type::integer || item.type == Type::decimal;
  const auto wrong = [&](const std::string& want) {
    return invalid("type '" + std::string(name_of(field.type)) + "' of '" + field.name + "'; " +
                   want);
  };
  switch (fact.aggregate) {
    case Aggregate::count:
      if (field.type != Type::integer) return wrong("a count is an integer");
      return ok();
    case Aggregate::exists:
      if (field.type != Type::boolean) return wrong("exists is a boolean");
      return ok();
    case Aggregate::avg:
      if (field.type != Type::decimal || !number)
        return wrong("an average is a decimal of numbers");
      return ok();
    case Aggregate::sum:
      if (!number || field.type != item.type || field.scale < item.scale) {
        return wrong("a sum has its item's type, with no fewer decimals");
      }
      return ok();
    case Aggregate::value:
    case Aggregate::max:
    case Aggregate::min:
      if (field.type != item.type || field.scale < item.scale) {
        return wrong(std::string("the item is ") + name_of(item.type));
      }
      return ok();
  }
  return ok();
}

Result<Fact> read_row(const CsvTable& table, std::size_t row, const SchemaOf& schema_of) {
  Fact fact;
  fact.subject = table.at(row, "subject");
  if (fact.subject != "enterprise" && fact.subject != "person") {
    return invalid("subject '" + fact.subject + "'; write enterprise or person");
  }
  CB_TRY(fact.field, field_of(table.at(row, "fact"), table.at(row, "type")));
  fact.resource = table.at(row, "resource");
  fact.item = table.at(row, "item");
  fact.subject_item = table.at(row, "subject_item");
  fact.unit = table.at(row, "unit");
  fact.description = table.at(row, "description");
  fact.owner = table.at(row, "owner");
  const auto found = aggregates.find(table.at(row, "aggregate"));
  if (found == aggregates.end()) {
    return invalid("aggregate '" + table.at(row, "aggregate") +
                   "'; write value, count, sum, max, min, avg or exists");
  }
  fact.aggregate = found->second;
  CB_TRY(const Schema schema, schema_of(fact.resource));
  CB_TRY(const Field* item, item_of(schema, fact.resource, fact.item));
  CB_TRY(const Field* subject, item_of(schema, fact.resource, fact.subject_item));
  if (subject->type != Type::text)
    return invalid("subject item '" + subject->name + "' is no text");
  CB_DO(check_type(fact, *item));
  for (const std::string_view part : split(table.at(row, "filter"), '&')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
      return invalid("filter '" + std::string(part) + "'; write item=value");
    }
    const std::string name(part.substr(0, equals));
    CB_TRY(const Field* on, item_of(schema, fact.resource, name));
    CB_TRY(const Cell value, parse_cell(*on, part.substr(equals + 1)));
    fact.filter.push_back({name, value});
  }
  return fact;
}

}  // namespace

Result<std::vector<Fact>> declare(std::string_view csv, const SchemaOf& schema_of) {
  CB_TRY(const CsvTable table,
         parse_csv(csv, {"fact", "subject", "type", "resource", "item", "subject_item", "aggregate",
                         "filter", "unit", "description", "owner"}));
  std::vector<Fact> facts;
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string where = "facts.csv line " + std::to_string(row + 2);
    auto fact = read_row(table, row, schema_of);
    if (!fact) return fact.error().in(where);
    if (!seen.insert({fact->subject, fact->field.name}).second) {
      return invalid(where + ": fact '" + fact->field.name + "' is declared twice");
    }
    facts.push_back(std::move(*fact));
  }
  return facts;
}

}  // namespace citybrain::facts
