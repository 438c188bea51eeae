// FEEL's types and what conforms to what: see type.h.
#include "type.h"

#include <algorithm>
#include <array>

#include "machine.h"

namespace citybrain::brain {

const char* name_of(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::any: return "Any";
    case Type::Kind::null: return "Null";
    case Type::Kind::boolean: return "boolean";
    case Type::Kind::number: return "number";
    case Type::Kind::text: return "string";
    case Type::Kind::date: return "date";
    case Type::Kind::time: return "time";
    case Type::Kind::date_time: return "date and time";
    case Type::Kind::months: return "years and months duration";
    case Type::Kind::duration: return "days and time duration";
    case Type::Kind::list: return "list";
    case Type::Kind::range: return "range";
    case Type::Kind::context: return "context";
    case Type::Kind::function: return "function";
  }
  return "";
}

TypeRef builtin_type(std::string_view name) {
  struct Known {
    std::string_view name;
    Type::Kind kind;
  };
  static constexpr std::array<Known, 23> all = {{{"Any", Type::Kind::any},
                                                 {"any", Type::Kind::any},
                                                 {"Null", Type::Kind::null},
                                                 {"number", Type::Kind::number},
                                                 {"string", Type::Kind::text},
                                                 {"boolean", Type::Kind::boolean},
                                                 {"date", Type::Kind::date},
                                                 {"time", Type::Kind::time},
                                                 {"date and time", Type::Kind::date_time},
                                                 {"dateTime", Type::Kind::date_time},
                                                 {"days and time duration", Type::Kind::duration},
                                                 {"day and time duration", Type::Kind::duration},
                                                 {"dayTimeDuration", Type::Kind::duration},
                                                 {"years and months duration", Type::Kind::months},
                                                 {"year and month duration", Type::Kind::months},
                                                 {"yearMonthDuration", Type::Kind::months},
                                                 {"list", Type::Kind::list},
                                                 {"range", Type::Kind::range},
                                                 {"context", Type::Kind::context},
                                                 {"function", Type::Kind::function},
                                                 {"integer", Type::Kind::number},
                                                 {"double", Type::Kind::number},
                                                 {"decimal", Type::Kind::number}}};
  static const auto* made = [] {
    auto* types = new std::array<TypeRef, all.size()>;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto t = std::make_shared<Type>();
      t->kind = all[i].kind;
      t->name = name_of(all[i].kind);
      (*types)[i] = std::move(t);
    }
    return types;
  }();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return (*made)[i];
  }
  return nullptr;
}

TypeRef list_of(TypeRef element) {
  auto t = std::make_shared<Type>();
  t->kind = Type::Kind::list;
  t->name = "list";
  t->element = std::move(element);
  return t;
}

std::string type_text(const TypeRef& type) {
  if (!type) return "Any";
  if (!type->name.empty() && type->name != "list") return type->name;
  if (type->kind == Type::Kind::list) return "list<" + type_text(type->element) + ">";
  return name_of(type->kind);
}

TypeRef type_of_kind(Kind kind) {
  return kind == Kind::null ? nullptr : builtin_type(name_of(kind));
}

bool type_conforms(const TypeRef& a, const TypeRef& b) {
  if (!b || b->kind == Type::Kind::any || a == b) return true;
  if (!a) return false;
  if (a->kind == Type::Kind::null) return true;
  if (a->kind != b->kind) return false;
  switch (b->kind) {
    case Type::Kind::list:
    case Type::Kind::range: return type_conforms(a->element, b->element);
    case Type::Kind::context:
      return std::all_of(b->fields.begin(), b->fields.end(), [&](const auto& field) {
        return std::any_of(a->fields.begin(), a->fields.end(), [&](const auto& other) {
          return other.first == field.first && type_conforms(other.second, field.second);
        });
      });
    case Type::Kind::function:
      if (a->parameters.size() != b->parameters.size()) return false;
      for (std::size_t i = 0; i < a->parameters.size(); ++i) {
        if (!type_conforms(b->parameters[i], a->parameters[i])) return false;
      }
      return type_conforms(a->result, b->result);
    default: return true;
  }
}

