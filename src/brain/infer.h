// What types expressions have, as far as can be known before they run: rules without state, asked
// by the parser and by the reader of boxed logic. A null TypeRef is a type nobody knows; it goes
// with everything, so that nothing is called wrong which may come out right.
#pragma once

#include <string>
#include <string_view>

#include "builtin.h"
#include "code.h"
#include "type.h"

namespace citybrain::brain {

inline bool is_known(const TypeRef& t) {
  return t != nullptr && t->kind != Type::Kind::any && t->kind != Type::Kind::null;
}
bool is_kind(const TypeRef& t, Type::Kind kind);

// The type of `a op b`; `wrong` where no values of these types go together.
TypeRef arithmetic_type(Op op, const TypeRef& a, const TypeRef& b, bool& wrong);
// May a = b, or a < b, be true or false for some values of these types?
bool may_equal(const TypeRef& a, const TypeRef& b);
bool may_order(const TypeRef& a, const TypeRef& b);
// May some value of type `a` stand where a `b` is declared, conversions included?
bool may_conform(const TypeRef& a, const TypeRef& b);
// May some value of type `input` pass, or fail, a unary test that is an expression of type `test`?
bool may_test(const TypeRef& input, const TypeRef& test);
// May an argument of type `a` be brought to what the built-in wants?
bool may_fit(const TypeRef& a, const BuiltinParameter& parameter);

// What holds for values of either type; null where they differ.
TypeRef common_type(const TypeRef& a, const TypeRef& b);
// The type of a list's items, or the type itself where it is no list.
TypeRef item_type(const TypeRef& t);
TypeRef range_of(TypeRef end);
// What `t.name` has; `missing` where no value of that type has it.
TypeRef member_type(const TypeRef& t, std::string_view name, bool& missing);
// The names that member_type knows of, for suggestions.
std::vector<std::string> member_names(const TypeRef& t);
// "did you mean `year`?", or what there is.
std::string meant(std::string_view name, const std::vector<std::string>& names);
TypeRef result_type(const BuiltinEntry& e, const std::vector<TypeRef>& arguments);
// function<a: t> -> result, as a type.
TypeRef function_type(const std::vector<Parameter>& parameters, TypeRef result);

}  // namespace citybrain::brain
