// The built-in functions of FEEL, told: name, parameters, types, a sentence and an example each,
// for the reference, the editor's completions and messages. Made of the table that the parser and
// the machine run on, so it can't fall behind them; each example is run as a test.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace citybrain::brain {

struct BuiltinParameterDoc {
  std::string name;  // as a named argument gives it
  std::string type;  // "number", "list", "date or date and time", …; "Any"
  bool optional = false;
  bool variadic = false;  // the last one may come any number of times
};

// One form of a function: those that are called in several ways have several, beside each other.
struct BuiltinDoc {
  std::string name;
  std::string group;  // "number", "string", "list", "statistic", "temporal", "range", "context"
  std::vector<BuiltinParameterDoc> parameters;
  std::string result;  // a type; "the list's type", "an item's type"
  std::string zh;      // what it gives, in one line
  std::string en;
  std::string example;  // an expression …
  std::string gives;    // … and its value as FEEL text

  // "floor(n: number, scale?: number): number"
  std::string signature() const;
};

// All forms, by name.
const std::vector<BuiltinDoc>& builtin_docs();
// [{"name", "group", "signature", "parameters": [{"name", "type", "optional", "variadic"}],
//   "result", "zh", "en", "example", "gives"}]
json::value to_json(const std::vector<BuiltinDoc>& docs);

}  // namespace citybrain::brain
