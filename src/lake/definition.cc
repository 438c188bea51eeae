// Definitions of resources. See definition.h.
#include "definition.h"

#include <algorithm>
#include <set>

#include "base/json.h"

namespace citybrain::lake {

std::string schema_to_text(const Schema& schema) {
  json::array fields;
  for (const Field& field : schema.fields) {
    fields.push_back(
        json::object{{"name", field.name}, {"type", name_of(field.type)}, {"scale", field.scale}});
  }
  json::array key;
  for (const std::string& name : schema.key) key.emplace_back(name);
  return json::serialize(json::object{{"fields", fields}, {"key", key}});
}

Result<Schema> schema_from_text(std::string_view text) {
  CB_TRY(const json::value value, parse_json(text));
  const json::object* object = value.if_object();
  const json::value* fields = object ? object->if_contains("fields") : nullptr;
  const json::value* key = object ? object->if_contains("key") : nullptr;
  if (!fields || !fields->is_array() || !key || !key->is_array()) {
    return corrupt("a resource's definition in lake_resource is not what was written");
  }
  Schema schema;
  for (const json::value& item : fields->get_array()) {
    if (!item.is_object()) return corrupt("a field in lake_resource is no object");
    CB_TRY(const Type type, type_from(text_of(item.get_object(), "type")));
    const json::value* scale = item.get_object().if_contains("scale");
    schema.fields.push_back(
        {text_of(item.get_object(), "name"), type,
         scale && scale->is_int64() ? static_cast<int>(scale->get_int64()) : 0});
  }
  for (const json::value& name : key->get_array()) {
    if (!name.is_string()) return corrupt("a key field in lake_resource is no text");
    schema.key.emplace_back(name.get_string());
  }
  return schema;
}

Result<void> check_resource(const Resource& resource) {
  constexpr std::size_t code_max = 60, fields_max = 500;
  const std::string& code = resource.code;
  const bool named = !code.empty() && code.size() <= code_max && code[0] >= 'a' && code[0] <= 'z' &&
                     std::all_of(code.begin(), code.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  if (!named) return invalid("resource code '" + code + "' is not [a-z][a-z0-9_]{0,59}");
  const Schema& schema = resource.schema;
  if (schema.fields.empty() || schema.fields.size() > fields_max) {
    return invalid("resource '" + code + "' has " + std::to_string(schema.fields.size()) +
                   " fields; give 1..500");
  }
  std::set<std::string> names;
  for (const Field& field : schema.fields) {
    if (field.name.empty() || !names.insert(field.name).second) {
      return invalid("resource '" + code + "': field name '" + field.name +
                     "' is empty or stands twice");
    }
    if (field.scale < 0 || field.scale > 9) {
      return invalid("resource '" + code + "': '" + field.name + "' has scale " +
                     std::to_string(field.scale) + "; give 0..9");
    }
  }
  for (const std::string& name : schema.key) {
    if (!schema.find(name)) {
      return invalid("resource '" + code + "': key '" + name + "' is no field of it");
    }
  }
  if (resource.keeping == Keeping::keyed && schema.key.empty()) {
    return invalid("resource '" + code + "' is kept by key and has none");
  }
  return ok();
}

Result<void> check_change(const Resource& old, const Resource& next) {
  const auto& was = old.schema.fields;
  const auto& now = next.schema.fields;
  const bool same_start =
      now.size() >= was.size() && std::equal(was.begin(), was.end(), now.begin());
  if (same_start && old.schema.key == next.schema.key && old.keeping == next.keeping) return ok();
  return conflict("resource '" + next.code +
                  "' was defined otherwise; only new fields at the end may be added");
}

Result<void> check_batch(const Resource& resource, const Landing& landing, const Batch& batch) {
  if (batch.schema.fields != resource.schema.fields) {
    return invalid("the batch's fields are not those of resource '" + resource.code + "'");
  }
  if (!landing.ops.empty() && landing.ops.size() != batch.rows) {
    return invalid(std::to_string(landing.ops.size()) + " ops for " + std::to_string(batch.rows) +
                   " rows");
  }
  const bool removes =
      std::any_of(landing.ops.begin(), landing.ops.end(), [](Op op) { return op == Op::remove; });
  if (removes && resource.keeping == Keeping::append) {
    return invalid("resource '" + resource.code + "' only grows; nothing can be removed from it");
  }
  if (landing.source.empty()) return invalid("a landing without source");
  return ok();
}

Result<void> check_from(const Landing& landing, std::string_view stored) {
  if (!landing.from || *landing.from == stored) return ok();
  return conflict("source '" + landing.source + "' stands at '" + std::string(stored) +
                  "', not at '" + *landing.from + "'; go on from there");
}

Error other_resource(const Landing& landing) {
  return conflict("source '" + landing.source + "' lands in another resource than '" +
                  landing.resource + "'; give it a name of its own");
}

}  // namespace citybrain::lake
