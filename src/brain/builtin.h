// The built-in functions: one table that the parser, the machine and the reference are made of.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "brain/value.h"
#include "type.h"

namespace citybrain::brain {

class Machine;

// What a built-in is called with: arguments in the order of its parameters, nulls where left out.
struct Call {
  Machine& machine;
  std::span<const Value> args;
  std::size_t given = 0;  // how many the caller wrote

  const Value& operator[](std::size_t i) const { return args[i]; }
  bool has(std::size_t i) const { return i < given && !args[i].is_null(); }
  // Null, with a diagnostic saying why.
  Value fail(std::string why, const Value& value = {}) const;
};

// signature: "name:type, name?:type, name...:type". Types: any string number boolean list context
// range function date time date_time temporal (date or date and time) duration; ? after a name =
// may be left out, … = any number of them, ! after a type = may be null.
// result: a type; "first" = that of the first argument; "item" = that of its items.
struct Builtin {
  const char* name;
  const char* signature;
  const char* result;
  Value (*run)(const Call&);
  const char* zh;  // one line each, for the reference and the editor
  const char* en;
  const char* example;  // an expression
  const char* gives;    // its value
};

struct BuiltinParameter {
  enum class Type : std::uint8_t {
    any,
    string,
    number,
    boolean,
    list,
    context,
    range,
    function,
    date,
    time,
    date_time,
    temporal,
    duration
  };
  std::string name;
  Type type = Type::any;
  bool optional = false;
  bool variadic = false;
  bool nullable = false;
};

struct BuiltinEntry {
  const Builtin* builtin = nullptr;
  std::vector<std::string> words;  // of the name
  std::vector<BuiltinParameter> parameters;
  std::size_t least = 0;
  std::size_t most = 0;
  std::string group;  // "number", "string", …
  TypeRef result;     // null: that of the first argument, or of its items
};

// All overloads, those of one name beside each other; made once.
const std::vector<BuiltinEntry>& builtins();
// Range of entries with that name: [first, last).
std::pair<std::size_t, std::size_t> builtins_named(std::string_view name);
const char* name_of(BuiltinParameter::Type type);

// The parts of the table, by subject (builtin_*.cc).
std::span<const Builtin> number_builtins();
std::span<const Builtin> text_builtins();
std::span<const Builtin> list_builtins();
std::span<const Builtin> statistic_builtins();
std::span<const Builtin> temporal_builtins();
std::span<const Builtin> range_builtins();
std::span<const Builtin> context_builtins();

}  // namespace citybrain::brain
