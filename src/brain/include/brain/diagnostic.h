// Diagnostic: what is wrong with a model or with one evaluation, and where. No null is silent: each
// that FEEL makes out of an error comes with one of these.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace citybrain::brain {

enum class Severity : std::uint8_t { error, warning };

// A piece of text: bytes [begin, end) of the expression, and line and column (from 1, in code
// points) of its begin in the file, or in the expression where that stands alone.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;     // "unknown_name", "type", "syntax", "xml", …
  std::string message;  // one sentence, with the value
  std::string where;    // the decision or other element, "" for the file
  Span span;
  std::string value;       // the value that was wrong, as FEEL text; "" where there is none
  std::string suggestion;  // "did you mean `date and time`?"; "" where there is none

  // "line 12, column 7, decision 金额: no name `注册资本金`; did you mean `注册资本`?"
  std::string text() const;
};

json::value to_json(const Diagnostic& diagnostic);

}  // namespace citybrain::brain
