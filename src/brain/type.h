// Types of FEEL, as item definitions and type expressions name them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "function.h"

namespace citybrain::brain {

class Machine;

// Immutable once a model is loaded; shared.
struct Type {
  enum class Kind : std::uint8_t {
    any,
    null,
    boolean,
    number,
    text,
    date,
    time,
    date_time,
    months,
    duration,
    list,
    range,
    context,
    function
  };
  Kind kind = Kind::any;
  std::string name;
  TypeRef element;                                      // of list and range
  std::vector<std::pair<std::string, TypeRef>> fields;  // of context
  std::vector<TypeRef> parameters;                      // of function
  std::vector<std::string> parameter_names;             // of function, where they are known
  TypeRef result;                                       // of function
  bool has_signature = false;                           // `parameters` are all there are
  // Unary tests that a value must pass: its allowed values and (DMN 1.5) its type's constraint.
  std::shared_ptr<const Code> allowed;
  std::shared_ptr<const Code> constraint;
};

// A built-in type by its name ("number", "dateTime", "years and months duration"); null otherwise.
TypeRef builtin_type(std::string_view name);
TypeRef list_of(TypeRef element);
const char* name_of(Type::Kind kind);
// For messages: the definition's name, or the built-in's.
std::string type_text(const TypeRef& type);
// Does every value of `a` stand for a value of `b`? (DMN 1.5 §10.3.2.9.) A null TypeRef is Any.
bool type_conforms(const TypeRef& a, const TypeRef& b);
// Is the value of that type? Null is of every type but in `instance of`. Allowed values are checked
// by the machine (none: not checked).
bool value_conforms(const Value& value, const TypeRef& type, Machine* machine);
bool instance_of(const Value& value, const TypeRef& type, Machine* machine);
// The value as that type by FEEL's implicit conversions (list of one ↔ its item, date → date and
// time); false where it does not conform.
bool coerce(Value& value, const TypeRef& type, Machine* machine);
// The type of a value's kind alone.
TypeRef type_of_kind(Kind kind);

}  // namespace citybrain::brain