namespace {

bool allowed(const Value& value, const Type& type, Machine* machine) {
  if (machine == nullptr || value.is_null()) return true;
  for (const auto& tests : {type.allowed, type.constraint}) {
    if (tests && !machine->test(*tests, value).is_true()) return false;
  }
  return true;
}

// A function takes on what its type declares and it does not: types of parameters and result.
void declare_function(Value& value, const Type& type) {
  const Function& f = *value.as_function();
  if (f.builtin != nullptr || f.parameters.size() != type.parameters.size()) return;
  auto typed = std::make_shared<Function>(f);
  bool changed = false;
  const auto declare = [&](TypeRef& own, const TypeRef& declared) {
    if (own || !declared) return;
    own = declared;
    changed = true;
  };
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    declare(typed->parameters[i].type, type.parameters[i]);
  }
  declare(typed->result, type.result);
  if (changed) value = Value::function(std::move(typed));
}

// A function whose result nobody declared may give any type.
bool function_conforms(const Function& f, const Type& type) {
  if (type.parameters.empty() && !type.result) return true;
  if (f.builtin != nullptr) return true;
  if (f.parameters.size() != type.parameters.size()) return false;
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    if (!type_conforms(type.parameters[i], f.parameters[i].type)) return false;
  }
  return !f.result || type_conforms(f.result, type.result);
}

bool same_kind(Kind kind, Type::Kind type) {
  switch (kind) {
    case Kind::null: return true;
    case Kind::boolean: return type == Type::Kind::boolean;
    case Kind::number: return type == Type::Kind::number;
    case Kind::text: return type == Type::Kind::text;
    case Kind::date: return type == Type::Kind::date;
    case Kind::time: return type == Type::Kind::time;
    case Kind::date_time: return type == Type::Kind::date_time;
    case Kind::months: return type == Type::Kind::months;
    case Kind::duration: return type == Type::Kind::duration;
    case Kind::range: return type == Type::Kind::range;
    case Kind::list: return type == Type::Kind::list;
    case Kind::context: return type == Type::Kind::context;
    case Kind::function: return type == Type::Kind::function;
  }
  return false;
}

}  // namespace

bool value_conforms(const Value& value, const TypeRef& type, Machine* machine) {
  if (!type || value.is_null()) return true;
  if (type->kind == Type::Kind::any) return allowed(value, *type, machine);
  if (!same_kind(value.kind(), type->kind)) return false;
  switch (type->kind) {
    case Type::Kind::list:
      for (const Value& item : value.as_list()) {
        if (!value_conforms(item, type->element, machine)) return false;
      }
      return allowed(value, *type, machine);
    case Type::Kind::range: {
      const Range& r = value.as_range();
      return value_conforms(r.low, type->element, machine) &&
             value_conforms(r.high, type->element, machine) && allowed(value, *type, machine);
    }
    case Type::Kind::context:
      for (const auto& [name, field] : type->fields) {
        const Value* v = value.as_context().find(name);
        if (v == nullptr || !value_conforms(*v, field, machine)) return false;
      }
      return allowed(value, *type, machine);
    case Type::Kind::function: return function_conforms(*value.as_function(), *type);
    default: return allowed(value, *type, machine);
  }
}

bool instance_of(const Value& value, const TypeRef& type, Machine* machine) {
  if (value.is_null()) return type && type->kind == Type::Kind::null;
  if (type && type->kind == Type::Kind::null) return false;
  return value_conforms(value, type, machine);
}

bool coerce(Value& value, const TypeRef& type, Machine* machine) {
  if (!type || value.is_null()) return true;
  if (value_conforms(value, type, machine)) {
    if (value.is(Kind::function) && type->kind == Type::Kind::function) {
      declare_function(value, *type);
    }
    return true;
  }
  if (type->kind == Type::Kind::list && !value.is(Kind::list)) {
    if (!value_conforms(value, type->element, machine)) return false;
    value = Value::list({value});
    return true;
  }
  if (value.is(Kind::list) && type->kind != Type::Kind::list && value.as_list().size() == 1) {
    Value item = value.as_list()[0];
    if (!value_conforms(item, type, machine)) return false;
    value = std::move(item);
    return true;
  }
  if (value.is(Kind::date) && type->kind == Type::Kind::date_time) {
    value = Value::date_time(value.whole() * 86400, 0, Zone::offset(0));
    return true;
  }
  return false;
}

}  // namespace citybrain::brain
