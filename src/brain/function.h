// What is behind the two kinds of Value that brain alone understands: functions and types.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "brain/value.h"

namespace citybrain::brain {

struct Code;
struct Logic;
struct Builtin;
struct Type;
using TypeRef = std::shared_ptr<const Type>;

struct Parameter {
  std::string name;
  TypeRef type;  // null = Any
};

// A function as a value: a built-in, or a body with what it captured. Immutable.
struct Function {
  std::string name;
  std::vector<Parameter> parameters;
  TypeRef result;  // null = Any
  const Builtin* builtin = nullptr;
  std::shared_ptr<const Code> code;    // of a body
  std::shared_ptr<const Logic> logic;  // of a boxed function
  int model_item = -1;                 // a BKM or decision service of the model
  std::vector<Value> captured;
};

}  // namespace citybrain::brain
