// Item definitions.
#include <algorithm>

#include "base/text.h"
#include "dmn_read.h"

namespace citybrain::brain {

void DmnReader::read_types(Document& d) {
  // Types of imported files first, under the import's name; of theirs only what came without one.
  for (const auto& import : d.imports) {
    if (import.document == no_node) continue;
    for (const auto& [type_name, type] : documents_[import.document]->types) {
      d.types[import.name.empty() ? type_name : import.name + "." + type_name] = type;
    }
  }
  for (const auto& definition : children(d.root, "itemDefinition")) {
    const std::string name = definition.attribute("name").value();
    if (!d.types.contains(name)) read_type(d, definition);
  }
}

TypeRef DmnReader::type_named(const Document& d, std::string_view name) const {
  const auto colon = name.find(':');
  for (const std::string_view n :
       {name, colon == std::string_view::npos ? name : name.substr(colon + 1)}) {
    if (const auto it = d.types.find(n); it != d.types.end()) return it->second;
    if (auto t = builtin_type(n)) return t;
  }
  if (name.starts_with("feel.")) return builtin_type(name.substr(5));
  return nullptr;
}

TypeRef DmnReader::resolve(Document& d, std::string_view name, pugi::xml_node at,
                           const std::string& where) {
  name = trim(name);
  if (name.empty()) return nullptr;
  if (const auto it = d.types.find(name); it != d.types.end()) return it->second;
  for (const auto& definition : children(d.root, "itemDefinition")) {
    if (definition.attribute("name").value() == name) return read_type(d, definition);
  }
  if (auto known = type_named(d, name)) return known;
  std::vector<std::string> names = {"number", "string", "boolean", "date", "time", "Any"};
  for (const auto& definition : children(d.root, "itemDefinition")) {
    names.push_back(definition.attribute("name").value());
  }
  const auto close = nearest(name, names);
  error(d, at, "unknown_type", "no type `" + std::string(name) + "`", where,
        close ? "did you mean `" + *close + "`?" : "");
  return nullptr;
}

// One itemDefinition or itemComponent.
TypeRef DmnReader::read_type(Document& d, pugi::xml_node definition) {
  const std::string name = definition.attribute("name").value();
  const bool top = local_name(definition) == "itemDefinition";
  if (top && !in_progress_.insert(std::to_string(d.number) + "#" + name).second)
    return nullptr;  // within itself: Any
  auto type = std::make_shared<Type>();
  const auto components = children(definition, "itemComponent");
  const auto function = child(definition, "functionItem");
  if (!components.empty()) {
    type->kind = Type::Kind::context;
    for (const auto& component : components) {
      const std::string field = component.attribute("name").value();
      type->fields.emplace_back(field, read_type(d, component));
      members_.push_back(field);
    }
  } else if (function) {
    type->kind = Type::Kind::function;
    type->result = resolve(d, function.attribute("outputTypeRef").value(), function, name);
    for (const auto& p : children(function, "parameters")) {
      type->parameters.push_back(resolve(d, p.attribute("typeRef").value(), p, name));
      type->parameter_names.emplace_back(p.attribute("name").value());
    }
    type->has_signature = true;
  } else {
    std::string_view base = child(definition, "typeRef").child_value();
    if (const TypeRef resolved = resolve(d, base, definition, name)) *type = *resolved;
  }
  if (top) type->name = name;
  read_allowed(d, child(definition, "allowedValues"), type);
  if (definition.attribute("isCollection").as_bool()) {
    auto list = std::make_shared<Type>();
    list->kind = Type::Kind::list;
    list->name = top ? name : "list";
    list->element = type;
    type = list;
  }
  read_allowed(d, child(definition, "typeConstraint"), type);  // of the whole, also of a list
  if (top) {
    d.types[name] = type;
    in_progress_.erase(std::to_string(d.number) + "#" + name);
  }
  return type;
}

void DmnReader::read_allowed(Document& d, pugi::xml_node tests, const std::shared_ptr<Type>& type) {
  if (!tests) return;
  Around around;
  around.document = &d;
  around.where = tests.parent().attribute("name").value();
  around.scope.types = d.types;
  around.scope.slots = 1;
  const bool each = type->kind == Type::Kind::list && local_name(tests) == "allowedValues";
  if (each) {  // of a list by another definition: what its items may be
    auto item = type->element ? std::make_shared<Type>(*type->element) : std::make_shared<Type>();
    item->allowed = compile(Grammar::unary_tests, around, child(tests, "text"), 0, item);
    type->element = std::move(item);
    return;
  }
  auto code = compile(Grammar::unary_tests, around, child(tests, "text"), 0, TypeRef(type));
  if (!type->allowed || local_name(tests) == "allowedValues") {
    type->allowed = std::move(code);
  } else {
    type->constraint = std::move(code);
  }
}

}  // namespace citybrain::brain
