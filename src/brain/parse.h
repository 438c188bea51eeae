// The parser: FEEL text to Code, with the names that are declared around it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "brain/diagnostic.h"
#include "code.h"

namespace citybrain::brain {

// A name that the expression may use, and what stands behind it.
struct Declared {
  std::string name;
  bool is_global = true;
  std::uint32_t number = 0;  // item of the model, or slot
  TypeRef type;
};

// What is declared around an expression. Built by the model's reader; slots below `slots` are
// taken.
struct Scope {
  std::vector<Declared> names;
  std::vector<std::string> members;                   // names of context entries that types declare
  std::map<std::string, TypeRef, std::less<>> types;  // item definitions by (qualified) name
  std::uint32_t slots = 0;
};

struct Source {
  std::string text;
  std::string where;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct Parsed {
  std::shared_ptr<Code> code;  // set also where there are errors: a code that gives null
  TypeRef type;                // as far as it is known
  bool failed = false;
};

enum class Grammar : std::uint8_t { expression, unary_tests };

// Appends what it finds wrong to `diagnostics`. unary_tests see the tested value in `input_slot`.
Parsed parse(Grammar grammar, const Source& source, const Scope& scope,
             std::vector<Diagnostic>& diagnostics, std::uint32_t input_slot = 0,
             TypeRef input_type = nullptr);

}  // namespace citybrain::brain
